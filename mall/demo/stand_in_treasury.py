"""A treasury that does not exist: reads batch files from one folder and writes return files into another.

It lives apart from the mall and knows nothing of it but the format of the files. The same batch
always gets the same answer, byte for byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
from pathlib import Path

OUT_HEAD, OUT_LINE = "SUNMALL-PAY", "PAY"
IN_HEAD, IN_LINE = "TREASURY-RETURN", "RETURN"
TAIL = "SHA256"
FORMAT_VERSION = 1

#: of a thousand payments so many are refused, each with one of the reasons
REFUSED_PER_THOUSAND = 22
REASONS = (
    "收款人账号与户名不符",
    "收款人开户行信息有误",
    "收款账户状态异常，无法入账",
    "用途摘要不完整，请补充后重新申请",
)


class UnreadableBatch(ValueError):
    """A file in the outgoing folder is not a batch, or its hash does not fit."""


def answer_batches(*, outgoing: Path, incoming: Path) -> list[Path]:
    """Answer every batch in `outgoing` that has no return file in `incoming` yet. Returns the files written.

    Raises UnreadableBatch.
    """
    incoming.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for batch in sorted(outgoing.glob("pay-*.csv")) if outgoing.exists() else []:
        answer = incoming / f"return-{batch.stem.removeprefix('pay-')}.csv"
        if answer.exists():
            continue
        beside = answer.with_suffix(".part")
        beside.write_bytes(answer_to(batch.read_bytes(), name=batch.name))
        beside.replace(answer)
        written.append(answer)
    return written


def answer_to(content: bytes, *, name: str) -> bytes:
    """The return file for one batch file."""
    rows = _read_batch(content, name=name)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    sequence_no = rows[0][2]
    writer.writerow([IN_HEAD, FORMAT_VERSION, sequence_no, len(rows) - 1])
    for row in rows[1:]:
        payment_number, amount_fen = row[1], row[3]
        reason = refusal_of(payment_number)
        result = "REFUSED" if reason else "OK"
        writer.writerow([IN_LINE, payment_number, result, amount_fen, _reference(payment_number), reason])
    return _sealed(out.getvalue())


def refusal_of(payment_number: str) -> str:
    """The reason for which this payment is refused; empty when it is paid. Depends on the number alone."""
    drawn = _digest(payment_number)
    if drawn % 1000 >= REFUSED_PER_THOUSAND:
        return ""
    return REASONS[drawn // 1000 % len(REASONS)]


def _reference(payment_number: str) -> str:
    return f"GK{_digest(f'reference {payment_number}') % 10**14:014d}"


def _digest(text: str) -> int:
    return int(hashlib.sha256(text.encode()).hexdigest()[:12], 16)


def _read_batch(content: bytes, *, name: str) -> list[list[str]]:
    body, _, tail = content.decode("utf-8").rstrip("\n").rpartition("\n")
    if _sealed(f"{body}\n") != content or not tail.startswith(f"{TAIL},"):
        raise UnreadableBatch(f"{name}: hash")
    rows = list(csv.reader(io.StringIO(body)))
    if not rows or rows[0][0] != OUT_HEAD or int(rows[0][3]) != len(rows) - 1:
        raise UnreadableBatch(f"{name}: head")
    if any(row[0] != OUT_LINE for row in rows[1:]):
        raise UnreadableBatch(f"{name}: lines")
    return rows


def _sealed(body: str) -> bytes:
    return f"{body}{TAIL},{hashlib.sha256(body.encode()).hexdigest()}\n".encode()
