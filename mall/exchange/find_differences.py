"""Comparing what the mall, the treasury and the budget system say: plain functions over plain facts.

Every difference has a key that is the same every night, so that a person's word about it is found again, and a
probable cause, which says what to do.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from mall.exchange.statement_file import PAID, RETURNED, StatedLine, StatedPayment, Statement

#: causes, and whether somebody has to do something (False: time alone will settle it)
CAUSES: dict[str, bool] = {
    "in_transit": False,
    "statement_awaited": False,
    "under_way": False,
    "not_imported": True,
    "amount_differs": True,
    "doubled": True,
    "missing_in_mall": True,
    "missing_at_treasury": True,
    "refused_but_paid": True,
    "returned_at_treasury": True,
    "reference_differs": True,
    "in_suspense": True,
    "ledger_differs": True,
    "statement_missing": True,
    "line_unknown": True,
    "line_missing": True,
    "appropriation_pending": True,
    "appropriation_not_imported": True,
    "appropriation_ahead": True,
    "spent_elsewhere": True,
    "available_ahead": True,
}


@dataclass(frozen=True)
class MallPayment:
    """A payment as the mall has it; `booked_fen` is what the treasury book confirms of it."""

    number: str
    state: str
    amount_fen: int
    reference: str
    sent_on: date | None
    settled_on: date | None
    booked_fen: int


@dataclass(frozen=True)
class MallLine:
    """A budget line as the mall has it; `pending_fen` is what submitted documents would add to its appropriation."""

    code: str
    unit_id: int
    name: str
    appropriation_fen: int
    available_fen: int
    under_way_fen: int
    pending_fen: int = 0
    pending_document: str = ""


@dataclass(frozen=True)
class Suspended:
    """A line of the treasury that waits in suspense."""

    number: str
    payment_number: str
    reference: str
    amount_fen: int


@dataclass(frozen=True)
class Difference:
    """One difference. `theirs` is the treasury's or the budget system's figure, `since` the day it is counted from."""

    key: str
    cause: str
    subject: str
    reference: str
    mall_fen: int
    theirs_fen: int
    since: date
    #: where to go: a suspense item, a budget document
    document: str = ""

    @property
    def amount_fen(self) -> int:
        return self.theirs_fen - self.mall_fen


def compare_payments(
    payments: Sequence[MallPayment],
    statements: Sequence[Statement],
    *,
    suspended: Iterable[Suspended] = (),
    on: date,
    transit_days: int,
) -> list[Difference]:
    """What the mall's payments and the treasury's statements disagree about, as it stands on a day.

    What no statement covers yet is in transit or awaited, never missing: silence is not a word of the treasury.
    """
    stated = stated_payments(statements)
    covered = _covered_days(statements)
    in_suspense = {(one.payment_number, one.reference): one for one in suspended}
    found: list[Difference] = []
    for payment in payments:
        rows = stated.pop(payment.number, [])
        found += _compare_payment(
            payment, rows, in_suspense=in_suspense, covered=covered, on=on, transit_days=transit_days
        )
    for number, rows in stated.items():
        found += [_unmatched(row, in_suspense.pop((number, row.reference), None)) for row in rows]
    found += [_left_in_suspense(one, on) for one in in_suspense.values()]
    return found


def check_statements(statements: Sequence[Statement]) -> list[Difference]:
    """Each statement begins with what the one before it ended with; otherwise one is missing."""
    found = []
    closing = {one.last_on: one.closing_fen for one in statements}
    for one in statements:
        is_first = (one.first_on.month, one.first_on.day) == (1, 1)
        before = 0 if is_first else closing.get(one.first_on - timedelta(days=1))
        if before != one.opening_fen:
            key = f"statement:{one.number}:statement_missing"
            found.append(
                Difference(key, "statement_missing", one.number, "", before or 0, one.opening_fen, one.first_on)
            )
    return found


def compare_lines(lines: Sequence[MallLine], stated: Sequence[StatedLine], *, on: date) -> list[Difference]:
    """What the mall's budget lines and the budget system's disagree about."""
    theirs = {line.code: line for line in stated}
    found: list[Difference] = []
    for line in lines:
        other = theirs.pop(line.code, None)
        if other is None:
            if line.appropriation_fen:
                found.append(_line_difference("line_missing", line, line.appropriation_fen, 0, on))
        elif other.appropriation_fen != line.appropriation_fen:
            cause = _appropriation_cause(line, other)
            found.append(_line_difference(cause, line, line.appropriation_fen, other.appropriation_fen, on))
        elif other.available_fen != line.available_fen:
            cause = _available_cause(line, other)
            found.append(_line_difference(cause, line, line.available_fen, other.available_fen, on))
    found += [
        Difference(f"line:{one.code}", "line_unknown", one.code, one.name, 0, one.appropriation_fen, on)
        for one in theirs.values()
    ]
    return found


def stated_payments(statements: Sequence[Statement]) -> dict[str, list[StatedPayment]]:
    """{payment number: rows}, in the order of their days. Statements may overlap: a row stated by two of them is one
    row; a row that stands twice in one statement is two."""
    most: Counter[StatedPayment] = Counter()
    for statement in statements:
        for row, count in Counter(statement.payments).items():
            most[row] = max(most[row], count)
    by_number: dict[str, list[StatedPayment]] = defaultdict(list)
    for row in sorted(most.elements(), key=lambda row: (row.on, row.result, row.reference)):
        by_number[row.payment_number].append(row)
    return dict(by_number)


def _compare_payment(
    payment: MallPayment,
    rows: list[StatedPayment],
    *,
    in_suspense: dict[tuple[str, str], Suspended],
    covered: set[date],
    on: date,
    transit_days: int,
) -> list[Difference]:
    found: list[Difference] = []
    expected_fen = payment.amount_fen if payment.state == "paid" else 0
    if payment.booked_fen != expected_fen:
        since = payment.settled_on or on
        found.append(_payment_difference("ledger_differs", payment, payment.booked_fen, expected_fen, since))
    paid, returned = _after_returns(rows)
    if returned is not None and not paid:
        if payment.state == "paid":
            found.append(_of_row("returned_at_treasury", payment, payment.amount_fen, 0, returned, in_suspense))
        return found
    if not paid:
        return found + _unstated(payment, covered=covered, on=on, transit_days=transit_days)
    own = next((row for row in paid if row.reference in payment.reference.split("+")), paid[0])
    parts = [row for row in paid if row.reference in payment.reference.split("+")]
    if len(parts) > 1 and sum(row.amount_fen for row in parts) == payment.amount_fen:
        # Paid in parts: together they are the payment.
        return found + [_doubled(payment, row, in_suspense) for row in paid if row not in parts]
    others = list(paid)
    others.remove(own)
    found += _of_own_row(payment, own, in_suspense)
    return found + [_doubled(payment, row, in_suspense) for row in others]


def _of_own_row(
    payment: MallPayment, row: StatedPayment, in_suspense: dict[tuple[str, str], Suspended]
) -> list[Difference]:
    if payment.state != "paid":
        cause = "not_imported" if payment.state == "sent" else "refused_but_paid"
        if payment.state == "sent" and row.amount_fen != payment.amount_fen:
            cause = "amount_differs"
        return [_of_row(cause, payment, 0, row.amount_fen, row, in_suspense)]
    if row.amount_fen != payment.amount_fen:
        return [_of_row("amount_differs", payment, payment.amount_fen, row.amount_fen, row, in_suspense)]
    if row.reference not in payment.reference.split("+"):
        return [_of_row("reference_differs", payment, payment.amount_fen, row.amount_fen, row, in_suspense)]
    return []


def _after_returns(rows: list[StatedPayment]) -> tuple[list[StatedPayment], StatedPayment | None]:
    """(payments that were not taken back, the last row that took one back)."""
    paid = [row for row in rows if row.result == PAID]
    returned = [row for row in rows if row.result == RETURNED]
    for back in returned:
        undone = next((row for row in paid if row.amount_fen == back.amount_fen and row.on <= back.on), None)
        if undone is not None:
            paid.remove(undone)
    return paid, returned[-1] if returned else None


def _unstated(payment: MallPayment, *, covered: set[date], on: date, transit_days: int) -> list[Difference]:
    """No statement says that it was paid."""
    if payment.state == "sent" and payment.sent_on is not None:
        days = _days(payment.sent_on, on)
        is_late = len(days) > transit_days and all(day in covered for day in days[:-1])
        cause = "missing_at_treasury" if is_late else "in_transit"
        return [_payment_difference(cause, payment, payment.amount_fen, 0, payment.sent_on)]
    if payment.state == "paid" and payment.settled_on is not None:
        days = _days(payment.sent_on or payment.settled_on, payment.settled_on)
        cause = "missing_at_treasury" if all(day in covered for day in days) else "statement_awaited"
        return [_payment_difference(cause, payment, payment.amount_fen, 0, payment.settled_on)]
    return []


def _unmatched(row: StatedPayment, waiting: Suspended | None) -> Difference:
    key = f"payment:{row.payment_number}:{row.reference}"
    theirs_fen = row.amount_fen if row.result == PAID else -row.amount_fen
    if waiting is not None:
        return Difference(
            key, "in_suspense", row.payment_number, row.reference, 0, theirs_fen, row.on, document=waiting.number
        )
    return Difference(key, "missing_in_mall", row.payment_number, row.reference, 0, theirs_fen, row.on)


def _left_in_suspense(one: Suspended, on: date) -> Difference:
    """It waits for a person, and no statement names it yet."""
    key = f"payment:{one.payment_number}:{one.reference}"
    return Difference(key, "in_suspense", one.payment_number, one.reference, 0, one.amount_fen, on, document=one.number)


def _doubled(payment: MallPayment, row: StatedPayment, in_suspense: dict[tuple[str, str], Suspended]) -> Difference:
    return _of_row("doubled", payment, 0, row.amount_fen, row, in_suspense)


def _of_row(
    cause: str,
    payment: MallPayment,
    mall_fen: int,
    theirs_fen: int,
    row: StatedPayment,
    in_suspense: dict[tuple[str, str], Suspended],
) -> Difference:
    """A difference about one row; where the row waits in suspense already, that is where to go."""
    waiting = in_suspense.pop((payment.number, row.reference), None)
    return Difference(
        key=f"payment:{payment.number}:{row.reference}",
        cause="in_suspense" if waiting is not None else cause,
        subject=payment.number,
        reference=row.reference,
        mall_fen=mall_fen,
        theirs_fen=theirs_fen,
        since=row.on,
        document=waiting.number if waiting is not None else "",
    )


def _payment_difference(cause: str, payment: MallPayment, mall_fen: int, theirs_fen: int, since: date) -> Difference:
    key = f"payment:{payment.number}:{'ledger' if cause == 'ledger_differs' else ''}"
    return Difference(key, cause, payment.number, payment.reference, mall_fen, theirs_fen, since)


def _line_difference(cause: str, line: MallLine, mall_fen: int, theirs_fen: int, on: date) -> Difference:
    document = line.pending_document if cause == "appropriation_pending" else ""
    return Difference(f"line:{line.code}", cause, line.code, line.name, mall_fen, theirs_fen, on, document=document)


def _appropriation_cause(line: MallLine, other: StatedLine) -> str:
    missing_fen = other.appropriation_fen - line.appropriation_fen
    if line.pending_fen and line.pending_fen == missing_fen:
        return "appropriation_pending"
    return "appropriation_not_imported" if missing_fen > 0 else "appropriation_ahead"


def _available_cause(line: MallLine, other: StatedLine) -> str:
    if other.available_fen == line.available_fen + line.under_way_fen:
        # The budget system counts what was paid, the mall what was promised, too.
        return "under_way"
    return "spent_elsewhere" if other.available_fen < line.available_fen else "available_ahead"


def _covered_days(statements: Sequence[Statement]) -> set[date]:
    return {day for one in statements for day in _days(one.first_on, one.last_on)}


def _days(first: date, last: date) -> list[date]:
    return [first + timedelta(days=place) for place in range((last - first).days + 1)]


def sums_by_cause(differences: Iterable[Difference]) -> Mapping[str, tuple[int, int]]:
    """{cause: (how many, sum of their amounts without signs)}."""
    sums: dict[str, tuple[int, int]] = {}
    for one in differences:
        count, amount_fen = sums.get(one.cause, (0, 0))
        sums[one.cause] = (count + 1, amount_fen + abs(one.amount_fen))
    return sums
