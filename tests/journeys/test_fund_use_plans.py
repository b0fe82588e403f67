"""Fund-use plans from drawing up to the books and the payment: every kind whole, every side road, and who may not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import psycopg
import pytest

from ledger.budget_lines import create_line, find_line
from ledger.cash_plan import PlanBalance, plan_balances
from ledger.plan_months import plan_years
from mall import clock
from mall.database import atomic, close_reading, session
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.finance.budget_document import budget_document_numbered
from mall.finance.budget_document_actions import perform as perform_on_document
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from mall.plans.check_fund_use_plan import PlannedMonth, spread
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan
from mall.plans.fund_use_plan import FundUsePlan
from mall.plans.fund_use_plan_actions import perform, possible
from mall.plans.fund_use_plan_todo import plan_todo_for
from mall.plans.visible_fund_use_plans import visible_plan
from tests.conftest import Clone
from tests.journeys.story import Story
from tests.world import World

MARCH = datetime(2026, 3, 10, 2, tzinfo=UTC)
YEAR = 2026


@pytest.fixture(autouse=True)
def in_march() -> Any:
    """The world's books are of 2026; its year has most months still ahead."""
    with clock.frozen(MARCH):
        yield


def plan(
    world: World, months: dict[int, int], *, line: str = "school_office", who: str = "accountant",
    kind: str = "plan", purpose: str = "购买试卷用纸", submitted: bool = True, category: str = "",
) -> FundUsePlan:  # fmt: skip
    return draw_up_fund_use_plan(
        actor=world.actor(who),
        unit_id=world.county_id if line.startswith("county") else world.school_id,
        year=YEAR,
        kind=kind,
        lines=[PlannedMonth(world.lines[line], month, fen, purpose, category) for month, fen in months.items()],
        reason="" if kind == "plan" else "开学推迟",
        is_submitted=submitted,
    )


def act(world: World, who: str, action: str, of: FundUsePlan, **body: Any) -> FundUsePlan:
    return perform(action, actor=world.actor(who), number=of.number, body=body)


def refusal_of(world: World, who: str, action: str, of: FundUsePlan, **body: Any) -> Refusal:
    with pytest.raises(Refusal) as raised:
        act(world, who, action, of, **body)
    return raised.value


def standing(world: World, line: str = "school_office") -> PlanBalance:
    balance = plan_balances(session(), [world.lines[line]])[world.lines[line]]
    close_reading()
    return balance


def free_january(world: World, line: str = "school_office", *, fen: int = 10_000_000) -> None:
    """The world plans every line's year for January; here it becomes unplanned again, by the papers of the house."""
    county = line.startswith("county")
    paper = plan(world, {1: fen}, line=line, who="accountant2" if county else "accountant", kind="withdrawal")
    act(world, "budget2" if county else "budget-city", "approve", paper)


def supplement(world: World, line: str, fen: int) -> None:
    document = draw_up_budget_document(
        actor=world.actor("accountant"), unit_id=world.school_id, year=YEAR, kind="supplement",
        lines=[AmountOnLine(world.lines[line], fen)], reason="增加", basis="测试文号", is_submitted=True,
    )  # fmt: skip
    perform_on_document("approve", actor=world.actor("budget-city"), number=document.number)


@atomic
def open_line(world: World, name: str, **facts: Any) -> None:
    """A further line of the school, without money."""
    world.lines[name] = create_line(
        session(), region_code=410100, year=YEAR, unit_id=world.school_id, code=f"{world.school_id}-{name}",
        name=name, created_at=clock.now(), fund_source="一般公共预算", **facts,
    )  # fmt: skip
    session().info["audited"] = True


