"""A hostile treasury: whatever is multiplied, shuffled, delayed, split, forged, altered or replayed, payments and books
end as they end in order; what nobody can know stands in suspense, counted once."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

import psycopg
import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from mall import clock, database
from mall.access.actor import SYSTEM
from mall.errors import Refusal
from mall.exchange import settle_return
from mall.exchange.exchange_key import ExchangeKey, rotate_key
from mall.exchange.receive_return import receive_return_file
from mall.exchange.settle_return import retry_waiting
from mall.finance.exchange_treasury import export_batch
from mall.regions import regional_rule
from mall.settings import read_settings
from mall.signed_calls.signature import Signed, sign
from tests.conftest import books_findings, clone
from tests.mall.exchange.conftest import Scene, in_june
from tests.mall.exchange.treasury import Said, Treasury, file_signature, return_text

#: what the treasury truly did with the five payments, in order: paid, refused, paid in two parts, paid, paid
TRUTH = ("OK", "REFUSED", "PARTIAL", "OK", "OK")
FIRST_PART_FEN = 10_000
EXAMPLES = int(os.environ.get("SUNMALL_HOSTILE_EXAMPLES", "2000"))


def true_lines(payments: tuple[tuple[str, int], ...]) -> list[Said]:
    """The treasury's honest words, in order."""
    lines: list[Said] = []
    for place, ((number, fen), result) in enumerate(zip(payments, TRUTH, strict=True)):
        if result == "PARTIAL":
            lines.append((number, result, FIRST_PART_FEN, f"GK{place}a", ""))
            lines.append((number, result, fen - FIRST_PART_FEN, f"GK{place}b", ""))
        else:
            lines.append((number, result, fen, f"GK{place}", "账户异常" if result == "REFUSED" else ""))
    return lines


@dataclass(frozen=True)
class Attack:
    """One thing the adversary does: with which lines, how, and whether it is honestly signed."""

    way: str
    lines: tuple[int, ...]
    #: 0: by file, 1: by a call
    road: int
    amount_fen: int = 0
    is_export: bool = False


def attacks() -> st.SearchStrategy[list[Attack]]:
    """True lines in any grouping and order, again and again, with alterations and forgeries in between."""
    lines = st.lists(st.integers(0, 5), min_size=1, max_size=6).map(tuple)
    road = st.integers(0, 1)
    honest = st.builds(Attack, st.just("send"), lines, road)
    altered = st.builds(
        Attack, st.sampled_from(["other amount", "unknown payment"]), lines, road, st.integers(1, 3)
    )  # fmt: skip
    forged = st.builds(Attack, st.sampled_from(["forged", "unsigned", "damaged"]), lines, road)
    replayed = st.builds(
        Attack, st.just("replay"), st.lists(st.integers(0, 20), min_size=1, max_size=1).map(tuple), road
    )
    exported = st.just(Attack("export", (), 0, is_export=True))
    return st.lists(st.one_of(honest, honest, altered, forged, replayed, exported), max_size=12)


