"""Days of a sweep counted in working days, by the calendar of the watch."""

from __future__ import annotations

import ibis.expr.types as ir

from supervision.expressions import left_join
from supervision.facts import Facts


def with_working_number(facts: Facts, rows: ir.Table, day: str, *, name: str) -> ir.Table:
    """`rows` with the column `name`: the number of the working day in the column `day`, 0 where the calendar has none.

    The difference of two such numbers is the working days between them.
    """
    calendar = facts.calendar.select(**{day: facts.calendar.day, name: facts.calendar.working_number})
    return left_join(rows, calendar, (day,))
