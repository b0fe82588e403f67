"""The sentences of notices: one for each code, in Chinese and in English.

A sentence may use the facts kept with the notice: {number}, {unit}, {supplier}, {amount}, {reason}.
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
    "rate_order": NoticeText(
        zh="订单 {number} 已付清，请您评价{supplier}。",
        en="Order {number} is paid. Please rate {supplier}.",
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
    "register_assets": NoticeText(
        zh="订单 {number} 中有达到资产标准的物品，请登记资产卡片。",
        en="Order {number} has items at or above the asset limit. Please register their asset cards.",
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