class Hostile:
    """One world under attack."""

    def __init__(self, app: Flask, scene: Scene, *, folder: Path, key: ExchangeKey) -> None:
        self.app, self.scene, self.folder, self.key = app, scene, folder, key
        self.lines = true_lines(scene.payments)
        self.treasury = Treasury(app, key)
        self.files: list[Path] = []
        self.calls: list[tuple[bytes, Signed]] = []
        self.names = count(1)
        #: what was altered and honestly signed: nobody can know better, so it must stand in suspense, once
        self.unknowable: dict[tuple[str, str], int] = {}

    def carry_out(self, attack: Attack) -> None:
        """Do it; refusals are the mall's good right."""
        if attack.is_export:
            export_batch(actor=SYSTEM)
        elif attack.way == "replay":
            self._replay(attack.lines[0])
        else:
            lines = [self._changed(self.lines[place], attack) for place in attack.lines]
            content = return_text(*lines, number=next(self.names))
            self._deliver(content, attack)

    def finish(self) -> None:
        """In the end everything true has been said, and the batch has been sent."""
        export_batch(actor=SYSTEM)
        self.carry_out(Attack("send", tuple(range(len(self.lines))), 0))
        retry_waiting(actor=SYSTEM)

    def _changed(self, line: Said, attack: Attack) -> Said:
        number, result, fen, reference, reason = line
        if attack.way == "other amount":
            # More than the payment, so that no part of one can be meant.
            line = (number, result, 1_000_000 + attack.amount_fen, reference, reason)
        elif attack.way == "unknown payment":
            line = (f"ZF-410100-2026-99{attack.amount_fen:04d}", result, fen, reference, reason)
        else:
            return line
        if result != "REFUSED":
            self.unknowable[(line[0], f"{reference}:{line[2]}")] = line[2]
        return line

    def _deliver(self, content: bytes, attack: Attack) -> None:
        stranger = ExchangeKey("treasury", self.key.id, "guessed", self.key.made_at, None)
        key = stranger if attack.way == "forged" else self.key
        sent = content.replace(b"OK", b"KO") if attack.way == "damaged" else content
        if attack.road:
            path = "/api/v1/treasury/returns"
            signed = sign(
                key, method="POST", path=path, body=content, at=clock.now(), sequence_no=next(self.treasury.numbers)
            )  # fmt: skip
            signed = replace(signed, digest="0" * 64) if attack.way == "unsigned" else signed
            self.calls.append((sent, signed))
            self.treasury.send("POST", path, sent, signed)
            return
        path = self.folder / f"return-{next(self.names)}.csv"
        path.write_bytes(sent)
        if attack.way != "unsigned":
            path.with_name(f"{path.name}.sig").write_text(file_signature(key, content))
        self.files.append(path)
        self._take(path)

    def _replay(self, place: int) -> None:
        if self.files:
            self._take(self.files[place % len(self.files)])
        if self.calls:
            body, signed = self.calls[place % len(self.calls)]
            self.treasury.send("POST", "/api/v1/treasury/returns", body, signed)

    def _take(self, path: Path) -> None:
        with suppress(Refusal):
            receive_return_file(actor=SYSTEM, path=path, data_dir=self.folder)


def ending(admin_url: str) -> dict[str, Any]:
    """States of payments and orders, and every balance of the books outside suspense."""
    with psycopg.connect(admin_url) as connection:
        payments = connection.execute("select number, state, treasury_reference from payment_request order by 1")
        orders = connection.execute("select number, state from purchase_order order by 1")
        books = connection.execute(
            "select line_id, coa, sub, sum(amount_fen) from ledger.entry where coa not in (4060, 4130)"
            " group by 1, 2, 3 having sum(amount_fen) <> 0 order by 1, 2, 3"
        )
        return {
            # Parts are joined in the order in which they came.
            "payments": [(number, state, sorted(said.split("+"))) for number, state, said in payments.fetchall()],
            "orders": orders.fetchall(),
            "books": books.fetchall(),
        }


def in_suspense(admin_url: str) -> int:
    """What the suspense account holds."""
    with psycopg.connect(admin_url) as connection:
        row = connection.execute("select coalesce(sum(balance_fen * normal), 0) from ledger.account where coa = 4130")
        return int(row.fetchone()[0])


