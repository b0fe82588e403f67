"""The supplier's page of his file drop: on or off, how its files are treated, what was taken and what was not."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse
from wtforms.fields.choices import SelectChoice

from catalog_import.drop_folder import count_waiting
from catalog_import.file_drop import FileDrop, drops_of, takes_of
from catalog_import.import_batch import batches_numbered
from catalog_import.import_forms import MODE_CHOICES, DropForm
from catalog_import.next_step import next_step
from catalog_import.switch_drop import switch_drop
from catalog_import.take_drops import QUIET_SECONDS
from mall.access.guards import current_actor, needs
from mall.errors import Refusal
from mall.people.organisation import organisation_names
from mall.suppliers.supplier import supplier
from mall.web.words import status_of

pages = Blueprint("drops", __name__, url_prefix="/supplier/imports")


@pages.get("/drop")
@needs("import.view")
def show() -> str:
    """The folders of the suppliers the person acts for, and the last takes."""
    return _page()


@pages.post("/drop")
@needs("import.drop")
def switch() -> AnyResponse | tuple[str, int]:
    """Fields supplier_id, is_on ("1" or "0") and mode."""
    form = DropForm()
    form.supplier_id.choices = [SelectChoice(one, "") for one in current_actor().supplier_ids]
    if not form.validate_on_submit():
        flash(_("请选择处理方式。"), "warning")
        return _page(), 422
    try:
        switched = switch_drop(
            actor=current_actor(),
            supplier_id=form.supplier_id.data,
            is_on=form.is_on.data == "1",
            mode=form.mode.data,
        )
    except Refusal as refusal:
        return _page(refusal=refusal), status_of(refusal)
    flash(_("投递文件夹已启用。") if switched.is_on else _("投递文件夹已停用；里面的文件原样保留。"), "success")
    return redirect(url_for("drops.show"))


def _page(*, refusal: Refusal | None = None) -> str:
    actor = current_actor()
    choices = drops_of(actor)
    names = organisation_names(set(actor.supplier_ids))
    takes = takes_of(actor)
    batches = batches_numbered({take.batch_id for take in takes if take.batch_id is not None})
    return render_template(
        "catalog_import/drop.html",
        places=[_place(supplier_id, choices.get(supplier_id)) for supplier_id in actor.supplier_ids],
        modes=MODE_CHOICES,
        quiet_seconds=QUIET_SECONDS,
        several_suppliers=len(actor.supplier_ids) > 1,
        names=names,
        takes=takes,
        batches=batches,
        next_step=next_step,
        refusals={take.id: Refusal(take.refusal_code, **take.refusal_facts) for take in takes if take.is_refused},
        refusal=refusal,
    )


def _place(supplier_id: int, choice: FileDrop | None) -> dict[str, object]:
    selling = supplier(supplier_id)
    assert selling is not None
    is_open = choice is not None and choice.is_on
    return {
        "supplier": selling,
        "choice": choice,
        "is_on": is_open,
        "waiting": count_waiting(selling.credit_code) if is_open else None,
        "trouble": Refusal(choice.trouble_code, **choice.trouble_facts) if choice and choice.trouble_code else None,
    }
