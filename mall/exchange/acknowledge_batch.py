"""The treasury's receipt for a batch: that it holds it, byte for byte."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic, session
from mall.errors import Refusal
from mall.finance.treasury_batch import TreasuryBatch, TreasuryReceipt


def batch_numbered(sequence_no: int) -> TreasuryBatch:
    """Raises Refusal("exchange.unknown_batch")."""
    batch = session().scalar(select(TreasuryBatch).where(TreasuryBatch.sequence_no == sequence_no))
    if batch is None:
        raise Refusal("exchange.unknown_batch", sequence_no=sequence_no)
    return batch


@atomic
def acknowledge_batch(*, actor: Actor, sequence_no: int, sha256: str, key_id: str) -> None:
    """Keep the receipt; the same once more changes nothing.

    Raises Refusal "exchange.unknown_batch", "exchange.receipt_differs" (the treasury holds other bytes).
    """
    batch = batch_numbered(sequence_no)
    if sha256 != batch.sha256:
        raise Refusal("exchange.receipt_differs", sequence_no=sequence_no, sha256=batch.sha256)
    kept = session().execute(
        insert(TreasuryReceipt)
        .values(batch_id=batch.id, key_id=key_id, at=clock.now())
        .on_conflict_do_nothing()
        .returning(TreasuryReceipt.id)
    )
    is_new = kept.first() is not None
    record(
        actor=actor,
        action="treasury.acknowledge",
        subject=f"treasury:{batch.file_name}",
        facts={"sha256": sha256, "is_new": is_new},
    )
