"""The page of a supplier's keys: make one, shown once; put another one in its place; end one."""

from __future__ import annotations

from pathlib import Path

from flask import Blueprint, Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.guards import current_actor, needs
from mall.errors import Refusal
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.regions.region import province_code
from mall.regions.regional_rule import rule
from mall.supplier_push.admit_push import CALLS_RULE, WINDOW_RULE
from mall.supplier_push.change_push_keys import OVERLAP_RULE, make_push_key, retire_push_key
from mall.supplier_push.change_skus import SKUS_RULE
from mall.supplier_push.push_key import KEYS_MAX, PushSecret, keys_of, secret_of
from mall.supplier_push.supplier_message import KEEP_RULE, waiting_count
from mall.suppliers.supplier import supplier
from mall.web.words import Words, status_of, words_for

pages = Blueprint("push_keys", __name__)


@pages.get("/supplier/push-keys")
@needs("push.manage")
def index() -> str:
    """The keys of the reader's own suppliers."""
    return _page()


@pages.post("/supplier/push-keys")
@needs("push.manage")
def make() -> AnyResponse | tuple[str, int]:
    """Make a key and show its secret, this once."""
    try:
        made = make_push_key(
            actor=current_actor(),
            supplier_id=request.form.get("supplier_id", default=0, type=int),
            request_key=request.form.get("request_key") or None,
        )
    except Refusal as refusal:
        return _page(refused=words_for(refusal)), status_of(refusal)
    data_dir: Path = current_app.config["SUNMALL"].data_dir
    response: Response = make_response(_page(made=secret_of(made, data_dir=data_dir)))
    # Not even the reader's own browser keeps a copy.
    response.headers["Cache-Control"] = "no-store"
    return response


@pages.post("/supplier/push-keys/<key_id>/retire")
@needs("push.manage")
def retire(key_id: str) -> AnyResponse | tuple[str, int]:
    """End a key at once."""
    try:
        retire_push_key(actor=current_actor(), key_id=key_id)
    except Refusal as refusal:
        return _page(refused=words_for(refusal)), status_of(refusal)
    flash(_("密钥已停用，用它签名的调用不再受理。"), "success")
    return redirect(url_for("push_keys.index"))


def _page(*, made: PushSecret | None = None, refused: Words | None = None) -> str:
    ids = current_actor().supplier_ids
    keys = keys_of(ids)
    first = supplier(ids[0]) if ids else None
    region_code = first.region_code if first is not None else province_code()
    rules = {
        name: rule(code, region_code=region_code, on=clock.today()).value
        for name, code in (
            ("calls", CALLS_RULE), ("skus", SKUS_RULE), ("window", WINDOW_RULE), ("overlap", OVERLAP_RULE),
            ("keep", KEEP_RULE),
        )
    }  # fmt: skip
    return render_template(
        "supplier_push/keys.html",
        suppliers=[
            {
                "id": supplier_id,
                "name": name,
                "keys": [key for key in keys if key.supplier_id == supplier_id],
                "good_count": sum(key.is_good for key in keys if key.supplier_id == supplier_id),
                "waiting_count": waiting_count(supplier_id),
            }
            for supplier_id, name in sorted(organisation_names(set(ids)).items())
        ],
        people=person_names({key.made_by_id for key in keys}),
        keys_max=KEYS_MAX,
        rules=rules,
        made=made,
        refused=refused,
    )
