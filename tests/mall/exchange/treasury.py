"""A treasury that calls the mall: signs, numbers and dates every call, unless a test wants one of them wrong."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from mall import clock
from mall.exchange.file_purpose import RETURN_PATH
from mall.exchange.return_file import IN_HEAD, IN_LINE, tail_line
from mall.signed_calls.signature import FILE_METHOD, Key, Signed, instant_text, sign

#: (payment number, result, amount in fen, reference, reason)
Said = tuple[str, str, int, str, str]


@dataclass
class Treasury:
    """One partner with its key and its numbering."""

    app: Flask
    key: Key
    numbers: count = field(default_factory=lambda: count(1))

    def call(
        self,
        method: str,
        path: str,
        body: bytes = b"",
        *,
        at: datetime | None = None,
        sequence_no: int | None = None,
        nonce: str | None = None,
        sent_body: bytes | None = None,
        sent_path: str | None = None,
    ) -> TestResponse:
        """One signed call; `sent_body` and `sent_path` are what goes out instead of what was signed."""
        path = f"/api/v1/treasury{path}"
        signed = sign(
            self.key, method=method, path=path, body=body, at=at or clock.now(),
            sequence_no=sequence_no or next(self.numbers), nonce=nonce,
        )  # fmt: skip
        return self.send(method, sent_path or path, body if sent_body is None else sent_body, signed)

    def send(self, method: str, path: str, body: bytes, signed: Signed) -> TestResponse:
        """Exactly this, as somebody who listened would send it again."""
        headers = {
            "Sunmall-Key": signed.key_id,
            "Sunmall-Timestamp": instant_text(signed.at),
            "Sunmall-Sequence": str(signed.sequence_no),
            "Sunmall-Nonce": signed.nonce,
            "Sunmall-Signature": signed.digest,
        }
        return self.app.test_client().open(path, method=method, data=body, headers=headers)

    def says(self, *lines: Said) -> dict[str, Any]:
        """Send a return that must be taken; its outcomes."""
        answer = self.call("POST", "/returns", return_text(*lines))
        assert answer.status_code == 200, answer.json
        return answer.json["outcomes"]


def return_text(*lines: Said, number: int = 1) -> bytes:
    """A return file."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([IN_HEAD, 1, number, len(lines)])
    for line in lines:
        writer.writerow([IN_LINE, *line])
    return (out.getvalue() + tail_line(out.getvalue())).encode()


def file_signature(key: Key, content: bytes, *, path: str = RETURN_PATH, number: int = 1) -> str:
    """The detached signature of a file."""
    return sign(
        key, method=FILE_METHOD, path=path, body=content, at=clock.now(), sequence_no=number
    ).as_line()  # fmt: skip
