"""The pages of asset cards: the list, a card with its history and postings, many registered at once, a label."""

from __future__ import annotations

from typing import Any

import segno
from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug.wrappers import Response as AnyResponse

from ledger.budget_lines import PostedEntry, find_lines, postings_of
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.assets.asset_card import AssetCard
from mall.assets.asset_card_states import ASSET_CARD_STATES
from mall.assets.asset_exchange import reports_of
from mall.assets.asset_forms import RegisterForm, read_register_form
from mall.assets.asset_quota import quotas_of
from mall.assets.list_asset_cards import (
    REGISTER_RULE,
    AssetCardFilter,
    list_asset_cards,
    overdue_before,
    register_by,
)
from mall.assets.register_cards import CARDS_MAX, amend_card, register_cards, waiting_lines
from mall.assets.visible_asset_cards import own_unit, units_in_sight, visible_card
from mall.audit.record import record_refusal
from mall.catalogue.category import Category
from mall.database import session
from mall.documents.advance import possible_actions
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.ordering.order import Order
from mall.people.organisation import Organisation, organisation
from mall.regions.regional_rule import rule
from mall.web.words import status_of, words_for

pages = Blueprint("assets", __name__, url_prefix="/assets")

#: units of which a list can be chosen from; a province has too many for one
UNITS_MAX = 300


@pages.get("")
@needs("asset.read")
def index() -> str:
    """The cards of the reader's own units or region, waiting ones first."""
    actor = current_actor()
    units = units_in_sight(actor)
    wanted = AssetCardFilter(
        text=_asked("text"),
        state=_asked("state") if _asked("state") in ASSET_CARD_STATES.states else "",
        place=_asked("place"),
        keeper=_asked("keeper"),
        unit_id=_unit_asked(units),
        is_overdue=request.args.get("overdue") == "1",
        page=min(max(1, request.args.get("page", default=1, type=int)), 1_000_000),
    )
    found = list_asset_cards(actor=actor, wanted=wanted)
    unit = next((one for one in units if one.id == (wanted.unit_id or (units[0].id if len(units) == 1 else 0))), None)
    return render_template(
        "assets/index.html",
        found=found,
        wanted=wanted,
        units=units[:UNITS_MAX],
        unit=unit,
        quotas=_quotas_in_use(unit) if unit is not None else [],
        states=ASSET_CARD_STATES.states,
        overdue_before={one.region_code: overdue_before(one.region_code) for one in _regions_of(found.rows)},
        names={one.id: one.name for one in units},
        keeps=bool(actor.organisations_as("receiver", "accountant")),
    )


@pages.get("/register")
@needs("asset.register")
def register() -> str:
    """The form for many cards: what waits, by order line, with a column for serial numbers."""
    return _register_page(_own_unit_asked())


