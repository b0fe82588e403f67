"""What these pages call rules, measures and limits."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_babel.speaklater import LazyString

from mall.web.translation import current_language
from supervision.rule_shelf import rules

PRICE_KINDS: dict[str, LazyString] = {
    "own_site": lazy_gettext("供应商官网"),
    "e_commerce": lazy_gettext("电商平台"),
    "market": lazy_gettext("市场调查"),
}
IDENTITY_KINDS: dict[str, LazyString] = {
    "phone": lazy_gettext("电话相同"),
    "bank_account": lazy_gettext("银行账号相同"),
    "address": lazy_gettext("地址相同"),
    "contact": lazy_gettext("联系人同名"),
}
SIZE_BANDS: dict[int, LazyString] = {
    0: lazy_gettext("编制数未知"),
    1: lazy_gettext("编制 20 人及以下"),
    2: lazy_gettext("编制 21 至 100 人"),
    3: lazy_gettext("编制 101 至 500 人"),
    4: lazy_gettext("编制 500 人以上"),
}
LEVELS: dict[str, LazyString] = {
    "province": lazy_gettext("省级"),
    "city": lazy_gettext("市级"),
    "county": lazy_gettext("县级"),
}


def rule_name(rule_id: str) -> str:
    """A rule's name in the reader's language; its id where it left the shelf."""
    rule = rules().get(rule_id)
    if rule is None:
        return rule_id
    return rule.name.en if current_language() == "en" else rule.name.zh


def identity_name(kind: str) -> str:
    return str(IDENTITY_KINDS.get(kind, kind))


def few(count: int) -> str:
    """What stands where fewer than `count` lie behind a figure."""
    return _("不足 %(count)s", count=count)
