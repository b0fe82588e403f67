"""A supplier says what the columns of a file mean; the batch is read by it, and so are the next files like it."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import delete

from catalog_import.feed_row import TITLES
from catalog_import.import_batch import ImportBatch, ImportRow, header_words
from catalog_import.receive_file import hash_of_mapping, keep_mapping, latest_batch, wait_for_others
from catalog_import.recognise_feed import IGNORED, missing_columns
from catalog_import.spool import spooled
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal

#: a longer header is nobody's word for a column
HEADER_LENGTH_MAX = 200


def mappable(found: ImportBatch) -> dict[str, int]:
    """The headers one can speak about, with the position of each: of equal headers the first."""
    headers: dict[str, int] = {}
    for position, header in enumerate(found.headers):
        if header and len(header) <= HEADER_LENGTH_MAX:
            headers.setdefault(header, position)
    return headers


def may_map(found: ImportBatch) -> bool:
    """Whether the columns can still be given another meaning: nobody works on the batch, and nothing is merged."""
    waits = found.stage in ("columns", "failed") or (found.stage == "checked" and not found.is_under_way)
    return waits and found.purged_at is None and bool(mappable(found))


@atomic
def map_columns(*, actor: Actor, batch_id: int, chosen: Mapping[int, str]) -> None:
    """Read the batch anew with `chosen`: position of a column -> our column name, or "ignored".

    What is said is kept for the supplier's next files with the same headers; a column nobody chose is not used.
    Raises Refusal "access.denied", "import.batch_unknown", "import.columns_closed", "import.file_gone",
    "import.mapping_unknown", "import.column_twice", "import.columns_missing".
    """
    found = session().get(ImportBatch, batch_id, with_for_update=True, populate_existing=True)
    if found is None:
        raise Refusal("import.batch_unknown", batch_id=batch_id)
    authorize(actor, "import.decide", found)
    if not may_map(found):
        raise Refusal("import.columns_closed")
    spooled(found.sha256)
    mapping = {header: chosen.get(position, IGNORED) for header, position in mappable(found).items()}
    _require_sense(mapping, row=found.header_row)
    wait_for_others(found.supplier_id, sha256=found.sha256)
    keep_mapping(found.supplier_id, mapping)
    _start_anew(found)
    facts = {"columns": {column: header for header, column in mapping.items() if column != IGNORED}}
    record(actor=actor, action="import.map_columns", subject=found.reference, facts=facts)


def _require_sense(mapping: Mapping[str, str], *, row: int) -> None:
    by_column: dict[str, list[str]] = {}
    for header, column in mapping.items():
        by_column.setdefault(column, []).append(header)
    ignored = by_column.pop(IGNORED, [])
    for column, headers in by_column.items():
        if column not in TITLES:
            raise Refusal("import.mapping_unknown", column=column)
        if len(headers) > 1:
            raise Refusal("import.column_twice", column=TITLES[column], headers="、".join(headers))
    missing = missing_columns(by_column)
    if missing:
        raise Refusal(
            "import.columns_missing",
            columns="、".join(TITLES[name] for name in missing),
            headers="、".join(ignored) or "—",
            row=row,
        )


def _start_anew(found: ImportBatch) -> None:
    """Back to the beginning, under the mapping of now; the decoded blocks or the spooled file are still there."""
    session().execute(delete(ImportRow).where(ImportRow.batch_id == found.id))
    words = header_words(found.supplier_id)
    words_hash = hash_of_mapping(words)
    if words_hash != found.mapping_hash:
        known = latest_batch(found.supplier_id, sha256=found.sha256, mapping_hash=words_hash)
        found.attempt = known.attempt + 1 if known else 1
        found.mapping, found.mapping_hash = words, words_hash
    found.asks_columns = False
    found.blocks_staged = found.rows_staged = 0
    found.counts = {}
    found.refusal_code, found.refusal_facts, found.finished_at = "", {}, None
    found.stage, found.stage_since = "received", clock.now()
