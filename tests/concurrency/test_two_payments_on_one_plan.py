"""Two payments at once on one line whose plan covers one of them: one goes through, whichever it is."""

from __future__ import annotations

from mall import clock
from mall.database import close_reading
from mall.plans.check_fund_use_plan import PlannedMonth
from mall.plans.draw_up_fund_use_plan import draw_up_fund_use_plan
from mall.plans.fund_use_plan_actions import perform
from tests.concurrency.crowd import Answer, Mall, at_once, counted, new_line
from tests.world import PASSWORD

ORDER_FEN = 2_150


def planned(mall: Mall, line_id: int, *, fen: int, kind: str = "plan") -> None:
    plan = draw_up_fund_use_plan(
        actor=mall.world.actor("accountant"),
        unit_id=mall.world.school_id,
        year=clock.today().year,
        kind=kind,
        lines=[PlannedMonth(line_id, clock.today().month, fen, "购买复印纸")],
        reason="并发测试",
        is_submitted=True,
    )
    perform("approve", actor=mall.world.actor("budget-city"), number=plan.number)
    close_reading()


def walked(mall: Mall, line_id: int, *, until: str) -> str:
    """The number of an order of one pack of paper, so far along its road."""
    line = {"listing_id": mall.world.listings["paper"], "quantity": 1, "budget_line_id": line_id}
    number = said(mall, "handler", "/orders", {"lines": [line]}).body["orders"][0]["number"]
    road = (
        ("approver", "approve", {}), ("supplier", "confirm", {}), ("handler", "sign", {"password": PASSWORD}),
        ("supplier", "sign", {"password": PASSWORD}), ("supplier", "ship", {}), ("receiver", "receive", {}),
        ("receiver", "accept", {}), ("supplier", "invoice", invoice(number)),
        ("accountant", "request_payment", {}),
    )  # fmt: skip
    for who, action, body in road:
        answer = said(mall, who, f"/orders/{number}/{action}", body)
        assert answer.status == 200, answer
        if action == until:
            break
    return number


def invoice(number: str) -> dict[str, object]:
    digits = "".join(character for character in number if character.isdigit())[-8:]
    return {"number": digits, "issued_on": clock.today().isoformat(), "amount_fen": ORDER_FEN}


def said(mall: Mall, who: str, path: str, body: dict[str, object]) -> Answer:
    caller = mall.caller(who)
    try:
        return caller.post(path, body)
    finally:
        caller.close()


def together(mall: Mall, who: str, action: str, numbers: list[str]) -> list[Answer]:
    mall.token(who)
    return at_once(lambda person: said(mall, who, f"/orders/{numbers[person]}/{action}", {}), people=len(numbers))


def test_of_two_requests_at_once_the_plan_covers_one(mall: Mall) -> None:
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=100_000)
    planned(mall, line_id, fen=ORDER_FEN + 100)
    numbers = [walked(mall, line_id, until="invoice") for _ in range(2)]

    answers = together(mall, "accountant", "request_payment", numbers)

    assert counted(answers) == {"accepted": 1, "plan.not_enough": 1}


def test_of_two_approvals_at_once_the_plan_covers_one(mall: Mall) -> None:
    line_id = new_line(unit_id=mall.world.school_id, appropriation_fen=100_000)
    planned(mall, line_id, fen=2 * ORDER_FEN)
    numbers = [walked(mall, line_id, until="request_payment") for _ in range(2)]
    planned(mall, line_id, fen=100, kind="withdrawal")

    answers = together(mall, "finance", "approve_payment", numbers)

    assert counted(answers) == {"accepted": 1, "plan.not_enough": 1}
