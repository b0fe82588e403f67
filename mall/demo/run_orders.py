"""Lives through the demo period: takes every planned deed through the mall's own use-cases under a moving clock.

The state of the journey is kept nowhere but in the mall itself. Each deed carries a request key
with its place in the story, so a run that was killed is told anew from its beginning: what was done
already is recognised by its key and not done again.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.assets.asset_card import asset_cards_of
from mall.database import close_reading, session
from mall.demo.order_road import Deed, Journey, Outcome, Road, RoadLine, travel
from mall.demo.plan_purchases import PlannedPurchase
from mall.demo.stand_in_treasury import answer_batches
from mall.demo.working_time import after_work, works_on
from mall.documents.once import RequestRecord
from mall.errors import Refusal
from mall.finance.exchange_treasury import export_batch, import_returns, write_batches
from mall.finance.payment_request import PaymentRequest
from mall.finance.treasury_batch import TreasuryReturn
from mall.jobs.sweep_deadlines import sweep_deadlines
from mall.ordering.order import Order, OrderLine
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order

Say = Callable[[str], None]
PLACES = ("教务处", "总务处", "信息中心", "办公室", "资产库房", "会议室", "检验科", "护理部", "多媒体教室")
SENDS_AT, RETURNS_AT, SWEEPS_AT = time(16, 0), time(10, 0), time(6, 0)
SHARED_KEY = "demo"


@dataclass(frozen=True)
class UnitFacts:
    """What the story needs to know of a buying unit."""

    unit_id: int
    address: str
    #: role -> the person who carries it
    people: dict[str, Actor]


@dataclass(frozen=True)
class Cast:
    """Everybody who acts."""

    units: dict[str, UnitFacts]
    suppliers: dict[int, Actor]
    centre: Actor


@dataclass(frozen=True)
class Interruption:
    """Something that happens at a time beside the orders, such as a price list that arrives; may be repeated."""

    at: datetime
    happen: Callable[[], None]


@dataclass
class Report:
    """How the story went: deeds done, those known from an earlier run, and refusals by "deed code"."""

    deeds: int = 0
    replayed: int = 0
    orders: int = 0
    refusals: Counter[str] = field(default_factory=Counter)


@dataclass
class _Travelling:
    purchase: PlannedPurchase
    number: str
    order_id: int
    supplier_id: int
    road: Road
    key: str


@dataclass(order=True)
class _Event:
    at: datetime
    turn: int
    happen: Callable[[datetime], None] = field(compare=False)


def run_orders(
    plan: Sequence[PlannedPurchase],
    *,
    cast: Cast,
    seed: int,
    starts_at: datetime,
    ends_at: datetime,
    secret: str,
    folder: Path,
    interruptions: Sequence[Interruption] = (),
    say: Say = lambda line: None,
) -> Report:
    """Tell the story of `plan` until `ends_at`. `folder` holds the treasury's files; `secret` signs for everybody."""
    story = _Story(cast, seed=seed, ends_at=ends_at, secret=secret, folder=folder, say=say)
    for interruption in interruptions:
        story.add(interruption.at, lambda at, each=interruption: story.once(at, each.happen))
    for purchase in plan:
        story.add(purchase.at, lambda _at, each=purchase: story.place(each))
    story.add_days(starts_at)
    story.tell()
    return story.report


