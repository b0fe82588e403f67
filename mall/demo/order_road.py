"""How one demo order travels: which deed comes next, by whom and after how much office time.

A road is a generator. It yields a Deed, is sent the Outcome, and goes on from there; it never looks
into the database, so the same outcomes lead along the same road.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random
from typing import Any

#: what a deed needs to know at its time; called with the date of the deed
Body = Callable[[date], dict[str, Any]]

RETURN_REASONS = ("数量偏多，请按实际人数核减", "请改用公用经费指标", "请补充使用科室", "与上月采购重复，请核实")
WITHDRAW_REASONS = ("库房尚有库存，暂不采购", "需求变更，另行申请", "型号选错，重新下单")
DECLINE_REASONS = ("该型号厂家停产，暂无货源", "库存不足，无法按期交货", "近期运力不足，无法送达")
CANCEL_REASONS = ("活动取消，不再需要", "预算调整，暂缓采购")
DOOR_REASONS = ("外包装破损，拒收", "型号与订单不符，拒收", "数量短少，整批退回")
DISPUTE_REASONS = ("部分商品与规格不符", "抽检发现质量问题", "包装内缺少配件")
DISPUTE_ANSWERS = ("已核实，同意更换", "系运输损坏，愿意承担", "同意按单位意见处理")
SHORT_REASONS = ("余量不再需要，按实收结算", "缺货部分另行采购")
PAYMENT_RETURN_REASONS = ("发票购买方名称与单位不符，请更正", "请附验收单扫描件")
PRAISE = ("送货及时，质量好", "包装完好", "服务周到，下次还选", "", "", "价格实惠", "安装调试很专业")
COMPLAINT = ("送货慢了两天", "包装有破损", "客服回复慢")
CARRIERS = ("中国邮政", "顺丰速运", "德邦物流", "京东物流", "自有车辆配送")


@dataclass(frozen=True)
class Deed:
    """One step to take. `name` says it unmistakably; `after` is office minutes since the last one.

    `role` is a role of the buying unit, "supplier" or "centre"; `wait` names what the system does by itself
    ("treasury") instead of a deed.
    """

    name: str
    action: str
    role: str
    after: int
    body: Body | None = None
    may_be_refused: bool = False
    wait: str = ""


@dataclass(frozen=True)
class Outcome:
    """What came of a deed: the order's state afterwards, or that it was refused."""

    state: str
    is_refused: bool = False


@dataclass(frozen=True)
class RoadLine:
    """An order line as it was placed."""

    line_no: int
    quantity: int
    price_fen: int
    is_asset: bool


Road = Generator[Deed, Outcome, None]