def test_an_approved_plan_lets_money_leave_in_its_months(world: World) -> None:
    supplement(world, "school_office", 500_000)
    paper = plan(world, {3: 200_000, 6: 100_000})
    assert (paper.state, paper.due_at is not None, paper.amount_fen) == ("submitted", True, 300_000)
    assert standing(world).months == {1: 10_000_000}
    assert [item.plan.number for item in plan_todo_for(world.actor("budget-city"))] == [paper.number]

    approved = act(world, "budget-city", "approve", paper, note="同意", edition=1)

    assert (approved.state, approved.approved_fen) == ("approved", 300_000)
    assert standing(world).months == {1: 10_000_000, 3: 200_000, 6: 100_000}
    assert standing(world).unplanned_fen == 200_000
    assert [step.action for step in history_of(paper.reference)] == ["submit", "approve"]


def test_a_change_moves_money_between_months_and_a_withdrawal_gives_it_up(world: World) -> None:
    change = plan(world, {1: -4_000_000, 5: 3_000_000, 9: 1_000_000}, kind="change", purpose="")
    act(world, "budget", "approve", change)
    assert standing(world).months == {1: 6_000_000, 5: 3_000_000, 9: 1_000_000}

    withdrawal = plan(world, {5: 1_000_000}, kind="withdrawal", purpose="")
    act(world, "budget", "approve", withdrawal)

    assert standing(world).months == {1: 6_000_000, 5: 2_000_000, 9: 1_000_000}
    assert standing(world).unplanned_fen == 1_000_000


@pytest.mark.parametrize(
    ("kind", "months", "code"),
    [
        ("plan", {3: 600_000}, "plan.more_than_unplanned"),
        ("plan", {2: 100}, "plan.month_past"),
        ("plan", {3: -100}, "plan.bad_amount"),
        ("change", {1: -100, 4: 90}, "plan.does_not_balance"),
        ("change", {4: -100, 5: 100}, "plan.month_has_less"),
        ("withdrawal", {4: 100}, "plan.month_has_less"),
        ("plan", {}, "plan.no_lines"),
        ("nonsense", {3: 100}, "plan.unknown_kind"),
    ],
)
def test_what_cannot_be_planned_is_refused(world: World, kind: str, months: dict[int, int], code: str) -> None:
    supplement(world, "school_office", 500_000)

    with pytest.raises(Refusal) as refused:
        plan(world, months, kind=kind)

    assert refused.value.code == code
    assert standing(world).months == {1: 10_000_000}


def test_who_had_a_hand_in_a_plan_does_not_decide_it(world: World, own_database: Clone) -> None:
    supplement(world, "school_office", 500_000)
    paper = plan(world, {3: 200_000})

    assert refusal_of(world, "accountant", "approve", paper).code == "access.denied"
    assert refusal_of(world, "budget2", "approve", paper).code == "plan.unknown"
    assert refusal_of(world, "accountant2", "withdraw", paper).code == "plan.unknown"
    with psycopg.connect(own_database.admin) as connection, pytest.raises(psycopg.errors.CheckViolation):
        connection.execute(
            "update fund_use_plan set decider_id = maker_id, state = 'approved', approved_fen = 1 where number = %s",
            (paper.number,),
        )


def test_a_returned_plan_is_changed_and_an_edition_that_was_read_is_approved(world: World) -> None:
    supplement(world, "school_office", 500_000)
    paper = plan(world, {3: 200_000})
    act(world, "budget-city", "return", paper, reason="三月用不了这么多")
    lines = [{"budget_line_id": world.office_line, "month": 4, "amount_fen": 100_000, "purpose": "购买粉笔"}]

    edited = act(world, "accountant", "edit", paper, lines=lines, is_submitted=True)

    assert (edited.state, edited.edition, edited.amount_fen) == ("submitted", 2, 100_000)
    assert refusal_of(world, "budget", "approve", paper, edition=1).code == "plan.changed_meanwhile"
    act(world, "budget", "approve", paper, edition=2)
    assert standing(world).months == {1: 10_000_000, 4: 100_000}
    assert possible(act_read(world, "accountant", paper), world.actor("accountant")) == []