class _Story:
    """The heap of things to come, and what each of them does."""

    def __init__(self, cast: Cast, *, seed: int, ends_at: datetime, secret: str, folder: Path, say: Say) -> None:
        self._cast, self._seed, self._ends_at, self._secret, self._say = cast, seed, ends_at, secret, say
        self._outgoing, self._incoming = folder / "out", folder / "in"
        self._heap: list[_Event] = []
        self._turn = 0
        self._done, self._lived_until = _earlier_run(seed)
        self._at_treasury: dict[str, _Travelling] = {}
        self._imported: set[str] = set()
        self._month = ""
        self.report = Report()

    def add(self, at: datetime, happen: Callable[[datetime], None]) -> None:
        """Let something happen at `at`; what comes in first among equals goes first."""
        if at <= self._ends_at:
            self._turn += 1
            heapq.heappush(self._heap, _Event(at, self._turn, happen))

    def add_days(self, starts_at: datetime) -> None:
        """The rounds that are made every day: deadlines in the morning, the treasury when offices work."""
        day = clock.local(starts_at).date()
        while day <= clock.local(self._ends_at).date():
            self._add_round(day, SWEEPS_AT, lambda at: self.once(at, self._sweep))
            if works_on(day):
                self._add_round(day, RETURNS_AT, self._treasury_answers)
                self._add_round(day, SENDS_AT, lambda at: self.once(at, self._send_to_treasury))
            day += timedelta(days=1)

    def tell(self) -> None:
        """Everything in the order of its time, with the clock standing at it."""
        while self._heap:
            event = heapq.heappop(self._heap)
            self._say_progress(event.at)
            with clock.frozen(event.at):
                event.happen(event.at)
        close_reading()

    def once(self, at: datetime, work: Callable[[], None]) -> None:
        """Do what leaves no request key, unless an earlier run has been past this time."""
        if self._lived_until is None or at >= self._lived_until:
            work()

    def place(self, purchase: PlannedPurchase) -> None:
        """Submit the purchase: one order per supplier sets out on its road."""
        key = f"{SHARED_KEY}-{self._seed}-{purchase.number:06d}"
        answer = self._answer(key, lambda: self._place(purchase, key=key), name="place")
        if answer is None:
            return
        if answer["refused"]:
            self.report.refusals.update(f"place {one['code']}" for one in answer["refused"])
        for place, number in enumerate(answer["orders"]):
            self._set_out(purchase, number=number, key=f"{key}-{place}", is_first=place == 0)

    def _add_round(self, day: Any, at: time, happen: Callable[[datetime], None]) -> None:
        self.add(datetime.combine(day, at, tzinfo=clock.SHANGHAI), happen)

    def _place(self, purchase: PlannedPurchase, *, key: str) -> dict[str, Any]:
        unit = self._cast.units[purchase.unit_key]
        handler, receiver = unit.people["handler"], unit.people["receiver"]
        return place_order(
            actor=handler,
            unit_id=unit.unit_id,
            wanted=[
                Wanted(listing_id=listing_id, quantity=quantity, budget_line_id=purchase.budget_line_id)
                for listing_id, quantity in purchase.lines
            ],
            delivery={"address": unit.address, "contact": receiver.name, "phone": f"0371-0000{unit.unit_id:04d}"},
            named_receiver_id=receiver.user_id if purchase.number % 3 == 0 else None,
            # Kept only where the order is above a standard of office equipment.
            excess_reason="新增岗位，原有设备已到使用年限",
            request_key=key,
        )

    def _set_out(self, purchase: PlannedPurchase, *, number: str, key: str, is_first: bool) -> None:
        order_id, supplier_id, lines = _as_placed(number)
        self.report.orders += 1
        random = Random(f"{self._seed}/road/{purchase.number}/{key[-1]}")
        journey = Journey(
            lines=lines,
            # Of a cart with two suppliers only one meets a fate.
            fate=purchase.fate if is_first else "plain",
            random=random,
            pace_per_cent=purchase.pace_per_cent,
            secret=self._secret,
            # Fully digital invoices: year, province, channel, running number.
            invoice_number=f"{clock.today():%y}412{purchase.number:013d}{int(key[-1]):02d}",
            waiting_cards=lambda: _cards_to_register(order_id, random=Random(f"{key}/cards"), cast=unit),
        )
        unit = self._cast.units[purchase.unit_key]
        travelling = _Travelling(purchase, number, order_id, supplier_id, travel(journey), key)
        self._go_on(travelling, next(travelling.road))

    def _go_on(self, travelling: _Travelling, deed: Deed) -> None:
        """Put the next deed into its place in time, unless the story leaves it to be done by somebody today."""
        if deed.name == travelling.purchase.halts_before:
            return
        if deed.wait:
            self._at_treasury[travelling.number] = travelling
            return
        due = after_work(clock.now(), minutes=deed.after)
        self.add(due, lambda _at: self._take(travelling, deed))

    def _take(self, travelling: _Travelling, deed: Deed) -> None:
        key = f"{travelling.key}-{clock.now():%m%d%H%M}-{deed.name}"
        answer = self._answer(key, lambda: self._perform(travelling, deed, key=key), name=deed.name)
        if answer is not None:
            self._resume(travelling, Outcome(state=answer["state"]))
        elif deed.may_be_refused:
            self._resume(travelling, Outcome(state="", is_refused=True))

    def _perform(self, travelling: _Travelling, deed: Deed, *, key: str) -> dict[str, Any]:
        body = deed.body(clock.today()) if deed.body is not None else {}
        order = perform(
            deed.action, actor=self._actor(travelling, deed.role), number=travelling.number, body=body, request_key=key
        )
        return {"state": order.state}

    def _resume(self, travelling: _Travelling, outcome: Outcome) -> None:
        try:
            deed = travelling.road.send(outcome)
        except StopIteration:
            return
        self._go_on(travelling, deed)

    def _actor(self, travelling: _Travelling, role: str) -> Actor:
        if role == "supplier":
            return self._cast.suppliers[travelling.supplier_id]
        if role == "centre":
            return self._cast.centre
        return self._cast.units[travelling.purchase.unit_key].people[role]

    def _answer(self, key: str, work: Callable[[], dict[str, Any]], *, name: str) -> dict[str, Any] | None:
        """The answer of an earlier run, or what the work says now; None when it is refused."""
        if key in self._done:
            self.report.replayed += 1
            return self._done[key]
        if self._lived_until is not None and clock.now() < self._lived_until:
            # The earlier run came past here and left no answer: it was refused then, and stays so.
            return None
        try:
            answer = work()
        except Refusal as refusal:
            self.report.refusals[f"{name} {refusal.code}"] += 1
            return None
        self.report.deeds += 1
        return answer

    def _sweep(self) -> None:
        sweep_deadlines()
        close_reading()

    def _send_to_treasury(self) -> None:
        if export_batch(actor=SYSTEM) is not None:
            write_batches(self._outgoing)
            close_reading()

    def _treasury_answers(self, at: datetime) -> None:
        """What was sent until yesterday is answered; orders whose payment came back go on."""
        self.once(at, self._take_returns)
        for order_number, outcome in _settled_at(at):
            travelling = self._at_treasury.pop(order_number, None)
            if travelling is not None:
                self._resume(travelling, Outcome(state="paid" if outcome == "paid" else "invoiced"))

    def _take_returns(self) -> None:
        answer_batches(outgoing=self._outgoing, incoming=self._incoming)
        for path in sorted(self._incoming.glob("return-*.csv")):
            if path.name not in self._imported:
                import_returns(actor=SYSTEM, path=path)
                self._imported.add(path.name)

    def _say_progress(self, at: datetime) -> None:
        month = f"{clock.local(at):%Y-%m}"
        if month != self._month:
            self._month = month
            self._say(f"  {month}：订单 {self.report.orders}，操作 {self.report.deeds + self.report.replayed}")


