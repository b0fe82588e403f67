"""What fund-use plans call their kinds, and the sentences about held lines."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import gettext as _now
from flask_babel import lazy_gettext as _

from mall.web.amounts import yuan

KIND_NAMES: dict[str, LazyString] = {
    "plan": _("新报计划"),
    "change": _("月份调整"),
    "withdrawal": _("收回计划"),
}

OUTCOME_NAMES: dict[str, LazyString] = {
    "clear": _("通过"),
    "held": _("暂缓"),
    "exempted": _("同意例外"),
    "repointed": _("已改列"),
    "adjusted": _("已发起调剂"),
}

#: why a line is held
_RULE_WORDS: dict[str, LazyString] = {
    "not_flagged": _("用途属于政府采购（%(category)s），而这条指标没有编列政府采购预算。"),
    "outside_scope": _("用途属于%(category)s，超出这条政府采购指标的品目范围。"),
    "over_limit": _(
        "用途属于%(category)s，本年累计 %(year)s，达到分散采购限额 %(limit)s，而这条指标没有编列政府采购预算。"
    ),
    "unclear_over_limit": _("看不出属于哪个品目，本年累计 %(year)s，达到分散采购限额 %(limit)s。"),
}

#: what would be accepted
_ACCEPTED_WORDS: dict[str, LazyString] = {
    "not_flagged": _("改列到品目范围包括它的政府采购指标，或先把钱调剂到这样的指标；确有依据的，说明例外理由。"),
    "outside_scope": _("改列到品目范围包括它的政府采购指标；填错品目的，退回后改正；确有依据的，说明例外理由。"),
    "over_limit": _("达到限额的须编列政府采购预算：把钱调剂到政府采购指标；确有依据的，说明例外理由。"),
    "unclear_over_limit": _("请在计划里填写品目或写清用途后重新提交；确有依据的，说明例外理由。"),
}

#: where the rule stands
LEGAL_SOURCES: dict[str, LazyString] = {
    "not_flagged": _("《政府采购法》第六条、第三十三条：政府采购应当编入部门预算并按批准的预算执行"),
    "outside_scope": _("《政府采购法》第六条：政府采购应当严格按照批准的预算执行"),
    "over_limit": _("《政府采购法》第二条：限额标准以上的货物、工程和服务属于政府采购"),
    "unclear_over_limit": _("《政府采购法》第二条：限额标准以上的货物、工程和服务属于政府采购"),
}

#: what a held line can become, and what spoke for it
_REASON_WORDS: dict[str, LazyString] = {
    "category_given": _("填写的品目 %(category_code)s"),
    "category_unknown": _("填写的品目 %(category_code)s 不在目录里"),
    "purpose_word": _("用途中的“%(word)s”"),
    "economic_item": _("经济分类 %(economic_code)s"),
}


def plan_kind_name(kind: str) -> str:
    """What a kind of plan is called."""
    return str(KIND_NAMES.get(kind, kind))


def outcome_name(outcome: str) -> str:
    """What has become of a line."""
    return str(OUTCOME_NAMES.get(outcome, outcome))


def why_held(rule: str, evidence: dict) -> str:
    """The sentence that says why a line is held."""
    facts = {
        "category": evidence.get("category_name") or evidence.get("category_code") or _now("采购目录内的品目"),
        "year": yuan(int(evidence.get("year_fen", 0))),
        "limit": yuan(int(evidence.get("limit", {}).get("value", 0))),
    }
    return str(_RULE_WORDS[rule]) % facts


def what_is_accepted(rule: str) -> str:
    """The sentence that says what would pass."""
    return str(_ACCEPTED_WORDS[rule])


def legal_source(rule: str) -> str:
    return str(LEGAL_SOURCES[rule])


def what_spoke(evidence: dict) -> str:
    """By what the category was told, with how much certainty."""
    said = [
        str(_REASON_WORDS[reason["code"]]) % reason
        for reason in evidence.get("why", ())
        if reason.get("code") in _REASON_WORDS
    ]
    words = "、".join(dict.fromkeys(said)) or _now("没有线索")
    return _now("依据：%(said)s（把握 %(confidence)s%%）", said=words, confidence=evidence.get("confidence", 0))