@contextmanager
def world_of(scene: Scene, server_url: str, app: Flask, folder: Path) -> Iterator[tuple[Hostile, str]]:
    """A clone of the scene for one example."""
    made = clone(scene.base, server_url)
    folder = folder / made.name
    folder.mkdir()
    app.config["SUNMALL"] = read_settings({"SUNMALL_DATA_DIR": str(folder), "SUNMALL_SECRET_KEY": "for tests only"})
    database.connect(made.app, pool_size=4)
    regional_rule.forget_kept_rules()
    try:
        with clock.frozen(in_june().replace(hour=4)):
            yield Hostile(app, scene, folder=folder, key=rotate_key(folder, actor=SYSTEM)), made.admin
    finally:
        database.close_reading()
        database.disconnect()
        with psycopg.connect(server_url, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{made.name}" WITH (FORCE)')


@pytest.fixture(scope="session")
def stage(
    scene: Scene, server_url: str, whole_app: Flask, tmp_path_factory: pytest.TempPathFactory
) -> Callable[[], Any]:
    """Gives every example a world of its own."""
    folder = tmp_path_factory.mktemp("hostile")
    return lambda: world_of(scene, server_url, whole_app, folder)


@pytest.fixture(scope="session")
def in_order(stage: Callable[[], Any]) -> dict[str, Any]:
    """How it ends when everything comes once, honestly and in order."""
    with stage() as (hostile, admin_url):
        export_batch(actor=SYSTEM)
        for place in range(len(hostile.lines)):
            hostile.carry_out(Attack("send", (place,), 0))
        assert in_suspense(admin_url) == 0
        return ending(admin_url)


def attacked(stage: Callable[[], Any], story: list[Attack]) -> tuple[dict[str, Any], int, int, list[object]]:
    """(how it ends, what is in suspense, what should be, what the ledger's checks find)."""
    with stage() as (hostile, admin_url):
        for attack in story:
            hostile.carry_out(attack)
        hostile.finish()
        expected_fen = sum(hostile.unknowable.values())
        return ending(admin_url), in_suspense(admin_url), expected_fen, books_findings(admin_url)


def holds(stage: Callable[[], Any], in_order: dict[str, Any], story: list[Attack]) -> None:
    """The whole claim."""
    found, suspended_fen, expected_fen, findings = attacked(stage, story)
    assert found == in_order
    assert suspended_fen == expected_fen
    assert findings == []


_QUIET = {
    "deadline": None,
    "database": None,
    "suppress_health_check": [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large],
}


def test_in_order_everything_ends_as_the_treasury_did_it(scene: Scene, in_order: dict[str, Any]) -> None:
    states = {number: state for number, state, _ in in_order["payments"]}

    assert [states[number] for number, _ in scene.payments] == ["paid", "refused", "paid", "paid", "paid"]


@pytest.mark.timeout(600)
@settings(max_examples=6, derandomize=True, **_QUIET)
@given(story=attacks())
def test_hostile_treasury_changes_nothing(stage, in_order, story: list[Attack]) -> None:
    holds(stage, in_order, story)


@pytest.mark.long
@pytest.mark.timeout(7200)
@settings(max_examples=EXAMPLES, **_QUIET)
@given(story=attacks())
def test_hostile_treasury_changes_nothing_in_thousands_of_stories(stage, in_order, story: list[Attack]) -> None:
    holds(stage, in_order, story)


WORST = [
    Attack("send", (0, 1, 2, 4), 0),
    Attack("other amount", (0, 0, 3), 1, 2),
    Attack("export", (), 0, is_export=True),
    Attack("unknown payment", (4, 1), 0, 1),
    Attack("forged", (1, 0), 1),
    Attack("send", (3, 3, 3, 5), 1),
    Attack("replay", (0,), 0),
    Attack("damaged", (0,), 0),
    Attack("send", (5, 4, 3, 2, 1, 0), 0),
    Attack("replay", (1,), 0),
    Attack("unknown payment", (4, 1), 1, 1),
]


def test_worst_story_holds(stage, in_order) -> None:
    holds(stage, in_order, WORST)


def test_without_the_guard_against_repetition_it_fails(stage, in_order, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settle_return, "_is_known", lambda line: False)

    # Doubled money, or the database's own unique keys, which stand behind the guard.
    with pytest.raises((AssertionError, IntegrityError)):
        holds(stage, in_order, WORST)


@pytest.mark.parametrize("is_looked_at", [True, False])
def test_a_strangers_word_counts_only_where_nobody_looks_at_signatures(
    stage, in_order, monkeypatch: pytest.MonkeyPatch, is_looked_at: bool
) -> None:
    if not is_looked_at:
        monkeypatch.setattr("mall.exchange.admit_call.fits", lambda *arguments, **named: True)

    with stage() as (hostile, admin_url):
        export_batch(actor=SYSTEM)
        number, _, fen, reference, _ = hostile.lines[1]
        hostile.lines[1] = (number, "OK", fen, reference, "")
        hostile.carry_out(Attack("forged", (1,), 0))
        hostile.carry_out(Attack("forged", (1,), 1))
        hostile.lines = true_lines(hostile.scene.payments)
        hostile.finish()
        found = ending(admin_url)

    assert (found == in_order) is is_looked_at
