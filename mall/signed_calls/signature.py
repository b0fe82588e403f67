"""What is signed, how, and how a signature is looked at: HMAC-SHA256 over a few lines of text.

    SUNMALL-HMAC-SHA256
    POST
    /api/v1/treasury/returns
    2026-11-28T15:00:00Z
    42
    8f14e45fceea167a5a36dedd4bea2543
    e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855

A partner who does not number its calls leaves the fifth line out: no number looks like a nonce, so neither text can
pass for the other. A file is signed the same way, with FILE as its method and its purpose as its path; what stands in
the headers of a call stands in the one line of the file's detached signature.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

SCHEME = "SUNMALL-HMAC-SHA256"
FILE_METHOD = "FILE"

_NONCE = re.compile(r"[A-Za-z0-9_-]{16,64}")
_DIGITS = re.compile(r"[1-9][0-9]{0,17}")
_HEX = re.compile(r"[0-9a-f]{64}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


class Key(Protocol):
    """What a signature needs of a key."""

    @property
    def id(self) -> str: ...
    @property
    def secret(self) -> str: ...


@dataclass(frozen=True)
class Signed:
    """A signature with what it covers besides method, path and body; `sequence_no` is None where calls have none."""

    key_id: str
    at: datetime
    sequence_no: int | None
    nonce: str
    digest: str

    def as_line(self) -> str:
        """The content of a detached signature file."""
        return f"{SCHEME} {self.key_id} {instant_text(self.at)} {self.sequence_no} {self.nonce} {self.digest}\n"


def sign(
    key: Key,
    *,
    method: str,
    path: str,
    body: bytes,
    at: datetime,
    sequence_no: int | None = None,
    nonce: str | None = None,
) -> Signed:
    """Sign a call or a file. `path` includes the query; `nonce` is drawn where none is given."""
    nonce = nonce or secrets.token_hex(16)
    digest = _digest(key.secret, method=method, path=path, body=body, at=at, sequence_no=sequence_no, nonce=nonce)
    return Signed(key.id, at, sequence_no, nonce, digest)


def fits(signed: Signed, keys: Iterable[Key], *, method: str, path: str, body: bytes) -> bool:
    """Whether one of these keys made the signature over exactly this; compared in constant time."""
    is_good = False
    for key in keys:
        wanted = _digest(
            key.secret, method=method, path=path, body=body, at=signed.at, sequence_no=signed.sequence_no,
            nonce=signed.nonce,
        )  # fmt: skip
        # Every key is tried: how long the answer takes says nothing of which one it was.
        is_good |= hmac.compare_digest(wanted, signed.digest) and hmac.compare_digest(
            key.id.encode(), signed.key_id.encode()
        )
    return is_good


def read_signed(*, key_id: str, at: str, sequence_no: str | None, nonce: str, digest: str) -> Signed | None:
    """The parts of a signature as they came; None where one of them is not what it must be.

    `sequence_no` is None for a partner who does not number its calls.
    """
    if not (_INSTANT.fullmatch(at) and (sequence_no is None or _DIGITS.fullmatch(sequence_no))):
        return None
    if not (_NONCE.fullmatch(nonce) and _HEX.fullmatch(digest) and 0 < len(key_id) <= 60 and key_id.isascii()):
        return None
    try:
        instant = datetime.strptime(at, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Signed(key_id, instant, None if sequence_no is None else int(sequence_no), nonce, digest)


def read_signature_line(text: str) -> Signed | None:
    """A detached signature; None for anything else."""
    parts = text.split()
    if len(parts) != 6 or parts[0] != SCHEME:
        return None
    return read_signed(key_id=parts[1], at=parts[2], sequence_no=parts[3], nonce=parts[4], digest=parts[5])


def instant_text(instant: datetime) -> str:
    """An instant as it is signed: UTC, to the second."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def text_to_sign(*, method: str, path: str, body: bytes, at: datetime, sequence_no: int | None, nonce: str) -> str:
    """The lines; docs/treasury-exchange.md and docs/supplier-push.md show them."""
    number = () if sequence_no is None else (str(sequence_no),)
    lines = (SCHEME, method.upper(), path, instant_text(at), *number, nonce, hashlib.sha256(body).hexdigest())
    return "\n".join(lines)


def _digest(
    secret: str, *, method: str, path: str, body: bytes, at: datetime, sequence_no: int | None, nonce: str
) -> str:
    text = text_to_sign(method=method, path=path, body=body, at=at, sequence_no=sequence_no, nonce=nonce)
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()
