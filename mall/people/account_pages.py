"""One's own account: signing in and out, the first password, data, sessions, tokens, password and language."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from mall.access.guards import current_actor, everyone, needs
from mall.database import session as database_session
from mall.errors import Refusal
from mall.people.api_token import tokens_of
from mall.people.choose_language import LANGUAGES, choose_language
from mall.people.device_cookie import device_of, set_device
from mall.people.duty_conflicts import warnings_about
from mall.people.end_session import end_own_session
from mall.people.end_session import sign_out as end_this_session
from mall.people.issue_token import revoke_token
from mall.people.next_address import own_path
from mall.people.password import CLASSES_MIN, LENGTH_MIN
from mall.people.set_password import change_password, set_password_by_link
from mall.people.sign_in import sign_in as check_sign_in
from mall.people.user import UserAccount
from mall.people.web_session import sessions_of
from mall.people.welcome_link import owner_of_link
from mall.refusals import REFUSALS

pages = Blueprint("account", __name__)

START_PAGE = "/"


@pages.route("/sign-in", methods=["GET", "POST"])
@everyone("nobody is signed in yet")
def sign_in() -> Any:
    """The form, and what becomes of it."""
    next_path = own_path(request.values.get("next"), default="")
    if request.method == "GET":
        if current_actor().is_signed_in:
            return redirect(next_path or start_page())
        return _sign_in_form(next_path)
    try:
        user = check_sign_in(
            username=request.form.get("username", ""),
            password=request.form.get("password", ""),
            address=request.remote_addr or "",
            device=device_of(request),
        )
    except Refusal as refusal:
        return _sign_in_form(next_path, refusal=refusal)
    return _enter(user, next_path)


@pages.post("/sign-out")
@needs("account.use")
def sign_out() -> Response:
    """End this session now."""
    end_this_session(actor=current_actor(), session_id=session.session_id)  # type: ignore[attr-defined]
    session.end()  # type: ignore[attr-defined]
    response = redirect(url_for("account.sign_in"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@pages.route("/welcome/<link>", methods=["GET", "POST"])
@everyone("whoever holds the one-time link sets the first password")
def welcome(link: str) -> Any:
    """Set the password through a one-time link, then sign in with it."""
    # Asked before the use-case, so that strangers' guesses are recorded within their bounds only.
    if owner_of_link(link) is None:
        raise Refusal("welcome.link_spent")
    if request.method == "GET":
        return _welcome_form(link)
    password = request.form.get("password", "")
    try:
        if password != request.form.get("again", ""):
            raise Refusal("password.not_repeated")
        set_password_by_link(link=link, password=password)
    except Refusal as refusal:
        if refusal.code == "welcome.link_spent":
            raise
        return _welcome_form(link, refusal=refusal)
    return redirect(url_for("account.sign_in", welcome="1"))


def start_page() -> str:
    """The desk where there is one, else the home page."""
    return url_for("desk.index") if "desk.index" in current_app.view_functions else START_PAGE


def _sign_in_form(next_path: str, refusal: Refusal | None = None) -> Any:
    page = render_template(
        "account/sign_in.html",
        refusal=refusal,
        next_path=next_path,
        # The name comes back after a mistake, the password never.
        username=request.form.get("username", "")[:100],
        is_welcomed=request.args.get("welcome") == "1",
        settings=current_app.config["SUNMALL"],
    )
    if refusal is None:
        return page
    headers = {}
    if "retry_after" in refusal.facts:
        headers["Retry-After"] = str(refusal.facts["retry_after"])
    return page, REFUSALS[refusal.code].http, headers


def _enter(user: UserAccount, next_path: str) -> Response:
    session.begin(  # type: ignore[attr-defined]
        user_id=user.id, address=request.remote_addr or "", browser=request.user_agent.string
    )
    response = redirect(next_path or start_page())
    set_device(response, user_id=user.id)
    return response


def _welcome_form(link: str, refusal: Refusal | None = None) -> Any:
    page = render_template(
        "account/welcome.html", link=link, refusal=refusal, length_min=LENGTH_MIN, classes_min=CLASSES_MIN
    )
    return page if refusal is None else (page, REFUSALS[refusal.code].http)


@pages.get("/account")
@needs("account.use")
def show() -> str:
    """The page of one's own account."""
    actor = current_actor()
    assert actor.user_id is not None
    return render_template(
        "account/account.html",
        user=database_session().get_one(UserAccount, actor.user_id),
        sessions=sessions_of(actor.user_id),
        this_session_id=_session_id(),
        tokens=tokens_of(actor.user_id),
        warnings=warnings_about(actor.posts),
    )


@pages.route("/account/password", methods=["GET", "POST"])
@needs("account.use")
def password() -> Any:
    """Change the password; every other session ends."""
    if request.method == "GET":
        return _password_form()
    new = request.form.get("new", "")
    try:
        if new != request.form.get("again", ""):
            raise Refusal("password.not_repeated")
        change_password(actor=current_actor(), old=request.form.get("old", ""), new=new, session_id=_session_id())
    except Refusal as refusal:
        return _password_form(refusal=refusal), REFUSALS[refusal.code].http
    flash(_("密码已修改，其他设备上的登录已全部结束。"), "success")
    return redirect(url_for("account.show"))


@pages.post("/account/sessions/<int:session_id>/end")
@needs("account.use")
def end_session(session_id: int) -> Response:
    """End one of one's own sessions."""
    end_own_session(actor=current_actor(), session_id=session_id)
    if session_id == _session_id():
        session.end()  # type: ignore[attr-defined]
        return redirect(url_for("account.sign_in"))
    flash(_("该登录会话已结束。"), "success")
    return redirect(url_for("account.show"))


@pages.post("/account/tokens/<int:token_id>/end")
@needs("account.use")
def end_token(token_id: int) -> Response:
    """Revoke one of one's own tokens."""
    revoke_token(actor=current_actor(), token_id=token_id)
    flash(_("接口令牌已撤销。"), "success")
    return redirect(url_for("account.show"))


@pages.post("/language")
@everyone("visitors choose their language, too")
def language() -> Response:
    """Switch the language of the pages; a signed-in person's choice is kept with the account."""
    chosen = request.form.get("language", "")
    if chosen in LANGUAGES:
        session["language"] = chosen
        if current_actor().is_signed_in:
            choose_language(actor=current_actor(), language=chosen)
    return redirect(own_path(request.form.get("next"), default="/"))


def _session_id() -> int | None:
    return session.session_id  # type: ignore[attr-defined,no-any-return]


def _password_form(refusal: Refusal | None = None) -> str:
    return render_template("account/password.html", refusal=refusal, length_min=LENGTH_MIN, classes_min=CLASSES_MIN)
