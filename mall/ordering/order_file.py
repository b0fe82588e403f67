"""Everything that is on file about one order: people, papers, money and what happened, read for its page."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, PostedEntry, find_lines, postings_of
from ledger.chart_of_accounts import Account
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.assets.asset_card import AssetCard, asset_cards_of
from mall.catalogue.category import Category
from mall.contracts.contract import Contract, Signature, contract_of, signatures_of
from mall.database import session
from mall.documents.history import DocumentStep, history_of
from mall.finance.invoice import Invoice, invoice_of
from mall.finance.payment_clock import PaymentClock, payment_clocks
from mall.finance.payment_request import PaymentRequest, payment_requests_of
from mall.finance.treasury_batch import TreasuryBatch
from mall.fulfilment.acceptance import Acceptance, acceptances_of
from mall.fulfilment.delivery_note import DeliveryNote, delivery_notes_of
from mall.fulfilment.dispute import Dispute, disputes_of
from mall.ordering.order import Order
from mall.people.organisation import Organisation, organisation
from mall.people.user import person_names
from mall.ratings.rating import Rating
from mall.suppliers.supplier import Supplier, supplier

DUTIES = ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance")

#: where the money of one order can stand, in the order of the road
STANDINGS = (Account.RESERVED, Account.COMMITTED, Account.ACCRUED, Account.IN_PAYMENT, Account.PAID)


@dataclass(frozen=True)
class BookLine:
    """What one budget line gave for this order, and where every fen of it stands now."""

    budget_line: BudgetLine | None
    budget_line_id: int
    taken_fen: int
    returned_fen: int
    standing_fen: dict[str, int]

    @property
    def held_fen(self) -> int:
        """Taken out of the line and not given back."""
        return self.taken_fen - self.returned_fen

    @property
    def is_explained(self) -> bool:
        return self.held_fen == sum(self.standing_fen.values())


@dataclass(frozen=True)
class BookEvent:
    """One ledger transaction of this order with its entries."""

    first: PostedEntry
    entries: list[PostedEntry]

    @property
    def name(self) -> str:
        """The event without its round or part number: "short.2" -> "short"."""
        return self.first.event.partition(".")[0]


@dataclass(frozen=True)
class OrderBook:
    """The postings of one order and the sums drawn from them."""

    events: list[BookEvent]
    lines: list[BookLine]

    @property
    def taken_fen(self) -> int:
        return sum(line.taken_fen for line in self.lines)

    @property
    def returned_fen(self) -> int:
        return sum(line.returned_fen for line in self.lines)

    @property
    def held_fen(self) -> int:
        return self.taken_fen - self.returned_fen

    @property
    def standing_fen(self) -> dict[str, int]:
        return {
            account.name.lower(): sum(line.standing_fen[account.name.lower()] for line in self.lines)
            for account in STANDINGS
        }

    @property
    def is_explained(self) -> bool:
        return all(line.is_explained for line in self.lines)


@dataclass(frozen=True)
class OrderFile:
    """One order with all that hangs on it. `book` is None for those who may not read the unit's books."""

    order: Order
    unit: Organisation | None
    supplier: Supplier | None
    people: dict[str, str]
    named_receiver: str
    categories: dict[str, Category]
    budget_lines: dict[int, BudgetLine]
    contract: Contract | None
    signatures: list[Signature]
    notes: list[DeliveryNote]
    acceptances: list[Acceptance]
    disputes: list[Dispute]
    invoice: Invoice | None
    payments: list[PaymentRequest]
    batches: dict[int, TreasuryBatch]
    cards: list[AssetCard]
    rating: Rating | None
    history: list[DocumentStep]
    #: by when it must be paid and how late it is; None before acceptance
    clock: PaymentClock | None
    book: OrderBook | None = field(default=None)

    @property
    def contract_fen(self) -> int:
        return sum(line.contract_amount_fen for line in self.order.lines)

    @property
    def accepted_fen(self) -> int:
        return sum(line.accepted_fen for line in self.order.lines)

    @property
    def open_dispute(self) -> Dispute | None:
        return next((dispute for dispute in self.disputes if dispute.settled_at is None), None)

    @property
    def line_names(self) -> dict[str, str]:
        return {str(line.line_no): line.name for line in self.order.lines}


def file_of(order: Order, *, actor: Actor) -> OrderFile:
    """Read the whole file of an order that the actor may see (`visible_order`)."""
    duties = {duty: getattr(order, f"{duty}_id") for duty in DUTIES}
    names = person_names({user_id for user_id in (*duties.values(), order.named_receiver_id) if user_id})
    contract = contract_of(order.id)
    payments = payment_requests_of(order.id)
    codes = {line.category_code for line in order.lines}
    reads_book = may(actor, "order.read_book", order)
    budget_lines = find_lines(session(), {line.budget_line_id for line in order.lines}) if reads_book else {}
    return OrderFile(
        order=order,
        unit=organisation(order.unit_id),
        supplier=supplier(order.supplier_id),
        people={duty: names.get(user_id, "") for duty, user_id in duties.items() if user_id},
        named_receiver=names.get(order.named_receiver_id or 0, ""),
        categories={
            category.code: category for category in session().scalars(select(Category).where(Category.code.in_(codes)))
        },
        budget_lines=budget_lines,
        contract=contract,
        signatures=signatures_of(contract.id) if contract is not None else [],
        notes=delivery_notes_of(order.id),
        acceptances=acceptances_of(order.id),
        disputes=disputes_of(order.id),
        invoice=invoice_of(order.id),
        payments=payments,
        batches=_batches_of(payments),
        cards=asset_cards_of(order.id),
        rating=session().scalar(select(Rating).where(Rating.order_id == order.id)),
        history=history_of(order.reference),
        clock=payment_clocks([order]).get(order.id),
        book=book_of(order, budget_lines=budget_lines) if reads_book else None,
    )


def book_of(order: Order, *, budget_lines: dict[int, BudgetLine]) -> OrderBook:
    """The order's postings, oldest first, and where each fen that it took now stands."""
    entries = postings_of(session(), order.reference, region_code=order.region_code, year=order.year)
    grouped: dict[int, list[PostedEntry]] = {}
    for entry in entries:
        grouped.setdefault(entry.txn_id, []).append(entry)
    lines = []
    for line_id in sorted({entry.line_id for entry in entries}):
        own = [entry for entry in entries if entry.line_id == line_id]
        lines.append(_book_line(own, line_id=line_id, budget_line=budget_lines.get(line_id)))
    return OrderBook(events=[BookEvent(first=rows[0], entries=rows) for rows in grouped.values()], lines=lines)


def _book_line(entries: list[PostedEntry], *, line_id: int, budget_line: BudgetLine | None) -> BookLine:
    moves = [entry.amount_fen for entry in entries if entry.account == Account.AVAILABLE]
    standing = {
        # These accounts stand on the credit side, where amounts are negative.
        account.name.lower(): -sum(entry.amount_fen for entry in entries if entry.account == account)
        for account in STANDINGS
    }
    return BookLine(
        budget_line=budget_line,
        budget_line_id=line_id,
        taken_fen=sum(amount for amount in moves if amount > 0),
        returned_fen=-sum(amount for amount in moves if amount < 0),
        standing_fen=standing,
    )


def _batches_of(payments: list[PaymentRequest]) -> dict[int, TreasuryBatch]:
    ids = {payment.batch_id for payment in payments if payment.batch_id is not None}
    if not ids:
        return {}
    return {batch.id: batch for batch in session().scalars(select(TreasuryBatch).where(TreasuryBatch.id.in_(ids)))}
