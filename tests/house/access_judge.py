"""How one line of the oracle is held against the application: everybody asks, and nothing moves that must not."""

from __future__ import annotations

import base64
import csv
import io
import re
import zlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from flask import Flask
from werkzeug.test import TestResponse

from mall import clock
from tests.house import access_credit
from tests.house.access_people import GROUPS, PEOPLE, Person, named
from tests.house.access_scene import Facts, Scene
from tests.world import PASSWORD, SCHOOL_REGION

ORACLE = Path(__file__).with_name("access_oracle.csv")
SAFE = ("GET", "HEAD")
DENIALS = (401, 403, 404)
#: what a request for something that is not there may be answered with, even by those who may
NOT_THERE = (403, 404, 409, 410)

#: tickets and counters that every request may touch, and the audit, which is counted by itself
HOUSEKEEPING = frozenset(
    {"web_session", "audit_record", "sign_in_counter", "known_device", "worker_heartbeat", "alembic_version"}
)

#: facts that name an object, and what nothing is called
MISSING: Facts = {
    "number": "DD-410100-2026-999999",
    "line_id": 999999999,
    "listing_id": 999999999,
    "product_id": 999999999,
    "ceiling_id": 999999999,
    "synonym_id": 999999999,
    "question_id": 999999999,
    "batch_id": 999999999,
    "user_id": 999999999,
    "post_id": 999999999,
    "event_id": 999999999,
    "session_id": 999999999,
    "token_id": 999999999,
    "notice_id": 999999999,
    "attachment_id": 999999999,
    "strange_id": 999999999,
    "finding_id": 999999999,
    "file_id": 999999999,
    "sequence_no": 999999999,
    "run_id": 999999999,
    "difference_id": 999999999,
    "supplier_id": 999999999,
    "key_id": "push-0000000000000000",
    "request_key": "never-sent-before",
    "unit_id": 999999999,
    "txn_id": 999999999,
    "code": "AAAA-AAAA-AAAA-AAAA",
    "link": "never-given-out",
    "image_id": 999999999,
    "image_hash": "0" * 64,
    **access_credit.MISSING,
}

#: who must not be able to tell a foreign object from a missing one, by the beginning of the object's name
OUTSIDERS = {
    "school": named("handler2 accountant2 supplier2 regulator-county"),
    "to:": named("handler2 receiver2 supplier2 regulator-county"),
    "county": named("handler accountant supplier regulator-city"),
    "sunny": ("supplier2",),
    "handler": named("colleague handler2 supplier regulator auditor postless"),
}


#: whoever may see an order finds it again on the page that refuses an action; names of houses stand in every frame
ACQUAINTED = {
    "to:": named("school supplier centre regulator regulator-city"),
    "school_row": named("school"),
    "sunny_row": named("supplier"),
    "sunny_image": named("supplier centre monitor regulators"),
    "sunny_life": named("supplier centre monitor regulators"),
    "entered_ceiling": named("centre monitor regulators"),
}


@dataclass(frozen=True)
class Line:
    """One line of the oracle: who may ask this of the object, and whom the object answers to (None: not asked)."""

    method: str
    rule: str
    object: str
    may: tuple[str, ...]
    reaches: tuple[str, ...] | None

    @property
    def route(self) -> tuple[str, str]:
        return self.method, self.rule

    def __str__(self) -> str:
        return f"{self.method} {self.rule} {self.object}".strip()


def read_oracle() -> tuple[Line, ...]:
    """The oracle as it was written by hand."""
    with ORACLE.open(encoding="utf-8", newline="") as file:
        return tuple(_line(row) for row in csv.DictReader(file))


def _line(row: dict[str, str]) -> Line:
    may = named(row["may"])
    reaches = None if row["reaches"] == "-" else named(row["reaches"]) if row["reaches"] else may
    return Line(row["method"], row["rule"], row["object"], may, reaches)


