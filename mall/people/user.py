"""People's accounts and the posts they hold."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, select, text
from sqlalchemy.orm import Mapped, mapped_column

from mall.access.actor import OFFICER_ROLES, ROLES, Actor, PostHeld
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.people.organisation import Organisation
from mall.people.user_states import USER_STATES


class UserAccount(Base):
    """One person's account. The username is never used again; `password_hash` is argon2id or null."""

    __tablename__ = "user_account"
    __table_args__ = (
        CheckConstraint(USER_STATES.check_sql(), name="state"),
        Index("uq_user_account_username", text("lower(username)"), unique=True),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    username: Mapped[str]
    name: Mapped[str]
    password_hash: Mapped[str | None]
    state: Mapped[str] = mapped_column(server_default="active")
    created_at: Mapped[datetime] = mapped_column(Instant)
    password_changed_at: Mapped[datetime | None] = mapped_column(Instant)
    language: Mapped[str] = mapped_column(server_default="zh")

    @property
    def reference(self) -> str:
        return f"user:{self.id}"

    @property
    def states(self) -> StateTable:
        return USER_STATES


class UserPost(Base):
    """A role of a person in an organisation, from `granted_at` until `ended_at`."""

    __tablename__ = "user_post"
    __table_args__ = (
        CheckConstraint(f"role in {ROLES}", name="role"),
        Index(
            "uq_user_post_current",
            "user_id",
            "organisation_id",
            "role",
            unique=True,
            postgresql_where=text("ended_at is null"),
        ),
        # The three officers exclude one another and hold nothing else: at most one officer post a person.
        Index(
            "uq_user_post_one_officer",
            "user_id",
            unique=True,
            postgresql_where=text(f"ended_at is null and role in {OFFICER_ROLES}"),
        ),
        Index("ix_user_post_organisation", "organisation_id", "role"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    organisation_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    role: Mapped[str]
    granted_at: Mapped[datetime] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)


def user_by_username(username: str) -> UserAccount | None:
    return session().scalar(
        select(UserAccount).where(text("lower(username) = lower(:username)").bindparams(username=username))
    )


def posts_of(user_id: int) -> tuple[PostHeld, ...]:
    """The posts that a person holds now."""
    rows = session().execute(
        select(UserPost.id, UserPost.role, UserPost.organisation_id, Organisation.region_code, Organisation.name)
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .where(UserPost.user_id == user_id, UserPost.ended_at.is_(None))
        .order_by(UserPost.id)
    )
    return tuple(PostHeld(*row) for row in rows)


def actor_of(user: UserAccount, *, post_id: int | None = None) -> Actor:
    """The person as an actor, with all posts or with the one given."""
    posts = posts_of(user.id)
    if post_id is not None:
        posts = tuple(post for post in posts if post.post_id == post_id)
    return Actor(user_id=user.id, username=user.username, name=user.name, posts=posts)


def actor_named(username: str) -> Actor:
    """The actor behind a username; for commands, the demo and tests. Raises KeyError."""
    user = user_by_username(username)
    if user is None:
        raise KeyError(username)
    return actor_of(user)


def people_with(role: str, *, organisation_id: int) -> list[UserAccount]:
    """Active people who hold the role in the organisation now."""
    return list(
        session().scalars(
            select(UserAccount)
            .join(UserPost, UserPost.user_id == UserAccount.id)
            .where(
                UserPost.organisation_id == organisation_id,
                UserPost.role == role,
                UserPost.ended_at.is_(None),
                UserAccount.state == "active",
            )
            .order_by(UserAccount.id)
        )
    )


def person_names(ids: set[int]) -> dict[int, str]:
    """Names by user id, for lists."""
    if not ids:
        return {}
    return dict(session().execute(select(UserAccount.id, UserAccount.name).where(UserAccount.id.in_(ids))).all())
