"""Runs of the reconciliation: what they read, what they keep, and how each difference is resolved."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import fastexcel
import psycopg
import pytest
from flask import Flask

from ledger.budget_lines import balances, lines_of_region
from mall import clock
from mall.access.actor import SYSTEM
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.exchange.exchange_key import ExchangeKey
from mall.exchange.file_purpose import STATEMENT_PATH
from mall.exchange.receive_statement import receive_statement
from mall.exchange.reconcile import explain_difference, reconcile, reconcile_by_night
from mall.exchange.reconciliation import ReconciliationRun, differences_of
from mall.exchange.return_file import tail_line
from mall.exchange.statement_file import StatementFile
from mall.exchange.take_from_statement import take_from_statement
from mall.settings import Settings
from tests.form_browser import FormBrowser
from tests.journeys.story import Story
from tests.mall.exchange.test_suspense import UNKNOWN, items, says, states, suspended
from tests.mall.exchange.treasury import Treasury, file_signature
from tests.world import SCHOOL_REGION, World

Payments = tuple[tuple[str, int], ...]


def sealed(rows: Sequence[Sequence[object]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return (out.getvalue() + tail_line(out.getvalue())).encode()


def treasury_text(*rows: tuple[str, str, str, int], opening_fen: int = 0, closing_fen: int | None = None) -> bytes:
    """(result, payment number, reference, fen) of the year up to today; all of today."""
    today = clock.today()
    net_fen = sum(fen if result == "PAID" else -fen for result, _, _, fen in rows)
    head = [
        "TREASURY-STATEMENT", 1, "2026-06", SCHOOL_REGION, f"{today.year}-01-01", today, len(rows), opening_fen,
        opening_fen + net_fen if closing_fen is None else closing_fen,
    ]  # fmt: skip
    return sealed([head, *((result, today, number, reference, fen) for result, number, reference, fen in rows)])


def budget_text(changed: dict[str, int] | None = None, *, without: str = "") -> bytes:
    """The budget system's file as the mall's lines stand, some with another appropriation."""
    year = clock.today().year
    lines = lines_of_region(session(), region_code=SCHOOL_REGION, year=year)
    stand = balances(session(), [line.id for line in lines])
    rows = []
    for line in lines:
        if line.code == without or line.code.endswith("SUSPENSE"):
            continue
        more_fen = (changed or {}).get(line.code, 0)
        balance = stand[line.id]
        rows.append(
            ["LINE", line.code, line.name, balance.appropriation_fen + more_fen, balance.available_fen + more_fen]
        )
    close_reading()
    total_fen = sum(int(row[3]) for row in rows)
    return sealed([["BUDGET-STATEMENT", 1, "1", SCHOOL_REGION, clock.today(), year, len(rows), total_fen], *rows])


def take_in(settings: Settings, content: bytes, *, name: str = "s.csv", signature: str = "") -> StatementFile:
    return receive_statement(
        actor=SYSTEM, file_name=name, content=content, signature=signature, data_dir=settings.data_dir, came_by="file"
    )


def run(**more: object) -> tuple[ReconciliationRun, dict[str, list[str]]]:
    """A run over the school's region, and {cause: subjects}."""
    made = reconcile(actor=SYSTEM, region_code=SCHOOL_REGION, year=clock.today().year, **more)
    found: dict[str, list[str]] = {}
    for one in differences_of(made.id):
        found.setdefault(one.cause, []).append(one.subject)
    close_reading()
    return made, found


def test_sound_day_has_no_difference(settings: Settings, story: Story, sent: Payments) -> None:
    rows = [(number, "OK", fen, f"GK{place}", "") for place, (number, fen) in enumerate(sent)]
    says(*rows)
    take_in(settings, treasury_text(*(("PAID", number, reference, fen) for number, _, fen, reference, _ in rows)))
    take_in(settings, budget_text(), name="b.csv")

    made, found = run()

    assert found == {}
    assert (made.mall_paid_fen, made.ledger_paid_fen, made.treasury_paid_fen) == (120_400, 120_400, 120_400)
    assert made.mall_appropriation_fen == made.budget_appropriation_fen
    assert (made.payment_count, made.difference_count, made.open_count, len(made.files)) == (5, 0, 0, 2)


