"""The exchange of files with the treasury: batches out, returns in; replayable and idempotent.

An outgoing batch is a UTF-8 CSV with a head line (sequence number, count, amount), one line per
payment and a tail line with the SHA-256 of everything before it. A return file is built the
same way; the order of files, their repetition and days of silence do not matter.
"""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import func, select, text

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.audit.record import record
from mall.crash_point import BEFORE_BATCH_FILE, BETWEEN_RETURN_LINES, HALF_A_BATCH_FILE, crash_point
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.exchange.return_file import read_returns, tail_line
from mall.exchange.settle_return import retry_waiting, settle_return
from mall.finance.payment_request import PaymentRequest
from mall.finance.treasury_batch import TreasuryBatch, TreasuryFile

OUT_HEAD, OUT_LINE = "SUNMALL-PAY", "PAY"
BATCH_SIZE = 500
#: lines that settled nothing and wait for a person
FOUND = ("unknown", "mismatch", "conflict", "early")


@dataclass
class ReturnReport:
    """What became of a return file: how many lines ended how."""

    file_name: str
    already_imported: bool = False
    outcomes: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


@atomic
def export_batch(*, actor: Actor) -> TreasuryBatch | None:
    """Send what the units have approved: one batch, at most 500 payments. None when nothing waits.

    The row is committed with the file's bytes; `write_batches` puts the bytes on disk afterwards,
    so a crash between the two is mended by writing the same bytes again.
    """
    session().execute(text("select pg_advisory_xact_lock(hashtext('treasury_batch'))"))
    payments = list(
        session().scalars(
            select(PaymentRequest)
            .where(PaymentRequest.state == "approved")
            .order_by(PaymentRequest.id)
            .limit(BATCH_SIZE)
            .with_for_update()
        )
    )
    if not payments:
        return None
    sequence_no = (session().scalar(select(func.max(TreasuryBatch.sequence_no))) or 0) + 1
    content = _batch_text(sequence_no, payments)
    batch = TreasuryBatch(
        sequence_no=sequence_no,
        file_name=f"pay-{sequence_no:08d}.csv",
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        content=content,
        payment_count=len(payments),
        amount_fen=sum(payment.amount_fen for payment in payments),
        created_at=clock.now(),
    )
    session().add(batch)
    session().flush()
    for payment in payments:
        payment.batch_id = batch.id
        advance(payment, "send", SYSTEM, facts={"batch": batch.file_name})
    record(
        actor=actor,
        action="treasury.export",
        subject=f"treasury:{batch.file_name}",
        facts={"payments": batch.payment_count, "amount_fen": batch.amount_fen, "sha256": batch.sha256},
    )
    return batch


def write_batches(folder: Path) -> list[Path]:
    """Put every batch that is not yet in `folder` there, whole or not at all. Returns the files written."""
    crash_point(BEFORE_BATCH_FILE)
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for batch in session().scalars(select(TreasuryBatch).order_by(TreasuryBatch.sequence_no)):
        path = folder / batch.file_name
        if path.exists():
            continue
        beside = path.with_suffix(".part")
        content = batch.content.encode()
        with beside.open("wb") as stream:
            stream.write(content[: len(content) // 2])
            stream.flush()
            crash_point(HALF_A_BATCH_FILE)
            stream.write(content[len(content) // 2 :])
        beside.replace(path)
        written.append(path)
    return written


def import_returns(*, actor: Actor, path: Path) -> ReturnReport:
    """Take one return file in whose signature was looked at or is not asked for. Raises as `take_returns`."""
    return take_returns(actor=actor, file_name=path.name, content=path.read_bytes())


def take_returns(
    *, actor: Actor, file_name: str, content: bytes, came_by: str = "file", key_id: str = ""
) -> ReturnReport:
    """Take the lines of a return file in. The same bytes again change nothing.

    Raises Refusal "treasury.bad_file" (not such a file, or its hash does not fit).
    """
    lines = read_returns(file_name, content)
    report = ReturnReport(file_name=file_name)
    file_id = _enter_file(
        actor=actor,
        file_name=file_name,
        sha256=hashlib.sha256(content).hexdigest(),
        row_count=len(lines),
        came_by=came_by,
        key_id=key_id,
    )
    for line in lines:
        # Line by line, each in a transaction of its own: one that cannot be settled does not hold up the rest,
        # and after a crash the lines already settled are recognised.
        outcome = settle_return(actor=actor, file_id=file_id, line=line)
        crash_point(BETWEEN_RETURN_LINES)
        report.outcomes[outcome] = report.outcomes.get(outcome, 0) + 1
        if outcome in FOUND:
            report.findings.append(f"{file_name}:{line.line_no} {line.payment_number} {outcome}")
    report.already_imported = bool(lines) and set(report.outcomes) == {"already"}
    retry_waiting(actor=actor)
    return report


@atomic
def _enter_file(*, actor: Actor, file_name: str, sha256: str, row_count: int, came_by: str, key_id: str) -> int:
    session().execute(text("select pg_advisory_xact_lock(hashtext('treasury_file'))"))
    known = session().scalar(select(TreasuryFile.id).where(TreasuryFile.sha256 == sha256))
    if known is not None:
        return known
    file = TreasuryFile(
        file_name=file_name,
        sha256=sha256,
        row_count=row_count,
        imported_at=clock.now(),
        came_by=came_by,
        key_id=key_id,
    )
    session().add(file)
    session().flush()
    record(actor=actor, action="treasury.import", subject=f"treasury:{file_name}", facts={"sha256": sha256})
    return file.id


def _batch_text(sequence_no: int, payments: list[PaymentRequest]) -> str:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    amount_fen = sum(payment.amount_fen for payment in payments)
    writer.writerow([OUT_HEAD, 1, sequence_no, len(payments), amount_fen, clock.now().isoformat()])
    for payment in payments:
        payee = payment.payee
        writer.writerow(
            [
                OUT_LINE,
                payment.number,
                payment.order_number,
                payment.amount_fen,
                payee.get("name", ""),
                payee.get("bank_name", ""),
                payee.get("bank_account", ""),
                payment.region_code,
                payment.year,
            ]
        )
    return out.getvalue() + tail_line(out.getvalue())
