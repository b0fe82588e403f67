"""失信名单: the supplier stands on a list of the credit platform, by an answer of the last 24 hours that was kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import ibis.expr.types as ir

from supervision.expressions import left_join, number, outcome, subject, sweep_rows
from supervision.facts import Facts
from supervision.rule import (
    CLEAR,
    HIT,
    NOT_APPLICABLE,
    NOT_COMPUTABLE,
    Evidence,
    Parameter,
    Rule,
    Verdict,
    Words,
)
from supervision.values import Values
from supervision.watch_record import LIST_NAMES

#: the lists that exclude from public procurement
LISTS = LIST_NAMES
_EVIDENCE = (
    Evidence("dishonesty_list", "text", Words("所在名单", "List")),
    Evidence("dishonest_from_day", "day", Words("列入日期", "Listed since")),
    Evidence("credit_proof_key", "text", Words("查询凭证", "Proof of the query")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per active supplier. Of the age of a query only days are known here."""
    suppliers = facts.supplier
    suppliers = suppliers.filter(suppliers.state == "active")
    entries = facts.dishonesty
    entries = entries.filter(
        entries.list_name.isin(LISTS)
        & (entries.from_day <= facts.on_day)
        & ((entries.until_day == 0) | (entries.until_day >= facts.on_day))
    )
    entries = entries.group_by("supplier_id").aggregate(
        dishonesty_list=lambda t: t.list_name.min(), dishonest_from_day=lambda t: number(t.from_day.min())
    )
    judged = left_join(suppliers, entries, ("supplier_id",))
    query_age_hours = (facts.on_day - judged.credit_queried_day) * 24
    return sweep_rows(
        judged,
        subject=subject("supplier", judged.supplier_id),
        outcome=outcome(
            not_computable=(judged.credit_proof_key == "") | (query_age_hours > values["query_hours_max"]),
            hit=judged.dishonesty_list != "",
        ),
        day=judged.dishonest_from_day,
        evidence=[one.name for one in _EVIDENCE],
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """Whether the supplier is on a list by a fresh answer; what he delivered before he was listed is still paid."""
    name, proof, age_minutes = given["dishonesty_list"], given["credit_proof_key"], given["credit_query_age_minutes"]
    if name is None or age_minutes is None or not proof or age_minutes > values["query_hours_max"] * 60:
        return Verdict(NOT_COMPUTABLE)
    if name not in LISTS:
        return Verdict(CLEAR)
    from_day, ordered_day = given["dishonest_from_day"], given["ordered_day"]
    if from_day is None or ordered_day is None:
        return Verdict(NOT_COMPUTABLE)
    facts = {"dishonesty_list": name, "dishonest_from_day": from_day, "credit_proof_key": proof}
    return Verdict(NOT_APPLICABLE if from_day > ordered_day else HIT, amount_fen=given["amount_fen"] or 0, facts=facts)


RULE = Rule(
    id="suppliers.dishonest",
    version=1,
    name=Words("供应商疑似列入失信名单", "Supplier suspected to stand on a dishonesty list"),
    family="suppliers",
    stages=("order", "payment", "nightly"),
    severity=4,
    action="block",
    subject="supplier",
    formula=Words(
        "信用平台最近 24 小时内的查询结果（留存凭证）显示供应商列入严重违法失信、失信被执行人、重大税收违法失信主体"
        "或政府采购严重违法失信行为记录名单，且列入日期不晚于下单日",
        "By an answer of the credit platform of the last 24 hours, which was kept, the supplier stands on the list of"
        " serious dishonesty, of judgment debtors, of grave tax offences or of procurement bans, and stood there when"
        " the order was submitted",
    ),
    accepted=Words("24 小时内的查询结果不在名单中", "An answer of the last 24 hours with no such list"),
    answer=Words("已移出名单的，重新查询并留存结果；对查询结果有异议的，向信用平台申请核实",
                 "If he was taken off, query again and keep the answer; if the answer is wrong, ask the platform"),
    source="《政府采购法》第二十二条；财库〔2016〕125号",
    legal_basis="《政府采购法》第二十二条；财库〔2016〕125号",
    parameters=(
        Parameter("query_hours_max", 24, "hours", Words("查询结果有效时间", "How long an answer holds"),
                  tightens="lower", lowest=1, highest=24, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("已移出名单的", "Taken off the list"),
                Words("其他不限制参加政府采购的名单", "Other lists, which do not exclude"),
                Words("下单以后才列入的，已履约部分照常支付",
                      "Listed only after the order: what was delivered is paid"),
                Words("已停用的供应商（夜间核查）", "Suppliers that are not active (in the nightly sweep)")),
    tables=("supplier", "dishonesty"),
    needs=("dishonesty_list", "dishonest_from_day", "credit_query_age_minutes", "credit_proof_key", "ordered_day",
           "amount_fen"),
    find=find,
    check=check,
)  # fmt: skip
