"""The sentences of notices: one for each code, in Chinese and in English.

A sentence may use the facts kept with the notice: {number}, {unit}, {supplier}, {amount}, {reason};
those of changes agreed after the contract also {change_kind}.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class NoticeText:
    """What the reader is told; `is_task` says that the next step is hers."""

    zh: str
    en: str
    is_task: bool


NOTICE_WORDS: dict[str, NoticeText] = {
    "approve_order": NoticeText(
        zh="{unit}的订单 {number}（{supplier}，{amount}）等您审批。",
        en="Order {number} of {unit} ({supplier}, {amount}) waits for your approval.",
        is_task=True,
    ),
    "approve_order_second": NoticeText(
        zh="订单 {number}（{supplier}，{amount}）已过一级审批，等您作二级审批。",
        en="Order {number} ({supplier}, {amount}) passed the first approval and waits for yours.",
        is_task=True,
    ),
    "order_returned": NoticeText(
        zh="订单 {number} 被退回：{reason}。请重新提交，或取消。",
        en="Order {number} was returned: {reason}. Submit it again, or cancel it.",
        is_task=True,
    ),
    "confirm_order": NoticeText(
        zh="{unit}的新订单 {number}（{amount}）等您确认。逾期不确认视为谢绝。",
        en="New order {number} of {unit} ({amount}) waits for your confirmation. Silence counts as declining.",
        is_task=True,
    ),
    "order_declined": NoticeText(
        zh="{supplier}没有接下订单 {number}：{reason}。预算已经退回，可以改向别家购买。",
        en="{supplier} did not take order {number}: {reason}. The money is back on the line; buy elsewhere.",
        is_task=True,
    ),
    "order_cancelled": NoticeText(
        zh="订单 {number}（{unit}，{amount}）已取消：{reason}。",
        en="Order {number} ({unit}, {amount}) was cancelled: {reason}.",
        is_task=False,
    ),
    "sign_contract": NoticeText(
        zh="订单 {number} 的合同等您签署。",
        en="The contract of order {number} waits for your signature.",
        is_task=True,
    ),
    "ship_order": NoticeText(
        zh="订单 {number}（{unit}，{amount}）的合同已生效，请安排发货。",
        en="The contract of order {number} ({unit}, {amount}) is in force. Please ship.",
        is_task=True,
    ),
    "answer_cancellation": NoticeText(
        zh="{unit}请求取消订单 {number}：{reason}。请您答复。",
        en="{unit} asks to cancel order {number}: {reason}. Please answer.",
        is_task=True,
    ),
    "answer_short": NoticeText(
        zh="{unit}请求按少交结清订单 {number} 的部分货物：{reason}。请您答复。",
        en="{unit} asks to close part of order {number} as a short delivery: {reason}. Please answer.",
        is_task=True,
    ),
    "receive_goods": NoticeText(
        zh="订单 {number} 的货物已由{supplier}发出，到货后请您收货。",
        en="{supplier} has shipped order {number}. Please take the goods in when they arrive.",
        is_task=True,
    ),
    "accept_goods": NoticeText(
        zh="订单 {number} 的货物已到，请您验收。逾期不验收视为验收合格。",
        en="The goods of order {number} have arrived and wait for your acceptance. Silence counts as acceptance.",
        is_task=True,
    ),
    "accept_goods_second": NoticeText(
        zh="订单 {number} 已由第一验收人验收，等您复核验收。",
        en="The first acceptor has accepted order {number}; the second acceptance is yours.",
        is_task=True,
    ),
    "goods_refused": NoticeText(
        zh="{unit}拒收订单 {number} 的货物：{reason}。请重新发货，或等待取消请求。",
        en="{unit} refused the goods of order {number}: {reason}. Ship again, or wait for a request to cancel.",
        is_task=True,
    ),
    "answer_dispute": NoticeText(
        zh="{unit}对订单 {number} 的货物提出争议：{reason}。请您答复。",
        en="{unit} disputes the goods of order {number}: {reason}. Please answer.",
        is_task=True,
    ),
    "settle_dispute": NoticeText(
        zh="订单 {number} 的争议，供应商已答复，请您处理。",
        en="The supplier has answered the dispute of order {number}. Please settle it.",
        is_task=True,
    ),
    "dispute_settled": NoticeText(
        zh="订单 {number} 的争议已处理：{reason}。",
        en="The dispute of order {number} is settled: {reason}.",
        is_task=False,
    ),
    "send_invoice": NoticeText(
        zh="订单 {number} 已验收合格，请您开具发票并登记发票号。",
        en="Order {number} is accepted. Please issue the invoice and enter its number.",
        is_task=True,
    ),
    "request_payment": NoticeText(
        zh="订单 {number} 的发票已登记并核对一致，请您申请付款。",
        en="The invoice of order {number} is entered and matches. Please request payment.",
        is_task=True,
    ),
    "approve_payment": NoticeText(
        zh="订单 {number}（{supplier}，{amount}）的支付申请等您审核。",
        en="The payment request of order {number} ({supplier}, {amount}) waits for your approval.",
        is_task=True,
    ),
    "payment_returned": NoticeText(
        zh="订单 {number} 的付款申请被退回：{reason}。请更正后重新申请。",
        en="The payment request of order {number} was returned: {reason}. Correct it and request again.",
        is_task=True,
    ),
    "payment_refused": NoticeText(
        zh="国库退回了订单 {number} 的付款：{reason}。款项已回到应付，请更正后重新申请。",
        en="The treasury refused the payment of order {number}: {reason}. Correct it and request again.",
        is_task=True,
    ),
    "payment_under_way": NoticeText(
        zh="订单 {number} 的付款（{amount}）已送国库，等国库回单。",
        en="The payment of order {number} ({amount}) has been sent to the treasury.",
        is_task=False,
    ),
    "payment_made": NoticeText(
        zh="国库已支付订单 {number} 的货款 {amount}。",
        en="The treasury has paid {amount} for order {number}.",
        is_task=False,
    ),
    "payment_bounced": NoticeText(
        zh="订单 {number} 已付的 {amount} 被退票：{reason}。款项已回到应付，请更正后重新申请。",
        en="The {amount} paid for order {number} came back: {reason}. Correct it and request again.",
        is_task=True,
    ),
    "credit_note_entered": NoticeText(
        zh="{supplier}已为订单 {number} 开具红字发票。",
        en="{supplier} has issued a credit note for order {number}.",
        is_task=False,
    ),
    "goods_to_replace": NoticeText(
        zh="订单 {number} 的部分货物退换，请取回并重新发货：{reason}。",
        en="Part of order {number} goes back to be replaced: {reason}. Please fetch it and ship again.",
        is_task=True,
    ),
    "answer_change": NoticeText(
        zh="{unit}就订单 {number} 提出{change_kind}（{amount}）：{reason}。请您答复。",
        en="{unit} proposes for order {number}: {change_kind} ({amount}): {reason}. Please answer.",
        is_task=True,
    ),
    "change_agreed": NoticeText(
        zh="{supplier}同意订单 {number} 的{change_kind}（{amount}）。",
        en="{supplier} agrees for order {number}: {change_kind} ({amount}).",
        is_task=False,
    ),
    "change_declined": NoticeText(
        zh="{supplier}不同意订单 {number} 的{change_kind}（{amount}）：{reason}。",
        en="{supplier} declines for order {number}: {change_kind} ({amount}): {reason}.",
        is_task=False,
    ),
    "retention_due": NoticeText(
        zh="订单 {number} 的质保金 {amount} 已到期，请申请付款。",
        en="The {amount} held back of order {number} is due. Please request payment.",
        is_task=True,
    ),
    "answer_refund": NoticeText(
        zh="{unit}要求退回订单 {number} 已付的 {amount}：{reason}。请您答复。",
        en="{unit} claims back {amount} paid for order {number}: {reason}. Please answer.",
        is_task=True,
    ),
    "refund_agreed": NoticeText(
        zh="{supplier}同意退回订单 {number} 的 {amount}；到账后请登记，或用货款抵扣。",
        en="{supplier} will refund {amount} of order {number}. Enter it when it arrives, or keep it from a payment.",
        is_task=True,
    ),
    "refund_disputed": NoticeText(
        zh="{supplier}对订单 {number} 的退款 {amount} 有异议：{reason}。",
        en="{supplier} disputes the refund of {amount} of order {number}: {reason}.",
        is_task=True,
    ),
    "refund_settled": NoticeText(
        zh="订单 {number} 的退款 {amount} 已了结。",
        en="The refund of {amount} of order {number} is settled.",
        is_task=False,
    ),
    "rate_order": NoticeText(
        zh="订单 {number} 已付清，请您评价{supplier}。",
        en="Order {number} is paid. Please rate {supplier}.",
        is_task=True,
    ),
    "explain_payment_findings": NoticeText(
        zh="导入的支付明细 {number} 里有 {count} 个疑点（{amount}），等您说明。",
        en="The payments loaded as {number} hold {count} findings ({amount}) that wait for your explanation.",
        is_task=True,
    ),
    "decide_payment_finding": NoticeText(
        zh="{unit}对支付疑点 {number}（{amount}）作了说明，等您审核。",
        en="{unit} explained finding {number} ({amount}); the decision is yours.",
        is_task=True,
    ),
    "payment_explanation_accepted": NoticeText(
        zh="支付疑点 {number}（{amount}）的说明已采纳。",
        en="The explanation of finding {number} ({amount}) was accepted.",
        is_task=False,
    ),
    "explain_payment_finding_again": NoticeText(
        zh="支付疑点 {number}（{amount}）的说明不足：{reason}。请补充。",
        en="The explanation of finding {number} ({amount}) is not enough: {reason}. Please add to it.",
        is_task=True,
    ),
    "decide_budget_document": NoticeText(
        zh="{unit}的预算指标文件 {number}（{document_kind}，{amount}）等您批复。",
        en="Budget document {number} of {unit} ({document_kind}, {amount}) waits for your decision.",
        is_task=True,
    ),
    "budget_document_returned": NoticeText(
        zh="预算指标文件 {number}（{document_kind}）被退回：{reason}。请修改后重新提交，或撤回。",
        en="Budget document {number} ({document_kind}) was returned: {reason}. Change and submit it, or withdraw it.",
        is_task=True,
    ),
    "budget_document_approved": NoticeText(
        zh="预算指标文件 {number}（{document_kind}）已批复，指标已经变动。",
        en="Budget document {number} ({document_kind}) is approved; the money has moved.",
        is_task=False,
    ),
    "asset_faults": NoticeText(
        zh="{unit}有 {count} 项资产卡片与订单、账簿对不上，其中 {overdue} 张逾期没有登记，请核对。",
        en="{count} asset cards of {unit} do not fit orders or books, {overdue} of them overdue. Please check them.",
        is_task=True,
    ),
    "decide_fund_use_plan": NoticeText(
        zh="{unit}的用款计划 {number}（{plan_kind}，{amount}）等您批复。",
        en="Fund-use plan {number} of {unit} ({plan_kind}, {amount}) waits for your decision.",
        is_task=True,
    ),
    "fund_use_plan_returned": NoticeText(
        zh="用款计划 {number}（{plan_kind}）被退回：{reason}。请修改后重新提交，或撤回。",
        en="Fund-use plan {number} ({plan_kind}) was returned: {reason}. Change and submit it, or withdraw it.",
        is_task=True,
    ),
    "fund_use_plan_approved": NoticeText(
        zh="用款计划 {number}（{plan_kind}）已批复 {amount}。",
        en="Fund-use plan {number} ({plan_kind}) is approved: {amount}.",
        is_task=False,
    ),
    "fund_use_plan_held": NoticeText(
        zh="用款计划 {number} 有 {held} 行应列政府采购，暂缓批复：请改列、调剂或说明例外理由。",
        en="Of fund-use plan {number}, {held} lines are procurement and held: re-point them, or give a reason.",
        is_task=True,
    ),
    "fund_use_plan_plea": NoticeText(
        zh="{unit}为用款计划 {number} 暂缓的行说明了例外理由：{reason}。请决定是否同意。",
        en="{unit} gave a reason for a held line of fund-use plan {number}: {reason}. Decide whether to accept it.",
        is_task=True,
    ),
    "register_assets": NoticeText(
        zh="订单 {number} 中有达到资产标准的物品，请登记资产卡片。",
        en="Order {number} has items at or above the asset limit. Please register their asset cards.",
        is_task=True,
    ),
    "sign_year_end": NoticeText(
        zh="{unit} {year} 年的年末清理表 {number}（结转 {amount}）等您签署。",
        en="The year-end worksheet {number} of {unit} for {year} (carrying {amount}) waits for your signature.",
        is_task=True,
    ),
    "approve_year_end": NoticeText(
        zh="{unit} {year} 年的年末清理表 {number}（结转 {amount}）等您批准。",
        en="The year-end worksheet {number} of {unit} for {year} (carrying {amount}) waits for your approval.",
        is_task=True,
    ),
    "year_end_returned": NoticeText(
        zh="年末清理表 {number} 被退回：{reason}。请修改后重新提交。",
        en="Year-end worksheet {number} was returned: {reason}. Change it and hand it in again.",
        is_task=True,
    ),
    "year_end_executed": NoticeText(
        zh="年末清理表 {number} 已执行，结转 {amount}。结转的订单付款前，请编报新年度的用款计划。",
        en="Year-end worksheet {number} was executed, {amount} carried. File a fund-use plan before paying that.",
        is_task=False,
    ),
    "approve_journal": NoticeText(
        zh="手工凭证 {number}（{unit}，{amount}）等您审核。",
        en="Manual journal {number} ({unit}, {amount}) waits for your approval.",
        is_task=True,
    ),
    "journal_approved": NoticeText(
        zh="手工凭证 {number}（{amount}）已审核并记账。",
        en="Manual journal {number} ({amount}) was approved and posted.",
        is_task=False,
    ),
    "journal_returned": NoticeText(
        zh="手工凭证 {number} 被退回：{reason}。没有记账。",
        en="Manual journal {number} was returned: {reason}. Nothing was posted.",
        is_task=False,
    ),
    "measure_started": NoticeText(
        zh="对{unit}的监管处理 {number} 开始执行，到 {until} 为止：{reason}。",
        en="Measure {number} against {unit} is in force until {until}: {reason}.",
        is_task=False,
    ),
    "measure_ended": NoticeText(
        zh="对{unit}的监管处理 {number} 已到期，自动解除。",
        en="Measure {number} against {unit} has ended by itself.",
        is_task=False,
    ),
    "measure_annulled": NoticeText(
        zh="对{unit}的监管处理 {number} 已撤销：{reason}。",
        en="Measure {number} against {unit} was annulled: {reason}.",
        is_task=False,
    ),
    "payee_listed": NoticeText(
        zh="订单 {number}（{unit}）的收款人{supplier}在失信名单上，请在审核付款时核对。已验收的货款仍应支付。",
        en="The payee of order {number} ({unit}), {supplier}, is on a dishonesty list. What was accepted stays owed.",
        is_task=False,
    ),
    "approve_measure": NoticeText(
        zh="对{unit}的监管处理 {number} 等您批准。",
        en="Measure {number} against {unit} waits for your approval.",
        is_task=True,
    ),
}


def sentence(code: str, *, facts: dict[str, object], language: str) -> str:
    """The sentence for a notice. `language` is "en" or anything else for Chinese; a missing fact shows as a dash."""
    text = NOTICE_WORDS[code]
    return (text.en if language == "en" else text.zh).format_map(_Facts(facts))


class _Facts(dict):
    def __missing__(self, key: str) -> str:
        return "—"

    def __getitem__(self, key: str) -> object:
        value = super().__getitem__(key)
        return value if value not in ("", None) else "—"