def routes_of(app: Flask) -> set[tuple[str, str]]:
    """(method, rule) of every route."""
    return {(method, rule.rule) for rule in app.url_map.iter_rules() for method in _METHODS & set(rule.methods or ())}


_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE"})


def routes_without_line(app: Flask, oracle: Iterable[Line]) -> set[tuple[str, str]]:
    return routes_of(app) - {line.route for line in oracle}


def lines_without_route(app: Flask, oracle: Iterable[Line]) -> set[tuple[str, str]]:
    return {line.route for line in oracle} - routes_of(app)


class Fingerprint:
    """What every table holds, as one word each: number of rows and the latest transaction that wrote one.

    An insert or update brings a later transaction, a delete fewer rows; it is cheaper than hashing the rows and
    sees even an update that changes nothing.
    """

    def __init__(self, admin: psycopg.Connection) -> None:
        self._admin = admin
        tables = admin.execute(
            "select schemaname, tablename from pg_tables where schemaname not in ('pg_catalog', 'information_schema')"
        ).fetchall()
        parts = [
            f'select \'{schema}.{table}\', {_word_for(table)}::text from "{schema}"."{table}" as t'
            for schema, table in sorted(tables)
            if table not in HOUSEKEEPING
        ]
        self._sql = " union all ".join(parts)
        self._refusals_sql = "select '', count(*)::text from audit_record where result = 'refused'"

    def take(self) -> dict[str, Any]:
        """{table: number}"""
        return dict(self._admin.execute(self._sql, prepare=True).fetchall())

    def refusals(self) -> int:
        """How many refusals the audit holds."""
        return int(dict(self._admin.execute(self._refusals_sql).fetchall())[""])

    def both(self) -> tuple[dict[str, Any], int]:
        """The fingerprint and the number of refusals, in one question."""
        found = dict(self._admin.execute(f"{self._sql} union all {self._refusals_sql}", prepare=True).fetchall())
        return found, int(found.pop(""))


def _word_for(table: str) -> str:
    if table == "api_token":
        # When a token was last used is a ticket's wear, like the times of a session.
        return "coalesce(sum(hashtextextended((to_jsonb(t) - 'last_used_at')::text, 0)), 0)"
    return "(count(*), max(t.xmin::text::bigint))"