@dataclass
class Journey:
    """One order with its fate. `secret` signs; `invoice_number` is free in the whole province."""

    lines: tuple[RoadLine, ...]
    fate: str
    random: Random
    pace_per_cent: int
    secret: str
    invoice_number: str
    waiting_cards: Callable[[], list[dict[str, str]]]
    prices: dict[int, int] = field(default_factory=dict)
    released: dict[int, int] = field(default_factory=dict)

    def minutes(self, low: int, high: int) -> int:
        """A span of office time at this order's pace."""
        return max(1, self.random.randint(low, high) * self.pace_per_cent // 100)

    def owed_fen(self) -> int:
        """What the contract comes to without the pieces that fell away."""
        return sum(
            (line.quantity - self.released.get(line.line_no, 0)) * self.prices.get(line.line_no, line.price_fen)
            for line in self.lines
        )


def travel(journey: Journey) -> Road:
    """The whole road of a submitted order."""
    if not (yield from _approval(journey)):
        return
    if not (yield from _contract(journey)):
        return
    if not (yield from _delivery(journey)):
        return
    yield from _payment(journey)


def _approval(journey: Journey) -> Generator[Deed, Outcome, bool]:
    random, minutes = journey.random, journey.minutes
    if journey.fate == "withdrawn":
        reason = random.choice(WITHDRAW_REASONS)
        yield Deed("cancel", "cancel", "handler", minutes(10, 120), _fixed(reason=reason))
        return False
    if journey.fate in ("returned", "returned_to_wait"):
        reason = random.choice(RETURN_REASONS)
        yield Deed("return", "return", "approver", minutes(30, 600), _fixed(reason=reason))
        if journey.fate == "returned" and random.randrange(5) == 0:
            reason = random.choice(WITHDRAW_REASONS)
            yield Deed("cancel", "cancel", "handler", minutes(60, 900), _fixed(reason=reason))
            return False
        again = yield Deed("submit", "submit", "handler", minutes(60, 1100), may_be_refused=True)
        if again.is_refused:
            # Prices moved meanwhile: she gives up and orders anew some other day.
            yield Deed("cancel", "cancel", "handler", minutes(20, 200), _fixed(reason="价格已变动，重新下单"))
            return False
    approved = yield Deed("approve", "approve", "approver", minutes(20, 600), _fixed(note=""))
    if approved.state == "endorsed":
        yield Deed("approve_second", "approve", "leader", minutes(30, 500), _fixed(note="同意"))
    return True


def _contract(journey: Journey) -> Generator[Deed, Outcome, bool]:
    random, minutes = journey.random, journey.minutes
    if journey.fate == "silent":
        return False
    if journey.fate == "declined":
        reason = random.choice(DECLINE_REASONS)
        yield Deed("decline", "decline", "supplier", minutes(60, 700), _fixed(reason=reason))
        return False
    lines = None
    if journey.fate == "cheaper":
        for line in journey.lines:
            journey.prices[line.line_no] = max(1, line.price_fen * random.choice((93, 95, 97, 98)) // 100)
        lines = [{"line_no": number, "price_fen": price_fen} for number, price_fen in journey.prices.items()]
    yield Deed("confirm", "confirm", "supplier", minutes(15, 480), _fixed(lines=lines))
    for side in random.sample(("unit", "supplier"), 2):
        role = "handler" if side == "unit" else "supplier"
        yield Deed(f"sign_{side}", "sign", role, minutes(10, 400), _fixed(password=journey.secret))
    if journey.fate == "cancelled":
        reason = random.choice(CANCEL_REASONS)
        yield Deed("request_cancellation", "request_cancellation", "handler", minutes(60, 500), _fixed(reason=reason))
        yield Deed("agree_cancellation", "agree_cancellation", "supplier", minutes(30, 500))
        return False
    return True


def _delivery(journey: Journey) -> Generator[Deed, Outcome, bool]:
    match journey.fate:
        case "in_parts" | "short":
            yield from _in_two_parts(journey)
        case "refused_at_door":
            yield _ship(journey, None)
            reason = journey.random.choice(DOOR_REASONS)
            yield Deed("refuse", "refuse", "receiver", journey.minutes(200, 900), _fixed(reason=reason))
            yield _ship(journey, None)
            yield _receive(journey)
        case _:
            yield _ship(journey, None)
            yield _receive(journey)
    if journey.fate == "disputed":
        yield from _dispute(journey)
    if journey.fate == "deemed":
        return True
    accepted = yield Deed("accept", "accept", "receiver", journey.minutes(10, 1200), _fixed(note="数量、规格相符"))
    if accepted.state == "received":
        yield Deed("accept_second", "accept_second", "acceptor", journey.minutes(20, 500), _fixed(note="同意验收"))
    return True


def _in_two_parts(journey: Journey) -> Generator[Deed, Outcome, None]:
    """Half of each line first; the rest comes later, or falls away by agreement."""
    first = [{"line_no": line.line_no, "quantity": max(1, line.quantity // 2)} for line in journey.lines]
    rest = {line.line_no: line.quantity - max(1, line.quantity // 2) for line in journey.lines}
    left = [{"line_no": number, "quantity": quantity} for number, quantity in rest.items() if quantity]
    yield _ship(journey, first)
    if journey.fate == "short" and left:
        reason = journey.random.choice(SHORT_REASONS)
        yield Deed("request_short", "request_short", "handler", journey.minutes(100, 700),
                   _fixed(lines=left, reason=reason))  # fmt: skip
        yield Deed("agree_short", "agree_short", "supplier", journey.minutes(30, 500))
        journey.released = {number: quantity for number, quantity in rest.items() if quantity}
        yield _receive(journey)
        return
    yield _receive(journey)
    if left:
        yield _ship(journey, left)
        yield _receive(journey)


def _dispute(journey: Journey) -> Generator[Deed, Outcome, None]:
    random, minutes = journey.random, journey.minutes
    line = random.choice(journey.lines)
    pieces = max(1, line.quantity // 3)
    objected = [{"line_no": line.line_no, "quantity": pieces}]
    yield Deed("dispute", "dispute", "receiver", minutes(30, 500),
               _fixed(lines=objected, reason=random.choice(DISPUTE_REASONS)))  # fmt: skip
    answer = random.choice(DISPUTE_ANSWERS)
    yield Deed("answer_dispute", "answer_dispute", "supplier", minutes(60, 900), _fixed(answer=answer))
    can_release = pieces < sum(one.quantity for one in journey.lines)
    outcome = random.choice(("replace", "replace", "accept", "release" if can_release else "replace"))
    role = "centre" if random.randrange(3) == 0 else "receiver"
    yield Deed("settle_dispute", "settle_dispute", role, minutes(60, 900),
               _fixed(outcome=outcome, decision="双方协商一致"))  # fmt: skip
    if outcome == "release":
        journey.released[line.line_no] = pieces
    if outcome == "replace":
        yield _ship(journey, objected)
        yield _receive(journey)


def _payment(journey: Journey) -> Generator[Deed, Outcome, None]:
    random, minutes = journey.random, journey.minutes
    has_assets = any(line.is_asset and line.quantity > journey.released.get(line.line_no, 0) for line in journey.lines)
    registers = random.choices(("early", "in_between", "late"), weights=(5, 2, 3))[0] if has_assets else ""
    if journey.fate == "assets_late":
        registers = "late"
    # After silence the term of seven working days must have run out first.
    pause = 8 * 510 * 100 // journey.pace_per_cent if journey.fate == "deemed" else 0
    if registers == "early" and not pause:
        yield _register(journey)
    amount_fen = journey.owed_fen()
    yield Deed("invoice", "invoice", "supplier", pause + minutes(60, 900), lambda today: {
        "number": journey.invoice_number, "issued_on": today.isoformat(), "amount_fen": amount_fen})  # fmt: skip
    if registers == "in_between" or (registers == "early" and pause):
        yield _register(journey)
    way = _way_of_settling(journey)
    if way == "price_cut":
        yield from _cut_price(journey)
    if way == "retention":
        held = {"amount_fen": amount_fen // 25, "reason": "合同约定质保金，质保期满后支付"}
        yield Deed("ask_retention", "ask_retention", "accountant", minutes(60, 300),
                   lambda today: {**held, "due_on": (today + timedelta(days=120)).isoformat()})  # fmt: skip
        yield Deed("agree_change", "agree_change", "supplier", minutes(60, 600))
    yield Deed("request_payment", "request_payment", "accountant", minutes(120, 900), _first_part(way, amount_fen))
    if journey.fate == "payment_returned":
        reason = random.choice(PAYMENT_RETURN_REASONS)
        yield Deed("return_payment", "return_payment", "finance", minutes(30, 600), _fixed(reason=reason))
        yield Deed("request_payment", "request_payment", "accountant", minutes(60, 600))
    parts_left = 1 if way == "two_parts" else 0
    while True:
        yield Deed("approve_payment", "approve_payment", "finance", minutes(30, 600))
        settled = yield Deed("treasury", "", "", 0, wait="treasury")
        if settled.state == "paid":
            if not parts_left:
                break
            parts_left -= 1
        yield Deed("request_payment", "request_payment", "accountant", minutes(200, 1200))
    if way in ("refund", "refund_due"):
        yield from _refund(journey, comes=way == "refund")
    if registers == "late":
        yield _register(journey)
    if random.randrange(100) < 85:
        yield _rate(journey)


def _way_of_settling(journey: Journey) -> str:
    """How the order is settled: mostly at once. Drawn apart, so that all other draws of the road stay as they are."""
    if journey.fate != "plain" or journey.owed_fen() < 20_000:
        return ""
    drawn = Random(f"{journey.invoice_number}/settling").randrange(100)
    ways = (("two_parts", 6), ("retention", 10), ("price_cut", 13), ("refund", 16), ("refund_due", 18))
    return next((way for way, below in ways if drawn < below), "")


def _first_part(way: str, amount_fen: int) -> Body | None:
    if way != "two_parts":
        return None
    return _fixed(amount_fen=amount_fen // 2, reason="用款计划分两批安排，先付一半")


def _cut_price(journey: Journey) -> Generator[Deed, Outcome, None]:
    """Both sides agree on a lower price, and the supplier takes that much of the invoice back."""
    minutes, line = journey.minutes, journey.lines[0]
    cut = {"line_no": line.line_no, "amount_fen": line.price_fen // 10}
    reason = "外包装破损，协商减价"
    yield Deed("ask_price_cut", "ask_price_cut", "handler", minutes(30, 300), _fixed(lines=[cut], reason=reason))
    yield Deed("agree_change", "agree_change", "supplier", minutes(60, 600))
    yield _credit_note(journey, amount_fen=cut["amount_fen"], reason=reason)


def _refund(journey: Journey, *, comes: bool) -> Generator[Deed, Outcome, None]:
    """Paid goods turn out to be worth less: the supplier owes a part of the money, and mostly pays it back."""
    minutes, line = journey.minutes, journey.lines[0]
    less = {"line_no": line.line_no, "amount_fen": line.price_fen // 10}
    reason = "使用中发现规格不足，协商退还差价"
    yield Deed("claim_refund", "claim_refund", "handler", minutes(300, 3000), _fixed(lines=[less], reason=reason))
    yield Deed("agree_refund", "agree_refund", "supplier", minutes(60, 900))
    yield _credit_note(journey, amount_fen=less["amount_fen"], reason=reason)
    if comes:
        voucher = f"TK{journey.invoice_number[-10:]}"
        yield Deed("receive_refund", "receive_refund", "finance", minutes(900, 3000), _fixed(reference=voucher))


def _credit_note(journey: Journey, *, amount_fen: int, reason: str) -> Deed:
    # The sixth figure tells the two apart: an invoice has a zero there, the first of its running number.
    number = f"{journey.invoice_number[:5]}9{journey.invoice_number[6:]}"
    note = {"number": number, "invoice": journey.invoice_number, "amount_fen": amount_fen, "reason": reason}
    return Deed("credit_note", "credit_note", "supplier", journey.minutes(60, 900),
                lambda today: {**note, "issued_on": today.isoformat()})  # fmt: skip


def _ship(journey: Journey, lines: list[dict[str, int]] | None) -> Deed:
    carrier = journey.random.choice(CARRIERS)
    tracking = "" if carrier == "自有车辆配送" else f"SF{journey.random.randrange(10**12):012d}"
    body = _fixed(lines=lines, carrier=carrier, tracking_number=tracking)
    return Deed("ship", "ship", "supplier", journey.minutes(100, 900), body)


def _receive(journey: Journey) -> Deed:
    return Deed("receive", "receive", "receiver", journey.minutes(200, 1500), _fixed(note=""))


def _register(journey: Journey) -> Deed:
    role = journey.random.choice(("accountant", "receiver"))
    return Deed("register_asset", "register_asset", role, journey.minutes(100, 1800),
                lambda _today: {"cards": journey.waiting_cards()})  # fmt: skip


def _rate(journey: Journey) -> Deed:
    random = journey.random
    is_happy = random.randrange(100) < 88
    marks = {name: random.choice((4, 5, 5) if is_happy else (2, 3, 3)) for name in ("goods", "delivery", "service")}
    words = random.choice(PRAISE if is_happy else COMPLAINT)
    return Deed("rate", "rate", "handler", journey.minutes(300, 4000), _fixed(**marks, words=words))


def _fixed(**body: Any) -> Body:
    """A body that does not depend on the day; what is None is left out."""
    given = {name: value for name, value in body.items() if value is not None}
    return lambda _today: given
