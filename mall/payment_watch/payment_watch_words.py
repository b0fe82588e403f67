"""What outcomes, findings, reasons and faulty rows of payments are called, and the sentences of their evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as translated
from flask_babel import lazy_gettext as _

from mall.payment_watch.judge_payment_file import PaymentFault
from mall.web.amounts import yuan

OUTCOME_WORDS: dict[str, LazyString] = {
    "hit": _("有疑点"),
    "clear": _("无疑点"),
    "not_applicable": _("不属于采购"),
    "not_computable": _("判断不了"),
}
KIND_WORDS: dict[str, LazyString] = {
    "catalogue_without_order": _("疑似采购目录内支出未通过采购"),
    "over_limit": _("疑似超过限额未采购"),
    "supplier_without_order": _("疑似付给商城供应商而没有订单"),
    "suspected_duplicate": _("疑似重复支付"),
}
#: what would have been accepted, and what to do now
ANSWER_WORDS: dict[str, LazyString] = {
    "catalogue_without_order": _(
        "这类支出应先有商城订单或采购手续。有订单的，请在说明里填订单编号；在商城以外采购的，填批准文号或合同编号；"
        "不属于采购的，写明情况。"
    ),
    "over_limit": _(
        "同一品目全年累计超过限额的，应按采购程序办理。已经办理的，请填批准文号或合同编号；品目判断有误的，写明实际买了什么。"
    ),
    "supplier_without_order": _(
        "付给商城供应商的款项应有本单位的订单。有订单的，请填订单编号；另有合同的，填批准文号或合同编号。"
    ),
    "suspected_duplicate": _(
        "同一笔款项只付一次。确属两笔的，请说明各自买了什么；确属重复的，请先追回款项，退回后以负数导入。"
    ),
}
CHANNEL_NAMES: dict[str, LazyString] = {
    "treasury_direct": _("财政直接支付"),
    "treasury_authorised": _("财政授权支付"),
    "real_account": _("实有资金"),
}
EXPLANATION_WORDS: dict[str, LazyString] = {
    "order": _("有商城订单"),
    "outside_contract": _("在商城以外采购，已有批准文号或合同"),
    "not_procurement": _("不属于采购"),
    "emergency": _("应急采购"),
    "wrong_record": _("支付记录有误"),
    "other": _("其他"),
}
DECISION_WORDS: dict[str, LazyString] = {
    "order_exists": _("订单属实"),
    "approved_outside": _("商城以外的采购手续属实"),
    "not_procurement": _("不属于采购"),
    "emergency": _("应急采购属实"),
    "record_corrected": _("记录有误，已经更正"),
    "evidence_missing": _("缺少依据"),
    "does_not_match": _("说明与支付不符"),
    "to_supervision": _("转监督核查"),
}
ROW_WORDS: dict[str, LazyString] = {
    "new": _("新增"),
    "changed": _("更正"),
    "known": _("已有"),
    "faulty": _("有误"),
}
FAULT_WORDS: dict[str, LazyString] = {
    "row_too_wide": _("这一行比表头多出几格：金额里有逗号的，请去掉逗号或加引号。"),
    "unknown_unit": _("信用代码“%(credit_code)s”不是您能导入的预算单位。"),
    "bad_day": _("日期“%(text)s”看不懂：请填写为 2026-03-02。"),
    "day_ahead": _("日期“%(text)s”还没有到。"),
    "bad_amount": _("金额“%(text)s”看不懂：请填写为元，例如 1280.00，不能是 0。"),
    "bad_channel": _("支付方式“%(text)s”看不懂：请填财政直接支付、财政授权支付或实有资金。"),
    "no_payee_name": _("没有收款人。"),
    "no_voucher_number": _("没有凭证号。"),
    "bad_voucher_number": _("凭证号“%(text)s”不能用：请用字母、数字和 - . _ / ( )，不超过 60 个字符。"),
    "bad_invoice_number": _("发票号码“%(text)s”不能用。"),
    "bad_payee_account": _("账号“%(text)s”不能用。"),
    "bad_economic_code": _("“%(text)s”不是科目编码。"),
    "unknown_category": _("采购目录里没有品目“%(text)s”。"),
    "too_long": _("“%(text)s…”太长，最多 %(most)s 个字。"),
    "voucher_twice": _("凭证号 %(voucher_number)s 在文件里出现了不止一次。"),
}
HINT_WORDS: dict[str, LazyString] = {
    "credit_code": _("预算单位的 18 位代码"),
    "unit_name": _("只供核对，以信用代码为准"),
    "paid_on": _("年-月-日"),
    "amount": _("退回的款项填负数"),
    "economic_code": _("科目编码"),
    "purpose": _("照凭证填写"),
    "channel": _("财政直接支付、财政授权支付或实有资金"),
    "voucher_number": _("同一单位、同一支付方式内不重复"),
    "category_code": _("可不填"),
    "invoice_number": _("可不填"),
}
REASON_WORDS: dict[str, LazyString] = {
    "category_given": _("文件里写明品目 %(category_code)s"),
    "category_unknown": _("文件里的品目 %(category_code)s 不在目录里"),
    "purpose_word": _("用途里有“%(word)s”：%(category_code)s（把握 %(confidence)s%%）"),
    "economic_item": _("经济分类 %(economic_code)s：%(category_code)s（把握 %(confidence)s%%）"),
    "agree": _("用途与经济分类一致，把握 %(confidence)s%%"),
    "differ": _("用途与经济分类不一致，把握降到 %(confidence)s%%"),
    "several": _("可能是几个品目：取它们共同的上级"),
    "nothing": _("用途和经济分类都没有说明买了什么"),
}
WHY_WORDS: dict[str, LazyString] = {
    "money_came_back": _("退回的款项，不判断"),
    "mall_payment": _("这就是商城的付款申请 %(payment)s"),
    "order_exact": _("发票号码与订单 %(orders)s 一致"),
    "order_near": _("收款人、金额和日期与订单 %(orders)s 相符"),
    "order_several": _("收款人、金额和日期与几张订单相符：%(orders)s"),
    "no_order": _("没有相符的订单（比较了 %(candidates)s 张）"),
    "category_unsure": _("品目把握只有 %(confidence)s%%，不作判断"),
    "no_procurement": _("不属于采购的支出"),
    "petty": _("不超过 %(petty)s 的零星支出，不预警"),
    "within_limit": _("目录外，全年累计没有超过限额"),
}


def words_of_fault(fault: PaymentFault) -> str:
    """The sentence, in the reader's language."""
    return str(FAULT_WORDS[fault.code]) % fault.facts


def reason_words(reason: Mapping[str, Any]) -> str:
    """Why a category was told: one sentence for each thing that spoke."""
    facts = dict(reason)
    if facts["code"] in ("purpose_word", "economic_item") and not facts["category_code"]:
        facts["category_code"] = translated("不属于采购")
    return str(REASON_WORDS[facts["code"]]) % facts


def why_words(why: Mapping[str, Any]) -> str:
    """What the judgement went by: one sentence for each thing that spoke."""
    facts = dict(why)
    if "orders" in facts:
        facts["orders"] = "、".join(facts["orders"])
    if "petty_fen" in facts:
        facts["petty"] = yuan(facts["petty_fen"])
    return str(WHY_WORDS[facts["code"]]) % facts
