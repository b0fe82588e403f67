"""What results and findings of inspections are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

KIND_WORDS: dict[str, LazyString] = {"listing": _("商品"), "order": _("订单")}
RESULT_WORDS: dict[str, LazyString] = {"ok": _("未发现问题"), "finding": _("发现疑点")}
FINDING_WORDS: dict[str, LazyString] = {
    "price_too_high": _("疑似价格偏高"),
    "not_as_described": _("疑似与描述不符"),
    "image_wrong": _("疑似图片与商品不符"),
    "category_wrong": _("疑似品目有误"),
    "not_available": _("疑似有价无货"),
    "paper_missing": _("疑似资料不全"),
    "quantity_differs": _("疑似数量不符"),
    "other": _("其他疑点"),
}
TASK_DEEDS: dict[str, LazyString] = {
    "draw": _("抽中"),
    "take": _("领取并固定快照"),
    "give_back": _("交回"),
    "record": _("登记结果"),
}
FACT_WORDS: dict[str, LazyString] = {
    "supplier": _("供应商"),
    "unit": _("单位"),
    "sku": _("货号"),
    "name": _("名称"),
    "state": _("状态"),
    "price_fen": _("单价"),
    "market_price_fen": _("市场价"),
    "pack_size": _("每件含数量"),
    "stock": _("库存"),
    "delivery_days": _("送货天数"),
    "origin": _("产地"),
    "warranty_months": _("质保（月）"),
    "certificate_number": _("证书编号"),
    "product": _("商品"),
    "brand": _("品牌"),
    "model": _("型号"),
    "category_code": _("品目编码"),
    "total_fen": _("金额"),
    "accepted_on": _("验收日期"),
    "payment_due_on": _("最迟付款日"),
}
