"""Signing what goes out: a batch file and its detached signature, so that the treasury knows whose it is."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select

from mall.database import session
from mall.exchange.exchange_key import ExchangeKey, key_to_sign_with
from mall.exchange.file_purpose import BATCH_PATH
from mall.exchange.receive_return import SIGNATURE_ENDING
from mall.finance.treasury_batch import TreasuryBatch
from mall.signed_calls.signature import FILE_METHOD, Signed, sign


def batch_signature(batch: TreasuryBatch, key: ExchangeKey) -> Signed:
    """The batch's detached signature: dated and numbered as the batch, so that it is the same at every call."""
    return sign(
        key,
        method=FILE_METHOD,
        path=BATCH_PATH,
        body=batch.content.encode(),
        at=batch.created_at,
        sequence_no=batch.sequence_no,
        nonce=batch.sha256[:32],
    )


def sign_batches(folder: Path, *, data_dir: Path) -> list[Path]:
    """Put the missing signatures beside the batch files of `folder`. Nothing to do without a key."""
    key = key_to_sign_with(data_dir)
    if key is None:
        return []
    written: list[Path] = []
    for batch in session().scalars(select(TreasuryBatch).order_by(TreasuryBatch.sequence_no)):
        path = folder / (batch.file_name + SIGNATURE_ENDING)
        if path.exists() or not (folder / batch.file_name).exists():
            continue
        beside = path.with_suffix(".part")
        beside.write_text(batch_signature(batch, key).as_line(), encoding="ascii")
        beside.replace(path)
        written.append(path)
    return written
