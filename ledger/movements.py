"""The rows of the posting table: which accounts each business event debits and credits, in all four books.

Every function takes `{line_id: amount_fen}` (a document may draw on several budget lines) and the document whose
money moves, as its reference "order:DD-410100-2026-000123"; it returns entries for `ledger.posting.post`. Amounts are
positive fen. The accounts kept per document guard the chain: nothing can be accrued that was not committed, nothing
paid that was not accrued.
"""

from collections.abc import Mapping

from ledger.chart_of_accounts import Account
from ledger.errors import MalformedPosting
from ledger.posting import Entry, move

ByLine = Mapping[int, int]

# What an acceptance may turn money into, and where goods that go back may stand by then.
COSTS = (Account.EXPENSE, Account.INVENTORY, Account.ACCEPTED_ASSETS)
RETURNABLE = (*COSTS, Account.FIXED_ASSETS)


def appropriate(by_line: ByLine) -> list[Entry]:
    """Appropriation or supplement: appropriation / available."""
    return _move(by_line, Account.APPROPRIATION, Account.AVAILABLE)


def reduce_appropriation(by_line: ByLine) -> list[Entry]:
    """Reduction of what is still free: available / appropriation."""
    return _move(by_line, Account.AVAILABLE, Account.APPROPRIATION)


def adjust_appropriation(by_line: ByLine) -> list[Entry]:
    """Supplements (positive) and reductions (negative) of several lines that stand or fall together."""
    given = {line_id: amount_fen for line_id, amount_fen in by_line.items() if amount_fen > 0}
    taken = {line_id: -amount_fen for line_id, amount_fen in by_line.items() if amount_fen < 0}
    return [*reduce_appropriation(taken), *appropriate(given)]


def transfer_appropriation(by_line: ByLine) -> list[Entry]:
    """Money of one line becomes another's: reductions (negative) and supplements (positive) that sum to zero."""
    left_over_fen = sum(by_line.values())
    if left_over_fen:
        raise MalformedPosting(f"a transfer neither makes nor loses money, this one is {left_over_fen} fen out")
    return adjust_appropriation(by_line)


def freeze(by_line: ByLine) -> list[Entry]:
    """Set free money aside: available / frozen."""
    return _move(by_line, Account.AVAILABLE, Account.FROZEN)


def unfreeze(by_line: ByLine) -> list[Entry]:
    """Give frozen money back: frozen / available."""
    return _move(by_line, Account.FROZEN, Account.AVAILABLE)


def lapse(by_line: ByLine) -> list[Entry]:
    """Year end takes back what was not used: available / lapsed."""
    return _move(by_line, Account.AVAILABLE, Account.LAPSED)


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
        *_move(by_line, Account.PAYABLE, _one_of(RETURNABLE, cost), document),
    ]


def return_unpaid(by_line: ByLine, *, document: str, cost: Account) -> list[Entry]:
    """Accepted goods go back unpaid for good: accrued / available; payable / cost."""
    return [
        *_move(by_line, Account.ACCRUED, Account.AVAILABLE, document),
        *_move(by_line, Account.PAYABLE, _one_of(RETURNABLE, cost), document),
    ]


def request_payment(by_line: ByLine, *, document: str) -> list[Entry]:
    """Payment requested: accrued / in payment; to send / instructed."""
    return [
        *_move(by_line, Account.ACCRUED, Account.IN_PAYMENT, document),
        *_move(by_line, Account.TO_SEND, Account.INSTRUCTED, document),
    ]


def send(by_line: ByLine, *, document: str) -> list[Entry]:
    """Instruction sent to the treasury: outstanding / to send."""
    return _move(by_line, Account.OUTSTANDING, Account.TO_SEND, document)


def confirm(by_line: ByLine, *, document: str) -> list[Entry]:
    """The treasury has paid: in payment / paid, payable / fiscal revenue, expenditure / budget revenue,
    confirmed / outstanding."""
    return [
        *_move(by_line, Account.IN_PAYMENT, Account.PAID, document),
        *_move(by_line, Account.PAYABLE, Account.FISCAL_REVENUE, document),
        *_move(by_line, Account.EXPENDITURE, Account.BUDGET_REVENUE, document),
        *_move(by_line, Account.CONFIRMED, Account.OUTSTANDING, document),
    ]


def refuse_payment_before_send(by_line: ByLine, *, document: str) -> list[Entry]:
    """Request withdrawn or refused before any instruction left: in payment / accrued; instructed / to send."""
    return [
        *_move(by_line, Account.IN_PAYMENT, Account.ACCRUED, document),
        *_move(by_line, Account.INSTRUCTED, Account.TO_SEND, document),
    ]


def refuse_payment_after_send(by_line: ByLine, *, document: str) -> list[Entry]:
    """The treasury refuses: in payment / accrued; instructed / outstanding."""
    return [
        *_move(by_line, Account.IN_PAYMENT, Account.ACCRUED, document),
        *_move(by_line, Account.INSTRUCTED, Account.OUTSTANDING, document),
    ]


def claim_refund(by_line: ByLine, *, document: str, cost: Account) -> list[Entry]:
    """Goods go back after payment: refunds due / cost; to collect / confirmed."""
    return [
        *_move(by_line, Account.REFUNDS_DUE, _one_of(RETURNABLE, cost), document),
        *_move(by_line, Account.TO_COLLECT, Account.CONFIRMED, document),
    ]


def receive_refund(by_line: ByLine, *, document: str) -> list[Entry]:
    """The refund arrives in the year of payment: paid back to available, the claim closed, the payment undone."""
    return [
        *_move(by_line, Account.PAID, Account.AVAILABLE, document),
        *_move(by_line, Account.FISCAL_REVENUE, Account.REFUNDS_DUE, document),
        *_move(by_line, Account.BUDGET_REVENUE, Account.EXPENDITURE, document),
        *_move(by_line, Account.INSTRUCTED, Account.TO_COLLECT, document),
    ]


def register_asset(by_line: ByLine, *, document: str) -> list[Entry]:
    """An asset card stands for the accepted goods: fixed assets / accepted assets."""
    return _move(by_line, Account.FIXED_ASSETS, Account.ACCEPTED_ASSETS, document)


def _move(by_line: ByLine, debit: Account, credit: Account, document: str = "") -> list[Entry]:
    entries: list[Entry] = []
    for line_id, amount_fen in by_line.items():
        entries += move(debit=debit, credit=credit, line_id=line_id, sub=document, amount_fen=amount_fen)
    return entries


def _one_of(accounts: tuple[Account, ...], account: Account) -> Account:
    if account not in accounts:
        raise MalformedPosting(f"accepted goods do not stand in {account.name}")
    return account
