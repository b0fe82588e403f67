"""Digests of what identifies people and accounts: equal for equal things, and worthless without the secret."""

from __future__ import annotations

import hashlib
import hmac
import unicodedata

SECRET_BYTES_MIN = 16
_DIGEST_BYTES = 16


def keyed_digest(secret: bytes, kind: str, value: str) -> str:
    """The digest of one thing of a kind; "" for an empty value. Widths, case, spaces and hyphens make no difference.

    Telephone numbers and account numbers are few enough to be tried one by one: only the secret keeps them. Raises
    ValueError for a secret that is too short.
    """
    if len(secret) < SECRET_BYTES_MIN:
        raise ValueError(f"the secret needs {SECRET_BYTES_MIN} bytes")
    folded = "".join(
        letter for letter in unicodedata.normalize("NFKC", value).casefold() if not letter.isspace() and letter != "-"
    )
    if not folded:
        return ""
    message = f"{kind}\x00{folded}".encode()
    return hmac.new(secret, message, hashlib.sha256).hexdigest()[: 2 * _DIGEST_BYTES]
