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
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.errors import Refusal
from mall.finance.payment_request import PaymentRequest
from mall.finance.treasury_batch import TreasuryBatch, TreasuryFile, TreasuryReturn
from mall.ordering.close_order import close_if_done
from mall.ordering.deadlines import take_step
from mall.ordering.order import order_numbered

OUT_HEAD, OUT_LINE, TAIL = "SUNMALL-PAY", "PAY", "SHA256"
IN_HEAD, IN_LINE = "TREASURY-RETURN", "RETURN"
RESULTS = {"OK": "paid", "REFUSED": "refused"}
BATCH_SIZE = 500


@dataclass
class ReturnReport:
    """What became of a return file: how many lines ended how."""

    file_name: str
    already_imported: bool = False
    outcomes: dict[str, int] = field(default_factory=dict)
    findings: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _ReturnLine:
    line_no: int
    payment_number: str
    result: str
    amount_fen: int
    treasury_reference: str
    reason: str


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
    folder.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for batch in session().scalars(select(TreasuryBatch).order_by(TreasuryBatch.sequence_no)):
        path = folder / batch.file_name
        if path.exists():
            continue
        beside = path.with_suffix(".part")
        beside.write_bytes(batch.content.encode())
        beside.replace(path)
        written.append(path)
    return written


def import_returns(*, actor: Actor, path: Path) -> ReturnReport:
    """Take one return file in. The same file again changes nothing.

    Raises Refusal "treasury.bad_file" (not such a file, or its hash does not fit).
    """
    content = path.read_bytes()
    lines = _read_returns(path.name, content)
    report = ReturnReport(file_name=path.name)
    file_id = _enter_file(
        actor=actor, file_name=path.name, sha256=hashlib.sha256(content).hexdigest(), row_count=len(lines)
    )
    for line in lines:
        # Line by line, each in a transaction of its own: one that cannot be settled does not hold up the rest,
        # and after a crash the lines already settled are recognised.
        outcome = _settle_line(actor=actor, file_id=file_id, line=line)
        report.outcomes[outcome] = report.outcomes.get(outcome, 0) + 1
        if outcome in ("unknown", "mismatch", "conflict"):
            report.findings.append(f"{path.name}:{line.line_no} {line.payment_number} {outcome}")
    report.already_imported = bool(lines) and set(report.outcomes) == {"already"}
    return report


@atomic
def _enter_file(*, actor: Actor, file_name: str, sha256: str, row_count: int) -> int:
    session().execute(text("select pg_advisory_xact_lock(hashtext('treasury_file'))"))
    known = session().scalar(select(TreasuryFile.id).where(TreasuryFile.sha256 == sha256))
    if known is not None:
        return known
    file = TreasuryFile(file_name=file_name, sha256=sha256, row_count=row_count, imported_at=clock.now())
    session().add(file)
    session().flush()
    record(actor=actor, action="treasury.import", subject=f"treasury:{file_name}", facts={"sha256": sha256})
    return file.id


@atomic
def _settle_line(*, actor: Actor, file_id: int, line: _ReturnLine) -> str:
    # Two who read the same file at once take its lines in turn, and the second finds each one done.
    session().execute(text("select pg_advisory_xact_lock(hashtext('treasury_file'), :file)"), {"file": file_id % 2**31})
    done = session().scalar(
        select(TreasuryReturn.id).where(TreasuryReturn.file_id == file_id, TreasuryReturn.line_no == line.line_no)
    )
    if done is not None:
        return "already"
    payment = session().scalar(select(PaymentRequest).where(PaymentRequest.number == line.payment_number))
    if payment is None:
        return _keep(actor, file_id, line, "unknown")
    # Orders are always locked before their payment requests.
    order = order_numbered(payment.order_number, lock=True)
    session().refresh(payment, with_for_update=True)
    wanted = RESULTS[line.result]
    if payment.amount_fen != line.amount_fen:
        return _keep(actor, file_id, line, "mismatch")
    if payment.state == wanted and payment.treasury_reference == line.treasury_reference:
        return _keep(actor, file_id, line, "repeated")
    if payment.state != "sent":
        return _keep(actor, file_id, line, "conflict")
    payment.treasury_reference = line.treasury_reference
    payment.settled_at = clock.now()
    facts = {"payment": payment.number, "amounts": payment.amounts, "treasury_reference": line.treasury_reference}
    if wanted == "paid":
        advance(payment, "pay", SYSTEM, facts={"treasury_reference": line.treasury_reference})
        take_step(order, "pay", SYSTEM, facts=facts)
        close_if_done(order)
    else:
        payment.refusal_reason = line.reason
        advance(payment, "refuse", SYSTEM, note=line.reason)
        take_step(order, "refuse_payment", SYSTEM, note=line.reason, facts=facts)
    return _keep(actor, file_id, line, wanted)


def _keep(actor: Actor, file_id: int, line: _ReturnLine, outcome: str) -> str:
    repeated = session().scalar(
        select(TreasuryReturn.id).where(
            TreasuryReturn.treasury_reference == line.treasury_reference,
            TreasuryReturn.payment_number == line.payment_number,
        )
    )
    reference = line.treasury_reference
    session().add(
        TreasuryReturn(
            file_id=file_id,
            line_no=line.line_no,
            # The pair is unique; a repetition in another file is kept under its file's name.
            treasury_reference=reference if repeated is None else f"{reference}#{file_id}.{line.line_no}",
            payment_number=line.payment_number,
            result=line.result,
            amount_fen=line.amount_fen,
            reason=line.reason,
            outcome=outcome,
            at=clock.now(),
        )
    )
    record(
        actor=actor,
        action="treasury.return",
        subject=f"payment:{line.payment_number}",
        facts={"outcome": outcome, "amount_fen": line.amount_fen, "reference": reference},
    )
    return outcome


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


def tail_line(body: str) -> str:
    """The last line of an exchange file: the hash of everything before it."""
    return f"{TAIL},{hashlib.sha256(body.encode()).hexdigest()}\n"


def _read_returns(file_name: str, content: bytes) -> list[_ReturnLine]:
    try:
        whole = content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Refusal("treasury.bad_file", file=file_name, why="encoding") from error
    if "\x00" in whole:
        raise Refusal("treasury.bad_file", file=file_name, why="encoding")
    body, _, tail = whole.rstrip("\n").rpartition("\n")
    body += "\n"
    if tail + "\n" != tail_line(body):
        raise Refusal("treasury.bad_file", file=file_name, why="hash")
    rows = list(csv.reader(io.StringIO(body)))
    if not rows or len(rows[0]) < 4 or rows[0][0] != IN_HEAD or not _is_number(rows[0][3]):
        raise Refusal("treasury.bad_file", file=file_name, why="head")
    if len(rows) - 1 != int(rows[0][3]):
        raise Refusal("treasury.bad_file", file=file_name, why="count")
    return [_return_line(file_name, number, row) for number, row in enumerate(rows[1:], start=2)]


def _return_line(file_name: str, number: int, row: list[str]) -> _ReturnLine:
    if len(row) != 6 or row[0] != IN_LINE or row[2] not in RESULTS or not _is_number(row[3]):
        raise Refusal("treasury.bad_file", file=file_name, why=f"line {number}")
    return _ReturnLine(
        line_no=number,
        payment_number=row[1],
        result=row[2],
        amount_fen=int(row[3]),
        treasury_reference=row[4],
        reason=row[5],
    )


def _is_number(text: str) -> bool:
    """Whole and not negative, and small enough for any count or amount of fen."""
    return text.isascii() and text.isdigit() and len(text) <= 15
