"""Amounts as people read them; the mall counts in fen."""

from __future__ import annotations


def fen(amount_fen: int | None) -> str:
    """12345 -> "123.45", with thousands separators; a dash for nothing."""
    if amount_fen is None:
        return "—"
    sign = "-" if amount_fen < 0 else ""
    whole, rest = divmod(abs(int(amount_fen)), 100)
    return f"{sign}{whole:,}.{rest:02d}"


def yuan(amount_fen: int | None) -> str:
    """12345 -> "¥123.45"."""
    if amount_fen is None:
        return "—"
    text = fen(amount_fen)
    return f"-¥{text[1:]}" if text.startswith("-") else f"¥{text}"
