"""The signature of the web request under way: its headers, and the path that it covers."""

from __future__ import annotations

from flask import request

from mall.signed_calls.signature import Signed, read_signed

KEY_ID, TIMESTAMP, SEQUENCE, NONCE, SIGNATURE = (
    "Sunmall-Key",
    "Sunmall-Timestamp",
    "Sunmall-Sequence",
    "Sunmall-Nonce",
    "Sunmall-Signature",
)


def signed_path() -> str:
    """The path as it is signed, with its query as it came."""
    query = request.query_string.decode("ascii", "replace")
    return f"{request.path}?{query}" if query else request.path


def signed_headers(*, is_numbered: bool) -> Signed | None:
    """What the headers say; None where one is missing or is not what it must be."""
    given = request.headers
    return read_signed(
        key_id=given.get(KEY_ID, ""),
        at=given.get(TIMESTAMP, ""),
        sequence_no=given.get(SEQUENCE, "") if is_numbered else None,
        nonce=given.get(NONCE, ""),
        digest=given.get(SIGNATURE, ""),
    )