def act_read(world: World, who: str, paper: FundUsePlan) -> FundUsePlan:
    from_sight = plan_seen(world, who, paper.number)
    close_reading()
    return from_sight


def plan_seen(world: World, who: str, number: str) -> FundUsePlan:
    return visible_plan(world.actor(who), number)


def test_a_draft_is_its_accountants_affair_and_can_be_withdrawn(world: World) -> None:
    supplement(world, "school_office", 500_000)
    paper = plan(world, {3: 200_000}, submitted=False)
    with pytest.raises(Refusal):
        plan_seen(world, "budget", paper.number)
    close_reading()

    act(world, "accountant", "withdraw", paper)

    assert standing(world).months == {1: 10_000_000}


def test_the_same_request_draws_up_one_plan(world: World) -> None:
    supplement(world, "school_office", 500_000)
    asked: dict[str, Any] = {
        "actor": world.actor("accountant"), "unit_id": world.school_id, "year": YEAR, "kind": "plan",
        "lines": [PlannedMonth(world.office_line, 3, 100, "购买粉笔")], "request_key": "plan-key-1",
    }  # fmt: skip

    assert draw_up_fund_use_plan(**asked).number == draw_up_fund_use_plan(**asked).number


def test_a_reduction_of_the_budget_cuts_the_plan_from_its_end(world: World) -> None:
    act(world, "budget", "approve", plan(world, {1: -5_000_000, 6: 5_000_000}, kind="change"))
    document = draw_up_budget_document(
        actor=world.actor("accountant"), unit_id=world.school_id, year=YEAR, kind="reduction",
        lines=[AmountOnLine(world.office_line, 6_000_000)], reason="压减", basis="测试文号", is_submitted=True,
    )  # fmt: skip

    perform_on_document("approve", actor=world.actor("budget-city"), number=document.number)

    assert standing(world).months == {1: 4_000_000}


def test_spreading_is_exact() -> None:
    assert spread(100_001, [3, 4, 5]) == {3: 33_300, 4: 33_300, 5: 33_401}
    assert spread(50, [11, 12]) == {12: 50}
    assert spread(100, []) == {}


def test_a_payment_draws_the_oldest_months_that_have_money(world: World, story: Story) -> None:
    act(world, "budget", "approve", plan(world, {1: -9_990_000, 3: 9_000, 12: 9_981_000}, kind="change"))
    number = story.place(story.wanted("paper", 8, "school_office"))

    story.walk(number, until="approve_payment")

    assert standing(world).months == {3: 1_800, 12: 9_981_000}
    assert standing(world).requested_fen == 17_200
    year = plan_years(session(), [world.office_line])[world.office_line]
    assert [(one.planned_fen, one.requested_fen, one.left_fen) for one in year.months[:3]] == [
        (10_000, 10_000, 0), (0, 0, 0), (9_000, 7_200, 1_800),
    ]  # fmt: skip
    close_reading()
    story.batch()
    story.treasury_says((story.payment_of(number), "OK", 17_200, "GK1", ""))
    paid = plan_years(session(), [world.office_line])[world.office_line]
    assert (paid.paid_fen, paid.requested_fen, paid.months[2].paid_fen) == (17_200, 0, 7_200)
    before = plan_years(session(), [world.office_line], at=clock.now() - timedelta(days=1))[world.office_line]
    assert before.planned_fen == 0
    close_reading()


def test_a_request_that_no_plan_covers_is_refused_at_once(world: World, story: Story) -> None:
    act(world, "budget", "approve", plan(world, {1: -9_980_000, 4: 9_980_000}, kind="change"))
    first = story.place(story.wanted("paper", 8, "school_office"))
    story.walk(first, until="request_payment")
    second = story.place(story.wanted("paper", 5, "school_office"))
    story.walk(second, until="invoice")

    problem = story.refused("accountant", "request_payment", second)

    assert problem["code"] == "plan.not_enough"
    assert (problem["facts"]["planned_fen"], problem["facts"]["missing_fen"]) == (2_800, 7_950)
    act(world, "budget", "approve", plan(world, {4: -7_950, 3: 7_950}, kind="change"))
    story.act("accountant", "request_payment", second)
    story.act("finance", "approve_payment", second)
    story.act("finance", "approve_payment", first)
    assert standing(world).due_fen(3) == 0


