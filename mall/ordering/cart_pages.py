"""The cart: what is in it, what changed since, which budget line pays, and placing the orders."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from flask import Blueprint, abort, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.database import session
from mall.documents.once import RequestRecord
from mall.errors import Refusal
from mall.ordering.cart import cart_lines
from mall.ordering.cart_forms import CartForm, delivery_problems, read_cart_form, text_of_list
from mall.ordering.edit_cart import (
    ListedLine,
    accept_changes,
    add_list,
    add_to_cart,
    buy_again,
    choose_budget_line,
    remove_from_cart,
    set_quantity,
)
from mall.ordering.money_forms import whole_number_of
from mall.ordering.order import Order, load_lines
from mall.ordering.place_order import place_order
from mall.ordering.review_cart import review_cart
from mall.people.organisation import organisation, organisation_names
from mall.people.user import people_with
from mall.web.words import status_of, words_for

pages = Blueprint("cart", __name__)


@pages.get("/cart")
@needs("cart.use")
def index() -> str:
    """The cart of the chosen unit, checked and priced anew."""
    return _page(_unit_id(request.args.get("unit")))


@pages.post("/cart/add")
@needs("cart.use")
def add() -> Response:
    """Put one listing into the cart; asked from product and search pages."""
    unit_id = _unit_id(request.form.get("unit"))
    quantity = whole_number_of(request.form.get("quantity", "1")) or 1
    listing_id = request.form.get("listing_id", type=int)
    if listing_id is None:
        abort(400)
    add_to_cart(actor=current_actor(), unit_id=unit_id, listing_id=listing_id, quantity=quantity)
    flash(_("已放入购物车。"), "success")
    return redirect(url_for("cart.index", unit=unit_id))


@pages.post("/cart/update")
@needs("cart.use")
def update() -> Response | str:
    """Save quantities and budget lines, or do what one of the buttons inside the form says."""
    unit_id = _unit_id(request.form.get("unit"))
    form = read_cart_form(request.form)
    _save(form, unit_id=unit_id)
    _press_button(form, unit_id=unit_id)
    # The page comes back at once instead of by a redirect: the delivery typed below must not be lost.
    return _page(unit_id, form=form)


@pages.post("/cart/submit")
@needs("order.place")
def submit() -> Response:
    """Place one order per supplier. What was typed but not yet saved is saved and shown first."""
    unit_id = _unit_id(request.form.get("unit"))
    form = read_cart_form(request.form)
    request_key = request.form.get("request_key") or str(uuid.uuid4())
    # The same form a second time (a double click, a reload) must show the first result, not an empty cart.
    if _answer_of(request_key) is None:
        message = _not_yet(form, unit_id=unit_id)
        if message:
            return make_response(_page(unit_id, form=form, message=message), 422 if form.problems else 200)
    try:
        place_order(
            actor=current_actor(),
            unit_id=unit_id,
            wanted=form.wanted,
            delivery=form.delivery,
            named_receiver_id=form.receiver_id,
            note=form.note,
            excess_reason=form.excess_reason,
            request_key=request_key,
            from_cart=True,
        )
    except Refusal as refusal:
        return make_response(_page(unit_id, form=form, refusal=refusal), status_of(refusal))
    return redirect(url_for("cart.placed", request_key=request_key, unit=unit_id))


@pages.get("/cart/placed/<request_key>")
@needs("order.place")
def placed(request_key: str) -> str:
    """What came of a submitted cart: the orders, and the suppliers whose part was refused."""
    answer = _answer_of(request_key)
    if answer is None:
        abort(404)
    query = select(Order).where(Order.number.in_(answer["orders"]), Order.handler_id == current_actor().user_id)
    orders = list(session().scalars(query.order_by(Order.id)))
    load_lines(orders)
    refused = []
    for group in answer["refused"]:
        first = Refusal(group["code"], **group["facts"])
        refused.append({"supplier": group["supplier"], "words": [words_for(one) for one in (first, *_others(first))]})
    return render_template(
        "ordering/placed.html",
        orders=orders,
        suppliers=organisation_names({order.supplier_id for order in orders}),
        refused=refused,
        unit_id=_unit_id(request.args.get("unit")),
    )


@pages.post("/cart/list")
@needs("cart.use")
def paste_list() -> Response | str:
    """Put a pasted or uploaded list of article numbers and quantities into the cart, with errors by line."""
    unit_id = _unit_id(request.form.get("unit"))
    text = request.form.get("list", "")
    uploaded = request.files.get("file")
    if uploaded is not None and uploaded.filename:
        read = text_of_list(uploaded.read())
        if read is None:
            words = _("文件读不出来。请上传 200 KB 以内的文本文件（CSV 或 TXT，UTF-8 或 GBK 编码）。")
            return make_response(_page(unit_id, list_text=text, list_message=words), 422)
        text = "\n".join(part for part in (text.strip(), read.strip()) if part)
    if not text.strip():
        return make_response(_page(unit_id, list_message=_("请粘贴清单，或选择一个文件。")), 422)
    try:
        listed = add_list(actor=current_actor(), unit_id=unit_id, text=text)
    except Refusal as refusal:
        found = words_for(refusal)
        page = _page(unit_id, list_text=text, list_message=f"{found.what}{found.next_step}")
        return make_response(page, status_of(refusal))
    # Only what could not be taken stays in the box, ready to be mended.
    remaining = "\n".join(_source_line(text, line.line_no) for line in listed if line.problem is not None)
    return _page(unit_id, list_text=remaining, listed=_listed(listed))


@pages.post("/cart/buy-again")
@needs("cart.use")
def again() -> Response | str:
    """Put everything of an earlier order into the cart again, at today's prices."""
    number = request.form.get("number", "")
    unit_id = _unit_id(request.form.get("unit"))
    listed = buy_again(actor=current_actor(), unit_id=unit_id, number=number)
    return _page(unit_id, listed=_listed(listed), listed_from=number)


