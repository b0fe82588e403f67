"""The dated table of values: what a change in force writes, and what its end closes. No day has two values."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import or_, select, text

from mall.database import session
from mall.errors import Refusal
from supervision.rule import Rule
from supervision.rule_change import RuleChange, RuleParameter
from supervision.rule_changes.draft import Draft, level_of, wanted_rows
from supervision.values_in_force import rows_in_force


def lock_rows_of(rule_id: str) -> None:
    """Until the end of the transaction nobody else writes values of this rule: changes are judged against its rows."""
    session().execute(text("select pg_advisory_xact_lock(hashtextextended(:rule, 25))"), {"rule": rule_id})


def write_rows(change: RuleChange, rule: Rule, draft: Draft, *, decider_id: int) -> list[str]:
    """Put a draft into force from its day on; the rows before it end on the day before. Returns the names written.

    Raises Refusal("rule.overtaken") where a row begins later than this one.
    """
    on = draft.valid_from
    rows = rows_in_force(rule.id, on=on)
    wanted = wanted_rows(rule, draft, region_code=change.region_code, rows=rows, on=on)
    level = level_of(change.region_code)
    for name, (value, lowest, highest) in wanted.items():
        _close(rule.id, name, region_code=change.region_code, before=on)
        session().add(
            RuleParameter(
                rule_id=rule.id, name=name, region_code=change.region_code, level=level, valid_from=on, valid_to=None,
                value=value, lowest=lowest, highest=highest, legal_reference=change.legal_reference,
                reason=change.reason, change_id=change.id, maker_id=change.maker_id, decider_id=decider_id,
            )
        )  # fmt: skip
    session().flush()
    return list(wanted)


def _close(rule_id: str, name: str, *, region_code: int, before: date) -> None:
    query = (
        select(RuleParameter)
        .where(
            RuleParameter.rule_id == rule_id,
            RuleParameter.name == name,
            RuleParameter.region_code == region_code,
            or_(RuleParameter.valid_to.is_(None), RuleParameter.valid_to >= before),
            # A row that never held ends before it begins, and stays so.
            or_(RuleParameter.valid_to.is_(None), RuleParameter.valid_to >= RuleParameter.valid_from),
        )
        .with_for_update()
    )
    for row in session().scalars(query):
        if row.valid_from > before:
            raise Refusal("rule.overtaken", day=row.valid_from.isoformat())
        row.valid_to = before - timedelta(days=1)
    # The open row must be closed in the table before the next one opens: there is never more than one.
    session().flush()


def end_rows(change: RuleChange, *, last_day: date) -> list[str]:
    """Let the change's rows hold up to `last_day`, and those that have not begun not at all. Returns their names."""
    query = select(RuleParameter).where(RuleParameter.change_id == change.id, RuleParameter.valid_to.is_(None))
    ended = []
    for row in session().scalars(query.order_by(RuleParameter.id).with_for_update()):
        row.valid_to = max(last_day, row.valid_from - timedelta(days=1))
        ended.append(row.name)
    session().flush()
    return ended