def test_what_was_planned_anew_for_later_is_not_paid_before(world: World, story: Story) -> None:
    number = story.place(story.wanted("paper", 8, "school_office"))
    story.walk(number, until="request_payment")
    act(world, "budget", "approve", plan(world, {1: -9_990_000, 12: 9_990_000}, kind="change"))

    problem = story.refused("finance", "approve_payment", number)

    assert problem["code"] == "plan.not_enough"
    assert (problem["facts"]["planned_fen"], problem["facts"]["missing_fen"]) == (10_000, 7_200)
    assert standing(world).months == {1: 10_000, 12: 9_990_000}


def held_plan(world: World, *, purpose: str = "购买办公用品", fen: int = 80_000, category: str = "") -> FundUsePlan:
    """A plan with one line that is no procurement and one that is, on a line that is not budgeted for it."""
    open_line(world, "publicity", is_procurement=False, economic_code="30299", economic_name="其他商品和服务支出")
    supplement(world, "publicity", 1_000_000)
    line = world.lines["publicity"]
    return draw_up_fund_use_plan(
        actor=world.actor("accountant"), unit_id=world.school_id, year=YEAR, kind="plan", is_submitted=True,
        lines=[PlannedMonth(line, 3, 50_000, "缴纳电费"), PlannedMonth(line, 4, fen, purpose, category)],
    )  # fmt: skip


def test_what_is_procurement_without_being_budgeted_as_such_is_held(world: World) -> None:
    paper = held_plan(world)
    judgement = paper.judgements[2]
    assert (judgement.outcome, judgement.rule, judgement.category_code) == ("held", "not_flagged", "A05040000")
    assert paper.judgements[1].outcome == "clear"

    approved = act(world, "budget-city", "approve", paper)

    assert approved.approved_fen == 50_000
    assert standing(world, "publicity").months == {3: 50_000}
    assert [item.action for item in plan_todo_for(world.actor("accountant"))] == ["settle"]


def test_a_held_line_is_planned_on_a_procurement_line(world: World) -> None:
    paper = held_plan(world)
    supplement(world, "school_office", 80_000)
    act(world, "budget-city", "approve", paper)

    settled = act(world, "accountant", "repoint", paper, line_no=2, budget_line_id=world.office_line)

    number = settled.judgements[2].paper.partition(":")[2]
    act(world, "accountant", "submit", plan_seen(world, "accountant", number))
    fresh = act(world, "budget-city", "approve", plan_seen(world, "accountant", number))
    assert standing(world).months == {1: 10_000_000, 4: 80_000}
    assert fresh.judgements[1].outcome == "clear"
    assert refusal_of(world, "accountant", "repoint", paper, line_no=2, budget_line_id=1).code == "plan.not_held"


def test_a_held_line_becomes_a_transfer_to_a_procurement_line(world: World) -> None:
    paper = held_plan(world)
    machines = world.lines["school_machines"]
    assert (
        refusal_of(world, "accountant", "adjust", paper, line_no=2, budget_line_id=machines).code == "plan.no_way_out"
    )

    settled = act(world, "accountant", "adjust", paper, line_no=2, budget_line_id=world.office_line)

    document = budget_document_numbered(settled.judgements[2].paper.partition(":")[2])
    assert (document.state, document.kind, document.amount_fen) == ("draft", "transfer", 80_000)
    close_reading()
    perform_on_document("submit", actor=world.actor("accountant"), number=document.number)
    perform_on_document("approve", actor=world.actor("budget-city"), number=document.number)
    assert (standing(world).unplanned_fen, standing(world, "publicity").unplanned_fen) == (80_000, 920_000)


