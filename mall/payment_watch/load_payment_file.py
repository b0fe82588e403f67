"""Taking a file of payments in: shown first, then written and judged in one transaction; the same file is one load."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from sqlalchemy import select, text

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize, may
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.finance.read_budget_file import read_budget_file
from mall.finance.unit_budgets import UnitBudget
from mall.outbox.event import publish
from mall.payment_watch.evaluate_payments import evaluate_unit_years
from mall.payment_watch.judge_payment_file import JudgedPayment, JudgedPaymentFile, judge_payment_file
from mall.payment_watch.other_payment import OtherPayment, PaymentLoad
from mall.payment_watch.payment_file_columns import PAYMENT_COLUMNS
from mall.people.organisation import Organisation

FILE_NAME_MAX = 120


def look_at_payment_file(*, actor: Actor, content: bytes) -> JudgedPaymentFile:
    """The dry run: what the file would bring. Raises Refusal "workbook.*" of `read_budget_file`."""
    authorize(actor, "payment_watch.load")
    rows = read_budget_file(content, columns=PAYMENT_COLUMNS)
    return judge_payment_file(rows, may_load_for=_may_load(actor), today=clock.today())


@atomic
def load_payment_file(*, actor: Actor, content: bytes, file_name: str, request_key: str | None = None) -> PaymentLoad:
    """Write what is new or corrected and judge the units' payments of those years.

    The same bytes again answer with their load. Raises Refusal "workbook.faulty_rows", "payments.nothing_new",
    and those of the dry run.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    claimed = claim(actor=actor, action="payment_load.load", request_key=request_key, body={"sha256": sha256})
    if claimed.replayed:
        return _load_of(sha256)
    # Two people with files of the same units come one after the other, and the second sees what the first brought.
    session().execute(text("select pg_advisory_xact_lock(hashtext('payment_load'))"))
    judged = look_at_payment_file(actor=actor, content=content)
    known = session().scalar(select(PaymentLoad).where(PaymentLoad.sha256 == sha256))
    if judged.counts["faulty"]:
        raise Refusal("workbook.faulty_rows", rows=judged.counts["faulty"])
    if known is not None:
        record(actor=actor, action="payment_load.load_again", subject=known.reference)
        settle(claimed, {"number": known.number})
        return known
    if not judged.changing:
        raise Refusal("payments.nothing_new", rows=len(judged.rows))
    load = _write(judged, actor=actor, content=content, sha256=sha256, file_name=file_name)
    counts = evaluate_unit_years(unit_year for row in judged.changing for unit_year in _unit_years_of(row))
    facts = {**judged.counts, **counts, "sha256": sha256, "amount_fen": judged.amount_fen}
    record(actor=actor, action="payment_load.load", subject=load.reference, facts=facts)
    publish("payment_load.load", document=load.reference, payload={**counts, "by": actor.user_id})
    settle(claimed, {"number": load.number})
    return load


def _may_load(actor: Actor) -> Callable[[Organisation], bool]:
    def may_load_for(unit: Organisation) -> bool:
        return may(actor, "payment_watch.load", UnitBudget(unit_id=unit.id, region_code=unit.region_code))

    return may_load_for


def _unit_years_of(row: JudgedPayment) -> list[tuple[int, int]]:
    """A payment whose day was corrected leaves its former year, too."""
    years = {row.facts["year"], *([row.before["paid_on"].year] if row.before else [])}
    return [(row.facts["unit_id"], year) for year in sorted(years)]


def _load_of(sha256: str) -> PaymentLoad:
    return session().scalars(select(PaymentLoad).where(PaymentLoad.sha256 == sha256)).one()


def _write(judged: JudgedPaymentFile, *, actor: Actor, content: bytes, sha256: str, file_name: str) -> PaymentLoad:
    units = [judged.units[unit_id] for unit_id in sorted({row.facts["unit_id"] for row in judged.rows})]
    region_codes = sorted({unit.region_code for unit in units})
    load = PaymentLoad(
        number=next_number("payment_load", region_code=region_codes[0], year=clock.today().year),
        sha256=sha256,
        file_name="".join(each for each in file_name if each.isprintable())[-FILE_NAME_MAX:] or "payments",
        size_bytes=len(content),
        side=_side(actor),
        region_codes=region_codes,
        unit_ids=[unit.id for unit in units],
        row_count=len(judged.rows),
        new_count=judged.counts["new"],
        changed_count=judged.counts["changed"],
        amount_fen=judged.amount_fen,
        user_id=actor.user_id,
        loaded_at=clock.now(),
    )
    session().add(load)
    session().flush()
    corrected = _payments_by_id([row.payment_id for row in judged.changing if row.payment_id is not None])
    for row in judged.changing:
        payment = corrected.get(row.payment_id or 0)
        if payment is None:
            session().add(OtherPayment(load_id=load.id, row_number=row.row_number, edition=1, outcome="", **row.facts))
        else:
            _correct(payment, row, load=load, actor=actor)
    session().flush()
    return load


def _correct(payment: OtherPayment, row: JudgedPayment, *, load: PaymentLoad, actor: Actor) -> None:
    """A later file says otherwise: the payment follows it, and the audit keeps what it said."""
    changes = {name: [value, row.facts[name]] for name, value in row.before.items() if value != row.facts[name]}
    for name in changes:
        setattr(payment, name, row.facts[name])
    payment.year, payment.load_id, payment.row_number = row.facts["year"], load.id, row.row_number
    payment.edition += 1
    record(actor=actor, action="other_payment.correct", subject=payment.reference, facts={"changes": changes})


def _payments_by_id(ids: list[int]) -> dict[int, OtherPayment]:
    query = select(OtherPayment).where(OtherPayment.id.in_(ids)).order_by(OtherPayment.id).with_for_update()
    found = session().scalars(query.execution_options(populate_existing=True))
    return {payment.id: payment for payment in found}


def _side(actor: Actor) -> str:
    if actor.is_system:
        return "system"
    return "finance" if actor.has_role("budget") else "unit"