def _earlier_run(seed: int) -> tuple[dict[str, dict[str, Any]], datetime | None]:
    """{request key: answer} of every deed that an earlier run has done, and the instant of its last one."""
    rows = (
        session()
        .execute(
            select(RequestRecord.request_key, RequestRecord.answer, RequestRecord.at).where(
                RequestRecord.request_key.startswith(f"{SHARED_KEY}-{seed}-", autoescape=True)
            )
        )
        .all()
    )
    close_reading()
    return {key: answer for key, answer, _ in rows}, max((at for _, _, at in rows), default=None)


def _as_placed(number: str) -> tuple[int, int, tuple[RoadLine, ...]]:
    rows = session().execute(
        select(Order.id, Order.supplier_id, OrderLine.line_no, OrderLine.quantity, OrderLine.price_fen,
               OrderLine.is_asset)
        .join(OrderLine, OrderLine.order_id == Order.id)
        .where(Order.number == number)
        .order_by(OrderLine.line_no)
    ).all()  # fmt: skip
    close_reading()
    return rows[0][0], rows[0][1], tuple(RoadLine(*row[2:]) for row in rows)


def _cards_to_register(order_id: int, *, random: Random, cast: UnitFacts) -> list[dict[str, str]]:
    keepers = sorted(actor.name for actor in cast.people.values())
    cards = [
        {
            "number": card.number,
            "serial_number": f"SN{random.randrange(10**10):010d}",
            "place": random.choice(PLACES),
            "keeper": random.choice(keepers),
        }
        for card in asset_cards_of(order_id)
        if card.state == "waiting"
    ]
    close_reading()
    return cards


def _settled_at(at: datetime) -> list[tuple[str, str]]:
    """(order number, outcome) of every payment that the treasury settled at this instant."""
    rows = session().execute(
        select(PaymentRequest.order_number, TreasuryReturn.outcome)
        .join(TreasuryReturn, TreasuryReturn.payment_number == PaymentRequest.number)
        .where(TreasuryReturn.at == at, TreasuryReturn.outcome.in_(("paid", "refused")))
        .order_by(TreasuryReturn.id)
    )
    found = [(number, outcome) for number, outcome in rows]
    close_reading()
    return found
