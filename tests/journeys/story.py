"""People who walk an order's road through the JSON API, the book beside them, and a treasury that answers by file."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
from flask import Flask
from werkzeug.test import TestResponse

from mall import clock
from mall.access.actor import SYSTEM
from mall.exchange.return_file import IN_HEAD, IN_LINE, tail_line
from mall.finance.exchange_treasury import ReturnReport, export_batch, import_returns
from mall.finance.treasury_batch import TreasuryBatch
from mall.jobs.sweep_deadlines import sweep_deadlines
from mall.people.web_session import secret_hash
from tests.world import PASSWORD, World

#: what an order, its books and its papers write; a refusal must leave all of it as it was
WRITTEN = (
    "purchase_order", "order_line", "category_total", "document_step", "outbox_event", "request_record",
    "contract", "signature", "delivery_note", "acceptance", "dispute", "invoice", "payment_request",
    "treasury_batch", "asset_card", "rating", "cart_line", "ledger.txn", "ledger.entry", "ledger.account",
)  # fmt: skip


class Book(NamedTuple):
    """Where the money of one budget line stands, in fen."""

    available: int = 0
    reserved: int = 0
    committed: int = 0
    accrued: int = 0
    in_payment: int = 0
    paid: int = 0


@dataclass
class Story:
    """The world seen through the API. People are named by their usernames."""

    app: Flask
    world: World
    admin_url: str
    folder: Path
    _tokens: dict[str, str] = field(default_factory=dict)

    def send(
        self, who: str, method: str, path: str, body: dict[str, Any] | None = None, *, key: str | None = None
    ) -> TestResponse:
        """One call of the API with this person's token."""
        headers = {"Authorization": f"Bearer {self.token(who)}"}
        if key is not None:
            headers["Idempotency-Key"] = key
        return self.app.test_client().open(f"/api/v1{path}", method=method, json=body, headers=headers)

    def sign_in(self, *people: str) -> None:
        """Get tokens as everybody does, with the password. It is dear, so most journeys do without."""
        for who in people:
            answer = self.app.test_client().post("/api/v1/tokens", json={"username": who, "password": PASSWORD})
            assert answer.status_code == 200, answer.json
            self._tokens[who] = answer.json["token"]

    def token(self, who: str) -> str:
        """The person's token; one that was never asked for is laid into the database, good for the whole story."""
        if who not in self._tokens:
            self._tokens[who] = f"smt_{uuid.uuid4().hex}{uuid.uuid4().hex[:11]}"
            self.alter(
                "insert into api_token (token_hash, user_id, created_at, expires_at) values (%s, %s, %s, %s)",
                secret_hash(self._tokens[who]), self.world.users[who], clock.now(),
                clock.now() + timedelta(days=365),
            )  # fmt: skip
        return self._tokens[who]

    def wanted(self, goods: str, quantity: int, line: str) -> dict[str, int]:
        """One line of an order to be: goods and budget line by their names in the world."""
        return {
            "listing_id": self.world.listings[goods],
            "quantity": quantity,
            "budget_line_id": self.world.lines[line],
        }

    def place(self, *lines: dict[str, int], who: str = "handler", **more: Any) -> str:
        """Order from one supplier; the number of the submitted order."""
        answer = self.ask_for(*lines, who=who, **more)
        assert answer.status_code == 201, answer.json
        assert [order["state"] for order in answer.json["orders"]] == ["submitted"]
        return answer.json["orders"][0]["number"]

    def ask_for(self, *lines: dict[str, int], who: str = "handler", **more: Any) -> TestResponse:
        """The answer to POST /orders, whatever it is."""
        body = {"lines": list(lines), "delivery": {"address": "教学楼一层", "contact": "张老师"}, **more}
        return self.send(who, "POST", "/orders", body)

    def act(self, who: str, action: str, number: str, /, **body: Any) -> dict[str, Any]:
        """Take an action that must succeed; the order afterwards. The clock goes on by a minute."""
        answer = self.send(who, "POST", f"/orders/{number}/{action}", body)
        assert answer.status_code == 200, (who, action, answer.json)
        clock.advance_frozen(timedelta(minutes=1))
        return answer.json

    def refused(self, who: str, action: str, number: str, /, **body: Any) -> dict[str, Any]:
        """Take an action that must be refused and must leave nothing behind; the problem."""
        before = self.everything()
        answer = self.send(who, "POST", f"/orders/{number}/{action}", body)
        assert answer.status_code >= 400, (who, action, answer.json)
        assert answer.mimetype == "application/problem+json"
        assert self.everything() == before, "a refused action wrote something"
        return answer.json

    def walk(self, number: str, *, until: str) -> dict[str, Any]:
        """The straight road of a school's order below every second signature, up to and including `until`."""
        for who, action, body in (
            ("approver", "approve", {}),
            ("supplier", "confirm", {}),
            ("handler", "sign", {"password": PASSWORD}),
            ("supplier", "sign", {"password": PASSWORD}),
            ("supplier", "ship", {}),
            ("receiver", "receive", {}),
            ("receiver", "accept", {}),
            ("supplier", "invoice", {}),
            ("accountant", "request_payment", {}),
            ("finance", "approve_payment", {}),
        ):
            if action == "invoice":
                body = self.invoice_of(number)
            order = self.act(who, action, number, **body)
            if action == until and not (action == "sign" and who == "handler"):
                return order
        raise KeyError(until)

    def sign(self, number: str) -> dict[str, Any]:
        """Both sides sign."""
        self.act("handler", "sign", number, password=PASSWORD)
        return self.act("supplier", "sign", number, password=PASSWORD)

    def invoice_of(self, number: str) -> dict[str, Any]:
        """An invoice over what the order still stands at, with a number of its own."""
        running = f"{uuid.uuid4().int % 10**12:012d}"
        return {
            "number": f"24412000{running}",
            "issued_on": clock.today().isoformat(),
            "amount_fen": self.order(number)["total_fen"],
        }

    def order(self, number: str, *, who: str = "handler") -> dict[str, Any]:
        answer = self.send(who, "GET", f"/orders/{number}")
        assert answer.status_code == 200, answer.json
        return answer.json

    def book(self, line: str = "school_office", *, who: str = "accountant") -> Book:
        """The line's money as GET /budget-lines tells it."""
        answer = self.send(who, "GET", "/budget-lines")
        assert answer.status_code == 200, answer.json
        found = {item["id"]: item for item in answer.json["items"]}[self.world.lines[line]]
        book = Book(*(found[f"{name}_fen"] for name in Book._fields))
        assert sum(book) == found["appropriation_fen"], "the line's equation does not hold"
        return book

    def judged_by(self, number: str) -> dict[str, Any]:
        """What the order froze when it was submitted."""
        with psycopg.connect(self.admin_url) as connection:
            return connection.execute("select judged_by from purchase_order where number = %s", (number,)).fetchone()[0]

    def counted(self, category_code: str, *, unit_id: int | None = None) -> int:
        """The year's running total of unit x category."""
        query = "select coalesce(sum(amount_fen), 0) from category_total where unit_id = %s and category_code = %s"
        with psycopg.connect(self.admin_url) as connection:
            return int(connection.execute(query, (unit_id or self.world.school_id, category_code)).fetchone()[0])

    def refusals(self, code: str) -> int:
        """How many audit records there are of refusals with this code."""
        query = "select count(*) from audit_record where result = 'refused' and facts->>'code' = %s"
        with psycopg.connect(self.admin_url) as connection:
            return connection.execute(query, (code,)).fetchone()[0]

    def everything(self) -> dict[str, tuple[int, str]]:
        """Every table that a step writes, as (rows, hash of their content)."""
        found = {}
        with psycopg.connect(self.admin_url) as connection:
            for table in WRITTEN:
                query = f"select count(*), coalesce(md5(string_agg(t::text, '|' order by t::text)), '') from {table} t"
                found[table] = connection.execute(query).fetchone()
        return found

    def alter(self, statement: str, *values: Any) -> None:
        """Change the world behind everybody's back, as an administrator could."""
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(statement, values)

    def ask(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """Rows of the database as an administrator sees them."""
        with psycopg.connect(self.admin_url) as connection:
            return connection.execute(query, values).fetchall()

    def wait_until(self, moment: str | None, *, then: timedelta = timedelta(hours=1)) -> int:
        """Let the clock run past a term and the worker look; how many orders it acted on."""
        assert moment is not None, "the state has no term"
        clock.advance_frozen(datetime.fromisoformat(moment) - clock.now() + then)
        return sweep_deadlines()

    def batch(self) -> TreasuryBatch:
        """The next batch for the treasury."""
        made = export_batch(actor=SYSTEM)
        assert made is not None, "nothing waits for the treasury"
        return made

    def return_file(self, *lines: tuple[str, str, int, str, str], name: str = "return.csv") -> Path:
        """A treasury's file with lines of (payment, OK or REFUSED, fen, reference, reason)."""
        body = f"{IN_HEAD},1,1,{len(lines)}\n" + "".join(
            f"{IN_LINE},{payment},{result},{amount_fen},{reference},{reason}\n"
            for payment, result, amount_fen, reference, reason in lines
        )
        path = self.folder / name
        path.write_text(body + tail_line(body), encoding="utf-8")
        return path

    def treasury_says(self, *lines: tuple[str, str, int, str, str], name: str = "return.csv") -> ReturnReport:
        """Take in a return file with these lines."""
        return import_returns(actor=SYSTEM, path=self.return_file(*lines, name=name))

    def payment_of(self, number: str) -> str:
        """The number of the order's latest payment request."""
        return [paper["number"] for paper in self.order(number)["documents"] if paper["kind"] == "payment"][-1]

    def pay(self, number: str) -> ReturnReport:
        """The batch goes out and the treasury pays."""
        self.batch()
        payment, amount_fen = self.payment_of(number), self.order(number)["total_fen"]
        return self.treasury_says((payment, "OK", amount_fen, "GK00000000000001", ""), name=f"{payment}.csv")
