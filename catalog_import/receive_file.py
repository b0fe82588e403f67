"""A file arrives: it is spooled, its format recognised, and its batch opened - or found again."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256 as hash_of
from typing import IO

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert

from catalog_import import feed_shelf
from catalog_import.feed_row import COLUMN_NAMES
from catalog_import.import_batch import MODES, HeaderWord, ImportBatch, header_words
from catalog_import.recognise_feed import IGNORED
from catalog_import.spool import FILE_BYTES_MAX, SpooledFile, spool
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.database import atomic, session
from mall.errors import Refusal
from mall.suppliers.supplier import supplier


@dataclass(frozen=True)
class Received:
    """The batch a file belongs to; `replayed` says that it was already there."""

    batch_id: int
    replayed: bool


@dataclass(frozen=True)
class _Uploading:
    """The subject of the permission to upload: whose goods they are."""

    supplier_id: int


@dataclass(frozen=True)
class Arrived:
    """A file that lies on our disk and whose format is known; no batch is opened for it yet."""

    file_name: str
    spooled: SpooledFile
    feed_name: str


def receive_file(
    *,
    actor: Actor,
    supplier_id: int,
    file_name: str,
    stream: IO[bytes],
    mode: str,
    mapping: Mapping[str, str] | None = None,
    asks_columns: bool = False,
    bytes_max: int = FILE_BYTES_MAX,
) -> Received:
    """Take a supplier's file in. `mapping` (header -> column or "ignored") is kept for the supplier's next files.

    With `asks_columns` a file whose headers are not all clear waits for `map_columns`.

    Raises Refusal "access.denied", "import.too_big", "import.empty_file", "import.old_workbook",
    "import.unknown_format", "import.supplier_not_active", "import.mapping_unknown".
    """
    authorize(actor, "import.upload", _Uploading(supplier_id))
    if mode not in MODES:
        raise ValueError(f"no such mode: {mode}")
    return open_batch(
        actor=actor,
        supplier_id=supplier_id,
        arrived=spool_file(stream, file_name=file_name, bytes_max=bytes_max),
        mode=mode,
        mapping=mapping or {},
        asks_columns=asks_columns,
    )


def spool_file(stream: IO[bytes], *, file_name: str, bytes_max: int = FILE_BYTES_MAX) -> Arrived:
    """Copy a file to our disk and recognise its format; nothing is written to the database.

    Raises Refusal "import.too_big", "import.empty_file", "import.old_workbook", "import.unknown_format".
    """
    spooled = spool(stream, file_name=file_name, bytes_max=bytes_max)
    with spooled.path.open("rb") as file:
        feed = feed_shelf.recognise_format(head=file.read(4096), file_name=file_name)
    return Arrived(file_name=file_name[-200:], spooled=spooled, feed_name=feed.NAME)


@atomic
def open_batch(
    *,
    actor: Actor,
    supplier_id: int,
    arrived: Arrived,
    mode: str,
    mapping: Mapping[str, str],
    asks_columns: bool,
) -> Received:
    """Open the batch of a file that has arrived, or find it again.

    Raises Refusal "access.denied", "import.supplier_not_active", "import.mapping_unknown".
    """
    authorize(actor, "import.upload", _Uploading(supplier_id))
    spooled = arrived.spooled
    selling = supplier(supplier_id)
    if selling is None or selling.state != "active":
        raise Refusal("import.supplier_not_active", supplier=selling.name if selling else str(supplier_id))
    wait_for_others(supplier_id, sha256=spooled.sha256)
    keep_mapping(supplier_id, mapping)
    words = header_words(supplier_id)
    words_hash = hash_of_mapping(words)
    known = latest_batch(supplier_id, sha256=spooled.sha256, mapping_hash=words_hash)
    # An original that was purged before it was imported is as if it had never come.
    is_gone = known is not None and known.purged_at is not None and known.stage != "merged"
    if known is not None and not is_gone and not _goods_changed_since(known):
        return Received(batch_id=known.id, replayed=True)
    opened = ImportBatch(
        supplier_id=supplier_id,
        file_name=arrived.file_name,
        sha256=spooled.sha256,
        size_bytes=spooled.size_bytes,
        format=arrived.feed_name,
        mapping=words,
        mapping_hash=words_hash,
        attempt=known.attempt + 1 if known else 1,
        mode=mode,
        asks_columns=asks_columns,
        user_id=actor.user_id,
        created_at=clock.now(),
        stage_since=clock.now(),
    )
    session().add(opened)
    session().flush()
    facts = {"file_name": arrived.file_name, "sha256": spooled.sha256, "size_bytes": spooled.size_bytes, "mode": mode}
    record(actor=actor, action="import.upload", subject=opened.reference, facts=facts)
    return Received(batch_id=opened.id, replayed=False)


def wait_for_others(supplier_id: int, *, sha256: str) -> None:
    """Two uploads of one file at the same moment wait here for each other; to be called inside @atomic."""
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(sha256, supplier_id))))


def hash_of_mapping(words: Mapping[str, str]) -> str:
    """The part a mapping has in what a batch is; '' for no mapping."""
    return hash_of(json.dumps(dict(words), sort_keys=True).encode()).hexdigest() if words else ""


def keep_mapping(supplier_id: int, mapping: Mapping[str, str]) -> None:
    """Keep what headers mean for the supplier's next files. Raises Refusal "import.mapping_unknown"."""
    known = header_words(supplier_id)
    # In one order for everybody, so that two files of one supplier never wait for each other crosswise.
    for header, column in sorted((header.strip(), column) for header, column in mapping.items()):
        if column != IGNORED and column not in COLUMN_NAMES:
            raise Refusal("import.mapping_unknown", column=column)
        if known.get(header) == column:
            continue
        statement = insert(HeaderWord).values(supplier_id=supplier_id, header=header, column_name=column)
        session().execute(
            statement.on_conflict_do_update(
                index_elements=["supplier_id", "header"], set_={"column_name": statement.excluded.column_name}
            )
        )


def latest_batch(supplier_id: int, *, sha256: str, mapping_hash: str) -> ImportBatch | None:
    """The last attempt at this content read by this mapping."""
    return session().scalar(
        select(ImportBatch)
        .where(
            ImportBatch.supplier_id == supplier_id,
            ImportBatch.sha256 == sha256,
            ImportBatch.mapping_hash == mapping_hash,
        )
        .order_by(ImportBatch.attempt.desc())
        .limit(1)
    )


def _goods_changed_since(known: ImportBatch) -> bool:
    """Whether a finished batch would no longer be a repetition: an old price list sent again is meant to count."""
    if known.stage != "merged" or known.finished_at is None:
        return False
    later = select(Listing.id).where(Listing.supplier_id == known.supplier_id, Listing.updated_at > known.finished_at)
    return session().scalar(later.limit(1)) is not None