class Judge:
    """Puts the questions of a line and gathers the breaches as sentences."""

    def __init__(self, scene: Scene, app: Flask) -> None:
        self.scene, self.app = scene, app
        self.fingerprint = Fingerprint(scene.admin)
        self.cells = 0
        self._left: tuple[dict[str, Any], int] | None = None

    def breaches(self, line: Line, *, one_of: int = 1) -> list[str]:
        """Everything in which the application differs from the line; first those who may not, then those who may.

        `one_of`: ask only every so many-th person, another choice for each line. The visitor, the outsiders who must
        not tell a foreign object from a missing one, the first of those who may and the first of those whom the
        object does not answer to are asked always.
        """
        # Every line asks with the same dead token from one address; here it is to be refused, not slowed down.
        self.scene.admin.execute("delete from sign_in_counter where key like 'token:%'")
        asked = _asked(line, one_of=one_of)
        facts = self._make(line)
        found: list[str] = []
        for username in PEOPLE:
            if username not in line.may and username in asked:
                found += self._denied(line, facts, self.scene.people[username])
        for position, username in enumerate(one for one in line.may if one in asked):
            if line.method not in SAFE and position:
                facts = self._make(line)
            found += self._allowed(line, facts, self.scene.people[username])
        if line.may and set(MISSING) & set(facts) and line.reaches == line.may:
            found += self._missing(line, facts, self.scene.people[line.may[0]])
        return found

    def _make(self, line: Line) -> Facts:
        self._left = None
        return self.scene.make(line.object)

    def _denied(self, line: Line, facts: Facts, person: Person) -> list[str]:
        # HEAD runs the same views as GET: one who must not is enough to see that it is guarded alike.
        methods = ("HEAD", "GET") if line.method == "GET" and person.username == "visitor" else (line.method,)
        found = []
        for method in methods:
            answer, changed, refusals = self._ask(line, facts, person, method=method)
            cell = f"{line} by {person.username} ({answer.status_code})"
            if not _is_denial(answer, line):
                found.append(f"{cell}: let in")
            if changed:
                found.append(f"{cell}: refused, yet it changed {', '.join(changed)}")
            if _shows(answer, facts) and person.username not in _acquainted(line):
                found.append(f"{cell}: refused, yet it shows the object")
            if method not in SAFE and person.is_signed_in and refusals != 1:
                found.append(f"{cell}: {refusals} audit records of a refusal instead of one")
        if person.username in _outsiders(line) and set(MISSING) & set(facts):
            found += self._told_apart(line, facts, person, answer=answer)
        return found

    def _told_apart(self, line: Line, facts: Facts, person: Person, *, answer: TestResponse) -> list[str]:
        """A foreign object must look like one that is not there."""
        missing, _changed, _refusals = self._ask(line, _as_missing(facts), person)
        cell = f"{line} by {person.username}"
        if missing.status_code != answer.status_code:
            return [f"{cell}: foreign is {answer.status_code}, missing is {missing.status_code}"]
        words, words_missing = _without_ids(answer, facts), _without_ids(missing, MISSING)
        if words != words_missing:
            differing = list(unified_diff(words.splitlines(), words_missing.splitlines(), n=0, lineterm=""))[3:9]
            return [f"{cell}: foreign and missing are answered in different words: {differing}"]
        return []

    def _allowed(self, line: Line, facts: Facts, person: Person) -> list[str]:
        reached = line.reaches is None or person.username in line.reaches
        answer, changed, _refusals = self._ask(line, facts, person)
        cell = f"{line} by {person.username} ({answer.status_code})"
        if _is_denial(answer, line) or answer.status_code == 405 or answer.status_code >= 500:
            return [] if line.rule == "/readyz" and answer.status_code == 503 else [f"{cell}: kept out"]
        if line.method in SAFE:
            return self._read(line, facts, answer, cell=cell, reached=reached, changed=changed)
        if answer.status_code == 302 and not line.rule.startswith("/sign-"):
            # The words that wait for this person's next page must not stand on a page that is compared.
            person.learn_form_token()
        if not reached:
            return [f"{cell}: reached somebody else's object: {', '.join(changed)}"] if changed else []
        if line.reaches is None:
            return []
        if answer.status_code >= 400 or not changed:
            return [f"{cell}: had no effect: {_text_of(answer)[-300:]}"]
        return []

    def _read(
        self, line: Line, facts: Facts, answer: TestResponse, *, cell: str, reached: bool, changed: list[str]
    ) -> list[str]:
        found = []
        if answer.status_code >= 400:
            found.append(f"{cell}: no page")
        if changed:
            found.append(f"{cell}: reading changed {', '.join(changed)}")
        if line.reaches is not None and "canary" in facts and _shows(answer, facts) != reached:
            found.append(f"{cell}: " + ("does not show the object" if reached else "shows somebody else's object"))
        return found

    def _missing(self, line: Line, facts: Facts, person: Person) -> list[str]:
        answer, changed, _refusals = self._ask(line, _as_missing(facts), person)
        if answer.status_code in NOT_THERE and not changed:
            return []
        if line.method in SAFE and not re.search("<", line.rule):
            return []
        return [f"{line} by {person.username}: missing is answered with {answer.status_code} {changed}"]

    def _ask(
        self, line: Line, facts: Facts, person: Person, *, method: str = ""
    ) -> tuple[TestResponse, list[str], int]:
        """The answer, the tables that changed, and how many refusals were written."""
        if line.rule in ("/sign-in", "/sign-out") and line.method == "POST":
            person, self._left = person.again(), None
        path = address_of(line, facts)
        form, body = _contents(line, facts, person)
        # What one question left behind is what the next one finds, unless something was made in between.
        before, refusals = self._left or self.fingerprint.both()
        answer = person.ask(method or line.method, path, form=form, body=body)
        self._left = after, refusals_after = self.fingerprint.both()
        self.cells += 1
        changed = sorted(table for table in after if after[table] != before[table])
        return answer, changed, refusals_after - refusals


