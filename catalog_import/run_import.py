"""Carries a batch through the dock: decode, stage, check, and - when it was decided so - merge.

Every step is a transaction of its own that reads the stage under the batch's lock first. So a
run may die anywhere, or be started twice: the next one goes on where the committed work ends.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import polars as pl
from sqlalchemy import func, select

from catalog_import import spool
from catalog_import.decode_file import DecodedFile, decode_file
from catalog_import.feed_shelf import HEADER_ROWS
from catalog_import.import_batch import MODES, OUTCOMES, ImportBatch, ImportRow
from catalog_import.merge_rows import check_against_catalogue, merge_chunk, take_your_time
from catalog_import.recognise_feed import Recognition, likely_header, recognise
from catalog_import.stage_rows import stage_block
from catalog_import.suggest_category import category_index, resolve_words
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.errors import Refusal

#: rows below the header from which sample cells are taken, and how many are shown
_SAMPLED_ROWS = 50
_SAMPLES_MAX = 3
_SAMPLE_LENGTH = 60

#: progress(stage, rows done, rows in all); rows in all is 0 while nobody knows
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True)
class Summary:
    """Where a batch stands. `counts` has one number for each of OUTCOMES and `rows`."""

    batch_id: int
    stage: str
    mode: str
    rows: int
    counts: Mapping[str, int]
    listings_touched: int
    refusal_code: str
    refusal_facts: Mapping[str, Any]

    @property
    def faulty(self) -> int:
        return self.counts.get("faulty", 0)

    @property
    def held_back(self) -> bool:
        """All or nothing was asked, and rows are faulty: nothing was merged."""
        return self.stage == "checked" and self.mode == "all-or-nothing" and self.faulty > 0


def run_batch(*, actor: Actor, batch_id: int, mode: str | None = None, progress: Progress | None = None) -> Summary:
    """Take the batch as far as its mode allows, from wherever it stands.

    `mode` decides anew on a batch that is not merged yet; a merged batch answers what it did and
    touches nothing. Refusals about the file itself end the batch as `failed` and stand in the
    summary. Raises Refusal "import.batch_unknown", "access.denied".
    """
    say = progress or _say_nothing
    _decide(actor=actor, batch_id=batch_id, mode=mode)
    try:
        with spool.only_reader(batch_id):
            _read_and_stage(batch_id, say=say)
    except Refusal as refusal:
        if not refusal.code.startswith("import."):
            raise
        _note_failure(actor=actor, batch_id=batch_id, code=refusal.code, facts=refusal.facts)
        return summary(batch_id)
    say("check", 0, 0)
    close_reading()
    _check(batch_id=batch_id)
    while _merge_next(actor=actor, batch_id=batch_id):
        merging = _batch(batch_id)
        say("merge", merging.merged_to_row, merging.rows_total)
        # A look at the batch must not lie open while the next chunk is at work: the server cuts off who idles in one.
        close_reading()
    return summary(batch_id)


def decide_batch(*, actor: Actor, batch_id: int, mode: str) -> Summary:
    """Only note how the batch is to be merged; the worker does it."""
    _decide(actor=actor, batch_id=batch_id, mode=mode)
    return summary(batch_id)


def summary(batch_id: int) -> Summary:
    """Where the batch stands now."""
    found = _batch(batch_id)
    return Summary(
        batch_id=found.id,
        stage=found.stage,
        mode=found.mode,
        rows=found.rows_staged,
        counts=dict(found.counts),
        listings_touched=found.listings_touched,
        refusal_code=found.refusal_code,
        refusal_facts=dict(found.refusal_facts),
    )


def _read_and_stage(batch_id: int, *, say: Progress) -> None:
    standing = _batch(batch_id)
    if standing.stage not in ("received", "decoded"):
        return
    # Decoding takes as long as it takes; no transaction waits for it.
    close_reading()
    say("decode", 0, 0)
    decoded = decode_file(spool.spooled(standing.sha256), feed=standing.format, folder=spool.blocks_folder(batch_id))
    if standing.stage == "received" and not _read_header(standing, decoded=decoded):
        return
    staged = _batch(batch_id)
    for number, block in enumerate(decoded.blocks(first=staged.blocks_staged), start=staged.blocks_staged):
        rows = _stage(batch_id=batch_id, number=number, block=block)
        say("stage", rows, staged.rows_total)
    _note_staged(batch_id=batch_id, blocks=len(decoded.block_files))
    spool.drop_blocks(batch_id)


def _read_header(standing: ImportBatch, *, decoded: DecodedFile) -> bool:
    """Note what the columns are; False when the supplier is to say it. Refuses a header that cannot be used."""
    head = next(decoded.blocks()).head(HEADER_ROWS + _SAMPLED_ROWS).drop("cells", "fault").fill_null("")
    rows = [(number, _without_empty_end(cells)) for number, *cells in head.iter_rows()]
    found = likely_header(rows[:HEADER_ROWS], mapping=standing.mapping)
    is_clear = found is not None and found.is_clear
    if found is not None:
        asks = standing.asks_columns and not is_clear
        _note_header(
            batch_id=standing.id, decoded=decoded, found=found, rows=rows, stage="columns" if asks else "received"
        )
        if asks:
            return False
    recognise(rows[:HEADER_ROWS], mapping=standing.mapping)
    _note_decoded(batch_id=standing.id)
    return True


def _samples(rows: list[tuple[int, list[str]]], *, found: Recognition) -> list[list[str]]:
    """For every column, some different cells below the header, shortened."""
    samples: list[list[str]] = []
    below = [cells for number, cells in rows if number > found.header_row]
    for position in range(len(found.headers)):
        cells = (row[position].strip()[:_SAMPLE_LENGTH] for row in below if position < len(row))
        samples.append(list(dict.fromkeys(cell for cell in cells if cell))[:_SAMPLES_MAX])
    return samples


def _without_empty_end(cells: list[str]) -> list[str]:
    kept = list(cells)
    while kept and not kept[-1].strip():
        kept.pop()
    return [cell.replace("\x00", "\ufffd") for cell in kept]


@atomic
def _decide(*, actor: Actor, batch_id: int, mode: str | None) -> None:
    found = _locked(batch_id)
    authorize(actor, "import.decide", found)
    if mode is None or mode == found.mode or found.stage in ("merging", "merged", "failed"):
        return
    if mode not in MODES:
        raise ValueError(f"no such mode: {mode}")
    before, found.mode = found.mode, mode
    record(actor=actor, action="import.decide", subject=found.reference, facts={"before": before, "after": mode})


@atomic(housekeeping="progress of a batch whose upload was recorded")
def _note_header(
    *, batch_id: int, decoded: DecodedFile, found: Recognition, rows: list[tuple[int, list[str]]], stage: str
) -> None:
    batch = _locked(batch_id)
    if batch.stage != "received":
        return
    preamble = [[number, cells] for number, cells in rows if number <= found.header_row]
    batch.encoding, batch.delimiter, batch.sheet = decoded.encoding, decoded.delimiter, decoded.sheet
    batch.notes = list(decoded.notes)
    batch.header_row = found.header_row
    batch.columns = dict(found.columns)
    batch.unknown_headers = list(found.unknown)
    batch.preamble = preamble
    batch.samples = _samples(rows, found=found)
    batch.rows_total = decoded.rows - len(preamble)
    _enter(batch, stage)


@atomic(housekeeping="progress of a batch whose upload was recorded")
def _note_decoded(*, batch_id: int) -> None:
    found = _locked(batch_id)
    if found.stage == "received":
        _enter(found, "decoded")


@atomic(housekeeping="progress of a batch whose upload was recorded")
def _stage(*, batch_id: int, number: int, block: pl.DataFrame) -> int:
    found = _locked(batch_id)
    if found.stage == "decoded" and found.blocks_staged == number:
        found.rows_staged += stage_block(found, block)
        found.blocks_staged = number + 1
    return found.rows_staged


@atomic(housekeeping="progress of a batch whose upload was recorded")
def _note_staged(*, batch_id: int, blocks: int) -> None:
    found = _locked(batch_id)
    if found.stage == "decoded" and found.blocks_staged == blocks:
        _enter(found, "staged")


@atomic(housekeeping="looks at staged rows and says what would become of them; nothing of the mall changes")
def _check(*, batch_id: int) -> None:
    found = _locked(batch_id)
    if found.stage not in ("staged", "checked"):
        return
    distinct = select(ImportRow.category_word).where(
        ImportRow.batch_id == batch_id, ImportRow.category_word.is_not(None)
    )
    words = [word for word in session().scalars(distinct.distinct()) if word is not None]
    check_against_catalogue(found, words=resolve_words(found.supplier_id, words, index=category_index()))
    counted = select(ImportRow.outcome, func.count()).where(ImportRow.batch_id == batch_id).group_by(ImportRow.outcome)
    by_outcome = dict(session().execute(counted).all())
    found.counts = {outcome: by_outcome.get(outcome, 0) for outcome in OUTCOMES}
    _enter(found, "checked")


@atomic
def _merge_next(*, actor: Actor, batch_id: int) -> bool:
    """One more chunk, or with all-or-nothing all of them; False when there is nothing left to do."""
    found = _locked(batch_id)
    if found.stage not in ("checked", "merging") or found.mode == "dry-run":
        return False
    if found.stage == "checked" and found.mode == "all-or-nothing" and found.counts.get("faulty", 0):
        return False
    authorize(actor, "import.decide", found)
    touched_before = found.listings_touched
    _enter(found, "merging")
    remaining = merge_chunk(found, actor=actor)
    while remaining and found.mode == "all-or-nothing":
        remaining = merge_chunk(found, actor=actor)
    if not remaining:
        _enter(found, "merged")
        found.finished_at = clock.now()
    facts = {"to_row": found.merged_to_row, "listings_touched": found.listings_touched - touched_before}
    record(actor=actor, action="import.merge", subject=found.reference, facts=facts)
    return remaining


@atomic
def _note_failure(*, actor: Actor, batch_id: int, code: str, facts: dict[str, Any]) -> None:
    found = _locked(batch_id)
    _enter(found, "failed")
    found.refusal_code = code
    found.refusal_facts = facts
    found.finished_at = clock.now()
    record(actor=actor, action="import.read", subject=found.reference, result="refused", facts={"code": code, **facts})


def _enter(found: ImportBatch, stage: str) -> None:
    if found.stage != stage:
        found.stage = stage
        found.stage_since = clock.now()


def _batch(batch_id: int) -> ImportBatch:
    found = session().get(ImportBatch, batch_id, populate_existing=True)
    if found is None:
        raise Refusal("import.batch_unknown", batch_id=batch_id)
    return found


def _locked(batch_id: int) -> ImportBatch:
    take_your_time()
    found = session().get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refusal("import.batch_unknown", batch_id=batch_id)
    return found


def _say_nothing(_stage: str, _done: int, _total: int) -> None:
    """Progress nobody asked for."""
