"""The three officers: one makes accounts, another gives posts, and neither can do the other's work."""

from __future__ import annotations

import threading

import pytest
from sqlalchemy import func, select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.audit_record import AuditRecord
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.people.api_token import actor_of_token
from mall.people.create_user import create_user, renew_link
from mall.people.disable_user import disable_user, enable_user
from mall.people.duty_conflicts import warnings_about
from mall.people.grant_post import end_post, grant_post, unlock_sign_in
from mall.people.issue_token import issue_token, revoke_token
from mall.people.set_password import set_password_by_link
from mall.people.sign_in import sign_in
from mall.people.user import UserPost, posts_of
from mall.people.welcome_link import LINK_LIFE, owner_of_link
from tests.world import PASSWORD, World

NEW = "Erstes-Wort-2027"


def code_of(act, **arguments: object) -> str:  # type: ignore[no-untyped-def]
    """The code with which this is refused."""
    try:
        with pytest.raises(Refusal) as caught:
            act(**arguments)
    finally:
        close_reading()
    return caught.value.code


def test_a_new_person_gets_a_link_sets_a_password_and_can_do_nothing_until_a_post_is_granted(world: World) -> None:
    user, link = create_user(actor=world.actor("sysadmin"), username="Wang.Fang", name=" 王  芳 ")

    set_password_by_link(link=link, password=NEW)

    signed_in = sign_in(username="wang.fang", password=NEW, address="192.0.2.1")
    assert (user.username, user.name, signed_in.state) == ("wang.fang", "王 芳", "active")
    assert posts_of(user.id) == ()
    grant_post(actor=world.actor("secadmin"), user_id=user.id, organisation_id=world.school_id, role="handler")
    close_reading()
    assert [post.role for post in posts_of(user.id)] == ["handler"]


def test_a_link_works_once(world: World) -> None:
    _, link = create_user(actor=world.actor("sysadmin"), username="wang", name="王")
    set_password_by_link(link=link, password=NEW)

    assert code_of(set_password_by_link, link=link, password="Zweites-Wort-2027") == "welcome.link_spent"


def test_a_link_used_by_two_at_once_works_for_one(world: World) -> None:
    _, link = create_user(actor=world.actor("sysadmin"), username="wang", name="王")
    outcomes: list[str] = []

    def use(number: int) -> None:
        try:
            set_password_by_link(link=link, password=f"Gleiches-Wort-{number}")
            outcomes.append("set")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            close_reading()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["set"] + ["welcome.link_spent"] * 5


def test_a_link_expires_after_seventy_two_hours(world: World) -> None:
    _, link = create_user(actor=world.actor("sysadmin"), username="wang", name="王")

    with clock.frozen(clock.now() + LINK_LIFE):
        assert owner_of_link(link) is None
        assert code_of(set_password_by_link, link=link, password=NEW) == "welcome.link_spent"


def test_a_password_too_weak_leaves_the_link_as_it_was(world: World) -> None:
    user, link = create_user(actor=world.actor("sysadmin"), username="wang", name="王")

    assert code_of(set_password_by_link, link=link, password="kurz") == "password.too_short"

    assert owner_of_link(link) == user.id


def test_a_newer_link_ends_the_older_one(world: World) -> None:
    user, old = create_user(actor=world.actor("sysadmin"), username="wang", name="王")

    _, new = renew_link(actor=world.actor("sysadmin"), user_id=user.id)

    assert owner_of_link(old) is None
    assert owner_of_link(new) == user.id


def test_the_system_administrator_cannot_become_another_officer_by_a_link(world: World) -> None:
    refused = code_of(renew_link, actor=world.actor("sysadmin"), user_id=world.users["secadmin"])

    assert refused == "user.officer_link"
    assert renew_link(actor=SYSTEM, user_id=world.users["secadmin"])[1]


