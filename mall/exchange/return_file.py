"""The format of return files: a head with its count, one line per result, and the hash of everything before it."""

from __future__ import annotations

import csv
import hashlib
import io
from dataclasses import dataclass

from mall.errors import Refusal

IN_HEAD, IN_LINE, TAIL = "TREASURY-RETURN", "RETURN", "SHA256"
#: what the treasury may say of a payment: paid, refused, a part of it paid, paid money came back
OK, REFUSED, PARTIAL, BOUNCED = "OK", "REFUSED", "PARTIAL", "BOUNCED"
RESULTS = (OK, REFUSED, PARTIAL, BOUNCED)

#: a file or body above this is not read; a full batch's answer has about 60 kB
FILE_BYTES_MAX = 4 * 1024 * 1024
TEXT_MAX = 200


@dataclass(frozen=True)
class ReturnLine:
    """One result as the treasury sent it; `line_no` counts from 1, the head included."""

    line_no: int
    payment_number: str
    result: str
    amount_fen: int
    treasury_reference: str
    reason: str


def read_returns(file_name: str, content: bytes) -> list[ReturnLine]:
    """The lines of a return file. Raises Refusal("treasury.bad_file"): such a file is refused whole."""
    body = checked_body(file_name, content)
    rows = list(csv.reader(io.StringIO(body)))
    if not rows or len(rows[0]) < 4 or rows[0][0] != IN_HEAD or not is_number(rows[0][3]):
        raise Refusal("treasury.bad_file", file=file_name, why="head")
    if len(rows) - 1 != int(rows[0][3]):
        raise Refusal("treasury.bad_file", file=file_name, why="count")
    return [_line(file_name, number, row) for number, row in enumerate(rows[1:], start=2)]


def checked_body(file_name: str, content: bytes) -> str:
    """The text before the last line, which must be its hash. Raises Refusal("treasury.bad_file")."""
    if len(content) > FILE_BYTES_MAX:
        raise Refusal("treasury.bad_file", file=file_name, why="size")
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
    return body


def tail_line(body: str) -> str:
    """The last line of an exchange file: the hash of everything before it."""
    return f"{TAIL},{hashlib.sha256(body.encode()).hexdigest()}\n"


def is_number(text: str) -> bool:
    """Whole and not negative, and small enough for any count or amount of fen."""
    return text.isascii() and text.isdigit() and len(text) <= 15


def _line(file_name: str, number: int, row: list[str]) -> ReturnLine:
    if len(row) != 6 or row[0] != IN_LINE or row[2] not in RESULTS or not is_number(row[3]):
        raise Refusal("treasury.bad_file", file=file_name, why=f"line {number}")
    if not row[1] or not row[4] or max(len(row[1]), len(row[4]), len(row[5])) > TEXT_MAX:
        raise Refusal("treasury.bad_file", file=file_name, why=f"line {number}")
    return ReturnLine(
        line_no=number,
        payment_number=row[1],
        result=row[2],
        amount_fen=int(row[3]),
        treasury_reference=row[4],
        reason=row[5],
    )