def _asked(line: Line, *, one_of: int) -> set[str]:
    chosen = {"visitor", *_outsiders(line), *line.may[:1]}
    if line.reaches is not None:
        chosen |= set([one for one in line.may if one not in line.reaches][:1])
        chosen |= set([one for one in line.may if one in line.reaches][:1])
    return chosen | {one for one in PEOPLE if zlib.crc32(f"{line} {one}".encode()) % one_of == 0}


def address_of(line: Line, facts: Facts) -> str:
    """The rule with the object's facts in it. A KeyError: no object is known for this converter yet."""
    path = re.sub(r"<(?:[^<>]*:)?([a-z_]+)>", lambda found: quote(str(facts[found.group(1)]), safe="/"), line.rule)
    query = _QUERIES.get((line.rule, line.object))
    return f"{path}?{query.format(**facts)}" if query else path


_QUERIES = {
    ("/budget", "school_line"): "unit={unit_id}",
    ("/budget", "county_line"): "unit={unit_id}",
    ("/budget/documents/new", "school_line"): "unit={unit_id}",
    ("/budget/proposals", "school_need"): "unit={unit_id}",
    ("/budget/proposals.xlsx", "school_unit"): "unit={unit_id}",
    ("/budget/proposals/import.xlsx", "school_unit"): "unit={unit_id}",
    ("/budget/plans/new", "school_plan_line"): "unit={unit_id}",
    ("/budget/plan-execution", "school_line"): "unit={unit_id}",
    ("/budget/plan-execution/months.xlsx", "school_line"): "unit={unit_id}",
    ("/budget/plan-workbook/template.xlsx", "school_plan_line"): "unit={unit_id}",
    ("/books", "city_books"): "region={sum_of}",
    **{
        (f"/books{page}", f"{whose}_books"): query
        for whose in ("school", "county")
        for page, query in (
            ("", "unit={unit_id}"),
            ("/trial-balance.xlsx", "unit={unit_id}"),
            ("/execution", "unit={unit_id}&by=economic&code=30201"),
            ("/execution.xlsx", "unit={unit_id}"),
            ("/expenditure", "unit={unit_id}&by=economic&code=30201"),
            ("/expenditure.xlsx", "unit={unit_id}"),
            ("/accounts/<int:account>", "line={line_id}"),
            ("/accounts/<int:account>.xlsx", "line={line_id}"),
        )
    },
    ("/year-end", "school_worksheet_row"): "year={year}",
    ("/year-end", "county_worksheet_row"): "year={year}",
    ("/books/periods", "school_period"): "region={region}&year={year}&month={month}",
    ("/people", "somebody"): "text=somebody",
    ("/api/v1/asset-cards", "school_card_row"): "limit=500",
    **{
        (f"/watch/{page}", f"{whose}_unit"): "unit={unit_id}"
        for whose in ("school", "county")
        for page in ("places", "months", "limits", "network", "rows/orders", "rows/late", "rows/findings", "rows/cases")
    },
    ("/audit", "audit_row"): "action=test.canary",
    ("/watch/findings/draw", "a_rule"): "rule={rule_id}",
}


def _contents(line: Line, facts: Facts, person: Person) -> tuple[Facts | None, Facts | None]:
    """The form or the body of a request: a good one, so that only the person can be the reason of a refusal."""
    if line.method in SAFE:
        return None, None
    make = _CONTENTS.get(line.rule)
    if make is not None:
        content = make(facts, person)
        return (None, content) if line.rule.startswith("/api/") else (content, None)
    return facts.get("form", {}), facts.get("body", {})


