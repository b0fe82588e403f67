"""Every request: declared routes, form tokens, headers, ids, errors in the house's words."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask, url_for
from sqlalchemy import func, select

from mall.audit.audit_record import AuditRecord
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.settings import Settings
from mall.web.app import build_app
from mall.web.default_deny import UndeclaredRoute, require_declarations
from tests.mall.web.browser import Browser, signed_in
from tests.world import PASSWORD, World

SAFE = {"GET", "HEAD", "OPTIONS"}
PEOPLE = ("handler", "supplier", "sysadmin", "secadmin", "auditor", "regulator", "centre")


def address_of(rule) -> str:  # type: ignore[no-untyped-def]
    """An address that fits the rule."""
    values = {}
    for name, converter in rule._converters.items():
        kind = type(converter).__name__
        values[name] = 1 if kind == "IdConverter" else (next(iter(converter.items)) if kind == "AnyConverter" else "x")
    return rule.build(values, append_unknown=False)[1]


def unsafe_routes(app: Flask) -> list[tuple[str, str]]:
    return sorted(
        (method, address_of(rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - SAFE
        if not rule.rule.startswith("/api/")
    )


def test_a_route_without_declaration_keeps_the_mall_from_starting(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    with pytest.raises(UndeclaredRoute, match="/forgotten"):
        require_declarations(app)


def test_a_route_without_declaration_is_denied_even_after_the_start(app: Flask) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")

    response = signed_in(app, "sysadmin").get("/forgotten")

    assert response.status_code == 403
    assert "secret" not in response.get_data(as_text=True)


def test_every_unsafe_route_refuses_a_form_without_token(app: Flask) -> None:
    browsers = [signed_in(app, person) for person in PEOPLE]
    open_to_somebody = set()

    for method, address in unsafe_routes(app):
        for browser in browsers:
            response = browser.client.open(address, method=method, environ_overrides=browser.environ)
            assert response.status_code in (400, 403), (method, address, response.status_code)
            if "request.stale_form" in response.get_data(as_text=True):
                open_to_somebody.add(address)

    assert {"/sign-in", "/sign-out", "/account/password", "/people", "/audit.csv"} <= open_to_somebody


def test_every_unsafe_route_refuses_a_foreign_token(app: Flask) -> None:
    browser, other = signed_in(app, "sysadmin"), signed_in(app, "sysadmin")
    foreign = other.token("/account")

    for method, address in unsafe_routes(app):
        response = browser.client.open(
            address, method=method, data={"csrf_token": foreign}, environ_overrides=browser.environ
        )
        assert response.status_code in (400, 403), (method, address, response.status_code)


def test_a_request_another_site_makes_the_browser_send_is_refused_in_spite_of_its_token(app: Flask) -> None:
    browser = signed_in(app, "handler")

    response = browser.post("/sign-out", page="/account", headers={"Sec-Fetch-Site": "cross-site"})

    assert response.status_code == 403
    assert "request.cross_site" in response.get_data(as_text=True)
    assert browser.get("/account").status_code == 200


def test_the_api_takes_no_cookies(app: Flask) -> None:
    browser = signed_in(app, "handler")

    for rule in app.url_map.iter_rules():
        if (
            rule.rule.startswith("/api/")
            and "GET" in (rule.methods or set())
            and not hasattr(app.view_functions[rule.endpoint], "open_to_everyone")
        ):
            response = browser.get(address_of(rule))
            assert response.status_code == 401, rule.rule
            assert response.content_type == "application/problem+json"


def test_a_bad_token_is_a_problem_with_its_code(app: Flask) -> None:
    response = Browser(app).get("/api/v1/budget-lines", headers={"Authorization": "Bearer smt_wrong"})

    assert response.status_code == 401
    assert response.get_json()["code"] == "token.invalid"
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


def test_every_answer_carries_the_headers(app: Flask) -> None:
    browsers = [Browser(app), signed_in(app, "handler"), signed_in(app, "auditor")]
    app.testing = False
    for rule in app.url_map.iter_rules():
        for browser in browsers:
            headers = browser.get(address_of(rule)).headers
            policy = headers["Content-Security-Policy"]
            assert "default-src 'none'" in policy and "script-src 'self'" in policy, rule.rule
            assert "unsafe" not in policy
            assert headers["X-Content-Type-Options"] == "nosniff"
            assert headers["Referrer-Policy"] == "same-origin"
            assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
            assert "camera=()" in headers["Permissions-Policy"]
            assert headers["X-Request-Id"]
            assert "Access-Control-Allow-Origin" not in headers


def test_pages_of_signed_in_people_are_not_stored(app: Flask) -> None:
    assert signed_in(app, "handler").get("/account").headers["Cache-Control"] == "no-store"
    assert Browser(app).get("/sign-in").headers["Cache-Control"] == "private, no-cache"


def test_https_adds_hsts_and_the_host_prefix(app: Flask, settings: Settings) -> None:
    secure = build_app(replace(settings, https=True))

    response = secure.test_client().get("/sign-in", base_url="https://localhost")

    assert response.headers["Strict-Transport-Security"].startswith("max-age=31536000")
    cookie = response.headers["Set-Cookie"]
    assert cookie.startswith("__Host-sunmall_visitor=") and "Secure" in cookie and "Path=/" in cookie


@pytest.mark.parametrize("given", ["short", "x" * 65, "with space", "a\tb-12345678", "<script>alert(1)</script>"])
def test_a_malformed_request_id_is_replaced(app: Flask, given: str) -> None:
    response = Browser(app).get("/healthz", headers={"X-Request-Id": given})

    assert re.fullmatch(r"[0-9a-f]{32}", response.headers["X-Request-Id"])


def test_a_good_request_id_is_kept_up_to_the_audit(app: Flask) -> None:
    Browser(app).get("/account", headers={"X-Request-Id": "request-0001"})

    close_reading()
    record = session().scalars(select(AuditRecord).order_by(AuditRecord.id.desc()).limit(1)).one()
    assert (record.request_id, record.address, record.result) == ("request-0001", "192.0.2.10", "refused")


@pytest.mark.parametrize("name", ["X-Forwarded-For", "X-Real-IP", "Forwarded"])
def test_a_forged_forwarding_header_changes_no_address(app: Flask, name: str) -> None:
    Browser(app).get("/account", headers={name: "203.0.113.9"})

    close_reading()
    assert session().scalar(select(AuditRecord.address).order_by(AuditRecord.id.desc()).limit(1)) == "192.0.2.10"


def test_a_visitor_is_led_to_the_sign_in_and_back(app: Flask) -> None:
    browser = Browser(app)

    led = browser.get("/orders?state=draft&page=2")
    back = browser.post(led.headers["Location"], {"username": "handler", "password": PASSWORD})

    assert led.status_code == 302
    assert led.headers["Location"] == "/sign-in?next=/orders?state%3Ddraft%26page%3D2"
    assert back.headers["Location"] == "/orders?state=draft&page=2"


@pytest.mark.parametrize("wanted", ["https://evil.example", "//evil.example", "/\\evil.example", "/%0d%0a//x"])
def test_sign_in_leads_to_no_foreign_address(app: Flask, wanted: str) -> None:
    browser = Browser(app)

    response = browser.post("/sign-in", {"username": "handler", "password": PASSWORD, "next": wanted})

    assert response.status_code == 302
    assert "evil" not in response.headers["Location"]
    assert response.headers["Location"].startswith("/")


def test_language_switch_leads_to_no_foreign_address(app: Flask) -> None:
    response = Browser(app).post("/language", {"language": "en", "next": "//evil.example"})

    assert response.headers["Location"] == "/"


def test_language_is_kept_with_the_account(app: Flask) -> None:
    signed_in(app, "handler").post("/language", {"language": "en"}, page="/account")

    assert '<html lang="en"' in signed_in(app, "handler").get("/account").get_data(as_text=True)


def test_unknown_and_known_names_get_the_same_page(app: Flask) -> None:
    def page(username: str) -> tuple[int, str]:
        response = Browser(app).sign_in(username, "falsch")
        text = re.sub(r'(csrf_token" value="|[?&]v=)[^"&]+', "", response.get_data(as_text=True))
        return response.status_code, re.sub(r"<code>[0-9a-f]{32}</code>", "", text).replace(username, "")

    assert page("handler") == page("nobody-x")


def test_throttled_sign_in_says_when_to_come_back(app: Flask) -> None:
    browser = Browser(app)
    for _ in range(5):
        browser.sign_in("handler", "falsch")

    response = browser.sign_in("handler")

    assert response.status_code == 429
    assert 800 < int(response.headers["Retry-After"]) <= 901


@pytest.mark.parametrize(
    ("path", "status", "code"), [("/nothing", 404, "page.not_found"), ("/sign-out", 405, "page.wrong_method")]
)
def test_errors_come_in_the_house_s_words(app: Flask, path: str, status: int, code: str) -> None:
    response = Browser(app).get(path)

    text = response.get_data(as_text=True)
    assert response.status_code == status
    assert code in text and "请" in text and response.headers["X-Request-Id"] in text


def test_api_errors_are_problems(app: Flask) -> None:
    response = Browser(app).get("/api/v1/nothing")

    assert response.status_code == 404
    assert response.content_type == "application/problem+json"
    assert {"type", "title", "status", "detail", "code", "next", "facts", "request_id"} == set(response.get_json())


def test_too_big_a_body_is_refused(app: Flask) -> None:
    browser = Browser(app)
    response = browser.client.post(
        "/sign-in", data=b"x", content_type="application/x-www-form-urlencoded",
        environ_overrides={**browser.environ, "CONTENT_LENGTH": str(26 * 1024 * 1024)},
    )  # fmt: skip

    assert response.status_code == 413


def test_a_bug_shows_no_stack_and_is_logged_under_its_id(capsys: pytest.CaptureFixture[str], app: Flask) -> None:
    def broken() -> str:
        raise ZeroDivisionError("the secret of the stack")

    broken.open_to_everyone = "a test"  # type: ignore[attr-defined]
    app.add_url_rule("/broken", "broken", broken)
    app.testing = False

    response = Browser(app).get("/broken", headers={"X-Request-Id": "broken-0001"})

    text = response.get_data(as_text=True)
    assert response.status_code == 500
    assert "broken-0001" in text
    assert "ZeroDivisionError" not in text and "secret of the stack" not in text
    logged = capsys.readouterr().err
    assert "ZeroDivisionError" in logged and "broken-0001" in logged


def test_a_refusal_is_recorded_exactly_once(app: Flask, world: World) -> None:
    browser = signed_in(app, "handler")

    browser.get("/people")
    browser.post(f"/people/{world.users['approver']}/disable", {"reason": "x"}, page="/account")

    close_reading()
    count = session().scalar(
        select(func.count()).where(AuditRecord.result == "refused", AuditRecord.user_id == world.users["handler"])
    )
    assert count == 2


def test_retry_after_of_a_refusal_becomes_a_header(app: Flask) -> None:
    def refused() -> str:
        raise Refusal("signin.throttled", retry_after=17, minutes=1)

    refused.open_to_everyone = "a test"  # type: ignore[attr-defined]
    app.add_url_rule("/refused", "refused", refused)

    response = Browser(app).get("/refused")

    assert (response.status_code, response.headers["Retry-After"]) == (429, "17")


def test_static_files_may_be_kept_by_their_version(app: Flask) -> None:
    with app.test_request_context():
        address = url_for("static", filename="sunmall.css")

    response = Browser(app).get(address)

    assert re.search(r"\?v=[0-9a-f]{12}$", address)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert "immutable" not in Browser(app).get("/static/sunmall.css").headers["Cache-Control"]


def test_metrics_are_for_this_machine_and_the_system_administrator(app: Flask) -> None:
    assert Browser(app).get("/metrics").status_code == 404
    assert signed_in(app, "handler").get("/metrics").status_code == 404
    assert Browser(app, address="127.0.0.1").get("/metrics").status_code == 200
    text = signed_in(app, "sysadmin").get("/metrics").get_data(as_text=True)
    assert "sunmall_requests_total" in text and 'sunmall_outbox_events{state="waiting"}' in text


def test_no_template_marks_anything_safe() -> None:
    folder = Path(__file__).resolve().parents[3] / "templates"
    for name in ("account", "audit", "errors", "health", "people", "web"):
        for file in (folder / name).glob("*.html"):
            assert not re.search(r"\|\s*safe|<[^>{]*\s(style|on[a-z]+)=|<script>", file.read_text()), file
