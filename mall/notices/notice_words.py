"""The sentences of notices: one for each code, in Chinese and in English.

A sentence may use the facts kept with the notice: {number}, {unit}, {supplier}, {amount}, {reason};
those of changes agreed after the contract also {change_kind}. Those of goods have {name}, {sku}, {count}, {price} and
whatever the decision says.
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
    "decide_rule_change": NoticeText(
        zh="规则变更 {number}（{rule_zh}）等您启用或驳回。",
        en="Change {number} of the rule “{rule_en}” waits for you to switch it on or reject it.",
        is_task=True,
    ),
    "rule_change_in_force": NoticeText(
        zh="规则变更 {number}（{rule_zh}）已启用，自 {valid_from} 起生效。",
        en="Change {number} of the rule “{rule_en}” was switched on and holds from {valid_from}.",
        is_task=False,
    ),
    "rule_change_rejected": NoticeText(
        zh="规则变更 {number}（{rule_zh}）被驳回：{reason}。",
        en="Change {number} of the rule “{rule_en}” was rejected: {reason}.",
        is_task=False,
    ),
    "rule_change_tested": NoticeText(
        zh="规则变更 {number}（{rule_zh}）的回测已有结果。",
        en="The back-test of change {number} of the rule “{rule_en}” has its result.",
        is_task=False,
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
    "work_on_case": NoticeText(
        zh="线索 {number}（{unit}，{amount}）交给您办理：{reason}。",
        en="Case {number} ({unit}, {amount}) is given to you: {reason}.",
        is_task=True,
    ),
    "explain_case": NoticeText(
        zh="请在 {until} 前说明线索 {number}（{unit}）：{reason}。",
        en="Please explain case {number} ({unit}) by {until}: {reason}.",
        is_task=True,
    ),
    "case_grew": NoticeText(
        zh="线索 {number} 又有新的发现，请看页面上的事实，一并说明。",
        en="More was found in case {number}; see the facts on its page and explain them, too.",
        is_task=True,
    ),
    "case_explained": NoticeText(
        zh="{unit}已说明线索 {number}，请您审核：{reason}。",
        en="{unit} explained case {number}; please decide: {reason}.",
        is_task=True,
    ),
    "case_overdue": NoticeText(
        zh="线索 {number} 的答复期限已过，作出决定前仍可答复。",
        en="The term to answer in case {number} has passed; until it is decided you still may.",
        is_task=True,
    ),
    "case_unanswered": NoticeText(
        zh="线索 {number}（{unit}）逾期没有答复，请您处理。",
        en="Case {number} ({unit}) was not answered in time; please decide.",
        is_task=True,
    ),
    "case_confirmed": NoticeText(
        zh="线索 {number} 已认定属实：{reason}。不服的，可在 {appeal_until} 前申诉。",
        en="Case {number} was confirmed: {reason}. You may appeal until {appeal_until}.",
        is_task=True,
    ),
    "case_dismissed": NoticeText(
        zh="线索 {number} 已了结，不认定：{reason}。",
        en="Case {number} was dismissed: {reason}.",
        is_task=False,
    ),
    "rectify_case": NoticeText(
        zh="请在 {until} 前完成线索 {number} 的整改：{reason}。",
        en="Please put right what case {number} found by {until}: {reason}.",
        is_task=True,
    ),
    "rectify_case_again": NoticeText(
        zh="线索 {number} 的整改还不够：{reason}。请在 {until} 前完成。",
        en="Case {number} is not put right yet: {reason}. Please do so by {until}.",
        is_task=True,
    ),
    "verify_case": NoticeText(
        zh="{unit}已整改线索 {number}，请您核实：{reason}。",
        en="{unit} put case {number} right; please verify: {reason}.",
        is_task=True,
    ),
    "case_rectified": NoticeText(
        zh="线索 {number} 的整改已核实。",
        en="What case {number} found has been put right.",
        is_task=False,
    ),
    "case_closed": NoticeText(
        zh="线索 {number} 已办结。",
        en="Case {number} is closed.",
        is_task=False,
    ),
    "hear_appeal": NoticeText(
        zh="线索 {number}（{unit}）有申诉，请您处理：{reason}。",
        en="There is an appeal in case {number} ({unit}); please hear it: {reason}.",
        is_task=True,
    ),
    "appeal_refused": NoticeText(
        zh="线索 {number} 的申诉不成立，维持原认定：{reason}。",
        en="The appeal in case {number} was refused: {reason}.",
        is_task=False,
    ),
    "appeal_granted": NoticeText(
        zh="线索 {number} 的申诉成立，已撤销认定：{reason}。",
        en="The appeal in case {number} was granted: {reason}.",
        is_task=False,
    ),
    "own_decision_upheld": NoticeText(
        zh="线索 {number} 的申诉已处理，维持认定，请继续办理：{reason}。",
        en="The decision in case {number} was upheld; please go on: {reason}.",
        is_task=True,
    ),
    "own_decision_overturned": NoticeText(
        zh="线索 {number} 的认定已因申诉撤销：{reason}。",
        en="The decision in case {number} was overturned: {reason}.",
        is_task=False,
    ),
    "case_taken_over": NoticeText(
        zh="线索 {number}（{unit}）已由上级接管：{reason}。",
        en="Case {number} ({unit}) was taken over by the level above: {reason}.",
        is_task=False,
    ),
    "approve_hold": NoticeText(
        zh="暂停单 {number}（{order}）等您复核：{reason}。",
        en="Hold {number} of {order} waits for your approval: {reason}.",
        is_task=True,
    ),
    "approve_lift": NoticeText(
        zh="提前解除暂停单 {number}（{order}）的提议等您复核。",
        en="A proposal to lift hold {number} of {order} waits for your decision.",
        is_task=True,
    ),
    "hold_in_force": NoticeText(
        zh="暂停单 {number}（{order}）已生效，至 {until}。",
        en="Hold {number} of {order} is in force until {until}.",
        is_task=False,
    ),
    "hold_failed": NoticeText(
        zh="暂停单 {number}（{order}）没有生效，原因见页面。",
        en="Hold {number} of {order} could not take effect; its page says why.",
        is_task=True,
    ),
    "hold_rejected": NoticeText(
        zh="暂停单 {number}（{order}）复核不同意。",
        en="Hold {number} of {order} was not approved.",
        is_task=False,
    ),
    "hold_kept": NoticeText(
        zh="提前解除暂停单 {number}（{order}）的提议没有通过，暂停继续。",
        en="The proposal to lift hold {number} of {order} was not approved; it goes on.",
        is_task=False,
    ),
    "hold_ended": NoticeText(
        zh="暂停单 {number}（{order}）已结束。",
        en="Hold {number} of {order} has ended.",
        is_task=False,
    ),
    "hold_lapsed": NoticeText(
        zh="暂停单 {number}（{order}）因期限已过或线索了结而失效。",
        en="Hold {number} of {order} has lapsed: its last day passed, or its case ended.",
        is_task=False,
    ),
    "money_held": NoticeText(
        zh="{order} 已由监管部门暂停付款至 {until}：{reason}。请在线索 {case} 里说明。",
        en="Supervision holds the money of {order} until {until}: {reason}. Please answer in case {case}.",
        is_task=True,
    ),
    "money_free": NoticeText(
        zh="{order} 的暂停已结束，可以照常办理。",
        en="The hold of {order} has ended; go on as usual.",
        is_task=False,
    ),
    "goods_held": NoticeText(
        zh="商品“{order}”已由监管部门暂停销售至 {until}：{reason}。请在线索 {case} 里说明。",
        en="Supervision holds the listing “{order}” until {until}: {reason}. Please answer in case {case}.",
        is_task=True,
    ),
    "goods_free": NoticeText(
        zh="商品“{order}”的暂停销售已结束。",
        en="The hold of the listing “{order}” has ended.",
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
    "listing_accepted": NoticeText(
        zh="商品“{name}”（{sku}）通过审核，已经上架。",
        en="“{name}” ({sku}) passed the review and is on the shelf.",
        is_task=False,
    ),
    "listing_accepted_many": NoticeText(
        zh="{count} 个商品通过审核，已经上架，其中有“{name}”（{sku}）。",
        en="{count} listings passed the review and are on the shelf, “{name}” ({sku}) among them.",
        is_task=False,
    ),
    "listing_rejected": NoticeText(
        zh="商品“{name}”（{sku}）没有通过审核：{reason}。请修改后重新提交。",
        en="“{name}” ({sku}) was rejected: {reason}. Change it and submit it again.",
        is_task=True,
    ),
    "listing_rejected_many": NoticeText(
        zh="{count} 个商品没有通过审核，其中“{name}”（{sku}）：{reason}。请修改后重新提交。",
        en="{count} listings were rejected, “{name}” ({sku}) among them: {reason}. Change and submit them again.",
        is_task=True,
    ),
    "listing_intercepted": NoticeText(
        zh="“{name}”（{sku}）报价 {price}，超过限价 {ceiling}/{base_unit}（{source}），未上架。请降价后重新提交。",
        en="“{name}” ({sku}), {price}, is above the ceiling {ceiling}/{base_unit} ({source}). Cut it and submit again.",
        is_task=True,
    ),
    "listing_intercepted_many": NoticeText(
        zh="{count} 个商品超过限价，未上架，如“{name}”（{sku}）{price}，限价 {ceiling}/{base_unit}（{source}）。",
        en="{count} listings are above a ceiling, such as “{name}” ({sku}), {price}: {ceiling}/{base_unit} ({source}).",
        is_task=True,
    ),
    "listing_frozen": NoticeText(
        zh="商品“{name}”（{sku}）暂停销售至 {until}：{reason}。",
        en="“{name}” ({sku}) is held until {until}: {reason}.",
        is_task=False,
    ),
    "listing_frozen_many": NoticeText(
        zh="{count} 个商品暂停销售，其中“{name}”（{sku}）至 {until}：{reason}。",
        en="{count} listings are held, “{name}” ({sku}) among them until {until}: {reason}.",
        is_task=False,
    ),
    "listing_delisted": NoticeText(
        zh="商品“{name}”（{sku}）已被清退：{reason}。",
        en="“{name}” ({sku}) was taken off the mall for good: {reason}.",
        is_task=False,
    ),
    "listing_delisted_many": NoticeText(
        zh="{count} 个商品已被清退，其中“{name}”（{sku}）：{reason}。",
        en="{count} listings were taken off the mall for good, “{name}” ({sku}) among them: {reason}.",
        is_task=False,
    ),
    "change_accepted": NoticeText(
        zh="商品“{name}”（{sku}）的新价格 {price} 通过审核，已经生效。",
        en="The new price {price} of “{name}” ({sku}) passed the review and is in force.",
        is_task=False,
    ),
    "change_accepted_many": NoticeText(
        zh="{count} 个商品的新价格通过审核，已经生效，其中“{name}”（{sku}）{price}。",
        en="{count} new prices passed the review and are in force, “{name}” ({sku}) at {price} among them.",
        is_task=False,
    ),
    "change_rejected": NoticeText(
        zh="商品“{name}”（{sku}）的新价格 {price} 没有通过审核，仍按 {old_price} 销售：{reason}。",
        en="The new price {price} of “{name}” ({sku}) was rejected, it still sells at {old_price}: {reason}.",
        is_task=False,
    ),
    "change_rejected_many": NoticeText(
        zh="{count} 个商品的新价格没有通过审核，仍按原价销售，其中“{name}”（{sku}）：{reason}。",
        en="{count} new prices were rejected, the old ones stay, “{name}” ({sku}) among them: {reason}.",
        is_task=False,
    ),
    "change_intercepted": NoticeText(
        zh="“{name}”（{sku}）的新价格 {price} 超过限价 {ceiling}/{base_unit}（{source}），仍按 {old_price} 销售。",
        en="New price {price} of “{name}” ({sku}) is above {ceiling}/{base_unit} ({source}); {old_price} stays.",
        is_task=False,
    ),
    "change_intercepted_many": NoticeText(
        zh="{count} 个新价格超过限价，仍按原价销售，如“{name}”（{sku}），限价 {ceiling}/{base_unit}（{source}）。",
        en="{count} new prices are above a ceiling, the old ones stay: “{name}” ({sku}), {ceiling}/{base_unit}.",
        is_task=False,
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
