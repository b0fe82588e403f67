"""Prices per base unit, so that a ream and a carton of five can be compared; hundredths of a fen, never a float."""

from __future__ import annotations


def base_price_hundredths(price_fen: int, pack_size: int) -> int:
    """The price of one base unit in hundredths of a fen, rounded half up."""
    return (price_fen * 200 + pack_size) // (2 * pack_size)


def yuan_text(hundredths_of_fen: int) -> str:
    """Yuan with two decimals, or up to four where they carry something: 255000 -> "25.50", 1999 -> "0.1999"."""
    whole, rest = divmod(hundredths_of_fen, 10_000)
    decimals = f"{rest:04d}"
    return f"{whole:,}.{decimals[:2]}{decimals[2:].rstrip('0')}"


def rating_text(rating_sum: int, rating_count: int) -> str:
    """The mean mark with one decimal, rounded half up; '' without marks."""
    if not rating_count:
        return ""
    tenths = (rating_sum * 20 + rating_count) // (2 * rating_count)
    return f"{tenths // 10}.{tenths % 10}"


def change_text(old: int, new: int) -> str:
    """The relative change with sign and one decimal, such as "-4.5%"."""
    tenths = abs(new - old) * 2000 // old
    tenths = (tenths + 1) // 2
    sign = "+" if new > old else "-" if new < old else ""
    return f"{sign}{tenths // 10}.{tenths % 10}%"
