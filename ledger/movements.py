"""The rows of the posting table: which accounts each business event debits and credits, in all five books.

Every function takes `{line_id: amount_fen}` (a document may draw on several budget lines) and the document whose
money moves, as its reference "order:DD-410100-2026-000123"; it returns entries for `ledger.posting.post`. Amounts are
positive fen. Where money comes from or goes back to a line's fund-use plan, `plan` says which months, line by line:
`{line_id: {month: amount_fen}}`. The accounts kept per document guard the chain: nothing can be accrued that was not
committed, nothing paid that was not accrued, nothing requested that no approved plan covers.
"""

from collections.abc import Mapping

from ledger.chart_of_accounts import CHANNELS, Account, Channel
from ledger.errors import MalformedPosting
from ledger.posting import MONTH_PREFIX, Entry, credit, debit, move

ByLine = Mapping[int, int]
PlanByLine = Mapping[int, Mapping[int, int]]

# What an acceptance may turn money into, and where goods that go back may stand by then.
COSTS = (Account.EXPENSE, Account.INVENTORY, Account.ACCEPTED_ASSETS)
RETURNABLE = (*COSTS, Account.FIXED_ASSETS)
#: from which the value of goods that go back is taken; the cost of a year that is over has an account of its own
TAKEN_BACK = (*RETURNABLE, Account.PRIOR_COSTS)

# Where money of an open document may stand when the year ends; what is in payment is settled first.
CARRIED = (Account.RESERVED, Account.COMMITTED, Account.ACCRUED)


def appropriate(by_line: ByLine) -> list[Entry]:
    """Appropriation or supplement: appropriation / available; plan ceiling / not yet planned."""
    return [
        *_move(by_line, Account.APPROPRIATION, Account.AVAILABLE),
        *_move(by_line, Account.CEILING, Account.UNPLANNED),
    ]


def reduce_appropriation(by_line: ByLine, *, planned: PlanByLine | None = None) -> list[Entry]:
    """Reduction of what is still free: available / appropriation; not yet planned / plan ceiling.

    `planned` names the months whose plan is cut by what stands in no other place (`cash_plan.cut_by_line` says them).
    """
    return [
        *_move(by_line, Account.AVAILABLE, Account.APPROPRIATION),
        *_out_of_plan(by_line, planned, Account.CEILING),
    ]


def adjust_appropriation(by_line: ByLine, *, planned: PlanByLine | None = None) -> list[Entry]:
    """Supplements (positive) and reductions (negative) of several lines that stand or fall together."""
    given = {line_id: amount_fen for line_id, amount_fen in by_line.items() if amount_fen > 0}
    taken = {line_id: -amount_fen for line_id, amount_fen in by_line.items() if amount_fen < 0}
    return [*reduce_appropriation(taken, planned=planned), *appropriate(given)]


def transfer_appropriation(by_line: ByLine, *, planned: PlanByLine | None = None) -> list[Entry]:
    """Money of one line becomes another's: reductions (negative) and supplements (positive) that sum to zero."""
    left_over_fen = sum(by_line.values())
    if left_over_fen:
        raise MalformedPosting(f"a transfer neither makes nor loses money, this one is {left_over_fen} fen out")
    return adjust_appropriation(by_line, planned=planned)


def freeze(by_line: ByLine) -> list[Entry]:
    """Set free money aside: available / frozen."""
    return _move(by_line, Account.AVAILABLE, Account.FROZEN)


def unfreeze(by_line: ByLine) -> list[Entry]:
    """Give frozen money back: frozen / available."""
    return _move(by_line, Account.FROZEN, Account.AVAILABLE)


def plan_months(plan: PlanByLine) -> list[Entry]:
    """Fund-use plan approved: not yet planned / planned and available in the month."""
    return [*_line_side(plan, debit, Account.UNPLANNED), *_month_side(plan, credit)]


def withdraw_plan(plan: PlanByLine) -> list[Entry]:
    """A plan is cut: planned and available in the month / not yet planned."""
    return [*_month_side(plan, debit), *_line_side(plan, credit, Account.UNPLANNED)]


def reserve(by_line: ByLine, *, document: str) -> list[Entry]:
    """Order submitted: available / reserved."""
    return _move(by_line, Account.AVAILABLE, Account.RESERVED, document)


def release_reservation(by_line: ByLine, *, document: str) -> list[Entry]:
    """Order cancelled, rejected or timed out before approval: reserved / available."""
    return _move(by_line, Account.RESERVED, Account.AVAILABLE, document)


