"""Unified social credit codes (GB 32100-2015) for invented organisations, with both of their check characters."""

import hashlib

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
CODE_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
SUBJECT_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SUBJECT_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def credit_code(name: str, *, kind: str, region_code: int) -> str:
    """An 18-character code drawn from the organisation's name, the same on every run.

    `kind` is the first two characters: 11 state organ, 12 public institution, 91 company.
    `region_code` is the six-digit code of the place of registration.
    """
    subject = _subject_identifier(name)
    body = f"{kind}{region_code:06d}{subject}"
    total = sum(ALPHABET.index(letter) * weight for letter, weight in zip(body, CODE_WEIGHTS, strict=True))
    return body + ALPHABET[(31 - total % 31) % 31]


def _subject_identifier(name: str) -> str:
    """The nine-character organisation identifier of GB 11714, its own check character last."""
    number = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    body = "MA"
    for _ in range(6):
        number, place = divmod(number, len(ALPHABET))
        body += ALPHABET[place]
    total = sum(SUBJECT_ALPHABET.index(letter) * weight for letter, weight in zip(body, SUBJECT_WEIGHTS, strict=True))
    check = 11 - total % 11
    return body + {10: "X", 11: "0"}.get(check, str(check))
