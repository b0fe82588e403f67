"""Budget documents from drawing up to the books: every kind whole, every side road, and who may not."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import psycopg
import pytest

from ledger.budget_lines import balances, explain_line, moved_by
from ledger.chart_of_accounts import Account
from mall import clock
from mall.database import close_reading, session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.budget_document import BudgetDocument
from mall.finance.budget_document_actions import perform, possible
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document, edit_budget_document
from mall.finance.visible_budget_documents import visible_document
from mall.ordering.place_order import Wanted, place_order
from tests.conftest import Clone
from tests.world import World

GROUNDS = {"reason": "教学设备更新", "basis": "郑财预〔2026〕15号"}


def amounts(world: World, **by_line: int) -> list[AmountOnLine]:
    """Amounts in fen on the world's lines, by their names."""
    return [AmountOnLine(budget_line_id=world.lines[name], amount_fen=fen) for name, fen in by_line.items()]


def drawn_up(world: World, who: str, kind: str, *, submitted: bool = True, **by_line: int) -> BudgetDocument:
    """A document of the school (or, with county lines, of the county's school)."""
    of_county = any(name.startswith("county") for name in by_line)
    return draw_up_budget_document(
        actor=world.actor(who),
        unit_id=world.county_id if of_county else world.school_id,
        year=clock.today().year,
        kind=kind,
        lines=amounts(world, **by_line),
        is_submitted=submitted,
        **GROUNDS,
    )


def act(world: World, who: str, action: str, document: BudgetDocument, **body: Any) -> BudgetDocument:
    return perform(action, actor=world.actor(who), number=document.number, body=body)


def refusal_of(world: World, who: str, action: str, document: BudgetDocument, **body: Any) -> Refusal:
    with pytest.raises(Refusal) as raised:
        act(world, who, action, document, **body)
    return raised.value


def book(world: World, line: str = "school_office") -> tuple[int, int, int]:
    """(appropriation, available, frozen) of a line in fen."""
    balance = balances(session(), [world.lines[line]])[world.lines[line]]
    close_reading()
    return balance.appropriation_fen, balance.available_fen, balance.frozen_fen


def test_a_supplement_gives_money(world: World) -> None:
    document = drawn_up(world, "accountant", "supplement", school_office=500_000)
    assert (document.state, book(world)) == ("submitted", (10_000_000, 10_000_000, 0))

    document = act(world, "budget-city", "approve", document, note="同意")

    assert document.state == "approved"
    assert book(world) == (10_500_000, 10_500_000, 0)
    assert [step.action for step in history_of(document.reference)] == ["submit", "approve"]


def test_a_reduction_takes_free_money(world: World) -> None:
    document = drawn_up(world, "accountant", "reduction", school_office=2_500_000)

    act(world, "budget", "approve", document)

    assert book(world) == (7_500_000, 7_500_000, 0)


def test_a_transfer_moves_money_between_lines_of_the_unit(world: World) -> None:
    document = drawn_up(world, "accountant", "transfer", school_machines=-1_000_000, school_office=1_000_000)
    assert document.amount_fen == 1_000_000

    act(world, "budget-city", "approve", document)

    assert book(world) == (11_000_000, 11_000_000, 0)
    assert book(world, "school_machines") == (49_000_000, 49_000_000, 0)


def test_frozen_money_cannot_be_ordered_with_until_it_is_thawed(world: World) -> None:
    freeze = drawn_up(world, "budget-city", "freeze", school_office=9_990_000)
    act(world, "budget", "approve", freeze)
    assert book(world) == (10_000_000, 10_000, 9_990_000)
    with pytest.raises(Refusal) as refused:
        order_paper(world)
    assert refused.value.code in ("ledger.insufficient", "order.not_enough_budget")

    thaw = drawn_up(world, "budget", "thaw", school_office=9_990_000)
    act(world, "budget-city", "approve", thaw)

    assert book(world) == (10_000_000, 10_000_000, 0)
    assert order_paper(world)["refused"] == []


