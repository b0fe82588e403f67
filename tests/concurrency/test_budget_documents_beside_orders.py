"""Budget documents decided while people order on the same line: two officers at once, and no fen too many."""

from __future__ import annotations

from mall import clock
from mall.database import close_reading
from mall.finance.check_budget_document import AmountOnLine
from mall.finance.draw_up_budget_document import draw_up_budget_document
from tests.concurrency.crowd import Answer, Mall, at_once, counted, new_line

ORDER_FEN = 21_500


def submitted(mall: Mall, line_id: int, *, kind: str, amount_fen: int) -> str:
    """The number of a document of the school's accountant, or of the city's officer for freezing."""
    document = draw_up_budget_document(
        actor=mall.world.actor("budget-city" if kind == "freeze" else "accountant"),
        unit_id=mall.world.school_id,
        year=clock.today().year,
        kind=kind,
        lines=[AmountOnLine(line_id, amount_fen)],
        reason="并发测试",
        basis="测试文号",
        is_submitted=True,
    )
    close_reading()
    return document.number


def decided(mall: Mall, who: str, number: str, action: str) -> Answer:
    caller = mall.caller(who)
    try:
        return caller.post(f"/budget-documents/{number}/{action}", {"reason": "请核对"} if action == "return" else {})
    finally:
        caller.close()


def ordered(mall: Mall, line_id: int) -> Answer:
    """Ten packs of paper, 215.00, on the line."""
    caller = mall.caller("handler")
    line = {"listing_id": mall.world.listings["paper"], "quantity": 10, "budget_line_id": line_id}
    try:
        return caller.post("/orders", {"lines": [line]})
    finally:
        caller.close()


def test_of_two_officers_at_once_one_wins(mall: Mall) -> None:
    for who in ("budget", "budget-city"):
        mall.token(who)
    for second in ("approve", "return"):
        line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=100_000)
        number = submitted(mall, line_id, kind="supplement", amount_fen=5_000)
        deeds = (("budget", "approve"), ("budget-city", second))

        given = at_once(lambda place, n=number, d=deeds: decided(mall, d[place][0], n, d[place][1]), people=2)

        assert counted(given) == {"accepted": 1, "state.not_possible": 1}
        state = mall.one("select state from budget_document where number = %s", number)
        assert mall.book(line_id) == ({"approved": 105_000, "returned": 100_000}[state], 0)


def test_a_reduction_and_orders_on_one_line_never_take_more_than_there_is(mall: Mall) -> None:
    mall.token("budget"), mall.token("handler")
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=4 * ORDER_FEN)
    number = submitted(mall, line_id, kind="reduction", amount_fen=2 * ORDER_FEN)

    given = at_once(
        lambda place: decided(mall, "budget", number, "approve") if place == 3 else ordered(mall, line_id), people=8
    )

    orders = counted([answer for place, answer in enumerate(given) if place != 3])
    is_reduced = given[3].outcome == "accepted"
    assert given[3].outcome in ("accepted", "budget.not_enough", "ledger.insufficient")
    assert orders["accepted"] == (2 if is_reduced else 4)
    assert mall.book(line_id) == (0, orders["accepted"] * ORDER_FEN)


def test_two_freezes_of_one_lines_last_money_are_not_both_approved(mall: Mall) -> None:
    mall.token("budget")
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=100_000)
    numbers = [submitted(mall, line_id, kind="freeze", amount_fen=100_000) for _ in range(2)]

    given = at_once(lambda place: decided(mall, "budget", numbers[place], "approve"), people=2)

    assert sorted(answer.outcome == "accepted" for answer in given) == [False, True]
    assert mall.book(line_id) == (0, 0)