@pytest.mark.parametrize("username", ["ab", "1wang", "Wang Fang", "王芳", "wang/../x", "w" * 41, "wang\n"])
def test_malformed_usernames_are_refused(world: World, username: str) -> None:
    if username == "wang\n":
        # Blanks around a name are taken away, not refused.
        assert create_user(actor=world.actor("sysadmin"), username=username, name="王")[0].username == "wang"
    else:
        refused = code_of(create_user, actor=world.actor("sysadmin"), username=username, name="王")
        assert refused == "user.username_malformed"


def test_a_username_is_never_given_to_anybody_else(world: World) -> None:
    disable_user(actor=world.actor("sysadmin"), user_id=world.users["handler"], reason="离职")

    assert code_of(create_user, actor=world.actor("sysadmin"), username="HANDLER", name="王") == "user.username_taken"


@pytest.mark.parametrize("person", ["handler", "secadmin", "auditor", "regulator"])
def test_only_the_system_administrator_makes_accounts(world: World, person: str) -> None:
    assert code_of(create_user, actor=world.actor(person), username="wang", name="王") == "access.denied"


@pytest.mark.parametrize("person", ["handler", "sysadmin", "auditor", "regulator"])
def test_only_the_security_administrator_grants_posts(world: World, person: str) -> None:
    refused = code_of(
        grant_post,
        actor=world.actor(person),
        user_id=world.users["receiver2"],
        organisation_id=world.school_id,
        role="handler",
    )
    assert refused == "access.denied"


def test_nobody_grants_himself_a_post(world: World) -> None:
    actor = world.actor("secadmin")

    refused = code_of(grant_post, actor=actor, user_id=actor.user_id, organisation_id=world.school_id, role="handler")

    assert refused == "user.own_account"


@pytest.mark.parametrize(
    ("person", "place", "role", "code"),
    [
        ("handler", "platform", "auditor", "post.officer_exclusive"),
        ("auditor", "school", "handler", "post.officer_exclusive"),
        ("auditor", "platform", "sysadmin", "post.officer_exclusive"),
        ("handler", "sunny", "supplier", "post.opposite_sides"),
        ("supplier", "school", "handler", "post.opposite_sides"),
        ("handler", "school", "handler", "post.held_already"),
        ("handler", "school", "regulator", "post.wrong_kind"),
        ("handler", "school", "emperor", "post.wrong_kind"),
        ("handler", "nowhere", "handler", "post.no_such_organisation"),
    ],
)
def test_conflicting_posts_are_refused(world: World, person: str, place: str, role: str, code: str) -> None:
    places = {
        "platform": posts_of(world.users["sysadmin"])[0].organisation_id,
        "school": world.school_id,
        "sunny": world.sunny_id,
        "nowhere": 999_999,
    }
    close_reading()

    refused = code_of(
        grant_post,
        actor=world.actor("secadmin"),
        user_id=world.users[person],
        organisation_id=places[place],
        role=role,
    )

    assert refused == code


def test_separated_duties_in_one_unit_are_granted_with_a_warning(world: World) -> None:
    warnings = grant_post(
        actor=world.actor("secadmin"),
        user_id=world.users["handler"],
        organisation_id=world.school_id,
        role="receiver",
    )

    assert [(warning.roles, warning.organisation_name) for warning in warnings] == [
        (("handler", "receiver"), "郑州市阳光中学")
    ]


def test_the_same_duties_in_two_units_need_no_warning(world: World) -> None:
    grant_post(
        actor=world.actor("secadmin"), user_id=world.users["handler"], organisation_id=world.county_id, role="approver"
    )

    close_reading()
    assert warnings_about(posts_of(world.users["handler"])) == []


