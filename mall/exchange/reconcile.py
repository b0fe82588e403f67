"""Reconciling a region's year: the mall's payments and books, the treasury's statements, the budget system's file."""

from __future__ import annotations

import hashlib

from sqlalchemy import select, text

from ledger.budget_lines import balances, lines_of_region
from ledger.chart_of_accounts import Account
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize, may
from mall.access.place import Place
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.exchange.find_differences import (
    CAUSES,
    Difference,
    MallLine,
    MallPayment,
    Suspended,
    check_statements,
    compare_lines,
    compare_payments,
    stated_payments,
    sums_by_cause,
)
from mall.exchange.reconciliation import (
    DifferenceExplanation,
    ReconciliationDifference,
    ReconciliationRun,
    explanations_of,
)
from mall.exchange.statement_file import PAID, Statement, StatementFile, read_statement, statements_of
from mall.exchange.suspense_item import SuspenseItem
from mall.finance.budget_document import BudgetDocument, BudgetDocumentLine
from mall.finance.payment_request import PaymentRequest
from mall.finance.treasury_batch import TreasuryBatch
from mall.regions.region import Region
from mall.regions.regional_rule import rule

#: how many days a payment may be out before its absence from a statement is a difference
TRANSIT_RULE = "reconciliation.transit_days"
#: from this hour of a Shanghai day on, the day's nightly runs are made
NIGHT_HOUR = 2
SUSPENSE_ENDING = "-SUSPENSE"


@atomic
def reconcile(*, actor: Actor, region_code: int, year: int, kind: str = "demand") -> ReconciliationRun:
    """Compare everything of a region and year, and keep what was found.

    Raises Refusal "statement.unknown_region", "access.denied".
    """
    if session().get(Region, region_code) is None or not 2000 <= year <= 2127:
        raise Refusal("statement.unknown_region", region_code=region_code)
    if not actor.is_system:
        authorize(actor, "reconciliation.handle", Place(region_code))
    session().execute(text("select pg_advisory_xact_lock(hashtext('reconcile'), :region)"), {"region": region_code})
    today = clock.today()
    place = {"region_code": region_code, "year": year}
    payments, lines = mall_payments(**place), mall_lines(**place)
    treasury_files = statements_of(kind="treasury", **place)
    budget_files = statements_of(kind="budget", **place)[-1:]
    statements = [_read(file) for file in treasury_files]
    suspended = _suspended(**place)
    transit_days = rule(TRANSIT_RULE, region_code=region_code, on=today).value
    differences = [
        *check_statements(statements),
        *compare_payments(payments, statements, suspended=suspended, on=today, transit_days=transit_days),
        *_of_budget(lines, budget_files),
    ]
    said = explanations_of(**place, keys=[one.key for one in differences])
    is_open = [CAUSES[one.cause] and not _is_explained(one, said) for one in differences]
    run = ReconciliationRun(
        **place,
        compared_on=today,
        kind=kind,
        at=clock.now(),
        user_id=actor.user_id,
        actor_name=actor.name or actor.username,
        statement_ids=[file.id for file in (*treasury_files, *budget_files)],
        files=[_told(file) for file in (*treasury_files, *budget_files)],
        payment_count=len(payments),
        line_count=len(lines),
        mall_paid_fen=sum(one.amount_fen for one in payments if one.state == "paid"),
        ledger_paid_fen=sum(one.booked_fen for one in payments),
        treasury_paid_fen=_net_fen(statements) if statements else None,
        mall_appropriation_fen=sum(line.appropriation_fen for line in lines),
        budget_appropriation_fen=budget_files[0].closing_fen if budget_files else None,
        suspended_fen=sum(one.amount_fen for one in suspended),
        difference_count=len(differences),
        open_count=sum(is_open),
        causes={cause: list(sums) for cause, sums in sums_by_cause(differences).items()},
    )
    session().add(run)
    session().flush()
    session().add_all(_kept(run.id, number, one) for number, one in enumerate(differences, start=1))
    record(
        actor=actor,
        action="reconciliation.run",
        subject=f"reconciliation:{region_code}:{year}",
        facts={"run": run.id, "differences": run.difference_count, "open": run.open_count},
    )
    return run


