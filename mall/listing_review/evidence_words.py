"""What the matcher found, as sentences in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from mall.search.catalogue_names import catalogue_names
from mall.shop.page_frame import in_words

WORDS: dict[str, LazyString] = {
    "gtin.equal": _("商品条码相同且校验位正确：%(listed)s"),
    "gtin.other_pack": _("商品条码是同一商品的另一级包装：%(listed)s，%(candidate)s"),
    "gtin.differs": _("商品条码不同，且都有效：%(listed)s，%(candidate)s"),
    "gtin.invalid": _("有一个商品条码的校验位不对，未采用：%(listed)s，%(candidate)s"),
    "brand.equal": _("品牌相同：%(listed)s"),
    "brand.differs": _("品牌不同：%(listed)s，%(candidate)s"),
    "brand.missing": _("有一方没有写品牌：%(listed)s / %(candidate)s"),
    "model.equal": _("型号相同（不计全角半角、空格、大小写和连字符）：%(listed)s，%(candidate)s"),
    "model.in_name": _("一方的型号写在另一方的名称里：%(listed)s / %(candidate)s"),
    "model.shortened": _("一方的型号是另一方的前段：%(listed)s，%(candidate)s"),
    "model.differs": _("型号不同：%(listed)s，%(candidate)s"),
    "model.generic": _("型号是通用说法，不作依据：%(listed)s / %(candidate)s"),
    "model.missing": _("有一方没有写型号：%(listed)s / %(candidate)s"),
    "category.equal": _("品目相同：%(listed)s"),
    "category.near": _("品目相邻：%(listed)s，%(candidate)s"),
    "category.differs": _("品目不同：%(listed)s，%(candidate)s"),
    "attribute.equal": _("%(name)s相同：%(listed)s，%(candidate)s"),
    "attribute.differs": _("%(name)s不同：%(listed)s，%(candidate)s"),
    "attribute.other_words": _("%(name)s的写法不同：%(listed)s，%(candidate)s"),
    "measure.differs": _("名称中的数值不同：%(listed)s，%(candidate)s"),
    "name.like": _("名称有 %(percent)s%% 相似"),
    "name.numbers_differ": _("名称中的数字不同：%(listed)s，%(candidate)s"),
    "unit.differs": _("比价单位不同：%(listed)s，%(candidate)s"),
    "pack.differs": _("包装不同，按%(unit)s比价：每件 %(listed)s 和 %(candidate)s"),
}
#: these name categories by their codes
_OF_CATEGORIES = ("category.equal", "category.near", "category.differs")


def evidence_words(evidence: Mapping[str, Any]) -> str:
    """One piece of evidence, {"code", "points", "facts"}, in words."""
    code, facts = str(evidence["code"]), dict(evidence["facts"])
    if code in _OF_CATEGORIES:
        facts = {side: _category(written) for side, written in facts.items()}
    shown = {name: value or "—" for name, value in facts.items()}
    return str(WORDS[code]) % shown


def _category(code: str) -> str:
    known = catalogue_names().categories.get(code)
    return in_words(known.name, known.name_en) if known is not None else code
