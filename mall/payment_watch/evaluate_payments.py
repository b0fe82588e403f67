"""Judging all payments of a unit and year in the order they were paid; judged again, only what changed is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, text

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import may
from mall.audit.audit_record import AuditRecord
from mall.audit.record import audit_row, plain, record
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.numbers import next_numbers
from mall.errors import Refusal
from mall.finance.unit_budgets import UnitBudget
from mall.outbox.event import event_row
from mall.outbox.outbox_event import OutboxEvent
from mall.payment_watch.evaluate_payment import RULE_VERSION, Evaluation, Hit, PaymentInputs, evaluate_payment
from mall.payment_watch.gather_payment_inputs import gather_unit_year
from mall.payment_watch.other_payment import OtherPayment, PaymentEvaluation
from mall.payment_watch.payment_finding import PaymentFinding, findings_of
from mall.people.organisation import Organisation, organisation
from mall.regions.regional_rule import rule
from mall.regions.working_days import deadline

ANSWER_RULE = "payment_watch.answer_working_days"
_SETTLES = ("order_exists", "approved_outside", "not_procurement")


@atomic
def evaluate_payments(*, actor: Actor, unit_id: int, year: int) -> dict[str, int]:
    """Judge the payments of a unit and year again, as after a change of orders, rules or reference data.

    Returns {"payments", "evaluated", "found", "cleared"}; evaluated are those whose inputs changed.
    Raises Refusal "budget.unknown_unit" (foreign and missing look the same).
    """
    unit = organisation(unit_id)
    if unit is None or unit.kind != "unit" or not may(actor, "payment_watch.evaluate", _budget_of(unit)):
        raise Refusal("budget.unknown_unit")
    counts = evaluate_unit_years([(unit.id, year)])
    record(actor=actor, action="payment_watch.evaluate", subject=f"organisation:{unit.id}", facts=counts)
    return counts


def _budget_of(unit: Organisation) -> UnitBudget:
    return UnitBudget(unit_id=unit.id, region_code=unit.region_code)


def evaluate_unit_years(unit_years: Iterable[tuple[int, int]]) -> dict[str, int]:
    """Judge inside the transaction under way; two loads of one unit come one after the other."""
    counts: Counter[str] = Counter({"payments": 0, "evaluated": 0, "found": 0, "cleared": 0})
    for unit_id, year in sorted(set(unit_years)):
        lock = "select pg_advisory_xact_lock(hashtext('payment_watch'), :unit)"
        session().execute(text(lock), {"unit": unit_id % 2**31})
        counts.update(_evaluate_unit_year(unit_id, year))
    return dict(counts)


def _evaluate_unit_year(unit_id: int, year: int) -> dict[str, int]:
    query = select(OtherPayment).where(OtherPayment.unit_id == unit_id, OtherPayment.year == year)
    payments = list(
        session().scalars(
            query.order_by(OtherPayment.paid_on, OtherPayment.id)
            .with_for_update()
            .execution_options(populate_existing=True)
        )
    )
    counts = {"payments": len(payments), "evaluated": 0, "found": 0, "cleared": 0}
    if not payments:
        return counts
    around = gather_unit_year(unit_id, region_code=payments[0].region_code, year=year)
    findings = findings_of(payment.id for payment in payments)
    hashes = _latest_hashes(payments)
    judgements = []
    for payment in payments:
        inputs = around.inputs_of(payment)
        judged = evaluate_payment(inputs)
        is_unprocured = judged.is_unprocured and not _was_procured(findings[payment.id])
        around.count_in(payment, category_code=inputs.classified["category_code"], is_unprocured=is_unprocured)
        input_hash = inputs.hash
        if hashes.get(payment.id) != (RULE_VERSION, input_hash):
            judgements.append(_Judgement(payment, inputs, judged, input_hash))
    _keep(judgements)
    counts["evaluated"] = len(judgements)
    fresh: list[PaymentFinding] = []
    for judgement in judgements:
        changed = _settle_findings(judgement, known=findings[judgement.payment.id], fresh=fresh)
        counts["found"] += changed["found"]
        counts["cleared"] += changed["cleared"]
    _open(fresh)
    return counts


@dataclass
class _Judgement:
    """One payment judged on new grounds; `evaluation` is its row once it is kept."""

    payment: OtherPayment
    inputs: PaymentInputs
    judged: Evaluation
    input_hash: str
    evaluation: PaymentEvaluation | None = None

    @property
    def evaluation_id(self) -> int:
        assert self.evaluation is not None
        return self.evaluation.id


def _was_procured(known: list[PaymentFinding]) -> bool:
    """Finance has accepted that it was, or that it had not to be: then it does not fill the year's limit."""
    return any(finding.state == "accepted" and finding.decision_code in _SETTLES for finding in known)


