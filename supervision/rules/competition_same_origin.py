"""报价同源: two quotes of one quotation share what only one house has."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from typing import Any

import ibis
import ibis.expr.types as ir

from supervision.expressions import (
    count_over,
    inner_join,
    left_join,
    literal,
    number,
    outcome,
    rank,
    subject,
    sweep_rows,
    text,
)
from supervision.facts import Facts
from supervision.rule import CLEAR, HIT, NOT_COMPUTABLE, Evidence, Parameter, Rule, Verdict, Words
from supervision.values import Values

#: any of these alone; the last two only while few suppliers use them
_KINDS = {"legal_person": "legal_key", "bank_account": "bank_key", "certificate": "certificate_key",
          "phone": "phone_key", "device": "device_key"}  # fmt: skip
_OFTEN_PUBLIC = ("phone", "device")
_EVIDENCE = (
    Evidence("other_supplier_id", "supplier", Words("另一供应商", "The other supplier")),
    Evidence("shared_kind", "text", Words("相同的信息", "What is shared")),
    Evidence("shared_count", "count", Words("相同的项数", "How many are shared")),
    Evidence("pair_count", "count", Words("同源的报价对数", "Pairs of quotes alike")),
    Evidence("quote_count", "count", Words("有效报价数", "Valid quotes")),
)


def find(facts: Facts, values: Values) -> ir.Table:
    """One row per quotation with a valid quote; of several pairs alike the first is named."""
    quotes = facts.quote
    quotes = quotes.filter(
        (quotes.line_no == 0)
        & (quotes.is_valid == 1)
        & (quotes.closed_day > facts.on_day - values["window_days"])
        & (quotes.closed_day <= facts.on_day)
    )
    known = ibis.or_(*(quotes[column] != "" for column in _KINDS.values()))
    quotations = quotes.mutate(is_known=number(known.ifelse(literal(1), literal(0))))
    quotations = quotations.group_by(["sourcing_number", "unit_id", "region_code", "category_code"]).aggregate(
        quote_count=lambda t: number(t.supplier_id.nunique()),
        known_count=lambda t: number(t.is_known.sum()),
        amount_fen=lambda t: number(t.price_fen.min()),
        day=lambda t: number(t.closed_day.max()),
    )
    pairs = _pairs_alike(facts, quotes, values)
    pairs = pairs.mutate(
        pair_count=count_over(pairs, ["sourcing_number"]),
        place=rank(pairs, by=["sourcing_number"], order=[pairs.shared_count.desc(), "first_id", "other_supplier_id"]),
    )
    judged = left_join(quotations, pairs.filter(pairs.place == 1), ("sourcing_number",))
    return sweep_rows(
        judged,
        subject=subject("sourcing", judged.sourcing_number),
        outcome=outcome(
            not_computable=(judged.quote_count < 2) | (judged.known_count < 2), hit=judged.pair_count > 0
        ),
        supplier_id=judged.first_id,
        document=judged.sourcing_number,
        evidence=[one.name for one in _EVIDENCE],
    )  # fmt: skip


def _pairs_alike(facts: Facts, quotes: ir.Table, values: Values) -> ir.Table:
    """Pairs that share a key, or the network address within one group under common control."""
    kinds = {**_KINDS, "ip": "ip_key"}
    keys = ibis.union(
        *(
            quotes.select("sourcing_number", "supplier_id", kind=text(kind), key=column)
            for kind, column in kinds.items()
        )
    )
    keys = keys.filter(keys.key != "").distinct()
    users = keys.group_by(["kind", "key"]).aggregate(users=lambda t: number(t.supplier_id.nunique()))
    keys = inner_join(keys, users, ["kind", "key"])
    keys = keys.filter(~keys.kind.isin(_OFTEN_PUBLIC) | (keys.users <= values["key_suppliers_max"]))
    groups = facts.supplier.select("supplier_id", "group_key")
    keys = left_join(keys.select("sourcing_number", "supplier_id", "kind", "key"), groups, ("supplier_id",))
    first = keys.select("sourcing_number", "kind", "key", first_id="supplier_id", first_group="group_key")
    second = keys.select("sourcing_number", "kind", "key", other_supplier_id="supplier_id", other_group="group_key")
    shared = inner_join(first, second, ["sourcing_number", "kind", "key"])
    one_group = (shared.first_group != "") & (shared.first_group == shared.other_group)
    shared = shared.filter((shared.first_id < shared.other_supplier_id) & ((shared.kind != "ip") | one_group))
    return shared.group_by(["sourcing_number", "first_id", "other_supplier_id"]).aggregate(
        shared_kind=lambda t: t.kind.min(), shared_count=lambda t: number(t.kind.nunique())
    )


def check(given: Mapping[str, Any], values: Values) -> Verdict:
    """The same of the quotes of one quotation that just closed."""
    names = (
        "supplier_ids",
        "totals_fen",
        "ip_keys",
        "group_keys",
        "public_keys",
        *(f"{one}s" for one in _KINDS.values()),
    )
    if any(given[name] is None for name in names):
        return Verdict(NOT_COMPUTABLE)
    suppliers, public = given["supplier_ids"], set(given["public_keys"])
    known = [place for place in range(len(suppliers)) if any(given[f"{one}s"][place] for one in _KINDS.values())]
    if len(known) < 2:
        return Verdict(NOT_COMPUTABLE)

    def same(name: str, one: int, other: int) -> bool:
        return bool(given[name][one]) and given[name][one] == given[name][other]

    alike = []
    for one, other in combinations(range(len(suppliers)), 2):
        kinds = [
            kind for kind, column in _KINDS.items()
            if same(f"{column}s", one, other)
            and not (kind in _OFTEN_PUBLIC and given[f"{column}s"][one] in public)
        ]  # fmt: skip
        if same("ip_keys", one, other) and same("group_keys", one, other):
            kinds.append("ip")
        if kinds:
            first_id, other_id = sorted((suppliers[one], suppliers[other]))
            alike.append((-len(kinds), first_id, other_id, min(kinds)))
    if not alike:
        return Verdict(CLEAR)
    count, first_id, other_id, kind = min(alike)
    facts = {"supplier_id": first_id, "other_supplier_id": other_id, "shared_kind": kind, "shared_count": -count,
             "pair_count": len(alike), "quote_count": len(suppliers)}  # fmt: skip
    return Verdict(HIT, amount_fen=min(given["totals_fen"]), facts=facts)


RULE = Rule(
    id="competition.same_origin",
    version=1,
    name=Words("报价疑似同源", "Suspected quotes of the same origin"),
    family="competition",
    stages=("quotes", "nightly"),
    severity=4,
    action="hold",
    subject="sourcing",
    formula=Words(
        "同一项目的两份有效报价，法定代表人、银行账号、数字证书、联系电话、报价设备任一相同；"
        "或网络地址相同且属于同一关联供应商群",
        "Two valid quotes of one quotation have the same legal person, bank account, certificate, contact phone or"
        " device; or the same network address, and both suppliers are in one group under common control",
    ),
    accepted=Words("各供应商使用各自的设备、证书、账号和联系方式",
                   "Everybody with his own device, certificate, account and phone"),
    answer=Words("由供应商说明相同的原因；属于公共设备的，附使用记录",
                 "The suppliers explain what is the same; of a public device they show its record of use"),
    source="财政部令第87号第三十七条（参照适用，待确认）；《政府采购法实施条例》第十八条、第七十四条",
    legal_basis="《政府采购法实施条例》第七十四条；财政部令第87号第三十七条（参照适用）",
    parameters=(
        Parameter("window_days", 365, "days", Words("回看天数", "Days looked back"), lowest=30, highest=1_500,
                  source="本系统设定，待确认"),
        Parameter("key_suppliers_max", 10, "count", Words("电话、设备使用方数上限", "Most users of a phone or device"),
                  tightens="higher", lowest=2, highest=50, source="本系统设定，待确认"),
    ),
    evidence=_EVIDENCE,
    exclusions=(Words("仅网络地址相同的", "The same network address alone"),
                Words("很多供应商使用的公共电话、设备", "Public phones and devices that many suppliers use"),
                Words("无效报价", "Quotes that are not valid")),
    tables=("quote", "supplier"),
    needs=("supplier_ids", "totals_fen", "ip_keys", "group_keys", "public_keys",
           *(f"{one}s" for one in _KINDS.values())),
    find=find,
    check=check,
)  # fmt: skip