def _delivery() -> Facts:
    return {"address": "阳光路1号", "contact": "王老师", "phone": "0371-60000000"}


def _order(facts: Facts, person: Person) -> Facts:
    wanted = {"listing_id": facts["paper_id"], "quantity": 1, "budget_line_id": facts["budget_line_id"]}
    return {"lines": [wanted], "delivery": _delivery(), "unit_id": facts["unit_id"]}


def _upload(facts: Facts, person: Person) -> Facts:
    own = facts["supplier_ids"].get(person.username, 0)
    content = io.BytesIO(facts["content"])
    return {"supplier_id": str(facts["for_supplier"] or own), "mode": "dry-run", "file": (content, facts["file_name"])}


def _budget_form(facts: Facts, person: Person) -> Facts:
    amount = {f"amount_{facts['line_id']}": "1.00"} if "line_id" in facts else {}
    return {**_GROUNDS, **amount, "unit": str(facts["unit_id"]), "year": str(clock.today().year), "kind": "supplement"}


def _budget_file(facts: Facts, person: Person) -> Facts:
    place = {"region": str(facts["region"]), "year": str(clock.today().year), "deed": "apply"}
    return {**_GROUNDS, **place, "file": (io.BytesIO(facts["content"]), "budget.csv")}


def _budget_body(facts: Facts, person: Person) -> Facts:
    lines = [{"budget_line_id": facts["line_id"], "amount_fen": 100}]
    return {**_GROUNDS, "unit_id": facts["unit_id"], "year": clock.today().year, "kind": "supplement", "lines": lines}


def _plan_form(facts: Facts, person: Person) -> Facts:
    row = {"rows": "1", "line_0": str(facts["line_id"]), "purpose_0": "测试用途", "month_0_12": "1.00"}
    return {**row, "unit": str(facts["unit_id"]), "year": str(clock.today().year), "kind": "plan"}


def _plan_body(facts: Facts, person: Person) -> Facts:
    lines = [{"budget_line_id": facts["line_id"], "month": 12, "amount_fen": 100, "purpose": "测试用途"}]
    return {"unit_id": facts["unit_id"], "year": clock.today().year, "kind": "plan", "lines": lines}


def _plan_file(facts: Facts, person: Person) -> Facts:
    place = {"unit": str(facts["unit_id"]), "year": str(clock.today().year), "deed": "apply"}
    return {**place, "file": (io.BytesIO(facts["content"]), "plan.csv")}


_GROUNDS = {"reason": "测试事由", "basis": "测试文号"}


def _listing_form(sku: str) -> dict[str, Any]:
    return {"sku": sku, "name": "金丝雀文具", "category": "A05040101", "unit": "包", "price": "9.90"}


def _settle(facts: Facts, person: Person) -> Facts:
    return {f"word-{facts['supplier_id']}": facts["word"], f"code-{facts['supplier_id']}": "A05040101"}


def _cart_update(facts: Facts, person: Person) -> Facts:
    if "cart_line_id" in facts:
        return {"remove": str(facts["cart_line_id"]), f"quantity_{facts['cart_line_id']}": "7"}
    return {"unit": str(facts["unit_id"])}


def _cart_submit(facts: Facts, person: Person) -> Facts:
    return {"unit": str(facts["unit_id"]), **facts.get("cart_form", {}), **_delivery()}