def order_paper(world: World) -> dict[str, Any]:
    """Ten packs of paper, 215.00, on the office line."""
    wanted = Wanted(listing_id=world.listings["paper"], quantity=10, budget_line_id=world.office_line)
    return place_order(actor=world.actor("handler"), unit_id=world.school_id, wanted=[wanted])


def test_a_returned_document_is_changed_and_submitted_again(world: World) -> None:
    document = drawn_up(world, "accountant", "supplement", school_office=500_000)
    act(world, "budget-city", "return", document, reason="金额与批文不符")
    assert book(world) == (10_000_000, 10_000_000, 0)

    lines = [{"budget_line_id": world.lines["school_office"], "amount_fen": 400_000}]
    edited = act(world, "accountant", "edit", document, lines=lines, **GROUNDS)
    assert (edited.state, edited.edition, edited.amount_fen) == ("returned", 2, 400_000)
    act(world, "accountant", "submit", document)
    act(world, "budget-city", "approve", document)

    assert book(world) == (10_400_000, 10_400_000, 0)
    history = history_of(document.reference)
    assert [step.action for step in history] == ["submit", "return", "edit", "submit", "approve"]
    assert history[1].note == "金额与批文不符"


def test_what_was_changed_after_it_was_read_is_not_approved(world: World) -> None:
    document = drawn_up(world, "accountant", "supplement", school_office=500_000)
    act(world, "budget-city", "return", document, reason="金额与批文不符")
    lines = [{"budget_line_id": world.office_line, "amount_fen": 9_000_000}]
    act(world, "accountant", "edit", document, lines=lines, is_submitted=True, **GROUNDS)

    assert refusal_of(world, "budget", "approve", document, edition=1).code == "budget.changed_meanwhile"
    assert act(world, "budget", "approve", document, edition=2).state == "approved"


@pytest.mark.parametrize("first", [(), ("submit",), ("submit", "return")])
def test_a_document_is_withdrawn_at_any_point_before_the_decision(world: World, first: tuple[str, ...]) -> None:
    document = drawn_up(world, "accountant", "supplement", submitted=False, school_office=500_000)
    for action in first:
        who, body = ("budget", {"reason": "请补充说明"}) if action == "return" else ("accountant", {})
        act(world, who, action, document, **body)

    withdrawn = act(world, "accountant", "withdraw", document)

    assert withdrawn.state == "withdrawn"
    assert book(world) == (10_000_000, 10_000_000, 0)
    assert refusal_of(world, "accountant", "submit", document).code == "state.not_possible"


def test_a_decided_document_stays_decided(world: World) -> None:
    document = drawn_up(world, "accountant", "supplement", school_office=500_000)
    act(world, "budget", "approve", document)

    for who, action, body in (
        ("budget", "approve", {}),
        ("budget", "return", {"reason": "反悔"}),
        ("accountant", "withdraw", {}),
    ):
        assert refusal_of(world, who, action, document, **body).code == "state.not_possible"
    assert book(world) == (10_500_000, 10_500_000, 0)


def test_more_than_is_free_is_refused_with_the_line_and_both_amounts(world: World) -> None:
    refusal = None
    with pytest.raises(Refusal) as raised:
        drawn_up(world, "accountant", "reduction", school_small=10_001)
    refusal = raised.value

    assert refusal.code == "budget.not_enough"
    assert refusal.facts["budget_line"] == "小额办公费"
    assert (refusal.facts["requested_fen"], refusal.facts["available_fen"]) == (10_001, 10_000)


def test_money_that_an_order_took_meanwhile_is_missing_at_the_approval(world: World) -> None:
    document = drawn_up(world, "accountant", "reduction", school_office=10_000_000)
    order_paper(world)

    refusal = refusal_of(world, "budget", "approve", document)

    assert refusal.code == "budget.not_enough"
    assert (refusal.facts["requested_fen"], refusal.facts["available_fen"]) == (10_000_000, 9_978_500)
    assert visible_document(world.actor("budget"), document.number).state == "submitted"
    assert book(world) == (10_000_000, 9_978_500, 0)