@pages.post("/register")
@needs("asset.register")
def register_all() -> AnyResponse:
    """Register what was ticked; refused, the form comes again with everything that was typed."""
    actor = current_actor()
    unit = own_unit(actor, request.form.get("unit", default=0, type=int))
    form = read_register_form(request.form)
    try:
        if form.problems:
            raise Refusal("request.invalid", errors=[{"field": f, "message": m} for f, m in form.problems.items()])
        numbers = register_cards(
            actor=actor,
            unit_id=unit.id,
            lines=form.lines,
            place=form.place,
            keeper=form.keeper,
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if not refusal.recorded:
            subject = f"organisation:{unit.id}"
            record_refusal(actor=actor, action="asset.register_cards", refusal=refusal, subject=subject)
        return make_response(_register_page(unit, form=form, refusal=refusal), status_of(refusal))
    return redirect(url_for("assets.register", unit=unit.id, done=len(numbers)))


@pages.get("/<number>")
@needs("asset.read")
def show(number: str) -> str:
    """One card: the piece, where it is, its order and postings, and everything that happened to it."""
    return _card_page(number, done=request.args.get("done", ""))


@pages.post("/<number>/amend")
@needs("asset.register")
def amend(number: str) -> AnyResponse:
    """Mend a registered card that has not gone to the asset system yet."""
    actor = current_actor()
    try:
        amend_card(
            actor=actor,
            number=number,
            place=request.form.get("place", ""),
            keeper=request.form.get("keeper", ""),
            serial_number=request.form.get("serial_number", ""),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if refusal.code == "asset.card_unknown":
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="asset.amend", refusal=refusal, subject=f"asset:{number}")
        return make_response(_card_page(number, refusal=refusal), status_of(refusal))
    return redirect(url_for("assets.show", number=number, done="amend"))


@pages.get("/<number>/label")
@needs("asset.read")
def label(number: str) -> Response:
    """A label to print and stick on the piece, with a QR code of the card's address."""
    card = visible_card(current_actor(), number)
    address = url_for("assets.show", number=number, _external=True)
    drawing = segno.make(address, error="m", micro=False).svg_inline(scale=3, border=1)
    unit = organisation(card.unit_id)
    return make_response(render_template("assets/label.html", card=card, unit=unit, qr=Markup(drawing)))


def _card_page(number: str, *, done: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    card = visible_card(actor, number)
    order = session().get_one(Order, card.order_id)
    category = session().get(Category, card.category_code)
    days = rule(REGISTER_RULE, region_code=card.region_code, on=clock.today()).value
    return render_template(
        "assets/card.html",
        card=card,
        order=order,
        unit=organisation(card.unit_id),
        category=category,
        budget_line=find_lines(session(), [card.budget_line_id])[card.budget_line_id],
        due_on=register_by(card.accepted_on, days=days) if card.state == "waiting" else None,
        is_overdue=card.state == "waiting" and card.accepted_on < overdue_before(card.region_code),
        history=history_of(card.reference),
        reports=reports_of(card.id),
        postings=_postings(card, order, actor=actor),
        actions=possible_actions(card, actor),
        done=_("已更正。") if done == "amend" else "",
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refusal is not None else {},
    )


def _postings(card: AssetCard, order: Order, *, actor: Actor) -> list[PostedEntry]:
    """The entries that the card's registration posted, for those who may read the order's book."""
    if not may(actor, "order.read_book", order):
        return []
    entries = postings_of(session(), order.reference, region_code=order.region_code, year=card.year)
    return [entry for entry in entries if (entry.source_type, entry.source_id) == ("asset", card.number)]


def _register_page(unit: Organisation, *, form: RegisterForm | None = None, refusal: Refusal | None = None) -> str:
    actor = current_actor()
    lines = waiting_lines(unit.id)
    own = [post for post in actor.posts if post.role in ("receiver", "accountant")]
    typed = form or RegisterForm(keeper=actor.name, chosen={lines[0].line.id} if len(lines) == 1 else set())
    return render_template(
        "assets/register.html",
        unit=unit,
        units=list({post.organisation_id: post for post in own}.values()),
        lines=lines,
        limit=CARDS_MAX,
        overdue_before=overdue_before(unit.region_code),
        form=typed,
        done=request.args.get("done", type=int) if refusal is None else None,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _quotas_in_use(unit: Organisation) -> list[Any]:
    """The standards of which the unit has or orders something; all of them would hide these."""
    quotas = quotas_of(unit, on=clock.today())
    return [quota for quota in quotas if quota.in_use or quota.on_order]


def _regions_of(rows: list[Any]) -> list[AssetCard]:
    return list({card.region_code: card for card, _number in rows if card.state == "waiting"}.values())


def _asked(name: str) -> str:
    return request.args.get(name, "").strip().replace("\x00", "")[:100]


def _unit_asked(units: list[Organisation]) -> int | None:
    asked = request.args.get("unit", type=int)
    return asked if asked in {unit.id for unit in units} else None


def _own_unit_asked() -> Organisation:
    """The unit asked for, else the first whose assets the reader keeps."""
    actor = current_actor()
    asked = request.args.get("unit", type=int)
    return own_unit(actor, asked if asked is not None else actor.organisations_as("receiver", "accountant")[0])