_CONTENTS: dict[str, Callable[[Facts, Person], Facts]] = {
    "/sign-in": lambda facts, person: {"username": "handler", "password": PASSWORD},
    "/language": lambda facts, person: {"language": "zh"},
    "/welcome/<link>": lambda facts, person: {"password": PASSWORD, "again": PASSWORD},
    "/account/password": lambda facts, person: {"old": "not-the-one", "new": f"{PASSWORD}!", "again": f"{PASSWORD}!"},
    "/notices/read": lambda facts, person: {"notice_id": str(facts["notice_id"])},
    "/cart/add": lambda facts, person: {
        "unit": str(facts["unit_id"]), "quantity": "1", "listing_id": str(facts["paper_id"]),
    },
    "/cart/update": _cart_update,
    "/cart/list": lambda facts, person: {"unit": str(facts["unit_id"]), "list": "SKU-paper 1"},
    "/cart/buy-again": lambda facts, person: {"number": facts["number"]},
    "/cart/submit": _cart_submit,
    "/budget/documents": _budget_form,
    "/budget/import": _budget_file,
    "/api/v1/budget-documents": _budget_body,
    "/budget/proposals/needs": lambda facts, person: {**facts["need_form"], "unit": str(facts["unit_id"])},
    "/budget/proposals/draw-up": lambda facts, person: {**facts["need_form"], "unit": str(facts["unit_id"])},
    "/budget/plans": _plan_form,
    "/budget/plan-workbook": _plan_file,
    "/api/v1/fund-use-plans": _plan_body,
    "/payment-watch/load": lambda facts, person: {
        "deed": "load", "file": (io.BytesIO(facts["content"]), facts["file_name"]),
    },
    "/payment-watch/evaluate": lambda facts, person: {
        "unit": str(facts["unit_id"]), "year": str(clock.today().year),
    },
    "/api/v1/payment-loads": lambda facts, person: {
        "file_name": facts["file_name"], "content_base64": base64.b64encode(facts["content"]).decode(),
    },
    "/assets/files": lambda facts, person: {
        "unit": str(facts["unit_id"]), "file": (io.BytesIO(facts["content"]), "canary.csv"),
    },
    "/books/journals": lambda facts, person: {**facts["form"], "order": facts["number"]},
    "/year-end/execute": lambda facts, person: {"year": str(clock.today().year - 1)},
    "/suppliers/<int:supplier_id>/suspend": lambda facts, person: {"reason": "许可证到期"},
    "/people": lambda facts, person: {"username": facts["username"], "name": "新人"},
    "/people/<int:user_id>/disable": lambda facts, person: {"reason": "离职"},
    "/people/<int:user_id>/posts": lambda facts, person: {
        "organisation_id": str(facts["organisation_id"]), "role": "receiver",
    },
    "/supplier/push-keys": lambda facts, person: {"supplier_id": str(facts["supplier_id"])},
    "/supplier/listings/new": lambda facts, person: _listing_form(f"NEW-{person.username}"),
    "/supplier/listings/<int:listing_id>/edit": lambda facts, person: _listing_form(f"EDIT-{facts['listing_id']}"),
    "/review/verdicts": lambda facts, person: {"document": f"listing:{facts['listing_id']}", "verdict": "pass"},
    "/listings/<int:listing_id>/life": lambda facts, person: {"action": "take_off"},
    "/listings/<int:listing_id>/images": lambda facts, person: {"image": (io.BytesIO(facts["content"]), "canary.png")},
    "/listings/<int:listing_id>/images/order": lambda facts, person: {"order": facts["order"]},
    "/listings/<int:listing_id>/images/<int:image_id>/remove": lambda facts, person: {"reason": "unreadable"},
    "/ceilings": lambda facts, person: {
        "category_code": "A05040101", "ceiling": "99.00", "valid_from": "2026-01-01", "source": "框架协议第1号",
    },
    "/ceilings/<int:ceiling_id>": lambda facts, person: {"action": "confirm"},
    "/synonyms": lambda facts, person: {"direction": "both", "words": "爱打印、打印机"},
    "/match-questions/<int:question_id>": lambda facts, person: {"answer": "different"},
    "/supplier/listings/<int:listing_id>/shelf": lambda facts, person: {"action": "take_off"},
    "/supplier/listings/<int:listing_id>/price": lambda facts, person: {"price": "9.90", "reason": "促销"},
    "/supplier/imports/": _upload,
    "/supplier/imports/<int:batch_id>/columns": lambda facts, person: {
        "column-0": "sku", "column-1": "name", "column-3": "unit", "column-4": "price",
    },
    "/supplier/imports/<int:batch_id>/decision": lambda facts, person: {"mode": "partial"},
    "/supplier/imports/categories": _settle,
    "/supplier/imports/drop": lambda facts, person: {
        "supplier_id": str(facts["for_supplier"] or facts["supplier_ids"].get(person.username, 0)),
        "is_on": "1", "mode": "partial",
    },
    "/treasury/reconciliation/run": lambda facts, person: {"region": str(SCHOOL_REGION)},
    "/treasury/reconciliation/files": lambda facts, person: {
        "file": (io.BytesIO(facts["content"]), "statement.csv"),
    },
    "/treasury/reconciliation/differences/<int:difference_id>/explain": lambda facts, person: {"reason": "已核对"},
    "/api/v1/tokens": lambda facts, person: {"username": "handler", "password": PASSWORD},
    "/api/v1/orders": _order,
    **access_credit.CONTENTS,
}  # fmt: skip


