"""Reading numbers that people type: money in yuan into fen, quantities, dates."""

from __future__ import annotations

import re
import unicodedata
from datetime import date

_YUAN = re.compile(r"(\d{1,10})(?:\.(\d{1,2}))?", re.ASCII)
_WHOLE = re.compile(r"\d{1,7}", re.ASCII)


def fen_of(typed: str) -> int | None:
    """Fen of an amount typed in yuan, such as "1,234.5" or "￥１２"; None for what is no amount."""
    text = _plain(typed).removeprefix("¥").removesuffix("元").replace(",", "").strip()
    found = _YUAN.fullmatch(text)
    if found is None:
        return None
    whole, cents = found.groups()
    return int(whole) * 100 + int((cents or "").ljust(2, "0"))


def yuan_of(amount_fen: int) -> str:
    """The amount as an input field shows it: 123450 -> "1234.50"."""
    return f"{amount_fen // 100}.{amount_fen % 100:02d}"


def whole_number_of(typed: str) -> int | None:
    """A whole number from 0 up; None for anything else."""
    text = _plain(typed).replace(",", "")
    return int(text) if _WHOLE.fullmatch(text) else None


def date_of(typed: str) -> date | None:
    """A day typed as 2026-03-02, 2026/3/2 or 2026.3.2; None for anything else."""
    found = re.fullmatch(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", _plain(typed), re.ASCII)
    if found is None:
        return None
    try:
        return date(*(int(part) for part in found.groups()))
    except ValueError:
        return None


def _plain(typed: str) -> str:
    return unicodedata.normalize("NFKC", typed or "").strip()