def _unit_id(asked: str | None) -> int:
    """The unit to buy for: the one asked for, if she is a handler there, else her first."""
    units = current_actor().organisations_as("handler")
    if asked and asked.isdigit() and int(asked) in units:
        return int(asked)
    if asked:
        raise Refusal("access.denied", permission="cart.use")
    return units[0]


def _answer_of(request_key: str) -> dict[str, Any] | None:
    """The answer that her own submission with this key has had, if it had one."""
    known = session().get(RequestRecord, (current_actor().user_id, "order.place", request_key))
    return known.answer if known is not None else None


def _not_yet(form: CartForm, *, unit_id: int) -> str:
    """Why the cart is shown once more before anything is ordered; empty when it is ready."""
    changed = _save(form, unit_id=unit_id)
    lines = cart_lines(user_id=current_actor().user_id or 0, unit_id=unit_id)
    form.problems |= delivery_problems(form)
    if not form.excess_reason and review_cart(actor=current_actor(), unit_id=unit_id).is_above_standard:
        form.problems["excess_reason"] = _("数量超过配置标准，请写明理由，或减少数量。")
    if changed or {line.id for line in lines} != set(form.listings):
        return _("购物车与您刚才看到的不同了，请核对金额后再提交。")
    if form.problems:
        return _("请补全标红的内容后再提交。")
    without = {f"budget_line_{line.id}": _("请选择预算指标。") for line in lines if line.budget_line_id is None}
    form.problems |= without
    return _("有商品还没有选择预算指标。") if without else ""