def test_more_than_is_frozen_is_not_thawed(world: World) -> None:
    with pytest.raises(Refusal) as raised:
        drawn_up(world, "budget", "thaw", school_office=1)

    assert raised.value.code == "budget.not_enough"
    assert raised.value.facts["account_zh"] == "冻结指标"


def test_the_maker_never_decides_and_the_refusal_says_who_does(world: World) -> None:
    document = drawn_up(world, "budget2", "supplement", county_office=100_000)

    assert refusal_of(world, "budget2", "approve", document).code == "budget.maker_decides"
    assert refusal_of(world, "budget2", "return", document, reason="自己退回").code == "budget.maker_decides"
    assert "approve" not in possible(document, world.actor("budget2"))
    act(world, "budget", "approve", document)

    assert book(world, "county_office") == (5_100_000, 5_100_000, 0)


def test_who_only_changed_a_document_has_a_hand_in_it(world: World) -> None:
    document = drawn_up(world, "budget-city", "freeze", submitted=False, school_office=100)
    edit_budget_document(
        actor=world.actor("budget"), number=document.number, lines=amounts(world, school_office=200), **GROUNDS
    )
    act(world, "budget-city", "submit", document)

    assert refusal_of(world, "budget", "approve", document).code == "budget.maker_decides"


def test_postgresql_lets_no_maker_stand_as_the_decider(world: World, own_database: Clone) -> None:
    document = drawn_up(world, "budget-city", "freeze", school_office=100)

    with psycopg.connect(own_database.admin) as connection, pytest.raises(psycopg.errors.CheckViolation) as raised:
        connection.execute("update budget_document set decider_id = maker_id where number = %s", (document.number,))
    assert raised.value.diag.constraint_name == "ck_budget_document_maker_never_decides"


@pytest.mark.parametrize("who", ["regulator", "regulator-city", "accountant", "approver", "finance"])
def test_nobody_but_a_budget_officer_decides(world: World, who: str) -> None:
    document = drawn_up(world, "accountant", "supplement", school_office=500_000)

    assert refusal_of(world, who, "approve", document).code == "access.denied"


@pytest.mark.parametrize("who", ["budget2", "accountant2", "regulator-county", "supplier", "sysadmin"])
def test_for_strangers_the_document_does_not_exist(world: World, who: str) -> None:
    document = drawn_up(world, "accountant", "supplement", school_office=500_000)

    assert refusal_of(world, who, "approve", document).code == "budget.unknown_document"


def test_a_draft_is_its_own_sides_affair(world: World) -> None:
    units = drawn_up(world, "accountant", "supplement", submitted=False, school_office=1)
    finance = drawn_up(world, "budget-city", "freeze", submitted=False, school_office=1)

    for who, document in (("budget", units), ("regulator", units), ("handler", units), ("accountant", finance)):
        with pytest.raises(Refusal, match=r"budget\.unknown_document"):
            visible_document(world.actor(who), document.number)
    assert visible_document(world.actor("budget"), finance.number).state == "draft"


