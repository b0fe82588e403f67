"""What the kinds of public reports and of the watch's records are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

SUBJECT_WORDS: dict[str, LazyString] = {
    "price": _("价格虚高"),
    "goods": _("商品与描述不符、假冒伪劣"),
    "supplier": _("供应商的行为"),
    "unit": _("采购单位的行为"),
    "official": _("工作人员的行为"),
    "other": _("其他问题"),
}
REPORT_DEEDS: dict[str, LazyString] = {
    "file": _("举报"),
    "add": _("举报人补充"),
    "handle": _("受理"),
    "link": _("并入监管线索"),
    "answer": _("答复"),
    "close": _("办结"),
}
PRICE_KIND_WORDS: dict[str, LazyString] = {
    "own_site": _("供应商自有渠道"),
    "e_commerce": _("电商平台"),
    "market": _("市场"),
}
APPROVAL_WORDS: dict[str, LazyString] = {
    "import": _("采购进口产品"),
    "over_standard": _("超配置标准"),
    "split": _("分次采购"),
    "scrap": _("提前报废更新"),
    "late_budget": _("年底追加预算"),
}
PRICE_DEEDS: dict[str, LazyString] = {"confirm": _("核实"), "reject": _("不采用")}
