"""Everything that is on file about one order: people, papers, money and what happened, read for its page."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from sqlalchemy import select

from ledger.budget_lines import BudgetLine, PostedEntry, find_lines, lines_of_unit, postings_of
from ledger.chart_of_accounts import Account
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.assets.asset_card import AssetCard, asset_cards_of
from mall.catalogue.category import Category
from mall.contracts.contract import Contract, Signature, contract_of, signatures_of
from mall.database import session
from mall.documents.history import DocumentStep, histories_of
from mall.finance.ask_change import retention_most
from mall.finance.chart_mapping import account_title
from mall.finance.invoice import CreditNote, Invoice, credit_notes_of, invoices_of
from mall.finance.payment_clock import PaymentClock, payment_clocks
from mall.finance.payment_request import PaymentRequest, payment_requests_of
from mall.finance.refund_claim import RefundClaim, refund_claims_of
from mall.finance.settlement import Settlement, requestable_fen
from mall.finance.settlement_change import SettlementChange, changes_of
from mall.finance.settlement_objects import SettlementObjects
from mall.finance.treasury_batch import TreasuryBatch
from mall.fulfilment.acceptance import Acceptance, acceptances_of
from mall.fulfilment.delivery_note import DeliveryNote, delivery_notes_of
from mall.fulfilment.dispute import Dispute, disputes_of
from mall.ordering.order import Order
from mall.ordering.order_carry import OrderCarry, carries_of, years_of
from mall.ordering.order_holds import OrderHold, holds_on
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
    #: came from the year before, went into the next one
    carried_in_fen: int = 0
    carried_out_fen: int = 0

    @property
    def held_fen(self) -> int:
        """Taken out of the line, or carried into it, and neither given back nor carried out."""
        return self.taken_fen - self.returned_fen + self.carried_in_fen - self.carried_out_fen

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
    invoices: list[Invoice]
    credit_notes: list[CreditNote]
    payments: list[PaymentRequest]
    changes: list[SettlementChange]
    claims: list[RefundClaim]
    settlement: Settlement
    #: what can be asked for now: of held lines nothing
    to_request_fen: int
    #: whose money stands still by order of supervision, and why
    holds: list[OrderHold]
    #: {claim id: its number} of refunds that payments of this order keep
    kept_claims: dict[int, str]
    #: refunds of the same supplier that a payment of this order could keep
    offsettable: list[RefundClaim]
    retention_most_fen: int
    #: lines of this year for the refund of an earlier one's payment
    refund_lines: list[BudgetLine]
    batches: dict[int, TreasuryBatch]
    cards: list[AssetCard]
    rating: Rating | None
    history: list[DocumentStep]
    #: by when it must be paid and how late it is; None before acceptance
    clock: PaymentClock | None
    book: OrderBook | None = field(default=None)
    #: when it went from one budget year into another
    carries: list[OrderCarry] = field(default_factory=list)

    @property
    def contract_fen(self) -> int:
        return sum(line.contract_amount_fen for line in self.order.lines)

    @property
    def accepted_fen(self) -> int:
        return sum(line.accepted_fen for line in self.order.lines)

    @property
    def uninvoiced_sheets(self) -> list[Acceptance]:
        taken = {number for invoice in self.invoices for number in invoice.acceptances}
        return [sheet for sheet in self.acceptances if sheet.number not in taken]

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
    objects = SettlementObjects(order)
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
        invoices=invoices_of(order.id),
        credit_notes=credit_notes_of(order.id),
        changes=changes_of(order.id),
        claims=refund_claims_of(order.id),
        settlement=objects.figures,
        to_request_fen=requestable_fen(order, objects.figures),
        holds=holds_on(order.id),
        kept_claims=_kept_claims(payments),
        offsettable=objects.offsettable if reads_book else [],
        retention_most_fen=retention_most(order) if reads_book else 0,
        refund_lines=_refund_lines(order) if reads_book else [],
        payments=payments,
        batches=_batches_of(payments),
        cards=asset_cards_of(order.id),
        rating=session().scalar(select(Rating).where(Rating.order_id == order.id)),
        history=_history(order, payments),
        clock=payment_clocks([order]).get(order.id),
        book=book_of(order, budget_lines=budget_lines) if reads_book else None,
        carries=carries_of(order.id),
    )


def book_of(order: Order, *, budget_lines: dict[int, BudgetLine]) -> OrderBook:
    """The order's postings, oldest first, and where each fen that it took now stands."""
    entries = postings_of_order(order)
    grouped: dict[int, list[PostedEntry]] = {}
    for entry in entries:
        grouped.setdefault(entry.txn_id, []).append(entry)
    lines = []
    line_ids = sorted({entry.line_id for entry in entries})
    budget_lines = budget_lines | find_lines(session(), [one for one in line_ids if one not in budget_lines])
    for line_id in line_ids:
        own = [entry for entry in entries if entry.line_id == line_id]
        lines.append(_book_line(own, line_id=line_id, budget_line=budget_lines.get(line_id)))
    return OrderBook(events=[BookEvent(first=rows[0], entries=rows) for rows in grouped.values()], lines=lines)


def postings_of_order(order: Order) -> list[PostedEntry]:
    """Everything posted for the order, oldest first, in every budget year that it has seen."""
    return [
        _titled(entry, region_code=order.region_code)
        for year in years_of(order)
        for entry in postings_of(session(), order.reference, region_code=order.region_code, year=year)
    ]


def _titled(entry: PostedEntry, *, region_code: int) -> PostedEntry:
    """With the account called as the region calls it."""
    title = account_title(entry.account, region_code=region_code, on=entry.effective_on)
    return replace(entry, official_code=title.official_code, name_zh=title.name_zh, name_en=title.name_en)


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
        carried_in_fen=sum(entry.amount_fen for entry in entries if entry.account == Account.CARRIED_IN),
        carried_out_fen=-sum(entry.amount_fen for entry in entries if entry.account == Account.CARRIED_OUT),
    )


def _history(order: Order, payments: list[PaymentRequest]) -> list[DocumentStep]:
    """What happened to the order and to the papers of its settlement, in one row of time."""
    papers = [*payments, *changes_of(order.id), *refund_claims_of(order.id)]
    return histories_of([order.reference, *(paper.reference for paper in papers)])


def _kept_claims(payments: list[PaymentRequest]) -> dict[int, str]:
    ids = {payment.offset_claim_id for payment in payments if payment.offset_claim_id is not None}
    if not ids:
        return {}
    return dict(session().execute(select(RefundClaim.id, RefundClaim.number).where(RefundClaim.id.in_(ids))).all())


def _refund_lines(order: Order) -> list[BudgetLine]:
    year = clock.today().year
    if order.year >= year:
        return []
    return lines_of_unit(session(), region_code=order.region_code, year=year, unit_id=order.unit_id)


def _batches_of(payments: list[PaymentRequest]) -> dict[int, TreasuryBatch]:
    ids = {payment.batch_id for payment in payments if payment.batch_id is not None}
    if not ids:
        return {}
    return {batch.id: batch for batch in session().scalars(select(TreasuryBatch).where(TreasuryBatch.id.in_(ids)))}
