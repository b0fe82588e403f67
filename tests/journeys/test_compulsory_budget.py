"""Compulsory budgeting: what was bought proposes what is budgeted, and unmarked lines become procurement lines."""

from __future__ import annotations

import io
from datetime import date, datetime

import fastexcel
import pytest
from flask import Flask

from ledger import budget_lines
from ledger.budget_lines import balances, find_line, find_line_by_code, lines_of_unit
from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.compulsory_budget.category_need import record_need
from mall.compulsory_budget.draw_up_procurement_lines import draw_up_proposal, move_to_procurement
from mall.compulsory_budget.proposal_sheets import import_sheet
from mall.compulsory_budget.propose_lines import Proposal, propose_lines, scope_of
from mall.compulsory_budget.unflagged_lines import exempt_line, unflagged_lines
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.finance.apply_budget_file import look_at_budget_file
from mall.finance.budget_document_actions import perform
from mall.ordering.order_actions import perform as perform_on_order
from mall.ordering.place_order import Wanted, place_order
from mall.payment_watch.load_payment_file import load_payment_file
from mall.people.organisation import organisation
from tests.form_browser import FormBrowser
from tests.world import SCHOOL_REGION, World

NEXT = 2027
MACHINES, STATIONERY = "A02020000", "A05040000"


def bought_outside(world: World, **yuan_by_year: str) -> None:
    """Printers paid for outside the mall, in these years."""
    titles = "信用代码,支付日期,金额,收款人,经济分类,用途,支付方式,凭证号"
    rows = [
        f"12410100MB00000018,{year[1:]}-03-02,{yuan},某设备店,31002,购激光打印机,实有资金,{year}"
        for year, yuan in yuan_by_year.items()
    ]
    content = "\n".join((titles, *rows)).encode()
    load_payment_file(actor=world.actor("accountant"), content=content, file_name="a.csv")
    close_reading()


def proposals(world: World, *, year: int = NEXT) -> dict[str, Proposal]:
    close_reading()
    unit = organisation(world.school_id)
    assert unit is not None
    return {one.category_code: one for one in propose_lines([unit], year=year)[unit.id]}


@atomic
def line(world: World, code: str, *, yuan: int, year: int = NEXT, economic: str = "30201", scope: tuple[str, ...] = (),
         is_procurement: bool = True) -> int:  # fmt: skip
    """A line with money, beside those of the world."""
    line_id = budget_lines.create_line(
        session(), region_code=SCHOOL_REGION, year=year, unit_id=world.school_id, code=code, name=f"{code}经费",
        created_at=clock.now(), economic_code=economic, economic_name="", function_code="2050203", function_name="",
        fund_source="教育专项", is_procurement=is_procurement, category_scope=scope,
    )  # fmt: skip
    budget_lines.appropriate(
        session(), line_id, amount_fen=yuan * 100, source_type="budget", source_id=code,
        effective_on=date(year, 1, 2), posted_at=clock.now(), actor="test",
    )  # fmt: skip
    record(actor=SYSTEM, action="test.line", subject=f"line:{line_id}")
    return line_id


@pytest.mark.parametrize(
    ("spent", "need_fen", "expected"),
    [
        # last year, mean, proposed
        ({"y2026": "5000.10", "y2025": "9000"}, 0, (500_010, 466_670, 510_000)),
        ({"y2026": "1000", "y2025": "9000", "y2024": "9000"}, 0, (100_000, 633_334, 640_000)),
        ({"y2026": "6000", "y2023": "90000"}, 0, (600_000, 200_000, 600_000)),
        ({"y2026": "6000"}, 700_001, (600_000, 200_000, 710_000)),
    ],
)
def test_the_largest_of_last_year_mean_and_need_is_proposed(
    world: World, spent: dict[str, str], need_fen: int, expected: tuple[int, int, int]
) -> None:
    bought_outside(world, **spent)
    if need_fen:
        record_need(actor=world.actor("accountant"), unit_id=world.school_id, year=NEXT, category_code=MACHINES,
                    amount_fen=need_fen)  # fmt: skip

    found = proposals(world)[MACHINES]

    assert (found.last_fen, found.mean_fen, found.proposed_fen) == expected
    assert (found.status, found.scope) == ("not_budgeted", "A0202")