def test_return_that_never_came_is_taken_over_from_the_statement(
    settings: Settings, story: Story, world: World, sent: Payments
) -> None:
    (paid, paid_fen), *_ = sent
    take_in(settings, treasury_text(("PAID", paid, "GK1", paid_fen), ("PAID", UNKNOWN, "GK9", 777)))
    made, found = run()
    assert (found["not_imported"], found["missing_in_mall"]) == ([paid], [UNKNOWN])
    ids = {one.cause: one.id for one in differences_of(made.id)}
    officer = world.actor("budget-city")

    for _ in range(2):
        take_from_statement(actor=officer, difference_id=ids["not_imported"])
        take_from_statement(actor=officer, difference_id=ids["missing_in_mall"])

    assert states(story)[paid] == "paid"
    assert suspended(story) == {"GK9": 777}
    made, found = run()
    assert (set(found), found["in_suspense"]) == ({"in_suspense", "in_transit"}, [UNKNOWN])
    assert [one.document for one in differences_of(made.id) if one.cause == "in_suspense"] == [
        items(story)[0]["number"]
    ]
    with pytest.raises(Refusal) as caught:
        take_from_statement(
            actor=officer, difference_id=next(d.id for d in differences_of(made.id) if d.cause == "in_transit")
        )
    assert caught.value.code == "reconciliation.nothing_to_take"


def test_explained_difference_is_looked_at_again_every_night(
    settings: Settings, world: World, story: Story, sent: Payments
) -> None:
    (number, fen), *_ = sent
    take_in(settings, treasury_text(("PAID", number, "GK1", fen - 1)))
    first, found = run()
    assert (found["amount_differs"], first.open_count) == ([number], 1)
    (difference,) = [one for one in differences_of(first.id) if one.cause == "amount_differs"]

    explain_difference(actor=world.actor("budget-city"), difference_id=difference.id, reason="国库更正中")

    same, _ = run()
    assert (same.difference_count, same.open_count) == (first.difference_count, 0)
    says((number, "OK", fen, "GK1", ""))
    changed, found = run()
    assert (found["amount_differs"], changed.open_count) == ([number], 1)


def test_budget_line_that_was_raised_elsewhere_is_told(settings: Settings, world: World, story: Story) -> None:
    year = clock.today().year
    code, other = f"{world.school_id}-{year}-01", f"{world.school_id}-{year}-02"
    take_in(settings, budget_text({code: 500}, without=other))

    _, found = run()

    assert (found["appropriation_not_imported"], found["line_missing"]) == ([code], [other])


def test_night_makes_one_run_for_every_region_with_payments(story: Story, sent: Payments) -> None:
    midnight = datetime.combine(clock.today() + timedelta(days=1), datetime.min.time(), tzinfo=clock.SHANGHAI)
    with clock.frozen(midnight + timedelta(minutes=30)):
        assert reconcile_by_night() == 0
    with clock.frozen(midnight + timedelta(hours=2)):
        assert [reconcile_by_night(), reconcile_by_night()] == [1, 0]
    with clock.frozen(midnight + timedelta(hours=26)):
        assert reconcile_by_night() == 1


