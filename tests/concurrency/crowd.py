"""Many people at once: threads that begin together, callers that speak HTTP, and what the book says afterwards."""

from __future__ import annotations

import http.client
import json
import threading
import uuid
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any, NamedTuple, TypeVar

import psycopg

from ledger import budget_lines
from ledger.chart_of_accounts import Account
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.people.web_session import secret_hash
from tests.world import COUNTY_REGION, SCHOOL_REGION, World

T = TypeVar("T")
CALL_TIMEOUT_SECONDS = 60


class Answer(NamedTuple):
    """What came back: the status, the body, and whether the server said it had answered before."""

    status: int
    body: Any
    is_replayed: bool

    @property
    def outcome(self) -> str:
        """ "accepted", or the code of the refusal."""
        return "accepted" if self.status in (200, 201) else str(self.body.get("code", self.status))


def at_once(work: Callable[[int], T], *, people: int) -> list[T]:
    """Run `work(number)` in so many threads that begin at the same moment."""
    start = threading.Barrier(people)

    def begin(number: int) -> T:
        start.wait(timeout=CALL_TIMEOUT_SECONDS)
        return work(number)

    with ThreadPoolExecutor(people) as pool:
        return list(pool.map(begin, range(people)))


def answers(port: int, path: str) -> bool:
    """Whether the server answers 200 there."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


class Caller:
    """One program with a token, on a connection that it keeps."""

    def __init__(self, port: int, *, token: str) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=CALL_TIMEOUT_SECONDS)
        self.token = token

    def post(self, path: str, body: dict[str, Any], *, key: str | None = None) -> Answer:
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        if key is not None:
            headers["Idempotency-Key"] = key
        self.connection.request("POST", f"/api/v1{path}", json.dumps(body), headers)
        response = self.connection.getresponse()
        content = response.read()
        return Answer(response.status, json.loads(content), response.headers.get("Idempotency-Replayed") == "true")

    def close(self) -> None:
        self.connection.close()


@dataclass
class Mall:
    """The served mall and the database behind it."""

    world: World
    port: int
    admin_url: str
    _tokens: dict[str, str] = field(default_factory=dict)

    def token(self, who: str) -> str:
        """A token of this person, laid into the database: signing in is not what is tried here."""
        if who not in self._tokens:
            self._tokens[who] = f"smt_{uuid.uuid4().hex}{uuid.uuid4().hex[:11]}"
            with psycopg.connect(self.admin_url, autocommit=True) as connection:
                connection.execute(
                    "insert into api_token (token_hash, user_id, created_at, expires_at, last_used_at)"
                    " values (%s, %s, %s, %s, %s)",
                    (
                        secret_hash(self._tokens[who]), self.world.users[who], clock.now(),
                        clock.now() + timedelta(hours=1), clock.now(),
                    ),
                )  # fmt: skip
        return self._tokens[who]

    def caller(self, who: str) -> Caller:
        return Caller(self.port, token=self.token(who))

    def one(self, sql: str, *values: Any) -> Any:
        """The single value of a query."""
        with psycopg.connect(self.admin_url) as connection:
            row = connection.execute(sql, values).fetchone()
            return None if row is None else row[0]

    def alter(self, sql: str, *values: Any) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(sql, values)

    def book(self, line_id: int) -> tuple[int, int]:
        """(available, reserved) of a line, added up from the entries themselves."""
        with psycopg.connect(self.admin_url) as connection:
            rows = connection.execute(
                "select coa, sum(-amount_fen)::bigint from ledger.entry where line_id = %s group by coa", (line_id,)
            ).fetchall()
        sums = dict(rows)
        return sums.get(Account.AVAILABLE, 0), sums.get(Account.RESERVED, 0)


@atomic
def new_line(*, unit_id: int, appropriation_fen: int) -> int:
    """A budget line of this year with so much money, of one of the two units of the small province."""
    region_code = (
        session()
        .connection()
        .exec_driver_sql("select region_code from organisation where id = %s", (unit_id,))
        .scalar_one()
    )
    assert region_code in (SCHOOL_REGION, COUNTY_REGION)
    year, code = clock.today().year, f"crowd-{uuid.uuid4().hex[:12]}"
    line_id = budget_lines.create_line(
        session(), region_code=region_code, year=year, unit_id=unit_id, code=code, name="并发测试",
        created_at=clock.now(), economic_code="30201", economic_name="办公费", function_code="205",
        function_name="教育支出", fund_source="一般公共预算", category_scope=(),
    )  # fmt: skip
    budget_lines.appropriate(
        session(), line_id, amount_fen=appropriation_fen, source_type="budget", source_id=code,
        effective_on=date(year, 1, 2), posted_at=clock.now(), actor="test",
    )  # fmt: skip
    record(actor=SYSTEM, action="test.line", subject="budget")
    return line_id


def counted(answers_given: list[Answer]) -> Counter[str]:
    """How many ended how."""
    return Counter(answer.outcome for answer in answers_given)


def overspent_fen(*, taken_fen: int, budget_fen: int) -> int:
    """By how much more was taken than there was; 0 is what must be."""
    return max(0, taken_fen - budget_fen)