def commit(by_line: ByLine, *, document: str, reserved_by_line: ByLine | None = None) -> list[Entry]:
    """Order approved, contract signed: reserved / committed, and what was reserved above that back to available.

    `by_line` is the contract's amount; `reserved_by_line` what the order reserved, when it differs. A dearer contract
    reserves the difference first, in a posting of its own.
    """
    cheaper: dict[int, int] = {}
    for line_id, reserved_fen in (reserved_by_line or {}).items():
        difference_fen = reserved_fen - by_line.get(line_id, 0)
        if difference_fen < 0:
            raise MalformedPosting(f"line {line_id} commits {-difference_fen} fen more than it reserved")
        if difference_fen:
            cheaper[line_id] = difference_fen
    return [
        *_move(by_line, Account.RESERVED, Account.COMMITTED, document),
        *_move(cheaper, Account.RESERVED, Account.AVAILABLE, document),
    ]


def release_commitment(by_line: ByLine, *, document: str) -> list[Entry]:
    """Contract cancelled, delivered short or cheaper: committed / available."""
    return _move(by_line, Account.COMMITTED, Account.AVAILABLE, document)


def accrue(by_line: ByLine, *, document: str, cost: Account) -> list[Entry]:
    """Goods accepted, wholly or in part: committed / accrued; expense, inventory or accepted assets / payable."""
    return [
        *_move(by_line, Account.COMMITTED, Account.ACCRUED, document),
        *_move(by_line, _one_of(COSTS, cost), Account.PAYABLE, document),
    ]


def un_accrue(by_line: ByLine, *, document: str, cost: Account) -> list[Entry]:
    """Accepted goods go back unpaid and will be replaced: accrued / committed; payable / cost."""
    return [
        *_move(by_line, Account.ACCRUED, Account.COMMITTED, document),
        *_move(by_line, Account.PAYABLE, _one_of(TAKEN_BACK, cost), document),
    ]


def return_unpaid(by_line: ByLine, *, document: str, cost: Account) -> list[Entry]:
    """Accepted goods go back unpaid for good, or their price is cut: accrued / available; payable / cost."""
    return [
        *_move(by_line, Account.ACCRUED, Account.AVAILABLE, document),
        *_move(by_line, Account.PAYABLE, _one_of(TAKEN_BACK, cost), document),
    ]


def request_payment(by_line: ByLine, *, document: str, plan: PlanByLine) -> list[Entry]:
    """Payment requested: accrued / in payment; plan available in its months / requested; to send / instructed."""
    return [
        *_move(by_line, Account.ACCRUED, Account.IN_PAYMENT, document),
        *_between_plan(by_line, plan, Account.PLAN_REQUESTED, document, to_plan=False),
        *_move(by_line, Account.TO_SEND, Account.INSTRUCTED, document),
    ]


def send(by_line: ByLine, *, document: str) -> list[Entry]:
    """Instruction sent to the treasury: outstanding / to send."""
    return _move(by_line, Account.OUTSTANDING, Account.TO_SEND, document)


def confirm(by_line: ByLine, *, document: str, channel: Channel = "treasury_direct") -> list[Entry]:
    """The treasury or bank has paid: in payment / paid, plan requested / plan paid, payable / what the channel pays
    from, expenditure / its budgetary side, confirmed / outstanding."""
    paid_from, budgetary = CHANNELS[channel]
    return [
        *_move(by_line, Account.IN_PAYMENT, Account.PAID, document),
        *_move(by_line, Account.PLAN_REQUESTED, Account.PLAN_PAID, document),
        *_move(by_line, Account.PAYABLE, paid_from, document),
        *_move(by_line, Account.EXPENDITURE, budgetary, document),
        *_move(by_line, Account.CONFIRMED, Account.OUTSTANDING, document),
    ]


def refuse_payment_before_send(by_line: ByLine, *, document: str, plan: PlanByLine) -> list[Entry]:
    """Request withdrawn or refused before any instruction left: in payment / accrued; requested / plan available in
    the months it was drawn from; instructed / to send."""
    return [
        *_move(by_line, Account.IN_PAYMENT, Account.ACCRUED, document),
        *_between_plan(by_line, plan, Account.PLAN_REQUESTED, document, to_plan=True),
        *_move(by_line, Account.INSTRUCTED, Account.TO_SEND, document),
    ]


def refuse_payment_after_send(by_line: ByLine, *, document: str, plan: PlanByLine) -> list[Entry]:
    """The treasury refuses: in payment / accrued; requested / plan available; instructed / outstanding."""
    return [
        *_move(by_line, Account.IN_PAYMENT, Account.ACCRUED, document),
        *_between_plan(by_line, plan, Account.PLAN_REQUESTED, document, to_plan=True),
        *_move(by_line, Account.INSTRUCTED, Account.OUTSTANDING, document),
    ]


