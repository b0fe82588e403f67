"""Numbers of documents: kind, region, year and a running number.

The running number comes from a sequence: it may have gaps and never makes two orders wait for
each other. Nobody is promised gapless numbers.
"""

from __future__ import annotations

from sqlalchemy import Sequence, func, select

from mall.database import Base, session

PREFIXES = {
    "order": "DD",
    "contract": "HT",
    "shipment": "FH",
    "receipt": "SH",
    "acceptance": "YS",
    "payment": "ZF",
    "asset": "ZC",
    "asset_file": "ZCWJ",
    "dispute": "ZY",
    "budget_document": "TZ",
    "payment_load": "ZR",
    "payment_finding": "YD",
    "year_end": "NZ",
    "journal": "JZ",
    "change": "XG",
    "refund": "TK",
    "fund_use_plan": "YK",
    "suspense": "DC",
    "rule_change": "GZ",
    "watch_case": "JG",
    "watch_hold": "ZT",
    "measure": "CZ",
    "public_report": "JB",
    "inspection_draw": "CQ",
    "inspection_task": "XJ",
}

SEQUENCES = {kind: Sequence(f"number_{kind}", metadata=Base.metadata) for kind in PREFIXES}
_NEXT = {kind: select(sequence.next_value()) for kind, sequence in SEQUENCES.items()}


def next_numbers(kind: str, count: int, *, region_code: int, year: int) -> list[str]:
    """As many numbers at once, in one question."""
    running = session().scalars(select(SEQUENCES[kind].next_value()).select_from(func.generate_series(1, count)))
    return [f"{PREFIXES[kind]}-{region_code}-{year}-{one:06d}" for one in running]


def next_number(kind: str, *, region_code: int, year: int) -> str:
    """The next number, such as DD-410100-2026-000123."""
    running = session().scalar(_NEXT[kind])
    return f"{PREFIXES[kind]}-{region_code}-{year}-{running:06d}"