def reconcile_by_night() -> int:
    """Make tonight's runs where they are missing: every region with payments or statements of this year. Returns how
    many were made."""
    now = clock.local(clock.now())
    if now.hour < NIGHT_HOUR:
        return 0
    year = now.year
    done = set(
        session().scalars(
            select(ReconciliationRun.region_code).where(
                ReconciliationRun.kind == "night",
                ReconciliationRun.compared_on == now.date(),
                ReconciliationRun.year == year,
            )
        )
    )
    busy = set(session().scalars(select(PaymentRequest.region_code).where(PaymentRequest.year == year).distinct()))
    busy |= set(session().scalars(select(StatementFile.region_code).where(StatementFile.year == year).distinct()))
    waiting = sorted(busy - done)
    for region_code in waiting:
        reconcile(actor=SYSTEM, region_code=region_code, year=year, kind="night")
    return len(waiting)


@atomic
def explain_difference(*, actor: Actor, difference_id: int, reason: str) -> ReconciliationRun:
    """Keep a person's word about a difference; the next run looks again whether it is still the same.

    Raises Refusal "reconciliation.unknown", "order.reason_needed", "access.denied".
    """
    run, difference = difference_in_sight(actor, difference_id)
    authorize(actor, "reconciliation.handle", Place(run.region_code))
    reason = reason.replace("\x00", "").strip()
    if not 2 <= len(reason) <= 500:
        raise Refusal("order.reason_needed")
    session().add(
        DifferenceExplanation(
            region_code=run.region_code,
            year=run.year,
            key=difference.key,
            fingerprint=difference.fingerprint,
            reason=reason,
            user_id=actor.user_id or 0,
            actor_name=actor.name or actor.username,
            at=clock.now(),
        )
    )
    record(
        actor=actor,
        action="reconciliation.explain",
        subject=f"reconciliation:{run.region_code}:{run.year}",
        facts={"key": difference.key, "cause": difference.cause, "reason": reason},
    )
    return run


def run_in_sight(actor: Actor, run_id: int) -> ReconciliationRun:
    """The run. Foreign and missing look the same: Refusal("reconciliation.unknown")."""
    run = session().get(ReconciliationRun, run_id)
    if run is None or not may(actor, "reconciliation.read", Place(run.region_code)):
        raise Refusal("reconciliation.unknown")
    return run


def difference_in_sight(actor: Actor, difference_id: int) -> tuple[ReconciliationRun, ReconciliationDifference]:
    """The difference with its run. Raises Refusal("reconciliation.unknown")."""
    difference = session().get(ReconciliationDifference, difference_id)
    if difference is None:
        raise Refusal("reconciliation.unknown")
    return run_in_sight(actor, difference.run_id), difference


def fingerprint_of(difference: Difference) -> str:
    """What makes the difference this one: its cause and figures."""
    facts = f"{difference.key}|{difference.cause}|{difference.mall_fen}|{difference.theirs_fen}"
    return hashlib.sha256(facts.encode()).hexdigest()


def mall_payments(*, region_code: int, year: int) -> list[MallPayment]:
    """Every payment of the region and year, with what the treasury book confirms of it."""
    booked = {
        row.number: int(row.booked_fen)
        for row in session().execute(_BOOKED, {"region": region_code, "year": year, "account": int(Account.CONFIRMED)})
    }
    rows = session().execute(
        select(PaymentRequest, TreasuryBatch.created_at)
        .outerjoin(TreasuryBatch, TreasuryBatch.id == PaymentRequest.batch_id)
        .where(PaymentRequest.region_code == region_code, PaymentRequest.year == year)
        .order_by(PaymentRequest.id)
    )
    return [
        MallPayment(
            number=payment.number,
            state=payment.state,
            amount_fen=payment.amount_fen,
            reference=payment.treasury_reference,
            sent_on=clock.local(sent_at).date() if sent_at is not None else None,
            settled_on=clock.local(payment.settled_at).date() if payment.settled_at is not None else None,
            booked_fen=booked.get(payment.number, 0),
        )
        for payment, sent_at in rows
    ]