def resealed(text: bytes, change: Callable[[list[str]], list[str]]) -> bytes:
    """The file with other lines and a hash that fits them."""
    return sealed([line.split(",") for line in change(text.decode().splitlines()[:-1])])


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda text: text.replace(b"GK1", b"GK2"), "hash"),
        (lambda text: resealed(text, lambda lines: lines[1:]), "head"),
        (lambda text: resealed(text, lambda lines: lines[:-1]), "count"),
        (lambda text: resealed(text, lambda lines: [lines[0], lines[1].replace("21500", "21501")]), "total"),
        (lambda text: resealed(text, lambda lines: [lines[0], lines[1].replace("PAID", "LOST")]), "line 2"),
        (lambda text: resealed(text, lambda lines: [lines[0], lines[1].replace("-06-15", "-07-15")]), "line 2"),
        (lambda text: b"\xff" + text, "encoding"),
    ],
    ids=["hash", "head", "count", "total", "row", "day", "encoding"],
)
def test_statement_that_does_not_add_up_is_refused_whole_and_kept(
    settings: Settings, story: Story, sent: Payments, spoil, why: str
) -> None:
    content = spoil(treasury_text(("PAID", sent[0][0], "GK1", 21_500)))

    with pytest.raises(Refusal) as caught:
        take_in(settings, content)

    assert (caught.value.code, caught.value.facts["why"]) == ("treasury.bad_file", why)
    with psycopg.connect(story.admin_url) as connection:
        counts = "select (select count(*) from statement_file), (select count(*) from refused_file)"
        assert connection.execute(counts).fetchone() == (0, 1)


def test_statement_of_the_treasury_is_signed_for_its_purpose(
    settings: Settings, key: ExchangeKey, sent: Payments
) -> None:
    content = treasury_text(("PAID", sent[0][0], "GK1", 21_500))

    for signature in ("", file_signature(key, content)):
        with pytest.raises(Refusal) as caught:
            take_in(settings, content, signature=signature)
        assert caught.value.code == ("exchange.bad_signature" if signature else "exchange.unsigned_file")

    kept = take_in(settings, content, signature=file_signature(key, content, path=STATEMENT_PATH))
    assert (
        kept.key_id,
        take_in(settings, content, signature=file_signature(key, content, path=STATEMENT_PATH)).id,
    ) == (
        key.id,
        kept.id,
    )


def test_treasury_sends_its_statement_by_a_call(story: Story, treasury: Treasury, sent: Payments) -> None:
    content = treasury_text(("PAID", sent[0][0], "GK1", 21_500))

    answers = [treasury.call("POST", "/statements", content) for _ in range(2)]

    assert [(answer.status_code, answer.json["rows"]) for answer in answers] == [(200, 1), (200, 1)]
    assert answers[0].json == answers[1].json
    assert treasury.call("POST", "/statements", budget_text()).json["code"] == "treasury.bad_file"


def test_officer_uploads_runs_explains_and_downloads_on_pages(
    app: Flask, settings: Settings, story: Story, sent: Payments
) -> None:
    (number, fen), *_ = sent
    says((number, "OK", fen, "GK1", ""))
    officer = FormBrowser(app.test_client(), "budget-city")
    page = officer.get("/treasury/reconciliation")
    assert "还没有对过账" in page.words
    content = treasury_text(("PAID", number, "GK7", fen))
    page = officer.send(page, "/files", files={"file": (io.BytesIO(content), "statement.csv")})
    assert "对账单已导入" in page.words

    page = officer.send(page, "/run", region=str(SCHOOL_REGION))
    assert "对账完成" in page.words
    assert "回单号不同" in page.words
    refused = officer.send(page, "/explain", reason="x")
    assert refused.status == 422
    page = officer.send(refused, "/explain", reason="国库换号，已核对")
    assert "国库换号，已核对" in page.words

    run_page = page.path.partition("?")[0].partition("#")[0]
    answer = officer.client.get(f"{run_page}.xlsx")
    rows = fastexcel.read_excel(answer.data).load_sheet(0, header_row=None).to_polars().rows()
    assert any("回单号不同" in map(str, row) and "国库换号，已核对" in map(str, row) for row in rows)
    assert FormBrowser(app.test_client(), "regulator").get(run_page).status == 200
    assert FormBrowser(app.test_client(), "budget2").get(run_page).status == 404