def _is_denial(answer: TestResponse, line: Line) -> bool:
    if answer.status_code in DENIALS:
        return True
    is_led_away = answer.status_code in (301, 302, 303, 307) and answer.location.startswith("/sign-in")
    return is_led_away and line.method in SAFE


def _shows(answer: TestResponse, facts: Facts) -> bool:
    return "canary" in facts and facts["canary"] in _text_of(answer)


def _text_of(answer: TestResponse) -> str:
    return answer.get_data().decode("utf-8", "replace")


def _acquainted(line: Line) -> tuple[str, ...]:
    """Who meets the canary elsewhere by right, and so on the page of a refusal, too."""
    return next((people for beginning, people in ACQUAINTED.items() if line.object.startswith(beginning)), ())


def _outsiders(line: Line) -> tuple[str, ...]:
    return next((people for beginning, people in OUTSIDERS.items() if line.object.startswith(beginning)), ())


def _as_missing(facts: Facts) -> Facts:
    return {name: MISSING.get(name, value) for name, value in facts.items()}


_CHANGING = re.compile(r'name="csrf_token"[^>]*>|<meta name="csrf-token"[^>]*>|name="request_key"[^>]*>')
_REQUEST_ID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}|[0-9a-f]{16,}")


def _without_ids(answer: TestResponse, facts: Facts) -> str:
    """What the answer says apart from ids and tokens: compared, it must not tell foreign from missing."""
    text = _text_of(answer)
    for name in set(MISSING) & set(facts):
        if isinstance(facts[name], str):
            text = text.replace(facts[name], "ID")
    text = _REQUEST_ID.sub("ID", _CHANGING.sub("", text))
    return re.sub(r"[0-9]+", "0", text)


#: cases, holds and the rest of supervision's own papers: all that a regulator may write
WATCH_PAGES = ("/watch",)


def business_lines(oracle: Iterable[Line]) -> list[Line]:
    """Unsafe lines that are more than a person's own affairs, and no papers of supervision."""
    # Anybody at all may report what is wrong: that is no business of the region either.
    own = (*_OWN_AFFAIRS, *WATCH_PAGES, "/report")
    return [line for line in oracle if line.method not in SAFE and not line.rule.startswith(own)]


_OWN_AFFAIRS = ("/sign-", "/account/", "/language", "/welcome/", "/notices/", "/api/v1/tokens")

#: where business is done; none of it is for the three officers
BUSINESS_PAGES = (
    "/orders", "/budget", "/cart", "/assets", "/region", "/suppliers", "/supplier/", "/api/v1/orders",
    "/api/v1/budget-lines", "/api/v1/budget-documents", "/api/v1/fund-use-plans", "/payment-watch", "/api/v1/payment-",
    "/api/v1/asset-cards", "/books", "/year-end", "/api/v1/year-end-worksheets", "/treasury", "/api/v1/treasury",
    "/api/v1/supplier", "/watch",
)  # fmt: skip


def officers_among(line: Line) -> set[str]:
    return set(line.may) & set(GROUPS["officers"])
