"""支付未入账: assets of an order were paid for and have no card a month later."""

from __future__ import annotations

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("paid_day", "day", Words("付清日期", "Paid on")),
    Evidence("pieces", "count", Words("应登记件数", "Pieces that need a card")),
    Evidence("carded", "count", Words("已登记件数", "Pieces with a card")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per paid order with lines of assets whose price asks for a card."""
    lines = facts.order_line
    lines = lines.filter((lines.is_asset > 0) & (lines.cancelled_day == 0))
    lines = lines.filter(lines.price_fen >= values.by_region("least_price_fen", lines.region_code))
    lines = lines.mutate(kept=ibis.greatest(lines.accepted - lines.returned, literal(0)))
    needed = lines.group_by("order_id").aggregate(
        pieces=lambda t: number(t.kept.sum()),
        accepted_pieces=lambda t: number(t.accepted.sum()),
        value_fen=lambda t: number((t.kept * t.price_fen).sum()),
        category_code=lambda t: t.category_code.min(),
    )
    cards = facts.asset_card.filter(facts.asset_card.order_id > 0)
    carded = cards.group_by("order_id").aggregate(
        carded=lambda t: number(t.quantity.sum()), carded_fen=lambda t: number(t.value_fen.sum())
    )
    orders = facts.purchase_order
    orders = orders.filter(
        (orders.paid_day > facts.on_day - values["look_back_days"])
        & (orders.paid_day <= facts.on_day)
        & (orders.paid_day > 0)
    )
    orders = orders.select("order_id", "number", "unit_id", "region_code", "supplier_id", "paid_day")
    needed = needed.select(
        needed_order_id=needed.order_id,
        pieces=needed.pieces,
        accepted_pieces=needed.accepted_pieces,
        value_fen=needed.value_fen,
        category_code=needed.category_code,
    )
    orders = orders.join(needed, [orders.order_id == needed.needed_order_id])
    orders = left_join(orders, carded, ("order_id",))
    is_time = literal(facts.on_day) - orders.paid_day > values.by_region("days", orders.region_code)
    return sweep_rows(
        orders,
        subject=subject("order", orders.order_id),
        outcome=outcome(
            not_applicable=(orders.accepted_pieces > 0) & (orders.pieces == 0),
            # Paid, but which pieces were accepted is not on record.
            not_computable=orders.accepted_pieces == 0,
            hit=is_time & (orders.carded < orders.pieces),
        ),
        document=orders.number,
        day=orders.paid_day,
        amount_fen=ibis.greatest(orders.value_fen - orders.carded_fen, literal(0)),
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="funds.no_asset_card",
    version=1,
    name=Words("疑似支付后未登记资产", "Paid, and no asset card"),
    family="funds",
    stages=("nightly",),
    severity=2,
    action="warn",
    subject="order",
    formula=Words(
        "订单中单价达到固定资产标准的资产已付清超过规定天数，登记的资产卡片件数少于验收件数（扣除退货）",
        "Assets of an order whose price reaches that of fixed assets were paid for more than the set days ago, and"
        " fewer pieces have a card than were accepted and kept",
    ),
    accepted=Words("每件资产都有卡片", "A card for every piece"),
    answer=Words("补登资产卡片，或说明不属于固定资产", "Register the cards, or say why the goods are no fixed assets"),
    source="《行政事业性国有资产管理条例》；单价标准参照事业单位会计制度，待确认",
    legal_basis="《行政事业性国有资产管理条例》",
    parameters=(
        Parameter("least_price_fen", 100_000, "fen",
                  Words("登记资产卡片的单价下限", "Unit price from which a card is needed"),
                  tightens="lower", regional_rule="asset.card_fen", by_region=True, source=UNCONFIRMED),
        Parameter("days", 30, "days", Words("付清后的登记天数", "Days after the payment"), tightens="lower",
                  highest=120,
                  by_region=True, source=UNCONFIRMED),
        Parameter("look_back_days", 730, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已全部退货的", "All pieces were returned"),
                Words("单价低于固定资产标准的", "Cheaper than fixed assets")),
    tables=("purchase_order", "order_line", "asset_card"),
    find=find,
)  # fmt: skip
