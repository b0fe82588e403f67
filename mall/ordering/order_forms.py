"""What the forms of the order page send, read into the bodies of the order's actions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask_babel import gettext as _

from mall.assets.asset_card import AssetCard
from mall.errors import Refusal
from mall.ordering.money_forms import date_of, fen_of, whole_number_of
from mall.ordering.order import Order, OrderLine

Form = Mapping[str, str]
Reader = Callable[[Form, Order, list[AssetCard]], dict[str, Any]]


def body_of(action: str, *, form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    """The body of `action` as typed. Raises Refusal("request.invalid") with facts errors=[{field, message}]."""
    reader = _READERS.get(action)
    return reader(form, order, cards) if reader is not None else {}


def most_for(action: str, *, line: OrderLine) -> int:
    """The greatest quantity that this action can take on the line."""
    if action == "ship":
        return line.to_ship
    if action in ("receive", "refuse"):
        return line.to_receive
    if action == "request_short":
        return line.to_ship
    if action in ("ask_return", "claim_refund"):
        return line.accepted
    return line.to_accept


def _note(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    return {"note": form.get("note", "").strip()}


def _submit(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    reason = form.get("excess_reason", "").strip()
    return {"excess_reason": reason} if reason else {}


def _reason(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    return {"reason": _required(form, "reason", label=_("原因"))}


def _password(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    # A password is taken as typed: blanks may belong to it.
    if not form.get("password"):
        raise invalid("password", _("请输入登录密码，作为签署确认。"))
    return {"password": form["password"]}


def _confirm(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    lines = []
    for line in order.lines:
        field = f"price_{line.line_no}"
        if field not in form:
            continue
        price_fen = fen_of(form[field])
        if not price_fen:
            raise invalid(field, _("第 %(line)s 行的单价请填写为元，例如 128.50。", line=line.line_no))
        lines.append({"line_no": line.line_no, "price_fen": price_fen})
    return {"lines": lines} if lines else {}


def _edit(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    lines = []
    for line in order.lines:
        field = f"quantity_{line.line_no}"
        quantity = whole_number_of(form.get(field, ""))
        if quantity is None or not 0 <= quantity <= 1_000_000:
            raise invalid(field, _("第 %(line)s 行的数量请填写整数；不要的行填 0。", line=line.line_no))
        lines.append({"line_no": line.line_no, "quantity": quantity})
    return {"lines": lines}


def _ship(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    return {
        "lines": _quantities(form, order, action="ship"),
        "carrier": form.get("carrier", "").strip(),
        "tracking_number": form.get("tracking_number", "").strip(),
    }


def _receive(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    return {"lines": _quantities(form, order, action="receive"), "note": form.get("note", "").strip()}


def _refuse(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    # Nothing typed anywhere means everything that stands at the door.
    typed = any(form.get(f"quantity_{line.line_no}", "").strip() for line in order.lines)
    lines = {"lines": _quantities(form, order, action="refuse")} if typed else {}
    return {**lines, "reason": _required(form, "reason", label=_("原因"))}


def _accept(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    return {"lines": _quantities(form, order, action="accept"), "note": form.get("note", "").strip()}


def _lines_and_reason(action: str) -> Reader:
    def read(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
        lines = _quantities(form, order, action=action)
        return {"lines": lines, "reason": _required(form, "reason", label=_("原因"))}

    return read


def _answer(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    return {"answer": _required(form, "answer", label=_("答复"))}


def _settle(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    if form.get("outcome") not in ("accept", "replace", "release"):
        raise invalid("outcome", _("请选择处理结果。"))
    return {"outcome": form["outcome"], "decision": _required(form, "decision", label=_("处理意见"))}


def _invoice(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    issued_on = date_of(form.get("issued_on", ""))
    if issued_on is None:
        raise invalid("issued_on", _("开票日期请填写为 2026-03-02 的样子。"))
    amount_fen = fen_of(form.get("amount", ""))
    if not amount_fen:
        raise invalid("amount", _("发票金额请填写为元，例如 1280.00。"))
    number = _required(form, "number", label=_("发票号码"))
    body = {"number": number, "issued_on": issued_on.isoformat(), "amount_fen": amount_fen}
    chosen = [field.removeprefix("sheet_") for field in form if field.startswith("sheet_")]
    return {**body, "acceptances": chosen} if chosen else body


def _credit_note(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    invoice = _required(form, "invoice", label=_("要冲减的发票"))
    return {**_invoice(form, order, cards), "invoice": invoice, "reason": _required(form, "reason", label=_("原因"))}


def _request_payment(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    body: dict[str, Any] = {"reason": form.get("reason", "").strip()}
    if form.get("amount", "").strip():
        body["amount_fen"] = _amount(form, "amount", label=_("申请金额"))
    return body


def _chosen(field: str, *, with_reason: bool = False) -> Reader:
    """The payment or refund that a form means; the only one that waits need not be named."""

    def read(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
        body: dict[str, Any] = {field: form[field]} if form.get(field) else {}
        return {**body, "reason": _required(form, "reason", label=_("原因"))} if with_reason else body

    return read


def _receive_refund(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    reference = _required(form, "reference", label=_("收款凭证号"))
    return {**_chosen("refund")(form, order, cards), "reference": reference}


def _offset_refund(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    return {"refund": _required(form, "refund", label=_("退款单"))}


def _price_cut(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    lines = _line_amounts(form, order)
    if not lines:
        raise invalid("lines", _("请至少在一行填写金额。"))
    return {"lines": lines, "reason": _required(form, "reason", label=_("原因"))}


def _return_goods(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    body = _lines_and_reason("ask_return")(form, order, cards)
    return {**body, "to_replace": form.get("to_replace") == "1"}


def _retention(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    due_on = date_of(form.get("due_on", ""))
    if due_on is None:
        raise invalid("due_on", _("到期日请填写为 2026-03-02 的样子。"))
    amount_fen = _amount(form, "amount", label=_("质保金"))
    reason = _required(form, "reason", label=_("依据"))
    return {"amount_fen": amount_fen, "due_on": due_on.isoformat(), "reason": reason}


def _claim_refund(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    cheaper = _line_amounts(form, order)
    typed = any(form.get(f"quantity_{line.line_no}", "").strip() not in ("", "0") for line in order.lines)
    back = _quantities(form, order, action="claim_refund") if typed or not cheaper else []
    body: dict[str, Any] = {"lines": [*back, *cheaper], "reason": _required(form, "reason", label=_("原因"))}
    if form.get("budget_line_id"):
        body["budget_line_id"] = whole_number_of(form["budget_line_id"]) or 0
    return body


def _amount(form: Form, field: str, *, label: str) -> int:
    amount_fen = fen_of(form.get(field, ""))
    if not amount_fen:
        raise invalid(field, _("%(label)s请填写为元，例如 1280.00。", label=label))
    return amount_fen


def _line_amounts(form: Form, order: Order) -> list[dict[str, int]]:
    """Amounts typed per line; lines left empty are not sent."""
    lines = []
    for line in order.lines:
        field = f"amount_{line.line_no}"
        if not form.get(field, "").strip():
            continue
        amount_fen = fen_of(form[field])
        if amount_fen is None:
            raise invalid(field, _("第 %(line)s 行的金额请填写为元，例如 128.50。", line=line.line_no))
        if amount_fen:
            lines.append({"line_no": line.line_no, "amount_fen": amount_fen})
    return lines


def _register_asset(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    filled = []
    for card in cards:
        if card.state != "waiting":
            continue
        typed = {name: form.get(f"{name}_{card.id}", "").strip() for name in ("serial_number", "place", "keeper")}
        if not (typed["place"] or typed["serial_number"]):
            continue
        if not typed["place"]:
            raise invalid(f"place_{card.id}", _("卡片 %(number)s 请填写存放地点。", number=card.number))
        if not typed["keeper"]:
            raise invalid(f"keeper_{card.id}", _("卡片 %(number)s 请填写保管人。", number=card.number))
        filled.append({"number": card.number, **typed})
    if not filled:
        raise invalid("cards", _("请至少填写一张卡片的存放地点和保管人。"))
    return {"cards": filled}


def _rate(form: Form, order: Order, cards: list[AssetCard]) -> dict[str, Any]:
    marks = {}
    for name in ("goods", "delivery", "service"):
        mark = whole_number_of(form.get(name, ""))
        if mark is None or not 1 <= mark <= 5:
            raise invalid(name, _("每一项请打 1 到 5 分。"))
        marks[name] = mark
    return {**marks, "words": form.get("words", "").strip()}


_READERS: dict[str, Reader] = {
    "submit": _submit,
    "approve": _note,
    "return": _reason,
    "cancel": _reason,
    "edit": _edit,
    "confirm": _confirm,
    "decline": _reason,
    "sign": _password,
    "request_cancellation": _reason,
    "ship": _ship,
    "receive": _receive,
    "refuse": _refuse,
    "request_short": _lines_and_reason("request_short"),
    "accept": _accept,
    "accept_second": _note,
    "dispute": _lines_and_reason("dispute"),
    "answer_dispute": _answer,
    "settle_dispute": _settle,
    "invoice": _invoice,
    "credit_note": _credit_note,
    "request_payment": _request_payment,
    "return_payment": _chosen("payment", with_reason=True),
    "approve_payment": _chosen("payment"),
    "offset_refund": _offset_refund,
    "ask_price_cut": _price_cut,
    "ask_return": _return_goods,
    "ask_retention": _retention,
    "decline_change": _reason,
    "release_retention": _reason,
    "claim_refund": _claim_refund,
    "dispute_refund": _reason,
    "insist_refund": _reason,
    "receive_refund": _receive_refund,
    "give_up_refund": _chosen("refund", with_reason=True),
    "register_asset": _register_asset,
    "rate": _rate,
}


def invalid(field: str, message: str) -> Refusal:
    """A refusal of the form itself: which field, and what to type instead."""
    return Refusal("request.invalid", errors=[{"field": field, "message": message}])


def _required(form: Form, field: str, *, label: str) -> str:
    typed = form.get(field, "").strip()
    if not typed:
        raise invalid(field, _("请填写%(label)s。", label=label))
    return typed


def _quantities(form: Form, order: Order, *, action: str) -> list[dict[str, int]]:
    """Quantities typed per line; lines left at nothing are not sent."""
    lines = []
    for line in order.lines:
        field = f"quantity_{line.line_no}"
        typed = form.get(field, "").strip()
        if not typed:
            continue
        quantity = whole_number_of(typed)
        most = most_for(action, line=line)
        if quantity is None or quantity > most:
            raise invalid(
                field,
                _(
                    "第 %(line)s 行（%(name)s）的数量请填写 0 到 %(most)s 之间的整数。",
                    line=line.line_no,
                    name=line.name,
                    most=most,
                ),
            )
        if quantity:
            lines.append({"line_no": line.line_no, "quantity": quantity})
    if not lines:
        raise invalid("lines", _("请至少在一行填写数量。"))
    return lines