def test_one_post_granted_by_two_at_once_is_held_once(world: World) -> None:
    actor = world.actor("secadmin")
    outcomes: list[str] = []

    def grant() -> None:
        try:
            grant_post(actor=actor, user_id=world.users["handler"], organisation_id=world.county_id, role="handler")
            outcomes.append("granted")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            close_reading()

    threads = [threading.Thread(target=grant) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(outcomes) == ["granted"] + ["post.held_already"] * 3
    held = select(func.count()).where(
        UserPost.user_id == world.users["handler"], UserPost.organisation_id == world.county_id
    )
    assert session().scalar(held) == 1


def test_a_post_ends_once(world: World) -> None:
    post_id = posts_of(world.users["handler"])[0].post_id
    close_reading()
    end_post(actor=world.actor("secadmin"), post_id=post_id)

    assert code_of(end_post, actor=world.actor("secadmin"), post_id=post_id) == "post.unknown"


def test_disabling_needs_a_reason_and_somebody_else(world: World) -> None:
    actor = world.actor("sysadmin")

    assert code_of(disable_user, actor=actor, user_id=world.users["handler"], reason=" ") == "user.reason_missing"
    assert code_of(disable_user, actor=actor, user_id=actor.user_id, reason="x") == "user.own_account"
    assert code_of(disable_user, actor=actor, user_id=999_999, reason="x") == "user.unknown"


def test_a_disabled_person_cannot_sign_in_and_an_enabled_one_can(world: World) -> None:
    disable_user(actor=world.actor("sysadmin"), user_id=world.users["handler"], reason="离职")
    refused = code_of(sign_in, username="handler", password=PASSWORD, address="192.0.2.1")

    enable_user(actor=world.actor("sysadmin"), user_id=world.users["handler"])

    assert refused == "signin.wrong"
    assert sign_in(username="handler", password=PASSWORD, address="192.0.2.1").username == "handler"


def test_unlocking_forgets_the_failures(world: World) -> None:
    for _ in range(6):
        code_of(sign_in, username="handler", password="falsch", address="192.0.2.1")

    unlock_sign_in(actor=world.actor("secadmin"), user_id=world.users["handler"])

    assert sign_in(username="handler", password=PASSWORD, address="192.0.2.1").username == "handler"


def test_every_deed_of_an_officer_is_recorded(world: World) -> None:
    user, _ = create_user(actor=world.actor("sysadmin"), username="wang", name="王")
    grant_post(actor=world.actor("secadmin"), user_id=user.id, organisation_id=world.school_id, role="handler")
    disable_user(actor=world.actor("sysadmin"), user_id=user.id, reason="离职")

    actions = session().scalars(
        select(AuditRecord.action).where(AuditRecord.subject == f"user:{user.id}").order_by(AuditRecord.id)
    )

    assert list(actions) == ["user.create", "post.grant", "user.disable", "user.end_sessions"]


def test_a_token_acts_for_its_person_or_for_one_post(world: World) -> None:
    grant_post(
        actor=world.actor("secadmin"), user_id=world.users["handler"], organisation_id=world.county_id, role="handler"
    )
    posts = posts_of(world.users["handler"])
    close_reading()

    whole = issue_token(username="handler", password=PASSWORD, address="192.0.2.1")
    narrow = issue_token(username="handler", password=PASSWORD, address="192.0.2.1", post_id=posts[1].post_id)

    assert len(whole) == 47
    assert actor_of_token(whole).posts == posts  # type: ignore[union-attr]
    assert actor_of_token(narrow).posts == (posts[1],)  # type: ignore[union-attr]


def test_a_token_for_a_foreign_post_is_refused(world: World) -> None:
    foreign = posts_of(world.users["approver"])[0].post_id
    close_reading()

    refused = code_of(issue_token, username="handler", password=PASSWORD, address="192.0.2.1", post_id=foreign)

    assert refused == "token.no_such_post"


def test_revoked_expired_and_invented_tokens_are_nobody(world: World) -> None:
    token = issue_token(username="handler", password=PASSWORD, address="192.0.2.1")
    other = issue_token(username="handler", password=PASSWORD, address="192.0.2.1")
    actor = world.actor("handler")
    revoke_token(actor=actor, token_id=1)

    assert actor_of_token(token) is None
    assert actor_of_token(other) is not None
    assert actor_of_token("smt_" + "x" * 43) is None
    assert actor_of_token("") is None
    assert code_of(revoke_token, actor=world.actor("approver"), token_id=2) == "token.no_such_token"
    with clock.frozen(clock.now().replace(year=clock.now().year + 1)):
        assert actor_of_token(other) is None
