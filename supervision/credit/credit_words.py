"""What dimensions, lines of the formula, rights and grades are called."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from supervision.credit.credit_formula import LATE_DAYS_EACH, MARK_GOOD, MARK_POOR

PARTY_WORDS: dict[str, LazyString] = {"supplier": _("供应商"), "unit": _("采购单位")}

DIMENSION_WORDS: dict[str, LazyString] = {
    "price": _("价格"),
    "delivery": _("供货"),
    "quality": _("质量"),
    "honesty": _("诚信"),
    "response": _("响应"),
    "acceptance": _("验收"),
    "payment": _("付款"),
    "competition": _("履约与竞争"),
    "answers": _("答复"),
}

LINE_WORDS: dict[str, LazyString] = {
    "fair_price": _("订单验收完成"),
    "price_stopped": _("报价高于限价被拦截（同一商品一天记一次）"),
    "price_confirmed": _("价格疑点经人工核实属实"),
    "sent_in_time": _("按合同期限发货"),
    "sent_late": _("超过合同期限发货（每天）"),
    "refused_at_door": _("到货被拒收"),
    "rated_well": _("商品评价 %(mark)s 分以上（默认评价不计）", mark=MARK_GOOD),
    "rated_badly": _("商品评价低于 %(mark)s 分（每低 1 分）", mark=MARK_POOR),
    "dispute_lost": _("争议以更换或退还结束"),
    "conduct_confirmed": _("其他疑点经人工核实属实"),
    "measure_points": _("监管处理记分（每分）"),
    "on_dishonesty_list": _("被列入失信名单"),
    "order_answered": _("在期限内确认订单"),
    "order_declined": _("谢绝接单"),
    "silent": _("逾期未答复订单"),
    "accepted_in_time": _("在期限内验收"),
    "accepted_by_silence": _("逾期未验收，视为合格"),
    "paid_in_time": _("在法定期限内付款"),
    "paid_late": _("逾期付款（每 %(days)s 天，不足的按一次计）", days=LATE_DAYS_EACH),
    "competition_awarded": _("竞争性采购如期成交"),
    "competition_failed": _("竞争性采购取消或失败"),
    "contract_cancelled": _("合同签订后取消"),
    "explained_in_time": _("在期限内说明疑点"),
    "explanation_missing": _("逾期未说明疑点"),
    "unit_measure_points": _("监管处理记分（每分）"),
}

RIGHT_WORDS: dict[str, LazyString] = {
    "always_reviewed": _("新上架的商品一律人工审核，免审地区也不例外"),
    "inspected_less": _("巡检抽中的机会减半"),
    "inspected_more": _("巡检抽中的机会加倍"),
    "shown_at_offers": _("等级显示在每个报价旁边"),
    "shown_to_suppliers": _("等级显示在订单上，供应商看得到"),
}


def points_text(hundredths: int, *, signed: bool = True) -> str:
    """Points as people read them: "+0.05", "-1.50", "97.35"."""
    whole = f"{abs(hundredths) // 100}.{abs(hundredths) % 100:02d}"
    sign = "-" if hundredths < 0 else "+" if signed and hundredths else ""
    return f"{sign}{whole}"


KIND_WORDS: dict[str, LazyString] = {
    "points": _("只记分"),
    "listing_freeze": _("商品暂停销售"),
    "suspend": _("暂停供应商资格"),
    "remove": _("清退供应商"),
}
MEASURE_DEEDS: dict[str, LazyString] = {
    "propose": _("提出"),
    "approve": _("批准"),
    "reject": _("驳回"),
    "withdraw": _("撤回"),
    "start": _("开始执行"),
    "end": _("到期解除"),
    "annul": _("撤销"),
}
UNDONE_WORDS: dict[str, LazyString] = {"listing_not_for_sale": _("执行时商品已经不在销售，没有另行暂停")}