def bounce(by_line: ByLine, *, document: str, plan: PlanByLine, channel: Channel = "treasury_direct") -> list[Entry]:
    """Paid money came back (退票): every side of `confirm` undone, and the money is owed and planned again."""
    paid_from, budgetary = CHANNELS[channel]
    return [
        *_move(by_line, Account.PAID, Account.ACCRUED, document),
        *_between_plan(by_line, plan, Account.PLAN_PAID, document, to_plan=True),
        *_move(by_line, paid_from, Account.PAYABLE, document),
        *_move(by_line, budgetary, Account.EXPENDITURE, document),
        *_move(by_line, Account.INSTRUCTED, Account.CONFIRMED, document),
    ]


def claim_refund(by_line: ByLine, *, document: str, cost: Account) -> list[Entry]:
    """Goods go back after payment: refunds due / cost; to collect / confirmed."""
    return [
        *_move(by_line, Account.REFUNDS_DUE, _one_of(TAKEN_BACK, cost), document),
        *_move(by_line, Account.TO_COLLECT, Account.CONFIRMED, document),
    ]


def withdraw_claim(by_line: ByLine, *, document: str, cost: Account) -> list[Entry]:
    """The claim is given up, or the year ends before its money came: `claim_refund` undone."""
    return [
        *_move(by_line, _one_of(TAKEN_BACK, cost), Account.REFUNDS_DUE, document),
        *_move(by_line, Account.CONFIRMED, Account.TO_COLLECT, document),
    ]


def receive_refund(
    by_line: ByLine, *, document: str, plan: PlanByLine, channel: Channel = "treasury_direct"
) -> list[Entry]:
    """The refund arrives in the year of payment: paid back to available, plan paid back to its month, the claim
    closed, the payment undone."""
    paid_from, budgetary = CHANNELS[channel]
    return [
        *_move(by_line, Account.PAID, Account.AVAILABLE, document),
        *_between_plan(by_line, plan, Account.PLAN_PAID, document, to_plan=True),
        *_move(by_line, paid_from, Account.REFUNDS_DUE, document),
        *_move(by_line, budgetary, Account.EXPENDITURE, document),
        *_move(by_line, Account.INSTRUCTED, Account.TO_COLLECT, document),
    ]


def claim_prior_refund(by_line: ByLine, *, document: str) -> list[Entry]:
    """A refund is due for a payment of an earlier year: refunds due / prior years; to collect / claims on earlier
    years. The lines are those of the year of the claim."""
    return [
        *_move(by_line, Account.REFUNDS_DUE, Account.PRIOR_YEARS, document),
        *_move(by_line, Account.TO_COLLECT, Account.PRIOR_CLAIMS, document),
    ]


def surrender_refund(by_line: ByLine, *, document: str) -> list[Entry]:
    """It arrives and goes to the treasury, not to the line: surrendered / refunds due; collected / to collect."""
    return [
        *_move(by_line, Account.SURRENDERED, Account.REFUNDS_DUE, document),
        *_move(by_line, Account.COLLECTED_FOR_TREASURY, Account.TO_COLLECT, document),
    ]


def register_asset(by_line: ByLine, *, document: str) -> list[Entry]:
    """An asset card stands for the accepted goods: fixed assets / accepted assets."""
    return _move(by_line, Account.FIXED_ASSETS, Account.ACCEPTED_ASSETS, document)


def reclassify(by_line: ByLine, *, document: str, debit: Account, credit: Account) -> list[Entry]:
    """Accepted goods stand under the wrong head: one cost / another; for manual journals."""
    if debit == credit:
        raise MalformedPosting(f"{debit.name} is no other account than {credit.name}")
    return _move(by_line, _one_of(RETURNABLE, debit), _one_of(RETURNABLE, credit), document)


def lapse(by_line: ByLine, *, planned: PlanByLine | None = None) -> list[Entry]:
    """Year end takes back what was not used: available / lapsed; not yet planned or planned / cancelled."""
    return [
        *_move(by_line, Account.AVAILABLE, Account.LAPSED),
        *_out_of_plan(by_line, planned, Account.PLAN_CANCELLED),
    ]


def carry_out(by_line: ByLine, *, document: str, standing: Account, planned: PlanByLine | None = None) -> list[Entry]:
    """Year end takes an open document's money along: reserved, committed or accrued / carried out; its plan money is
    cancelled; what is owed leaves by the year bridge."""
    entries = [
        *_move(by_line, _one_of(CARRIED, standing), Account.CARRIED_OUT, document),
        *_out_of_plan(by_line, planned, Account.PLAN_CANCELLED),
    ]
    if standing == Account.ACCRUED:
        entries += _move(by_line, Account.PAYABLE, Account.YEAR_BRIDGE, document)
    return entries


