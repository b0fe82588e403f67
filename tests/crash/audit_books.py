"""What must be true after all the dying: nothing acknowledged is lost, nothing is doubled, the books are sound."""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field

from sqlalchemy import create_engine, text

from ledger import checks
from ledger.chart_of_accounts import Account
from ledger.verify_seals import verify
from tests.crash.clients import PRICE_FEN, ROAD, Acknowledged, Crowd, call
from tests.crash.running_product import Product

SETTLES_WITHIN_SECONDS = 120
REPLAYED = 200


@dataclass
class Verdict:
    """Everything that is wrong, each as one line of words."""

    acknowledged: int = 0
    orders: int = 0
    paid: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)

    def summary(self) -> str:
        return (
            f"acknowledged {self.acknowledged}, orders {self.orders}, paid {self.paid},"
            f" lost {len(self.lost)}, doubled {len(self.doubled)}, otherwise wrong {len(self.wrong)}"
        )


def audit(product: Product, crowd: Crowd, *, settled: bool = True) -> Verdict:
    """Compare what the clients were told with what the database holds. `settled`: outbox and treasury must be done."""
    verdict = Verdict(acknowledged=len(crowd.acknowledged))
    if settled:
        verdict.wrong += _waits_in_vain(product)
    _orders(product, crowd, verdict=verdict)
    _steps(product, crowd, verdict=verdict)
    _money(product, crowd, verdict=verdict)
    _replays(product, crowd, verdict=verdict)
    verdict.wrong += _unsound(product)
    return verdict


def _waits_in_vain(product: Product) -> list[str]:
    """Events not delivered and payments that are still under way although everybody had time."""
    question = (
        "select (select count(*) from outbox_event where state <> 'done'),"
        " (select count(*) from payment_request where state in ('approved', 'sent'))"
    )
    deadline = time.monotonic() + SETTLES_WITHIN_SECONDS
    while (waiting := product.ask(question)[0]) != (0, 0):
        if time.monotonic() > deadline:
            return [f"events not delivered {waiting[0]}, payments not settled {waiting[1]}"]
        time.sleep(0.5)
    return []


def _orders(product: Product, crowd: Crowd, *, verdict: Verdict) -> None:
    """One order for each acknowledged key, and none twice."""
    query = "select note, array_agg(number order by id) from purchase_order where note like %s group by note"
    held = dict(product.ask(query, f"{crowd.name}-%"))
    verdict.orders = sum(map(len, held.values()))
    verdict.doubled += [f"orders of {note}: {numbers}" for note, numbers in held.items() if len(numbers) > 1]
    for one in _placed(crowd):
        numbers = held.get(one.body["note"], [])
        told = one.answer["orders"][0]["number"]
        if told not in numbers:
            verdict.lost.append(f"{one.key}: told {told}, held {numbers}")


def _steps(product: Product, crowd: Crowd, *, verdict: Verdict) -> None:
    """Every acknowledged step stands in the history of its order as often as it was acknowledged."""
    query = (
        "select o.number, s.action, count(*) from document_step s join purchase_order o"
        " on s.document = 'order:' || o.number where o.note like %s group by 1, 2"
    )
    held = {(number, action): count for number, action, count in product.ask(query, f"{crowd.name}-%")}
    told = Counter((one.order, one.action) for one in crowd.acknowledged if one.order)
    numbers = {one.answer["orders"][0]["number"] for one in _placed(crowd)}
    for (number, action), count in told.items():
        if held.get((number, action), 0) < count:
            verdict.lost.append(f"{number} {action}: told {count}, held {held.get((number, action), 0)}")
    asked = {action for _, action in ROAD}
    for (number, action), count in held.items():
        most = sum(action == step for _, step in ROAD)
        if number in numbers and action in asked and count > most:
            verdict.doubled.append(f"{number} {action}: {count} times")


def _money(product: Product, crowd: Crowd, *, verdict: Verdict) -> None:
    """Per order one posting of each event and one payment, and together exactly the money of the orders."""
    query = (
        "select o.number, t.source_type, t.event, count(*) from ledger.txn t"
        " join purchase_order o on 'order:' || o.number = t.causation"
        " where o.note like %s group by 1, 2, 3 having count(*) > 1"
    )
    verdict.doubled += [f"postings {row}" for row in product.ask(query, f"{crowd.name}-%")]
    query = (
        "select o.number, count(*) from payment_request p join purchase_order o on o.id = p.order_id"
        " where o.note like %s and p.state = 'paid' group by 1"
    )
    paid = product.ask(query, f"{crowd.name}-%")
    verdict.paid = len(paid)
    verdict.doubled += [f"payments of {number}: {count}" for number, count in paid if count > 1]
    query = (
        "select coalesce(sum(-e.amount_fen), 0)::bigint from ledger.entry e"
        " join ledger.txn t on (t.region, t.year, t.id) = (e.region, e.year, e.txn_id)"
        " join purchase_order o on 'order:' || o.number = t.causation where o.note like %s and e.coa = %s"
    )
    booked = product.ask(query, f"{crowd.name}-%", int(Account.PAID))[0][0]
    if booked != len(paid) * PRICE_FEN:
        verdict.wrong.append(f"paid in the book {booked} fen, by payments {len(paid) * PRICE_FEN}")


def _replays(product: Product, crowd: Crowd, *, verdict: Verdict) -> None:
    """The same keys once more: the same answers, and said to be repeated."""
    sample = random.Random(7).sample(crowd.acknowledged, min(REPLAYED, len(crowd.acknowledged)))
    for one in sample:
        status, answer, replayed = call(product, one.who, one.path, one.body, key=one.key)
        if status not in (200, 201) or not replayed or answer != one.answer:
            verdict.lost.append(f"the answer to {one.key}: {status}, repeated {replayed}")


def _unsound(product: Product) -> list[str]:
    engine = create_engine(product.urls().admin.replace("postgresql://", "postgresql+psycopg://", 1))
    try:
        with engine.connect() as connection:
            connection.execute(text("set transaction isolation level repeatable read, read only"))
            return [*map(str, checks.run_all(connection)), *map(str, verify(connection))]
    finally:
        engine.dispose()


def _placed(crowd: Crowd) -> list[Acknowledged]:
    return [one for one in crowd.acknowledged if one.action == "place"]
