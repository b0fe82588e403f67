"""Orders and their lines: one supplier, one unit, one receiver, each line on its own budget line."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Identity, Index, UniqueConstraint, delete, select, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm.attributes import set_committed_value

from mall.access.separate_people import separate_people_sql
from mall.database import Base, Instant, session
from mall.documents.state_table import StateTable
from mall.errors import Refusal
from mall.ordering.order_states import ORDER_STATES


class Order(Base):
    """One order. The `*_id` of people are filled by whoever carried the duty; `round` counts submissions."""

    __tablename__ = "purchase_order"
    __table_args__ = (
        CheckConstraint(ORDER_STATES.check_sql(), name="state"),
        CheckConstraint(separate_people_sql(), name="separate_people"),
        CheckConstraint("total_fen >= 0", name="total"),
        Index("ix_purchase_order_unit", "unit_id", "id"),
        Index("ix_purchase_order_supplier", "supplier_id", "id"),
        Index("ix_purchase_order_handler", "handler_id", "id"),
        Index("ix_purchase_order_region", "region_code", "id"),
        # Who else has things sent there.
        Index("ix_purchase_order_address", text("(delivery ->> 'address')")),
        Index("ix_purchase_order_open", "state", "due_at", postgresql_where=text("due_at is not null")),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    number: Mapped[str] = mapped_column(unique=True)
    region_code: Mapped[int] = mapped_column(ForeignKey("region.code"))
    #: the budget year in which the order's money stands; a year-end worksheet may take it into the next one
    year: Mapped[int]
    #: the year in whose running totals the order is counted, where that is another one
    counted_year: Mapped[int | None]
    mode: Mapped[str] = mapped_column(server_default="direct_purchase")
    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"))
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    state: Mapped[str]
    total_fen: Mapped[int]
    handler_id: Mapped[int] = mapped_column(ForeignKey("user_account.id"))
    approver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    leader_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    receiver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    acceptor_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    accountant_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    finance_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    #: who carried a duty before its present carrier took over: {column: [user ids]}
    earlier_people: Mapped[dict[str, list[int]]] = mapped_column(JSONB, server_default="{}")
    #: the person named on the order to take the goods in; only she may, when given
    named_receiver_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id"))
    delivery: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}")
    #: what the order was judged by: rule rows, prices seen, offers compared
    #: (read when asked for: it is the heaviest part of an order, and lists show none of it)
    judged_by: Mapped[dict[str, Any]] = mapped_column(JSONB, server_default="{}", deferred=True)
    note: Mapped[str] = mapped_column(server_default="")
    round: Mapped[int] = mapped_column(server_default="1")
    created_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)
    state_since: Mapped[datetime] = mapped_column(Instant)
    #: when the present state's term ends; what follows then stands in mall.ordering.deadlines
    due_at: Mapped[datetime | None] = mapped_column(Instant)
    accepted_on: Mapped[date | None]
    payment_due_on: Mapped[date | None]
    cancellation_requested_at: Mapped[datetime | None] = mapped_column(Instant)
    cancellation_reason: Mapped[str] = mapped_column(server_default="")
    #: short delivery asked for and not yet agreed: {line_no: quantity}
    short_requested: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    #: quantities the receiver accepted and that wait for the second acceptor: {line_no: quantity}
    first_accepted: Mapped[dict[str, int]] = mapped_column(JSONB, server_default="{}")
    rated_at: Mapped[datetime | None] = mapped_column(Instant)

    lines: Mapped[list[OrderLine]] = relationship(
        back_populates="order", lazy="raise", order_by="OrderLine.line_no", cascade="all"
    )

    @property
    def reference(self) -> str:
        return f"order:{self.number}"

    @property
    def states(self) -> StateTable:
        return ORDER_STATES

    @property
    def counts_in(self) -> int:
        """The year whose limits it was judged by and whose running totals hold it."""
        return self.counted_year or self.year

    def carried_by(self, duty: str, user_id: int | None) -> None:
        """From now on this person carries the duty (a column such as "receiver_id"); whoever did is not forgotten."""
        before = getattr(self, duty)
        if before is not None and before != user_id:
            known = self.earlier_people or {}
            self.earlier_people = {**known, duty: sorted({*known.get(duty, ()), before})}
        setattr(self, duty, user_id)


class OrderLine(Base):
    """One line. Prices are per `unit` with tax; accepted <= received <= shipped <= quantity - released."""

    __tablename__ = "order_line"
    __table_args__ = (
        UniqueConstraint("order_id", "line_no"),
        CheckConstraint("quantity > 0 and price_fen > 0", name="positive"),
        CheckConstraint("contract_price_fen > 0 and contract_price_fen <= price_fen", name="price_only_falls"),
        CheckConstraint("cut_fen >= 0 and cut_fen <= accepted * contract_price_fen", name="cut"),
        CheckConstraint(
            "shipped >= received and received >= accepted and accepted >= 0 and released >= 0"
            " and shipped + released <= quantity",
            name="quantities",
        ),
        Index("ix_order_line_product", "product_id"),
        Index("ix_order_line_listing", "listing_id"),
        Index("ix_order_line_budget_line", "budget_line_id"),
    )

    id: Mapped[int] = mapped_column(Identity(always=True), primary_key=True)
    order_id: Mapped[int] = mapped_column(ForeignKey("purchase_order.id"))
    line_no: Mapped[int]
    listing_id: Mapped[int] = mapped_column(ForeignKey("listing.id"))
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"))
    listing_version: Mapped[int]
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"))
    name: Mapped[str]
    sku: Mapped[str]
    specification: Mapped[str] = mapped_column(server_default="")
    unit: Mapped[str]
    quantity: Mapped[int]
    price_fen: Mapped[int]
    #: what the supplier confirmed; may only be lower than what was ordered
    contract_price_fen: Mapped[int]
    budget_line_id: Mapped[int]
    tax_rate_bp: Mapped[int]
    is_asset: Mapped[bool]
    shipped: Mapped[int] = mapped_column(server_default="0")
    received: Mapped[int] = mapped_column(server_default="0")
    accepted: Mapped[int] = mapped_column(server_default="0")
    released: Mapped[int] = mapped_column(server_default="0")
    #: what both sides took off the price of the accepted pieces
    cut_fen: Mapped[int] = mapped_column(server_default="0")

    order: Mapped[Order] = relationship(back_populates="lines", lazy="raise")

    @property
    def amount_fen(self) -> int:
        """What was ordered, at the price ordered."""
        return self.quantity * self.price_fen

    @property
    def contract_amount_fen(self) -> int:
        """What is still owed for: the quantity not released, at the contract price less what was cut off it."""
        return (self.quantity - self.released) * self.contract_price_fen - self.cut_fen

    @property
    def accepted_fen(self) -> int:
        return self.accepted * self.contract_price_fen - self.cut_fen

    @property
    def accepted_tax_fen(self) -> int:
        """The tax inside the accepted amount, rounded half up to the fen."""
        whole = 10_000 + self.tax_rate_bp
        return (self.accepted_fen * self.tax_rate_bp * 2 + whole) // (2 * whole)

    @property
    def to_ship(self) -> int:
        return self.quantity - self.released - self.shipped

    @property
    def to_receive(self) -> int:
        return self.shipped - self.received

    @property
    def to_accept(self) -> int:
        return self.received - self.accepted


class CategoryTotal(Base):
    """What a unit has ordered of a category in a year by a mode: the running total that limits are held against."""

    __tablename__ = "category_total"
    __table_args__ = (CheckConstraint("amount_fen >= 0", name="amount"),)

    unit_id: Mapped[int] = mapped_column(ForeignKey("organisation.id"), primary_key=True, autoincrement=False)
    year: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    mode: Mapped[str] = mapped_column(primary_key=True)
    category_code: Mapped[str] = mapped_column(ForeignKey("category.code"), primary_key=True)
    amount_fen: Mapped[int]


def order_numbered(number: str, *, lock: bool = False) -> Order:
    """The order with its lines; `lock` takes the row for update. Raises Refusal("order.unknown")."""
    query = select(Order).where(Order.number == number)
    if lock:
        query = query.with_for_update().execution_options(populate_existing=True)
    found = session().scalar(query)
    if found is None:
        raise Refusal("order.unknown", number=number)
    load_lines([found])
    return found


def load_lines(orders: list[Order]) -> None:
    """Attach the lines of all these orders with one query (relationships never load by themselves)."""
    from_id = {order.id: order for order in orders}
    if not from_id:
        return
    grouped: dict[int, list[OrderLine]] = {order_id: [] for order_id in from_id}
    rows = session().scalars(
        select(OrderLine)
        .where(OrderLine.order_id.in_(from_id))
        .order_by(OrderLine.order_id, OrderLine.line_no)
        .execution_options(populate_existing=True)
    )
    for line in rows:
        grouped[line.order_id].append(line)
    for order_id, lines in grouped.items():
        set_committed_value(from_id[order_id], "lines", lines)


def drop_lines(order: Order, dropped: list[OrderLine]) -> None:
    """Take lines out of a returned order; the others keep their numbers. In any other state PostgreSQL refuses."""
    if not dropped:
        return
    session().execute(delete(OrderLine).where(OrderLine.id.in_([line.id for line in dropped])))
    set_committed_value(order, "lines", [line for line in order.lines if line not in dropped])
