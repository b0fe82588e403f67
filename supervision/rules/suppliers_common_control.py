"""关联供应商群: suppliers under common control, as the step `supervision.common_control` found them."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import left_join, literal, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.placed_orders import recently_placed
from supervision.rule import Evidence, Parameter, Rule, Words
from supervision.values import Values

_EVIDENCE = (
    Evidence("group_key", "text", Words("关联群", "Group")),
    Evidence("group_size", "count", Words("群内供应商数", "Suppliers of the group")),
    Evidence("sold_fen", "fen", Words("本供应商销售额", "Sold by this supplier")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per supplier; the amount is what his whole group sold in the window."""
    known = facts.identity_key
    known = known.filter((known.party == "supplier") & (known.key != ""))
    known = known.select(supplier_id="party_id").distinct().mutate(is_known=literal(1))
    lines = recently_placed(facts, facts.order_line, days=values["window_days"])
    sold = lines.group_by("supplier_id").aggregate(sold_fen=lambda t: number(t.amount_fen.sum()))
    suppliers = left_join(facts.supplier.select("supplier_id", "region_code", "group_key"), sold, ("supplier_id",))
    suppliers = left_join(suppliers, known, ("supplier_id",))
    groups = suppliers.filter(suppliers.group_key != "")
    groups = groups.group_by("group_key").aggregate(
        group_size=lambda t: number(t.count()), amount_fen=lambda t: number(t.sold_fen.sum())
    )
    judged = left_join(suppliers, groups, ("group_key",))
    return sweep_rows(
        judged,
        subject=subject("supplier", judged.supplier_id),
        outcome=outcome(
            not_computable=(judged.is_known == 0) & (judged.group_key == ""),
            hit=judged.group_size >= values["group_min"],
        ),
        day=literal(facts.on_day),
        evidence=[one.name for one in _EVIDENCE],
    )


RULE = Rule(
    id="suppliers.common_control",
    version=1,
    name=Words("疑似关联供应商群", "Suspected common control"),
    family="suppliers",
    stages=("nightly",),
    severity=2,
    action="inform",
    subject="supplier",
    formula=Words(
        "供应商之间因法定代表人、银行账号、数字证书、设备、电话、地址相同而相连，每项权重为 1÷ln(2+持有方数)，"
        "合计达到 0.6 的视为相连，连通的供应商为一群；作为报价同源等规则的依据",
        "Suppliers are tied by the same legal person, bank account, certificate, device, phone or address; each weighs"
        " 1/ln(2 + holders) (an address half of it); ties of 0.6 join two, and joined suppliers are one group."
        " Other rules, such as quotes of the same origin, build on it",
    ),
    accepted=Words("没有与其他供应商共用身份信息", "No identity shared with other suppliers"),
    answer=Words("说明共用原因（如代理记账、公共设备），或申报关联关系",
                 "Explain what is shared (an accountant, a public device), or declare the relation"),
    source="《政府采购法实施条例》第十八条；权重见图的共邻分析（Adamic-Adar 2003）",
    parameters=(
        Parameter("window_days", 365, "days", Words("销售额回看天数", "Days of sales looked back"), lowest=30,
                  highest=1_500, source="本系统设定，待确认"),
        Parameter("group_min", 2, "count", Words("群的最少供应商数", "Fewest suppliers of a group"), tightens="lower",
                  lowest=2, highest=10, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("很多供应商共用的设备、电话、地址", "Devices, phones and addresses that many share"),),
    tables=("supplier", "identity_key", "order_line"),
    find=find,
)  # fmt: skip
