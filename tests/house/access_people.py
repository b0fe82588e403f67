"""The people of the access test, each with a browser and a program of her own."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any

import psycopg
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.people.api_token import TOKEN_LIFE, TOKEN_PREFIX, ApiToken
from mall.people.create_user import create_user
from mall.people.grant_post import grant_post
from mall.people.web_session import begin_session, secret_hash
from mall.web.sessions import COOKIE
from tests.world import UNIT_PEOPLE, World

#: not this machine: what is shown to the neighbour alone must not count as open
FAR_AWAY = {"REMOTE_ADDR": "192.0.2.10"}

_TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')

#: the groups that the oracle may name, besides single people
GROUPS: dict[str, tuple[str, ...]] = {
    "nobody": (),
    "school": (*UNIT_PEOPLE, "colleague"),
    "county": tuple(f"{role}2" for role in UNIT_PEOPLE),
    "suppliers": ("supplier", "supplier2"),
    "regulators": ("regulator", "regulator-city", "regulator-county"),
    "budgeters": ("budget", "budget-city", "budget2"),
    "officers": ("sysadmin", "secadmin", "auditor"),
}
GROUPS["units"] = GROUPS["school"] + GROUPS["county"]
GROUPS["signed_in"] = (
    *GROUPS["units"], *GROUPS["suppliers"], "centre", "monitor", *GROUPS["regulators"],
    *GROUPS["budgeters"], *GROUPS["officers"], "postless",
)  # fmt: skip
GROUPS["everyone"] = ("visitor", *GROUPS["signed_in"], "disabled")
PEOPLE = GROUPS["everyone"]


def named(words: str) -> tuple[str, ...]:
    """The people that a cell of the oracle names: groups, single people, and -those that are left out."""
    found: list[str] = []
    for word in words.split():
        if word.startswith("-"):
            found.remove(word.removeprefix("-"))
        else:
            found += GROUPS[word] if word in GROUPS else [PEOPLE[PEOPLE.index(word)]]
    return tuple(dict.fromkeys(found))


@dataclass
class Person:
    """Somebody at a browser (pages) and with a program (API); `user_id` is None for a visitor."""

    app: Flask
    username: str
    user_id: int | None = None
    secret: str = ""
    token: str = ""
    form_token: str = ""
    _client: FlaskClient = field(init=False)

    def __post_init__(self) -> None:
        self._client = self.app.test_client()

    @property
    def is_signed_in(self) -> bool:
        return self.username not in ("visitor", "disabled")

    def ask(
        self, method: str, path: str, *, form: dict[str, Any] | None = None, body: dict[str, Any] | None = None
    ) -> TestResponse:
        """One request, with everything this person has: session and form token, or bearer token."""
        if path.startswith("/api/"):
            headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
            program = self.app.test_client(use_cookies=False)
            return program.open(path, method=method, headers=headers, json=body, environ_overrides=FAR_AWAY)
        if self.secret:
            # An ended session's cookie is dropped by the answer; this person goes on showing it.
            self._client.set_cookie(COOKIE, self.secret)
        data = {"csrf_token": self.form_token, **(form or {})} if method == "POST" else None
        return self._client.open(path, method=method, data=data, environ_overrides=FAR_AWAY)

    def learn_form_token(self) -> None:
        """Read the token of this session's forms."""
        path = "/account/password" if self.is_signed_in else "/sign-in"
        found = _TOKEN.search(self.ask("GET", path).get_data(as_text=True))
        assert found, f"no form on {path} for {self.username}"
        self.form_token = found.group(1)

    def again(self) -> Person:
        """The same person in another browser, whose session may end."""
        other = Person(self.app, self.username, user_id=self.user_id, token=self.token)
        if self.secret:
            other.secret = _session_of(self.user_id or 0) if self.is_signed_in else self.secret
        other.learn_form_token()
        return other


def add_newcomers(world: World) -> None:
    """Those whom the small province lacks, made by the officers' own use-cases."""
    for username, roles in (
        ("colleague", ("handler",)),
        ("postless", ()),
        ("disabled", ("handler", "approver")),
        ("everything", ("handler", "approver", "receiver", "accountant")),
    ):
        user, _link = create_user(actor=SYSTEM, username=username, name=f"测试{username}")
        for role in roles:
            grant_post(actor=SYSTEM, user_id=user.id, organisation_id=world.school_id, role=role)
        world.users[username] = user.id
    close_reading()


def sign_everybody_in(app: Flask, world: World, admin: psycopg.Connection) -> dict[str, Person]:
    """Everybody of PEOPLE with a session and a token. The disabled person's account is closed behind her back."""
    admin.execute(
        "update user_account set state = 'active', password_hash ="
        " (select password_hash from user_account where username = 'handler') where state = 'invited'"
    )
    people = {}
    for username in (*PEOPLE, "everything"):
        person = Person(app, username, user_id=world.users.get(username))
        if person.user_id is not None:
            person.secret, person.token = _session_of(person.user_id), token_of(person.user_id)[0]
            # The first use of a token is noted, and later ones only after a while.
            person.ask("GET", "/api/v1/openapi.json")
        people[username] = person
    # Neither session nor token is ended: the state of the account alone must shut her out.
    admin.execute("update user_account set state = 'disabled' where username = 'disabled'")
    for person in people.values():
        person.learn_form_token()
    return people


def _session_of(user_id: int) -> str:
    return begin_session(user_id=user_id, address=FAR_AWAY["REMOTE_ADDR"], browser="test")[1]


@atomic
def token_of(user_id: int) -> tuple[str, int]:
    """A bearer token of this person, and its id."""
    now = clock.now()
    token = f"{TOKEN_PREFIX}{secret_hash(f'{user_id} {now.isoformat()}')[:43]}"
    row = ApiToken(token_hash=secret_hash(token), user_id=user_id, created_at=now, expires_at=now + TOKEN_LIFE)
    session().add(row)
    session().flush()
    record(actor=SYSTEM, action="test.token", subject=f"user:{user_id}")
    return token, row.id
