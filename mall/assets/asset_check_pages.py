"""The check of asset cards against orders and books, for the unit itself and for its finance department."""

from __future__ import annotations

from collections import Counter

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mall.access.guards import current_actor, needs
from mall.assets.check_cards import FAULTS, asset_faults
from mall.assets.explain_strange_card import explain_strange_card
from mall.assets.visible_asset_cards import units_in_sight
from mall.audit.record import record_refusal
from mall.errors import Refusal
from mall.web.words import status_of, words_for

pages = Blueprint("asset_checks", __name__, url_prefix="/assets/checks")

ROWS_SHOWN = 300


@pages.get("")
@needs("asset.read")
def index() -> str:
    """Everything that does not fit, kind by kind."""
    return _page()


@pages.post("/<int:strange_id>/explain")
@needs("asset.register")
def explain(strange_id: int) -> AnyResponse:
    """Close a card without an order with a reason."""
    actor = current_actor()
    try:
        unit_id = explain_strange_card(
            actor=actor,
            strange_id=strange_id,
            reason=request.form.get("reason", ""),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        if refusal.code == "asset.card_unknown":
            raise
        if not refusal.recorded:
            subject = f"strange_card:{strange_id}"
            record_refusal(actor=actor, action="asset.explain", refusal=refusal, subject=subject)
        return make_response(_page(refusal=refusal, refused_id=strange_id), status_of(refusal))
    return redirect(url_for("asset_checks.index", unit=unit_id, done=1))


def _page(*, refusal: Refusal | None = None, refused_id: int | None = None) -> str:
    actor = current_actor()
    units = units_in_sight(actor)
    asked = request.args.get("unit", type=int)
    unit_id = asked if asked in {unit.id for unit in units} else None
    faults = asset_faults(actor, unit_id=unit_id)
    kind = request.args.get("kind", "")
    shown = [fault for fault in faults if kind not in FAULTS or fault.kind == kind]
    return render_template(
        "assets/checks.html",
        faults=shown[:ROWS_SHOWN],
        rows_shown=ROWS_SHOWN,
        counts=Counter(fault.kind for fault in faults),
        kinds=FAULTS,
        kind=kind if kind in FAULTS else "",
        units=units,
        unit_id=unit_id,
        names={unit.id: unit.name for unit in units},
        keeps=set(actor.organisations_as("receiver", "accountant")),
        done=request.args.get("done") == "1",
        refusal=words_for(refusal) if refusal is not None else None,
        refused_id=refused_id,
        typed=request.form.get("reason", "") if refusal is not None else "",
    )
