"""What sweeps over orders have in common: which of them are looked at, and which ones a finding rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from supervision.expressions import number, subject

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from supervision.facts import Facts


def recently_placed(facts: Facts, table: ir.Table, *, days: int) -> ir.Table:
    """Those rows of `facts.order_line` or `facts.purchase_order` that were submitted in the last `days` days, the day
    looked back from being the last, and not cancelled."""
    return table.filter(
        (table.cancelled_day == 0)
        & (table.submitted_day > facts.on_day - days)
        & (table.submitted_day <= facts.on_day)
    )  # fmt: skip


def orders_behind(lines: ir.Table) -> ir.Table:
    """The documents of a rule that judges sums: one row per `subject` of the lines and order."""
    grouped = lines.group_by(["subject", "number"]).aggregate(
        day=lambda t: number(t.submitted_day.min()), amount_fen=lambda t: number(t.amount_fen.sum())
    )
    return grouped.select("subject", document=grouped.number, day=grouped.day, amount_fen=grouped.amount_fen)


def lines_behind(lines: ir.Table) -> ir.Table:
    """The documents of a rule that judges line by line: the order of each."""
    return lines.select(
        subject=subject("line", lines.line_id),
        document=lines.number,
        day=lines.submitted_day,
        amount_fen=lines.amount_fen,
    )
