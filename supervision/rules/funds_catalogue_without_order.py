"""目录内支出未采购: a payment beside the mall for goods of the procurement catalogue, with no order behind it."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.outside_payments import lacks_order, outside_payments
from supervision.rule import UNCONFIRMED, Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("economic_code", "text", Words("经济分类科目", "Economic item")),
    Evidence("confidence", "percent", Words("品目判断把握", "Confidence of the category")),
    Evidence("ordered_fen", "fen", Words("关联订单金额", "Amount of the order behind it")),
    Evidence("is_real_account", "count", Words("是否实有资金账户支付", "Paid from the unit's own account")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per payment beside the mall."""
    paid = outside_payments(facts, from_day=facts.on_day - values["look_back_days"])
    least_confidence = values.by_region("least_confidence", paid.region_code)
    covered = values.by_region("covered_basis_points", paid.region_code)
    least_fen = values.by_region("least_fen", paid.region_code)
    return sweep_rows(
        paid,
        subject=subject("payment", paid.payment_id),
        outcome=outcome(
            not_applicable=(paid.is_recurring > 0) | (paid.is_procured_elsewhere > 0) | (paid.amount_fen < least_fen),
            # Between "surely no procurement" and "surely this category" nothing is known.
            not_computable=paid.confidence < least_confidence,
            hit=(paid.is_in_catalogue > 0) & lacks_order(paid, covered_basis_points=covered),
        ),
        document=paid.voucher,
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="funds.catalogue_without_order",
    version=1,
    name=Words("疑似目录内支出未采购", "Suspected spending inside the catalogue without procurement"),
    family="funds",
    stages=("nightly",),
    severity=3,
    action="case",
    subject="payment",
    formula=Words(
        "商城以外的支出，按经济分类和用途判断属于集中采购目录内品目（把握达到规定值），且没有订单，或关联订单金额不足支出的规定比例",
        "A payment beside the mall whose economic item and purpose surely mean a category of the catalogue, with no"
        " order behind it, or one that covers less than the set share",
    ),
    accepted=Words("通过商城下单后支付，或有其他采购方式的批准文件",
                   "An order of the mall, or the papers of another procurement"),
    answer=Words("补充关联订单，或说明采购方式并附批准文件、合同",
                 "Name the order, or the procurement with approval and contract"),
    source="《政府采购法》第七条、第十八条",
    legal_basis="《政府采购法》第十八条",
    parameters=(
        Parameter("least_confidence", 80, "percent", Words("品目判断的最低把握", "Least confidence of the category"),
                  tightens="lower", lowest=50, highest=100, by_region=True, source=UNCONFIRMED),
        Parameter("covered_basis_points", 9_900, "basis_points",
                  Words("订单应覆盖支出的比例", "Share of the payment that an order must cover"),
                  tightens="higher", highest=10_000, by_region=True, source=UNCONFIRMED),
        Parameter("least_fen", 50_000, "fen", Words("不提示的零星支出上限", "Petty payments that are let go"),
                  tightens="lower", by_region=True, source=UNCONFIRMED),
        Parameter("look_back_days", 365, "days", Words("回看天数", "Days looked back"), source=UNCONFIRMED),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("工资、水电、房租等经常性支出", "Recurring dues such as wages, utilities and rent"),
                Words("财政部门已认可其他采购方式说明的", "Explained as another procurement, and accepted by finance"),
                Words("零星小额支出", "Petty payments")),
    tables=("payment", "purchase_order"),
    find=find,
)  # fmt: skip
