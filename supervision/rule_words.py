"""What families, stages, outcomes, standings and reviews of rules are called, and how their values are shown."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from mall.web.translation import current_language
from supervision.rule import Words

FAMILY_WORDS: dict[str, LazyString] = {
    "funds": _("资金与预算"),
    "splitting": _("化整为零"),
    "prices": _("价格"),
    "standards": _("标准与政策"),
    "suppliers": _("供应商"),
    "competition": _("竞争"),
    "delivery": _("履约"),
}
STAGE_WORDS: dict[str, LazyString] = {
    "order": _("提交订单时"),
    "listing": _("上架或调价时"),
    "payment": _("申请付款时"),
    "plan": _("提交用款计划时"),
    "quotes": _("报价结束时"),
    "nightly": _("每夜"),
    "monthly": _("每月"),
}
SEVERITY_WORDS: dict[int, LazyString] = {
    4: _("涉及法定要求"),
    3: _("重要"),
    2: _("提醒"),
    1: _("参考"),
}
ACTION_WORDS: dict[str, LazyString] = {
    "block": _("不予通过"),
    "hold": _("要求说明理由"),
    "warn": _("提醒"),
    "case": _("立为线索"),
    "inform": _("仅供参考"),
}
STANDING_WORDS: dict[str, LazyString] = {**ACTION_WORDS, "shadow": _("影子运行")}
MODE_NAMES: dict[str, LazyString] = {"off": _("关闭"), "shadow": _("影子运行"), "on": _("启用中")}
OUTCOME_NAMES: dict[str, LazyString] = {
    "hit": _("命中"),
    "clear": _("未发现"),
    "not_applicable": _("不适用"),
    "not_computable": _("无法计算"),
}
UNIT_NAMES: dict[str, LazyString | str] = {
    "fen": _("元"),
    "basis_points": "%",
    "percent": "%",
    "days": _("天"),
    "working_days": _("个工作日"),
    "weeks": _("周"),
    "hours": _("小时"),
    "minutes": _("分钟"),
    "count": _("个"),
}
TIGHTENS_WORDS: dict[str, LazyString] = {
    "lower": _("数值越小越严"),
    "higher": _("数值越大越严"),
    "": _("不分严宽，只由省级设定"),
}
REVIEW_WORDS: dict[str, LazyString] = {
    "true": _("属实"),
    "configuration": _("合理：配置不同"),
    "service_included": _("合理：含安装或服务"),
    "remote_freight": _("合理：偏远地区运费"),
    "manufacturer_price": _("合理：厂家统一调价"),
    "urgent": _("合理：应急采购"),
    "approved": _("合理：已经批准"),
    "wrong_category": _("数据有误：品目"),
    "wrong_unit": _("数据有误：计量单位"),
    "wrong_pack": _("数据有误：包装数量"),
    "wrong_model": _("数据有误：型号"),
    "rule_wrong": _("规则有误"),
}
SUBJECT_WORDS: dict[str, LazyString] = {
    "unit": _("预算单位"),
    "supplier": _("供应商"),
    "order": _("订单"),
    "order_line": _("订单行"),
    "line": _("订单行"),
    "listing": _("在售商品"),
    "product": _("标准商品"),
    "payment": _("支付"),
    "plan": _("用款计划"),
    "plan_line": _("用款计划行"),
    "quotation": _("询价"),
    "sourcing": _("询价"),
    "pair": _("双方"),
    "region": _("地区"),
    "card": _("资产卡片"),
    "asset_card": _("资产卡片"),
}
#: why a run, a back-test or a night in shadow gave no result; what is not here is the engine's own words
FAILURE_WORDS: dict[str, LazyString] = {
    "rule.unknown": _("规则库里已经没有这条规则。"),
    "rule.stale_version": _("规则已有新版本：请修改草案后重新回测。"),
    "rule.no_history": _("还没有导出过历史数据，不能回测：请等今夜导出之后再试。"),
    "watch.unknown_engine": _("分析引擎的设置有误，请系统管理员检查 SUNMALL_ANALYTICS。"),
    "watch.engine_failed": _("分析引擎出错，没有得到结果。"),
}


def said(words: Words) -> str:
    """A rule's own words, in the reader's language."""
    return words.en if current_language() == "en" else words.zh


def subject_name(kind: str) -> str:
    """What a rule looks at."""
    return str(SUBJECT_WORDS.get(kind, kind))


def failure_words(failure: str) -> str:
    """Why there is no result: our own words for what is known, else what the engine said."""
    return str(FAILURE_WORDS.get(failure, failure))


def share_text(millionths: int) -> str:
    """900000 -> "90.0%"."""
    return f"{millionths // 10_000}.{millionths % 10_000 // 1000}%"