@pytest.mark.parametrize(
    ("who", "kind", "by_line", "code"),
    [
        ("accountant", "freeze", {"school_office": 1}, "budget.kind_not_yours"),
        ("accountant", "thaw", {"school_office": 1}, "budget.kind_not_yours"),
        ("accountant", "appropriation", {"school_office": 1}, "budget.kind_not_yours"),
        ("budget", "appropriation", {"school_office": 1}, "budget.kind_not_yours"),
        ("accountant", "transfer", {"county_office": 1}, "budget.unknown_unit"),
        ("handler", "supplement", {"school_office": 1}, "budget.unknown_unit"),
        ("regulator", "supplement", {"school_office": 1}, "budget.unknown_unit"),
        ("budget2", "freeze", {"school_office": 1}, "budget.unknown_unit"),
        ("accountant", "supplement", {"school_last_year": 1}, "budget.unknown_line"),
        ("accountant", "supplement", {"school_office": -1}, "budget.bad_amount"),
        ("accountant", "supplement", {"school_office": 0}, "budget.bad_amount"),
        ("accountant", "supplement", {}, "budget.no_lines"),
        ("accountant", "transfer", {"school_office": 1}, "budget.transfer_does_not_balance"),
        (
            "accountant", "transfer", {"school_office": 2, "school_machines": -1},
            "budget.transfer_does_not_balance",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_drawn_up(world: World, who: str, kind: str, by_line: dict[str, int], code: str) -> None:
    with pytest.raises(Refusal) as raised:
        drawn_up(world, who, kind, **by_line)

    assert raised.value.code == code


def test_a_foreign_line_looks_like_a_missing_one(world: World) -> None:
    codes = []
    for line_id in (world.lines["county_office"], 999_999_999):
        with pytest.raises(Refusal) as raised:
            draw_up_budget_document(
                actor=world.actor("accountant"), unit_id=world.school_id, year=clock.today().year, kind="supplement",
                lines=[AmountOnLine(line_id, 1)], **GROUNDS,
            )  # fmt: skip
        codes.append(raised.value.code)

    assert codes == ["budget.unknown_line", "budget.unknown_line"]


@pytest.mark.parametrize(("field", "code"), [("reason", "reason_needed"), ("basis", "basis_needed")])
def test_reason_and_basis_are_demanded(world: World, field: str, code: str) -> None:
    with pytest.raises(Refusal, match=f"budget.{code}"):
        draw_up_budget_document(
            actor=world.actor("accountant"), unit_id=world.school_id, year=clock.today().year, kind="supplement",
            lines=amounts(world, school_office=1), **{**GROUNDS, field: " x "},
        )  # fmt: skip


def test_a_document_of_a_closed_year_is_not_even_drawn_up(world: World) -> None:
    last_year = clock.today().year - 1

    with pytest.raises(Refusal) as refused:
        draw_up_budget_document(
            actor=world.actor("accountant"), unit_id=world.school_id, year=last_year, kind="supplement",
            lines=amounts(world, school_last_year=1), is_submitted=True, **GROUNDS,
        )  # fmt: skip

    assert (refused.value.code, refused.value.facts["year"]) == ("budget.year_closed", last_year)


def test_the_same_key_draws_up_one_document_and_moves_money_once(world: World) -> None:
    given = {
        "actor": world.actor("accountant"), "unit_id": world.school_id, "year": clock.today().year,
        "kind": "supplement", "lines": amounts(world, school_office=500_000), "is_submitted": True, **GROUNDS,
    }  # fmt: skip
    first = draw_up_budget_document(request_key="same-key-1", **given)
    second = draw_up_budget_document(request_key="same-key-1", **given)
    assert first.number == second.number

    officer = world.actor("budget")
    for _again in range(2):
        perform("approve", actor=officer, number=first.number, body={}, request_key="same-key-2")
    with pytest.raises(Refusal, match=r"request\.key_reused"):
        draw_up_budget_document(request_key="same-key-1", **{**given, "reason": "别的事由"})

    assert book(world) == (10_500_000, 10_500_000, 0)


def test_the_effect_of_a_document_is_read_from_the_books(world: World) -> None:
    document = drawn_up(world, "budget-city", "freeze", school_office=1_000)
    act(world, "budget", "approve", document)
    order_paper(world)

    moved = moved_by(
        session(), region_code=document.region_code, year=document.year,
        source_type="budget_document", source_id=document.number,
    )  # fmt: skip
    standings = explain_line(session(), world.office_line)

    assert {(one.account, one.before_fen, one.after_fen) for one in moved} == {
        (Account.AVAILABLE, 10_000_000, 9_999_000),
        (Account.FROZEN, 0, 1_000),
    }
    frozen = next(one for one in standings if one.account is Account.FROZEN)
    assert frozen.last_source == document.reference


def test_the_term_for_the_decision_is_five_working_days(world: World) -> None:
    document = drawn_up(world, "accountant", "supplement", school_office=1)

    assert document.due_at is not None
    assert document.due_at - clock.now() > timedelta(days=5)
    assert act(world, "budget", "approve", document).due_at is None
