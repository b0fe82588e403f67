"""Cursors of lists: where the next page begins, in a form that nobody needs to read."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from typing import Any

from flask_babel import gettext as _

from mall.errors import Refusal

_LENGTH_MAX = 400
_NUMBER_MAX = 2**63 - 1


def encode_cursor(*parts: int | str) -> str:
    """The parts as one opaque word that may stand in an address."""
    text = json.dumps(parts, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(text: str, *, kinds: tuple[type, ...]) -> tuple[Any, ...]:
    """The parts of a cursor, each of its kind (int or str). Raises Refusal("request.invalid") for anything else."""
    try:
        if len(text) > _LENGTH_MAX:
            raise ValueError("longer than any cursor")
        parts = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, binascii.Error, RecursionError):
        raise bad_cursor() from None
    if not isinstance(parts, list) or len(parts) != len(kinds) or not all(map(_fits, parts, kinds)):
        raise bad_cursor()
    return tuple(parts)


def bad_cursor() -> Refusal:
    """The refusal of a cursor that this list did not hand out."""
    message = _("翻页位置无效，请从第一页重新开始。")
    return Refusal("request.invalid", errors=[{"field": "cursor", "message": message}])


def fingerprint(*facts: Any) -> str:
    """A short word for a question: a cursor goes on only with the question it came from."""
    return hashlib.sha256(json.dumps(facts, ensure_ascii=False, default=str).encode()).hexdigest()[:12]


def _fits(part: Any, kind: type) -> bool:
    # A bool is an int in Python, and a number beyond bigint would be an error in PostgreSQL.
    if type(part) is not kind:
        return False
    return 0 <= part <= _NUMBER_MAX if kind is int else "\x00" not in part and part.isprintable()
