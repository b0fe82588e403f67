"""Receiving return files: the signature first, where keys are configured; what is refused is kept whole and shown."""

from __future__ import annotations

import hashlib
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import plain, record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.exchange.admit_call import require_signature
from mall.exchange.exchange_key import keys_of
from mall.exchange.file_purpose import RETURN_PATH
from mall.exchange.return_file import FILE_BYTES_MAX
from mall.finance.exchange_treasury import ReturnReport, take_returns
from mall.finance.treasury_batch import RefusedFile
from mall.signed_calls.signature import FILE_METHOD, Signed, read_signature_line

SIGNATURE_ENDING = ".sig"
_SIGNATURE_BYTES_MAX = 1_000


def receive_return_file(*, actor: Actor, path: Path, data_dir: Path) -> ReturnReport:
    """Take one return file in, signed by the file beside it where the treasury has a key.

    A forged or damaged file is refused whole and kept. Raises Refusal "exchange.unsigned_file",
    "exchange.bad_signature", "treasury.bad_file".
    """
    content, signature = read_bounded(path), signature_beside(path)
    try:
        key_id = check_file(content, signature, data_dir=data_dir, path=RETURN_PATH, file_name=path.name)
        return take_returns(actor=actor, file_name=path.name, content=content, key_id=key_id)
    except Refusal as refusal:
        keep_refused(actor=actor, file_name=path.name, content=content, signature=signature, refusal=refusal)
        raise


def check_file(content: bytes, signature: str, *, data_dir: Path, path: str, file_name: str) -> str:
    """The id of the key that signed the file; "" as long as no key is configured.

    Raises Refusal "exchange.unsigned_file", "exchange.bad_signature".
    """
    keys = keys_of(data_dir)
    if not keys:
        return ""
    if not signature.strip():
        raise Refusal("exchange.unsigned_file", file=file_name)
    signed: Signed | None = read_signature_line(signature)
    return require_signature(signed, keys, method=FILE_METHOD, path=path, body=content).key_id


@atomic
def keep_refused(*, actor: Actor, file_name: str, content: bytes, signature: str, refusal: Refusal) -> None:
    """Keep a refused file as it came; the same bytes refused for the same reason are kept once."""
    kept = session().execute(
        insert(RefusedFile)
        .values(
            file_name=file_name[:200],
            sha256=hashlib.sha256(content).hexdigest(),
            content=content[: FILE_BYTES_MAX + 1],
            signature=signature[:_SIGNATURE_BYTES_MAX],
            code=refusal.code,
            facts=plain(refusal.facts),
            at=clock.now(),
        )
        .on_conflict_do_nothing()
        .returning(RefusedFile.id)
    )
    is_new = kept.first() is not None
    record(
        actor=actor,
        action="treasury.refuse_file",
        subject=f"treasury:{file_name[:200]}",
        result="refused",
        facts={"code": refusal.code, **refusal.facts, "is_new": is_new},
    )
    refusal.recorded = True


def refused_files(*, limit: int = 50) -> list[RefusedFile]:
    """The newest files that were not taken."""
    return list(session().scalars(select(RefusedFile).order_by(RefusedFile.id.desc()).limit(limit)))


def read_bounded(path: Path) -> bytes:
    """The file, at most one byte more than is ever taken: what is too big shows as too big, and fills no memory."""
    with path.open("rb") as stream:
        return stream.read(FILE_BYTES_MAX + 1)


def signature_beside(path: Path) -> str:
    """The text of the detached signature; "" where there is none."""
    beside = path.with_name(path.name + SIGNATURE_ENDING)
    if not beside.is_file():
        return ""
    with beside.open("rb") as stream:
        return stream.read(_SIGNATURE_BYTES_MAX).decode("ascii", "replace")