def _save(form: CartForm, *, unit_id: int) -> bool:
    """Save typed quantities and chosen budget lines of her own cart. Returns whether anything changed."""
    actor = current_actor()
    changed = False
    for line in cart_lines(user_id=actor.user_id or 0, unit_id=unit_id):
        quantity = form.quantities.get(line.id, line.quantity)
        if quantity != line.quantity:
            changed |= _try(
                form, f"quantity_{line.id}", set_quantity, actor=actor, cart_line_id=line.id, quantity=quantity
            )
        budget_line_id = form.budget_lines.get(line.id, line.budget_line_id)
        if budget_line_id != line.budget_line_id:
            changed |= _try(
                form,
                f"budget_line_{line.id}",
                choose_budget_line,
                actor=actor,
                unit_id=unit_id,
                cart_line_ids=[line.id],
                budget_line_id=budget_line_id,
            )
    return changed


def _press_button(form: CartForm, *, unit_id: int) -> None:
    actor = current_actor()
    removed = request.form.get("remove", type=int)
    if removed is not None:
        _try(form, f"quantity_{removed}", remove_from_cart, actor=actor, cart_line_id=removed)
    if request.form.get("press") == "accept_changes":
        _try(form, "changes", accept_changes, actor=actor, unit_id=unit_id)
    for_all = request.form.get("budget_line_for_all", type=int)
    if request.form.get("press") == "budget_line_for_all" and for_all:
        _try(
            form,
            "budget_line_for_all",
            choose_budget_line,
            actor=actor,
            unit_id=unit_id,
            cart_line_ids=None,
            budget_line_id=for_all,
        )


def _try(form: CartForm, field: str, use_case: Callable[..., Any], **facts: Any) -> bool:
    """Run one change of the cart; refused, its words stand at its field and the rest goes on."""
    try:
        use_case(**facts)
    except Refusal as refusal:
        words = words_for(refusal)
        form.problems[field] = f"{words.what}{words.next_step}"
        return False
    return True


def _page(
    unit_id: int,
    *,
    form: CartForm | None = None,
    message: str = "",
    refusal: Refusal | None = None,
    list_text: str = "",
    list_message: str = "",
    listed: dict[str, Any] | None = None,
    listed_from: str = "",
) -> str:
    actor = current_actor()
    review = review_cart(actor=actor, unit_id=unit_id)
    refusals = [refusal, *_others(refusal)] if refusal is not None else []
    return render_template(
        "ordering/cart.html",
        unit_id=unit_id,
        units=[post for post in actor.posts if post.role == "handler"],
        review=review,
        form=form or _first_form(actor, unit_id=unit_id),
        receivers=[user for user in people_with("receiver", organisation_id=unit_id) if user.id != actor.user_id],
        message=message,
        refusals=[words_for(one) for one in refusals],
        words_for=words_for,
        list_text=list_text,
        list_message=list_message,
        listed=listed,
        listed_from=listed_from,
    )


def _others(refusal: Refusal) -> list[Refusal]:
    """The further refusals that stand among the facts of the first."""
    return [Refusal(other["code"], **other["facts"]) for other in refusal.facts.get("others") or []]


def _first_form(actor: Actor, *, unit_id: int) -> CartForm:
    """The delivery as it was last time; for a first order the unit's own address and her name."""
    query = select(Order).where(Order.handler_id == actor.user_id, Order.unit_id == unit_id).order_by(Order.id.desc())
    last = session().scalar(query.limit(1))
    if last is not None and last.delivery.get("address"):
        delivery = {name: str(last.delivery.get(name, "")) for name in ("address", "contact", "phone")}
        return CartForm(delivery=delivery, receiver_id=last.named_receiver_id)
    unit = organisation(unit_id)
    return CartForm(delivery={"address": unit.address if unit else "", "contact": actor.name, "phone": ""})


def _source_line(text: str, line_no: int) -> str:
    lines = text.splitlines()
    return lines[line_no - 1] if 0 < line_no <= len(lines) else ""


def _listed(listed: list[ListedLine]) -> dict[str, Any]:
    problems = [{"line": line, "words": words_for(line.problem)} for line in listed if line.problem is not None]
    return {"taken": len(listed) - len(problems), "problems": problems}
