"""A treasury that does not exist: reads batch files from one folder and writes return files into another.

It lives apart from the mall and knows nothing of it but the format of the files and the key they share. The same batch
always gets the same answer, byte for byte.
"""

from __future__ import annotations

import csv
import hashlib
import io
from datetime import date, datetime, timedelta
from pathlib import Path

from mall import clock
from mall.exchange.file_purpose import BATCH_PATH, RETURN_PATH, STATEMENT_PATH
from mall.signed_calls.signature import FILE_METHOD, Key, fits, read_signature_line, sign

OUT_HEAD, OUT_LINE = "SUNMALL-PAY", "PAY"
IN_HEAD, IN_LINE = "TREASURY-RETURN", "RETURN"
STATEMENT_HEAD = "TREASURY-STATEMENT"
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


def answer_batches(*, outgoing: Path, incoming: Path, key: Key | None = None) -> list[Path]:
    """Answer every batch in `outgoing` that has no return file in `incoming` yet. Returns the files written.

    With a key it answers only batches that are signed with it, and signs its answers. Raises UnreadableBatch.
    """
    incoming.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for batch in sorted(outgoing.glob("pay-*.csv")) if outgoing.exists() else []:
        answer = incoming / f"return-{batch.stem.removeprefix('pay-')}.csv"
        if answer.exists():
            continue
        content = batch.read_bytes()
        if key is not None and not _is_signed(batch, content, key):
            continue
        returned = answer_to(content, name=batch.name)
        if key is not None:
            # The signature first: whoever sees the answer finds its signature beside it.
            _write(answer.with_name(f"{answer.name}.sig"), _signature(returned, key, batch=batch.stem))
        _write(answer, returned)
        written.append(answer)
    return written


def write_statements(*, outgoing: Path, statements: Path, key: Key | None = None, on: date) -> list[Path]:
    """State, region by region, what was paid from New Year up to the day before `on`. Returns the files written; what
    was stated for a day is not stated again."""
    last_on = on - timedelta(days=1)
    rows: dict[str, list[list[str]]] = {}
    for batch in sorted(outgoing.glob("pay-*.csv")) if outgoing.exists() else []:
        sent = _read_batch(batch.read_bytes(), name=batch.name)
        day = clock.local(datetime.fromisoformat(sent[0][5])).date()
        if day.year == last_on.year and day <= last_on:
            for row in sent[1:]:
                if not refusal_of(row[1]):
                    stated = ["PAID", day.isoformat(), row[1], _reference(row[1]), row[3]]
                    rows.setdefault(row[7], []).append(stated)
    statements.mkdir(parents=True, exist_ok=True)
    written: list[Path] = []
    for region, paid in sorted(rows.items()):
        path = statements / f"statement-{region}-{last_on}.csv"
        if path.exists():
            continue
        sum_fen = sum(int(row[4]) for row in paid)
        days = (f"{last_on.year}-01-01", last_on.isoformat())
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([STATEMENT_HEAD, FORMAT_VERSION, last_on, region, *days, len(paid), 0, sum_fen])
        writer.writerows(paid)
        content = _sealed(out.getvalue())
        if key is not None:
            number = last_on.toordinal()
            signed = sign(
                key, method=FILE_METHOD, path=STATEMENT_PATH, body=content, at=clock.now(), sequence_no=number
            )
            _write(path.with_name(f"{path.name}.sig"), signed.as_line().encode())
        _write(path, content)
        written.append(path)
    return written


def _is_signed(batch: Path, content: bytes, key: Key) -> bool:
    """Whether the mall has signed the batch; it does so right after writing it, so an unsigned one waits."""
    beside = batch.with_name(f"{batch.name}.sig")
    if not beside.exists():
        return False
    signed = read_signature_line(beside.read_text(encoding="ascii"))
    if signed is None or not fits(signed, [key], method=FILE_METHOD, path=BATCH_PATH, body=content):
        raise UnreadableBatch(f"{batch.name}: signature")
    return True


def _signature(returned: bytes, key: Key, *, batch: str) -> bytes:
    number = int(batch.removeprefix("pay-"))
    signed = sign(key, method=FILE_METHOD, path=RETURN_PATH, body=returned, at=clock.now(), sequence_no=number)
    return signed.as_line().encode()


def _write(path: Path, content: bytes) -> None:
    beside = path.with_suffix(".part")
    beside.write_bytes(content)
    beside.replace(path)


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
