"""The officers' pages: accounts made and disabled by one officer, posts granted and ended by another."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, needs
from mall.database import session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.people.create_user import create_user, renew_link
from mall.people.disable_user import disable_user, enable_user
from mall.people.duty_conflicts import ROLES_OF_KIND, warnings_about
from mall.people.grant_post import end_post, grant_post, unlock_sign_in
from mall.people.list_users import list_users, organisations_like
from mall.people.sign_in_throttle import counters_of
from mall.people.user import UserAccount, posts_of
from mall.people.user_states import USER_STATES
from mall.people.web_session import sessions_of
from mall.people.welcome_link import LINK_LIFE
from mall.refusals import REFUSALS

pages = Blueprint("people", __name__, url_prefix="/people")


@pages.get("")
@needs("people.list")
def index() -> str:
    """All accounts."""
    return _list_page()


@pages.post("")
@needs("people.create")
def create() -> Any:
    """Make an account; its one-time link is shown on this very answer and never again."""
    try:
        user, link = create_user(
            actor=current_actor(), username=request.form.get("username", ""), name=request.form.get("name", "")
        )
    except Refusal as refusal:
        return _list_page(refusal=refusal), REFUSALS[refusal.code].http
    return _link_page(user, link)


@pages.get("/<int:user_id>")
@needs("people.list")
def show(user_id: int) -> str:
    """One account with its posts, sessions and history."""
    return _person_page(user_id)


@pages.post("/<int:user_id>/link")
@needs("people.create")
def renew(user_id: int) -> str:
    """Another one-time link."""
    user, link = renew_link(actor=current_actor(), user_id=user_id)
    return _link_page(user, link)


@pages.post("/<int:user_id>/disable")
@needs("people.disable")
def disable(user_id: int) -> Any:
    """Disable the account at once."""
    try:
        disable_user(actor=current_actor(), user_id=user_id, reason=request.form.get("reason", ""))
    except Refusal as refusal:
        if refusal.code == "user.unknown":
            raise
        return _person_page(user_id, refusal=refusal), REFUSALS[refusal.code].http
    flash(_("账号已停用，登录会话和接口令牌已全部结束。"), "success")
    return redirect(url_for("people.show", user_id=user_id))


@pages.post("/<int:user_id>/enable")
@needs("people.disable")
def enable(user_id: int) -> Response:
    """Let the account sign in again."""
    enable_user(actor=current_actor(), user_id=user_id)
    flash(_("账号已恢复。"), "success")
    return redirect(url_for("people.show", user_id=user_id))


@pages.post("/<int:user_id>/posts")
@needs("people.grant")
def grant(user_id: int) -> Any:
    """Grant a post."""
    try:
        warnings = grant_post(
            actor=current_actor(),
            user_id=user_id,
            organisation_id=_organisation_id(request.form.get("organisation_id", "")),
            role=request.form.get("role", ""),
        )
    except Refusal as refusal:
        if refusal.code == "user.unknown":
            raise
        return _person_page(user_id, refusal=refusal), REFUSALS[refusal.code].http
    flash(_("岗位已授予，此人需重新登录。"), "success")
    for warning in warnings:
        flash(
            _("注意：此人在%(organisation)s兼任相互分离的岗位，同一张订单只能办理其中一个环节。",
              organisation=warning.organisation_name),
            "warning",
        )  # fmt: skip
    return redirect(url_for("people.show", user_id=user_id))


@pages.post("/posts/<int:post_id>/end")
@needs("people.grant")
def end(post_id: int) -> Response:
    """End a post now."""
    user = end_post(actor=current_actor(), post_id=post_id)
    flash(_("岗位已收回，此人的登录会话已结束。"), "success")
    return redirect(url_for("people.show", user_id=user.id))


@pages.post("/<int:user_id>/unlock")
@needs("people.unlock")
def unlock(user_id: int) -> Response:
    """Forget the failed sign-ins of the account."""
    unlock_sign_in(actor=current_actor(), user_id=user_id)
    flash(_("登录限制已解除。"), "success")
    return redirect(url_for("people.show", user_id=user_id))


def _organisation_id(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def _list_page(refusal: Refusal | None = None) -> str:
    text = request.args.get("text", "").strip()[:60]
    state = request.args.get("state", "")
    return render_template(
        "people/people.html",
        found=list_users(
            actor=current_actor(), text=text, state=state, page=_page_number(request.args.get("page", ""))
        ),
        text=text,
        state=state,
        states=USER_STATES.states,
        typed=request.form if refusal is not None else {},
        refusal=refusal,
    )


def _page_number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 7 else 1


def _person_page(user_id: int, refusal: Refusal | None = None) -> str:
    user = session().get(UserAccount, user_id)
    if user is None:
        raise Refusal("user.unknown")
    posts = posts_of(user.id)
    text = request.args.get("organisation", "").strip()[:60]
    return render_template(
        "people/person.html",
        user=user,
        posts=posts,
        warnings=warnings_about(posts),
        session_count=len(sessions_of(user.id)),
        failures=counters_of([user.username]).get(user.username.lower(), 0),
        history=history_of(user.reference),
        organisation_text=text,
        organisations=organisations_like(text),
        roles_of_kind=ROLES_OF_KIND,
        refusal=refusal,
    )


def _link_page(user: UserAccount, link: str) -> str:
    return render_template(
        "people/link.html",
        user=user,
        address=url_for("account.welcome", link=link, _external=True),
        hours=int(LINK_LIFE.total_seconds() // 3600),
    )
