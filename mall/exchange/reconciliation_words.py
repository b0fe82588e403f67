"""What the causes of differences are called, and what to do about each."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

#: {cause: (name, what it probably is and what to do)}
CAUSE_WORDS: dict[str, tuple[LazyString, LazyString]] = {
    "in_transit": (_("付款在途"), _("已送国库，还在正常时间内；不用处理。")),
    "statement_awaited": (_("等对账单"), _("已付款，国库对账单还没有覆盖到这一天；不用处理。")),
    "under_way": (_("业务在办"), _("预算系统只扣已付款，商城还扣了已下单未付的；不用处理。")),
    "not_imported": (_("回单未导入"), _("国库已付，回单没有收到：从对账单接收，或导入回单文件。")),
    "amount_differs": (_("金额不符"), _("国库与商城的金额不同：向国库查询；从对账单接收则挂待查。")),
    "doubled": (_("重复支付"), _("国库对同一付款付了两次：接收后挂待查，并立即要求国库追回。")),
    "missing_in_mall": (_("商城没有这笔"), _("国库列了商城没有的付款：接收后挂待查，再查明原因。")),
    "missing_at_treasury": (_("国库没有这笔"), _("对账单应有而没有：向国库查询批次是否收到；查明后写说明。")),
    "refused_but_paid": (_("退回后又付"), _("商城记为已退回，国库说已付：接收后挂待查，再认领给新的付款。")),
    "returned_at_treasury": (_("国库已退款"), _("款项已退回国库，商城仍记为已付：接收后挂待查，再登记。")),
    "reference_differs": (_("回单号不同"), _("金额相同、回单号不同：核对后写说明。")),
    "in_suspense": (_("待查款"), _("这笔款挂在待查：打开待查款处理。")),
    "ledger_differs": (_("付款与账簿不符"), _("付款记录与国库账的金额不同：请系统管理员运行 sunmall ledger check。")),
    "statement_missing": (_("缺对账单"), _("期初数接不上前一张对账单：请国库补送中间的对账单，在下面导入。")),
    "line_unknown": (_("商城没有这条指标"), _("预算系统有、商城没有：导入预算表。")),
    "line_missing": (_("预算系统没有这条指标"), _("商城有、预算系统没有：核对指标编号；查明后写说明。")),
    "appropriation_pending": (_("追加待批复"), _("差额正是一份待批复的预算文件：打开批复。")),
    "appropriation_not_imported": (_("批复未录入"), _("预算系统的批复数更大：填制追加文件，或导入预算表。")),
    "appropriation_ahead": (_("商城批复数更大"), _("商城的批复数更大：填制调减文件，或请预算系统补录。")),
    "spent_elsewhere": (_("商城外支出"), _("批复数相同、预算系统可用数更小：单位在商城外用了这条指标；查明后写说明。")),
    "available_ahead": (_("可用数更大"), _("批复数相同、预算系统可用数更大：有支付还没有记入预算系统；查明后写说明。")),
}


def cause_name(cause: str) -> str:
    """What the cause is called."""
    return str(CAUSE_WORDS[cause][0])


def cause_advice(cause: str) -> str:
    """What it probably is, and what to do."""
    return str(CAUSE_WORDS[cause][1])