def _latest_hashes(payments: list[OtherPayment]) -> dict[int, tuple[str, str]]:
    ids = [payment.evaluation_id for payment in payments if payment.evaluation_id is not None]
    rows = session().execute(
        select(PaymentEvaluation.payment_id, PaymentEvaluation.rule_version, PaymentEvaluation.input_hash).where(
            PaymentEvaluation.id.in_(ids)
        )
    )
    return {payment_id: (version, input_hash) for payment_id, version, input_hash in rows}


def _keep(judgements: list[_Judgement]) -> None:
    """All rows at once: a file may bring thousands."""
    now = clock.now()
    for one in judgements:
        one.evaluation = PaymentEvaluation(
            payment_id=one.payment.id,
            rule_version=RULE_VERSION,
            input_hash=one.input_hash,
            inputs=plain(one.inputs.as_evidence()),
            outcome=one.judged.outcome,
            why=plain(list(one.judged.why)),
            hits=plain([{"kind": hit.kind, "evidence": hit.evidence} for hit in one.judged.hits]),
            at=now,
        )
    session().add_all([one.evaluation for one in judgements if one.evaluation is not None])
    session().flush()
    for one in judgements:
        one.payment.outcome = one.judged.outcome
        one.payment.category_code = one.inputs.classified["category_code"]
        one.payment.order_id = one.judged.order_id
        one.payment.evaluation_id = one.evaluation_id
    session().flush()


def _settle_findings(
    judgement: _Judgement, *, known: list[PaymentFinding], fresh: list[PaymentFinding]
) -> dict[str, int]:
    """Reopen what is suspected again, clear what is suspected no longer; what is new is added to `fresh`."""
    payment = judgement.payment
    by_kind = {finding.kind: finding for finding in known}
    counts = {"found": 0, "cleared": 0}
    for hit in judgement.judged.hits:
        finding = by_kind.pop(hit.kind, None)
        if finding is None:
            fresh.append(_finding(judgement, hit))
            counts["found"] += 1
            continue
        is_other = finding.amount_fen != payment.amount_fen
        finding.evidence, finding.evaluation_id = plain(hit.evidence), judgement.evaluation_id
        finding.amount_fen = payment.amount_fen
        # What finance has accepted stays accepted, unless the payment itself became another one.
        if finding.state == "cleared" or (finding.state == "accepted" and is_other):
            finding.due_at = _due(payment.region_code)
            advance(finding, "reopen", SYSTEM, facts={"evaluation_id": judgement.evaluation_id})
            _tell([finding])
            counts["found"] += 1
    for finding in by_kind.values():
        if finding.state in ("open", "explained"):
            finding.due_at = None
            finding.evaluation_id = judgement.evaluation_id
            advance(finding, "clear", SYSTEM, facts={"evaluation_id": judgement.evaluation_id})
            counts["cleared"] += 1
    return counts


def _finding(judgement: _Judgement, hit: Hit) -> PaymentFinding:
    payment = judgement.payment
    return PaymentFinding(
        number="",
        payment_id=payment.id,
        kind=hit.kind,
        state="open",
        region_code=payment.region_code,
        unit_id=payment.unit_id,
        year=payment.year,
        amount_fen=payment.amount_fen,
        evidence=plain(hit.evidence),
        evaluation_id=judgement.evaluation_id,
        found_at=clock.now(),
    )


def _open(fresh: list[PaymentFinding]) -> None:
    """Enter the new findings of one unit and year, each with its audit record and its event."""
    if not fresh:
        return
    region_code, due_at = fresh[0].region_code, _due(fresh[0].region_code)
    numbers = next_numbers("payment_finding", len(fresh), region_code=region_code, year=fresh[0].year)
    for finding, number in zip(fresh, numbers, strict=True):
        finding.number, finding.due_at = number, due_at
    session().add_all(fresh)
    session().flush()
    facts = [{"kind": finding.kind, "payment_id": finding.payment_id} for finding in fresh]
    session().execute(
        insert(AuditRecord),
        [
            audit_row(actor=SYSTEM, action="payment_finding.found", subject=finding.reference, facts=about)
            for finding, about in zip(fresh, facts, strict=True)
        ],
    )
    _tell(fresh)


def _tell(findings: list[PaymentFinding]) -> None:
    """For supervision and whoever else listens: the whole finding, so that nobody has to ask back."""
    rows = [
        event_row(
            "payment_finding.found",
            document=finding.reference,
            payload={
                "number": finding.number,
                "kind": finding.kind,
                "payment_id": finding.payment_id,
                "unit_id": finding.unit_id,
                "region_code": finding.region_code,
                "year": finding.year,
                "amount_fen": finding.amount_fen,
                "rule_version": RULE_VERSION,
                "evidence": finding.evidence,
            },
        )
        for finding in findings
    ]
    session().execute(insert(OutboxEvent), rows)


def _due(region_code: int) -> datetime:
    days = rule(ANSWER_RULE, region_code=region_code, on=clock.today()).value
    return deadline(clock.now(), working_days=days)
