"""What the standings, treatments and stages of the year end are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

STANDINGS: dict[str, LazyString] = {
    "reserved": _l("占用，未审批"),
    "committed": _l("合同承诺，未验收"),
    "accrued": _l("已验收，未付款"),
    "in_payment": _l("支付在途"),
    "accepted_assets": _l("已验收，未登记资产卡片"),
    "refunds_due": _l("应收退货款"),
    "available": _l("可用指标"),
    "frozen": _l("冻结指标"),
    "planned": _l("未用的用款计划"),
}

TREATMENTS: dict[str, LazyString] = {
    "carry": _l("结转到下年"),
    "lapse": _l("收回"),
    "pay": _l("年内付清"),
}

#: how each treatment comes about; for the heading of its group
TREATMENT_MEANS: dict[str, LazyString] = {
    "carry": _l("执行时转到新年度的指标，订单接着办；付款前请编报新年度的用款计划。"),
    "lapse": _l("执行时由财政收回。订单要先取消，或按少交结清，余下的钱才能收回。"),
    "pay": _l("执行前必须付清。1 月到的国库回单，12 月结账前仍记在上年。"),
}

STAGES: dict[str, LazyString] = {
    "missing": _l("还没有填制"),
    "draft": _l("单位填制中"),
    "submitted": _l("待单位签署"),
    "signed": _l("待财政批准"),
    "approved": _l("已批准，待执行"),
    "executed": _l("已执行"),
    "withdrawn": _l("已撤回"),
    "clear": _l("没有未了事项"),
}


def standing_name(standing: str) -> str:
    return str(STANDINGS.get(standing, standing))


def treatment_name(treatment: str) -> str:
    return str(TREATMENTS.get(treatment, treatment))


def stage_name(stage: str) -> str:
    return str(STAGES.get(stage, stage))