def test_orders_count_and_lines_are_shared_out_from_narrow_to_wide(world: World) -> None:
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(listing_id=world.listings["paper"], quantity=2, budget_line_id=world.office_line)],
        delivery={"address": "阳光路1号", "contact": "王老师", "phone": "0371-60000000"},
    )
    perform_on_order("approve", actor=world.actor("approver"), number=str(placed["orders"][0]), body={})
    bought_outside(world, y2026="5000")
    assert proposals(world)[STATIONERY].spent[0].orders == 1
    assert proposals(world)[STATIONERY].proposed_fen == 10_000

    line(world, "WIDE", yuan=4_000)
    line(world, "NARROW", yuan=60, scope=("A0504",))
    line(world, "OTHER", yuan=9_000, is_procurement=False)

    found = proposals(world)
    # 60 of the narrow line and 40 of the wide one; what is left of the wide one goes to the machines.
    assert (found[STATIONERY].budgeted_fen, found[STATIONERY].status) == (10_000, "budgeted")
    assert (found[MACHINES].budgeted_fen, found[MACHINES].status) == (396_000, "in_part")
    assert {one.code for one in found[MACHINES].lines} == {"WIDE"}


def test_one_click_opens_the_line_that_another_officer_approves(world: World) -> None:
    bought_outside(world, y2026="5000")
    officer, given = world.actor("budget-city"), {"unit_id": world.school_id, "year": NEXT, "category_code": MACHINES}

    document = draw_up_proposal(actor=officer, **given)
    again = draw_up_proposal(actor=officer, **given)
    assert (again.number, document.state, document.amount_fen) == (document.number, "draft", 500_000)
    perform("submit", actor=officer, number=document.number)
    # The books of next year take postings from its first day.
    with clock.frozen(datetime(NEXT, 1, 4, 9, tzinfo=clock.SHANGHAI)):
        perform("approve", actor=world.actor("budget"), number=document.number, body={})

    found = proposals(world)[MACHINES]
    assert (found.status, found.budgeted_fen) == ("budgeted", 500_000)
    (new,) = lines_of_unit(session(), region_code=SCHOOL_REGION, year=NEXT, unit_id=world.school_id)
    assert (new.category_scope, new.is_procurement, new.economic_code) == (("A0202",), True, "31002")
    for who, code in (("accountant", "budget.unknown_unit"), ("budget2", "budget.unknown_unit"),
                      ("budget-city", "proposal.unknown")):  # fmt: skip
        with pytest.raises(Refusal) as raised:
            draw_up_proposal(actor=world.actor(who), **given)
        assert raised.value.code == code


def test_the_workbook_of_the_gaps_is_taken_by_the_budget_import(world: World) -> None:
    bought_outside(world, y2026="5000")
    unit = organisation(world.school_id)
    assert unit is not None

    content = import_sheet(unit, list(proposals(world).values()))

    judged = look_at_budget_file(
        actor=world.actor("budget-city"), content=content, region_code=SCHOOL_REGION, year=NEXT
    )
    assert [(one.outcome, one.after_fen) for one in judged.rows] == [("new", 500_000)]


