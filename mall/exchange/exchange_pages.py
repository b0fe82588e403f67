"""The page of the treasury's exchange: batches and their receipts, calls and gaps in their numbers, refused files."""

from __future__ import annotations

from flask import Blueprint, Response, current_app, render_template
from sqlalchemy import select

from mall.access.guards import current_actor, needs
from mall.audit.record import plain
from mall.database import session
from mall.errors import Refusal
from mall.exchange.exchange_call import gaps_of, last_sequence_no, latest_calls
from mall.exchange.exchange_key import TREASURY, keys_of
from mall.exchange.receive_return import refused_files
from mall.exchange.suspense_todo import suspense_todo_for
from mall.finance.treasury_batch import RefusedFile, TreasuryBatch, TreasuryReceipt
from mall.web.words import words_for

pages = Blueprint("exchange", __name__, url_prefix="/treasury")

BATCHES_SHOWN = 20


@pages.get("")
@needs("exchange.read")
def index() -> str:
    """How the exchange stands; of keys only what they are called."""
    batches = session().execute(
        select(TreasuryBatch, TreasuryReceipt.at)
        .outerjoin(TreasuryReceipt, TreasuryReceipt.batch_id == TreasuryBatch.id)
        .order_by(TreasuryBatch.sequence_no.desc())
        .limit(BATCHES_SHOWN)
    )
    files = refused_files()
    return render_template(
        "exchange/index.html",
        batches=[(batch, received_at) for batch, received_at in batches],
        keys=keys_of(current_app.config["SUNMALL"].data_dir),
        last_no=last_sequence_no(TREASURY),
        gaps=gaps_of(TREASURY),
        calls=latest_calls(TREASURY),
        refused=[(file, words_for(Refusal(file.code, **plain(file.facts)))) for file in files],
        todo=suspense_todo_for(current_actor()),
    )


@pages.get("/refused/<int:file_id>")
@needs("exchange.read")
def refused_file(file_id: int) -> Response:
    """A refused file as it came, always as a download."""
    file = session().get(RefusedFile, file_id)
    if file is None:
        raise Refusal("page.not_found")
    headers = {"Content-Disposition": f'attachment; filename="refused-{file.id}.bin"'}
    return Response(file.content, content_type="application/octet-stream", headers=headers)