def mall_lines(*, region_code: int, year: int) -> list[MallLine]:
    """Every budget line of the region and year, with what submitted documents would add to it."""
    lines = [
        line
        for line in lines_of_region(session(), region_code=region_code, year=year)
        if not line.code.endswith(SUSPENSE_ENDING)
    ]
    stand = balances(session(), [line.id for line in lines])
    pending = _pending(region_code=region_code, year=year)
    found = []
    for line in lines:
        balance = stand[line.id]
        pending_fen, document = pending.get(line.id, (0, ""))
        found.append(
            MallLine(
                code=line.code,
                unit_id=line.unit_id,
                name=line.name,
                appropriation_fen=balance.appropriation_fen + balance.carried_in_fen,
                available_fen=balance.available_fen,
                under_way_fen=(
                    balance.reserved_fen + balance.committed_fen + balance.accrued_fen + balance.in_payment_fen
                ),
                pending_fen=pending_fen,
                pending_document=document,
            )
        )
    return found


def stated_rows(run: ReconciliationRun, payment_number: str) -> list[tuple[str, str, int]]:
    """(result, reference, fen) of the rows about one payment in the statements that the run read."""
    files = session().scalars(select(StatementFile).where(StatementFile.id.in_(run.statement_ids)))
    statements = [_read(file) for file in files if file.kind == "treasury"]
    rows = stated_payments(statements).get(payment_number, [])
    return [(row.result, row.reference, row.amount_fen) for row in rows]


def _of_budget(lines: list[MallLine], files: list[StatementFile]) -> list[Difference]:
    if not files:
        return []
    return compare_lines(lines, _read(files[0]).lines, on=files[0].last_on)


def _suspended(*, region_code: int, year: int) -> list[Suspended]:
    query = select(SuspenseItem).where(
        SuspenseItem.region_code == region_code, SuspenseItem.year == year, SuspenseItem.state != "settled"
    )
    return [
        Suspended(item.number, item.payment_number, item.treasury_reference, item.suspended_fen)
        for item in session().scalars(query.order_by(SuspenseItem.id))
        if item.suspended_fen
    ]


def _pending(*, region_code: int, year: int) -> dict[int, tuple[int, str]]:
    """{budget line: (fen that submitted supplements and reductions would add, the last document's number)}."""
    rows = session().execute(
        select(
            BudgetDocumentLine.budget_line_id, BudgetDocument.kind, BudgetDocumentLine.amount_fen, BudgetDocument.number
        )
        .join(BudgetDocument, BudgetDocument.id == BudgetDocumentLine.document_id)
        .where(
            BudgetDocument.region_code == region_code,
            BudgetDocument.year == year,
            BudgetDocument.state == "submitted",
            BudgetDocument.kind.in_(("appropriation", "supplement", "reduction", "transfer")),
            BudgetDocumentLine.edition == BudgetDocument.edition,
            BudgetDocumentLine.budget_line_id.is_not(None),
        )
        .order_by(BudgetDocument.id)
    )
    found: dict[int, tuple[int, str]] = {}
    for line_id, kind, amount_fen, number in rows:
        sum_fen, _ = found.get(line_id, (0, ""))
        found[line_id] = (sum_fen + (-amount_fen if kind == "reduction" else amount_fen), number)
    return found


def _net_fen(statements: list[Statement]) -> int:
    """What the statements say was paid and not taken back, each row once."""
    rows = [row for rows in stated_payments(statements).values() for row in rows]
    return sum(row.amount_fen if row.result == PAID else -row.amount_fen for row in rows)


def _read(file: StatementFile) -> Statement:
    return read_statement(file.file_name, file.content.encode())


def _is_explained(one: Difference, said: dict[str, DifferenceExplanation]) -> bool:
    return one.key in said and said[one.key].fingerprint == fingerprint_of(one)


def _kept(run_id: int, place: int, one: Difference) -> ReconciliationDifference:
    return ReconciliationDifference(
        run_id=run_id,
        place=place,
        key=one.key,
        fingerprint=fingerprint_of(one),
        cause=one.cause,
        subject=one.subject,
        reference=one.reference,
        mall_fen=one.mall_fen,
        theirs_fen=one.theirs_fen,
        since=one.since,
        document=one.document,
    )


def _told(file: StatementFile) -> dict[str, object]:
    return {
        "kind": file.kind,
        "name": file.file_name,
        "number": file.number,
        "sha256": file.sha256,
        "rows": file.row_count,
    }


#: per payment, what its own postings did to the account of confirmed payments
_BOOKED = text(
    "select t.source_id as number, sum(e.amount_fen) as booked_fen from ledger.txn t"
    " join ledger.entry e on e.region = t.region and e.year = t.year and e.txn_id = t.id"
    " where t.region = :region and t.year = :year and t.source_type = 'payment' and e.coa = :account"
    " group by t.source_id"
)