def carry_in(by_line: ByLine, *, document: str, standing: Account) -> list[Entry]:
    """The same money in the next year, on that year's lines: carried in / where it stood; plan ceiling / not yet
    planned; what is owed enters by the year bridge."""
    entries = [
        *_move(by_line, Account.CARRIED_IN, _one_of(CARRIED, standing), document),
        *_move(by_line, Account.CEILING, Account.UNPLANNED),
    ]
    if standing == Account.ACCRUED:
        entries += _move(by_line, Account.YEAR_BRIDGE, Account.PAYABLE, document)
    return entries


def carry_out_available(by_line: ByLine, *, document: str, planned: PlanByLine | None = None) -> list[Entry]:
    """Free money that may be used next year too: available / carried out, per worksheet that says so."""
    return [
        *_move(by_line, Account.AVAILABLE, Account.CARRIED_OUT, document),
        *_out_of_plan(by_line, planned, Account.PLAN_CANCELLED),
    ]


def carry_in_available(by_line: ByLine, *, document: str) -> list[Entry]:
    """The same money in the next year: carried in / available; plan ceiling / not yet planned."""
    return [
        *_move(by_line, Account.CARRIED_IN, Account.AVAILABLE, document),
        *_move(by_line, Account.CEILING, Account.UNPLANNED),
    ]


def carry_out_assets(by_line: ByLine, *, document: str) -> list[Entry]:
    """Accepted assets that still wait for their cards leave the year: year bridge / accepted assets."""
    return _move(by_line, Account.YEAR_BRIDGE, Account.ACCEPTED_ASSETS, document)


def carry_in_assets(by_line: ByLine, *, document: str) -> list[Entry]:
    """And enter the next one: accepted assets / year bridge."""
    return _move(by_line, Account.ACCEPTED_ASSETS, Account.YEAR_BRIDGE, document)


def suspend(by_line: ByLine, *, document: str) -> list[Entry]:
    """A treasury's line that fits no payment: unmatched / suspense, per reference, until a person has decided."""
    return _move(by_line, Account.UNMATCHED, Account.SUSPENSE, document)


def settle_suspense(by_line: ByLine, *, document: str) -> list[Entry]:
    """The person has decided: suspense / unmatched; what the line really was is booked as itself."""
    return _move(by_line, Account.SUSPENSE, Account.UNMATCHED, document)


def month_key(month: int) -> str:
    """The sub-key of a plan month, 1 to 12."""
    if month not in range(1, 13):
        raise MalformedPosting(f"no month {month}")
    return f"{MONTH_PREFIX}{month:02d}"


def _move(by_line: ByLine, debit: Account, credit: Account, document: str = "") -> list[Entry]:
    entries: list[Entry] = []
    for line_id, amount_fen in by_line.items():
        entries += move(debit=debit, credit=credit, line_id=line_id, sub=document, amount_fen=amount_fen)
    return entries


def _month_side(plan: PlanByLine, side) -> list[Entry]:
    return [
        side(Account.PLAN_AVAILABLE, line_id=line_id, sub=month_key(month), amount_fen=amount_fen)
        for line_id, months in plan.items()
        for month, amount_fen in months.items()
    ]


def _line_side(plan: PlanByLine, side, account: Account, document: str = "") -> list[Entry]:
    return [
        side(account, line_id=line_id, sub=document, amount_fen=sum(months.values()))
        for line_id, months in plan.items()
        if months
    ]


def _between_plan(by_line: ByLine, plan: PlanByLine, account: Account, document: str, *, to_plan: bool) -> list[Entry]:
    """Plan months against an account of the document, line by line to the fen."""
    wanted = {line_id: sum(months.values()) for line_id, months in plan.items() if months}
    if wanted != dict(by_line):
        raise MalformedPosting(f"the months of the plan give {wanted}, the lines {dict(by_line)}")
    if to_plan:
        return [*_line_side(plan, debit, account, document), *_month_side(plan, credit)]
    return [*_month_side(plan, debit), *_line_side(plan, credit, account, document)]


def _out_of_plan(by_line: ByLine, planned: PlanByLine | None, account: Account) -> list[Entry]:
    """Plan money of the line leaves for `account`: that of the named months, the rest from what is not yet planned."""
    entries: list[Entry] = []
    for line_id, amount_fen in by_line.items():
        months = dict((planned or {}).get(line_id, {}))
        unplanned_fen = amount_fen - sum(months.values())
        if unplanned_fen < 0:
            raise MalformedPosting(f"line {line_id} gives up {-unplanned_fen} fen more plan money than it loses")
        entries += _month_side({line_id: months}, debit)
        if unplanned_fen:
            entries.append(debit(Account.UNPLANNED, line_id=line_id, amount_fen=unplanned_fen))
        entries.append(credit(account, line_id=line_id, amount_fen=amount_fen))
    return entries


def _one_of(accounts: tuple[Account, ...], account: Account) -> Account:
    if account not in accounts:
        raise MalformedPosting(f"no such movement over {account.name}")
    return account