def test_an_unmarked_line_gives_its_money_to_a_procurement_line(world: World) -> None:
    year = clock.today().year
    line_id = line(world, "PRINT", yuan=1_000, year=year, economic="30202", is_procurement=False)
    line(world, "WATER", yuan=1_000, year=year, economic="30205", is_procurement=False)
    assert [one.line.code for one in unflagged_lines([SCHOOL_REGION], year=year)] == ["PRINT"]

    document = move_to_procurement(actor=world.actor("budget-city"), line_id=line_id)
    (listed,) = unflagged_lines([SCHOOL_REGION], year=year)
    assert listed.document is not None
    assert listed.document.number == document.number
    close_reading()
    perform("submit", actor=world.actor("budget-city"), number=document.number)
    perform("approve", actor=world.actor("budget"), number=document.number, body={})

    new = find_line_by_code(session(), region_code=SCHOOL_REGION, year=year, code="PRINT-ZC")
    assert new is not None
    stand = balances(session(), [line_id, new.id])
    assert (stand[line_id].available_fen, stand[new.id].available_fen) == (0, 100_000)
    assert (new.category_scope, new.fund_source, new.function_code) == (("C230901",), "教育专项", "2050203")
    assert unflagged_lines([SCHOOL_REGION], year=year) == []


def test_a_line_stays_out_of_procurement_only_for_a_reason(world: World) -> None:
    year = clock.today().year
    line_id = line(world, "PRINT", yuan=1_000, year=year, economic="30202", is_procurement=False)
    close_reading()

    def refusal(who: str, reason_code: str, note: str) -> str:
        with pytest.raises(Refusal) as raised:
            exempt_line(actor=world.actor(who), line=find_line(session(), line_id), reason_code=reason_code, note=note)
        close_reading()
        return raised.value.code

    assert refusal("budget-city", "other_law", "") == "proposal.note_needed"
    assert refusal("budget-city", "nonsense", "说明") == "proposal.note_needed"
    assert refusal("budget2", "other_law", "说明") == "proposal.unknown_line"
    assert refusal("accountant", "other_law", "说明") == "access.denied"
    exempt_line(actor=world.actor("budget-city"), line=find_line(session(), line_id), reason_code="other_law",
                note="并入印刷工程")  # fmt: skip
    assert refusal("budget-city", "other_law", "再来一次") == "proposal.not_due"
    with pytest.raises(Refusal, match="not_due"):
        move_to_procurement(actor=world.actor("budget-city"), line_id=line_id)


def test_pages_lead_from_the_proposal_to_the_form(app: Flask, world: World) -> None:
    bought_outside(world, y2026="5000")
    line(world, "MACHINES", yuan=1_000, scope=("A02",))
    accountant = FormBrowser(app.test_client(), "accountant")

    page = accountant.get(f"/budget/proposals?year={NEXT}")
    assert "编列不足" in page.words
    (link,) = page.tree.xpath("//a[contains(@href, 'kind=supplement')]/@href")
    form = accountant.get(link)
    assert [field.value for field in form.tree.xpath("//input[starts-with(@name, 'amount_')]")] == ["4000.00"]
    assert "应编尽编" in form.value("reason")
    bad = accountant.send(page, "/budget/proposals/needs", category=STATIONERY, amount="很多", note="新班级")
    assert "这项需求不能登记" in bad.words
    assert bad.value("note") == "新班级"
    good = accountant.send(bad, "/budget/proposals/needs", category=STATIONERY, amount="300", note="新班级")
    assert "登记的需求 ¥300.00" in good.words
    sheet = accountant.client.get(f"/budget/proposals.xlsx?year={NEXT}").data
    assert fastexcel.read_excel(io.BytesIO(sheet).getvalue()).load_sheet(0).height >= 2

    officer = FormBrowser(app.test_client(), "budget-city")
    assert "郑州市阳光中学" in officer.get("/budget/proposals").words
    page = officer.get(f"/budget/proposals?unit={world.school_id}&year={NEXT}")
    drawn = officer.send(page, "/budget/proposals/draw-up")
    assert "文件已填制。" in drawn.words


@pytest.mark.parametrize(
    ("code", "scope"),
    [("A05040000", "A0504"), ("A02000000", "A02"), ("C23090100", "C230901"), ("A05040101", "A05040101")],
)
def test_a_scope_names_a_category_and_all_below_it(code: str, scope: str) -> None:
    assert scope_of(code) == scope
