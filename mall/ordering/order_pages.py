"""Pages of orders: the list, one order with everything on file, and the forms of its actions."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.authorize import authorize
from mall.access.guards import current_actor, needs
from mall.assets.asset_card import asset_cards_of
from mall.audit.record import record_refusal
from mall.database import session
from mall.errors import Refusal
from mall.finance.plan_money import plan_money_of_order
from mall.ordering.deadlines import consequence
from mall.ordering.list_orders import STAGES, OrderFilter, list_orders, years_of
from mall.ordering.money_forms import yuan_of
from mall.ordering.order_actions import perform, possible
from mall.ordering.order_file import OrderFile, file_of
from mall.ordering.order_forms import body_of, most_for
from mall.ordering.order_states import ORDER_STATES
from mall.ordering.visible_orders import visible_order
from mall.people.user import people_with
from mall.printing.print_order import documents_of, pdf_of
from mall.regions.regional_rule import RegionalRule
from mall.shop.party_marks import party_marks
from mall.suppliers.supplier import masked_account
from mall.web.words import Words, status_of, words_for

pages = Blueprint("orders", __name__)
pages.add_app_template_global(clock.today, "today")
pages.add_app_template_global(consequence, "consequence_of")
pages.add_app_template_global(masked_account, "masked")


@pages.app_template_global()
def rule_name(rule_id: int) -> str:
    """The name of a rule row; all names are read once a request."""
    if "rule_names" not in g:
        g.rule_names = dict(session().execute(select(RegionalRule.id, RegionalRule.name)).all())
    return g.rule_names.get(rule_id, str(rule_id))


@pages.app_template_global()
def words_of(kept: dict[str, Any]) -> Words:
    """The words of a refusal or warning that was kept as {"code", "facts"}."""
    return words_for(Refusal(kept["code"], **kept["facts"]))


@pages.get("/orders")
@needs("order.list")
def index() -> str:
    """The orders this person may see."""
    wanted = OrderFilter(
        text=request.args.get("text", "").strip()[:100],
        stage=request.args.get("stage", ""),
        state=request.args.get("state", ""),
        year=request.args.get("year", type=int),
        unit_id=request.args.get("unit", type=int),
        page=request.args.get("page", default=1, type=int),
    )
    actor = current_actor()
    return render_template(
        "ordering/orders.html",
        wanted=wanted,
        found=list_orders(actor=actor, wanted=wanted),
        years=years_of(actor),
        stages=STAGES,
        states=ORDER_STATES.states,
    )


@pages.get("/orders/<number>")
@needs("order.read")
def show(number: str) -> str:
    """One order with everything on file about it."""
    return _page(number, done=request.args.get("done", ""))


@pages.post("/orders/<number>/<action>")
@needs("order.read")
def act(number: str, action: str) -> AnyResponse:
    """Carry out one action; refused, the page comes again with the words and what was typed."""
    actor = current_actor()
    try:
        order = visible_order(actor, number)
        body = body_of(action, form=request.form, order=order, cards=asset_cards_of(order.id))
        request_key = request.form.get("request_key") or None
        perform(action, actor=actor, number=number, body=body, request_key=request_key)
    except Refusal as refusal:
        if refusal.code in ("order.unknown", "order.unknown_action"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action=f"order.{action}", refusal=refusal, subject=f"order:{number}")
        page = _page(number, refused=action, refusal=refusal)
        return make_response(page, status_of(refusal))
    return redirect(url_for("orders.show", number=number, done=action))


@pages.get("/orders/<number>/papers/<kind>/<paper>.pdf")
@needs("order.read")
def pdf(number: str, kind: str, paper: str) -> Response:
    """One paper of the order as PDF, shown in the browser."""
    actor = current_actor()
    if kind == "payment_request":
        # It names the unit's budget lines, which are none of the supplier's business.
        authorize(actor, "order.read_book", visible_order(actor, number))
    content = pdf_of(kind, paper, order_number=number, actor=actor, site_address=request.url_root.rstrip("/"))
    response = Response(content, mimetype="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{paper}.pdf"'
    return response


def _page(number: str, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    order = visible_order(actor, number)
    file = file_of(order, actor=actor)
    # A password is never sent back to the page, whatever happened.
    typed = {field: value for field, value in request.form.items() if field != "password"} if refused else {}
    actions = possible(order, actor)
    return render_template(
        "ordering/order.html",
        file=file,
        marks=party_marks({order.unit_id, order.supplier_id}),
        order=order,
        actions=actions,
        turn=whose_turn(file),
        stage=next((stage for stage, states in STAGES.items() if order.state in states), ""),
        road=[stage for stage in STAGES if stage != "ended"],
        done=done if done in _done_words() else "",
        done_words=_done_words(),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        faulty={error["field"]: error["message"] for error in _errors(refusal)},
        typed=typed,
        most_for=most_for,
        yuan_of=yuan_of,
        papers=_papers(file),
        plan_money=plan_money_of_order(order) if {"request_payment", "approve_payment"} & set(actions) else [],
    )


def _errors(refusal: Refusal | None) -> list[dict[str, str]]:
    return list(refusal.facts.get("errors") or []) if refusal is not None else []


def _papers(file: OrderFile) -> list[tuple[str, str, str]]:
    """(kind, number, title) of the papers that exist by now and that the reader may open."""
    titles = {
        "order": _("订单"),
        "contract": _("合同"),
        "acceptance": _("验收单"),
        "payment_request": _("支付申请书"),
    }
    return [
        (kind, number, titles[kind])
        for kind, number in documents_of(file.order)
        if kind != "payment_request" or file.book is not None
    ]


def whose_turn(file: OrderFile) -> dict[str, Any]:
    """Who has to act next: {"who", "what", "names"}; empty for an order that waits for nobody."""
    order = file.order
    who, what, role = _turn(file)
    names: list[str] = []
    if role == "supplier" and file.supplier is not None:
        names = [file.supplier.name]
    elif role == "handler":
        names = [file.people.get("handler", "")]
    elif role == "receiver" and (file.people.get("receiver") or file.named_receiver):
        names = [file.people.get("receiver") or file.named_receiver]
    elif role in ("approver", "leader", "receiver", "acceptor", "accountant", "finance"):
        names = [user.name for user in people_with(role, organisation_id=order.unit_id) if user.id != order.handler_id]
    return {"who": who, "what": what, "names": [name for name in names if name]}


def _turn(file: OrderFile) -> tuple[str, str, str]:
    order = file.order
    signed = {signature.side for signature in file.signatures}
    if order.cancellation_requested_at is not None and order.state in ("confirmed", "contracted", "refused"):
        return _("供应商"), _("答复单位的取消请求"), "supplier"
    if order.short_requested and order.state in ("shipped", "received"):
        return _("供应商"), _("答复少交结清的请求"), "supplier"
    if order.state == "confirmed":
        if "unit" in signed:
            return _("供应商"), _("签署合同"), "supplier"
        who = _("经办人") if "supplier" in signed else _("经办人和供应商")
        return who, _("签署合同"), "handler"
    if any(change.state == "asked" for change in file.changes):
        return _("供应商"), _("答复单位的协商"), "supplier"
    if any(claim.state == "claimed" for claim in file.claims):
        return _("供应商"), _("答复退款要求"), "supplier"
    if file.settlement.credit_due_fen and file.acceptances:
        return _("供应商"), _("开具红字发票"), "supplier"
    if order.state == "paid" and any(claim.state == "agreed" for claim in file.claims):
        return _("供应商"), _("退款；到账后由财务审核人登记"), "supplier"
    if order.state == "received" and order.first_accepted:
        return _("复核验收人"), _("验收"), "acceptor"
    if order.state == "disputed" and file.open_dispute is not None and not file.open_dispute.answer:
        return _("供应商"), _("答复争议"), "supplier"
    if order.state == "paid":
        if any(card.state == "waiting" for card in file.cards):
            return _("资产登记人"), _("登记资产卡片"), "receiver"
        return _("经办人"), _("评价供应商"), "handler"
    return {
        "draft": (_("经办人"), _("提交"), "handler"),
        "submitted": (_("审批人"), _("审批"), "approver"),
        "endorsed": (_("二级审批人"), _("审批"), "leader"),
        "returned": (_("经办人"), _("重新提交，或取消"), "handler"),
        "approved": (_("供应商"), _("确认订单"), "supplier"),
        "contracted": (_("供应商"), _("发货"), "supplier"),
        "shipped": (_("收货人"), _("收货"), "receiver"),
        "refused": (_("供应商"), _("重新发货"), "supplier"),
        "received": (_("验收人"), _("验收"), "receiver"),
        "disputed": (_("验收人或采购中心"), _("处理争议"), "receiver"),
        "accepted": (_("供应商"), _("开具发票"), "supplier"),
        "invoiced": (_("会计"), _("申请支付"), "accountant"),
        "payment_requested": (_("财务审核人"), _("审核支付申请"), "finance"),
        "in_payment": (_("国库"), _("付款并送回回单"), ""),
        "retained": (_("会计"), _("等质保金到期再申请支付"), "accountant"),
    }.get(order.state, ("", "", ""))


def _done_words() -> dict[str, str]:
    """What the page says after an action was carried out."""
    return {
        "submit": _("订单已提交，预算已占用，等审批人审批。"),
        "edit": _("已修改。核对无误后请提交。"),
        "approve": _("已审批。"),
        "return": _("订单已退回经办人，占用的预算已释放。"),
        "cancel": _("订单已取消，占用的预算已释放。"),
        "confirm": _("订单已确认，合同已拟好，请双方签署。"),
        "decline": _("已谢绝，单位的预算已退回。"),
        "sign": _("您已签署合同。"),
        "request_cancellation": _("取消请求已送供应商，等对方答复。"),
        "agree_cancellation": _("已同意取消，单位的预算已退回。"),
        "ship": _("发货已登记，收货人会收到通知。"),
        "receive": _("收货已登记，请在期限内验收。"),
        "refuse": _("已登记拒收，供应商会收到通知。"),
        "request_short": _("少交结清的请求已送供应商，等对方答复。"),
        "agree_short": _("已同意少交结清，差额已退回预算。"),
        "accept": _("验收已登记。"),
        "accept_second": _("复核验收已登记。"),
        "dispute": _("争议已提出，供应商会收到通知。"),
        "answer_dispute": _("答复已送出。"),
        "settle_dispute": _("争议已处理。"),
        "invoice": _("发票已登记，与订单和验收核对一致。"),
        "request_payment": _("支付申请已提交，等财务审核人审核。"),
        "credit_note": _("红字发票已登记。"),
        "ask_price_cut": _("降价的请求已送供应商，等对方答复。"),
        "ask_return": _("退换货的请求已送供应商，等对方答复。"),
        "ask_retention": _("质保金的约定已送供应商，等对方答复。"),
        "agree_change": _("已同意，金额已经变动。"),
        "decline_change": _("已答复不同意。"),
        "withdraw_change": _("已撤回，没有变动。"),
        "release_retention": _("质保金已释放，可以申请支付。"),
        "claim_refund": _("退款要求已送供应商，等对方答复。"),
        "agree_refund": _("已同意退款，请按约定退回。"),
        "dispute_refund": _("异议已送单位。"),
        "insist_refund": _("退款要求再次送供应商。"),
        "withdraw_refund": _("退款要求已撤回。"),
        "receive_refund": _("退款到账已登记。"),
        "give_up_refund": _("退款已核销。"),
        "offset_refund": _("抵扣申请已提交，等财务审核人审核。"),
        "return_payment": _("支付申请已退回会计。"),
        "approve_payment": _("支付申请已通过，将随下一批次送国库。"),
        "register_asset": _("资产卡片已登记。"),
        "rate": _("评价已保存，谢谢。"),
    }