def test_where_no_procurement_line_fits_the_transfer_opens_one(world: World) -> None:
    paper = held_plan(world, category="C23090100", purpose="印制招生简章")
    assert paper.judgements[2].rule == "not_flagged"

    settled = act(world, "accountant", "adjust", paper, line_no=2)

    number = settled.judgements[2].paper.partition(":")[2]
    assert refusal_of_document(world, number) == "budget.opens_a_line"
    perform_on_document("submit", actor=world.actor("accountant"), number=number)
    document = perform_on_document("approve", actor=world.actor("budget-city"), number=number)
    fresh = find_line(session(), document.lines[1].budget_line_id)
    assert (fresh.is_procurement, fresh.category_scope, fresh.unit_id) == (True, ("C23090100",), world.school_id)
    assert plan_balances(session(), [fresh.id])[fresh.id].unplanned_fen == 80_000
    close_reading()


def refusal_of_document(world: World, number: str) -> str:
    lines = [{"budget_line_id": world.office_line, "amount_fen": 100}]
    with pytest.raises(Refusal) as refused:
        perform_on_document(
            "edit", actor=world.actor("accountant"), number=number,
            body={"lines": lines, "reason": "改", "basis": "测试文号"},
        )  # fmt: skip
    return refused.value.code


def test_a_reasoned_exemption_lets_a_held_line_pass(world: World) -> None:
    paper = held_plan(world)
    assert refusal_of(world, "budget-city", "exempt", paper, line_no=2).code == "plan.no_plea"
    act(world, "accountant", "plead", paper, line_no=2, reason="省厅统一配发，单位只付款")
    assert refusal_of(world, "accountant", "exempt", paper, line_no=2).code == "access.denied"

    act(world, "budget-city", "exempt", paper, line_no=2)
    act(world, "budget-city", "approve", paper)

    assert standing(world, "publicity").months == {3: 50_000, 4: 80_000}
    assert [step.action for step in history_of(paper.reference)] == ["submit", "plead", "exempt", "approve"]


def test_a_plan_with_nothing_but_held_lines_is_not_approved(world: World) -> None:
    open_line(world, "publicity", is_procurement=False, economic_code="30299")
    supplement(world, "publicity", 1_000_000)
    paper = plan(world, {3: 10_000}, line="publicity", purpose="购买办公用品")

    assert refusal_of(world, "budget-city", "approve", paper).code == "plan.all_held"


@pytest.mark.parametrize(
    ("line", "purpose", "category", "rule"),
    [
        ("school_machines", "购买办公用品", "", "outside_scope"),
        ("school_machines", "购买激光打印机", "A02021003", ""),
        ("school_machines", "按计划使用", "", ""),
        ("school_office", "购买办公用品", "", ""),
    ],
)
def test_a_procurement_line_is_planned_within_its_scope(
    world: World, line: str, purpose: str, category: str, rule: str
) -> None:
    supplement(world, line, 100_000)

    paper = plan(world, {3: 100_000}, line=line, purpose=purpose, category=category)

    assert paper.judgements[1].rule == rule


def test_above_the_limit_spending_outside_the_catalogue_is_procurement_too(world: World) -> None:
    open_line(world, "publicity", is_procurement=False, economic_code="30299")
    supplement(world, "publicity", 300_000_000)

    small = plan(world, {3: 60_000_000, 4: 39_999_999}, line="publicity", purpose="校园文化长廊一期")
    act(world, "budget", "approve", small)
    large = plan(world, {5: 1}, line="publicity", purpose="校园文化长廊二期")
    wages = plan(world, {5: 150_000_000}, line="publicity", purpose="发放工资")

    assert [one.rule for one in small.judgements.values()] == ["", ""]
    assert large.judgements[1].rule == "unclear_over_limit"
    assert wages.judgements[1].rule == ""
