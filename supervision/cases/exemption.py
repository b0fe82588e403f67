"""What was reasonable three times by the same code may deserve an approval that exempts it: a suggestion, no more."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, case, func, select

from mall import clock
from mall.database import session
from mall.regions.regional_rule import rule
from supervision.cases.watch_case import WatchCase
from supervision.finding import REASONABLE_CODES, Finding

OUTCOMES_RULE = "watch.exemption_outcomes"


@dataclass(frozen=True)
class Suggestion:
    """`count` outcomes of one rule about this party ("unit" or "supplier") were reasonable by the same code."""

    rule_id: str
    party: str
    code: str
    count: int


def suggestions_for(of_case: WatchCase) -> list[Suggestion]:
    """For the rules of this case and its unit and supplier. A case is one outcome, however many findings it has."""
    least = rule(OUTCOMES_RULE, region_code=of_case.region_code, on=clock.today()).value
    rule_ids = select(Finding.rule_id).where(Finding.case_id == of_case.id)
    # A finding that was reviewed outside any case is an outcome of its own.
    outcome = case((Finding.case_id.is_not(None), Finding.case_id), else_=-Finding.id)
    parties: list[tuple[str, ColumnElement[bool]]] = []
    if of_case.unit_id is not None:
        parties.append(("unit", Finding.unit_id == of_case.unit_id))
    if of_case.supplier_id is not None:
        parties.append(("supplier", Finding.supplier_id == of_case.supplier_id))
    found = []
    for party, is_theirs in parties:
        count = func.count(outcome.distinct())
        query = (
            select(Finding.rule_id, Finding.review_code, count)
            .where(is_theirs, Finding.rule_id.in_(rule_ids), Finding.review_code.in_(REASONABLE_CODES))
            .group_by(Finding.rule_id, Finding.review_code)
            .having(count >= least)
            .order_by(Finding.rule_id, Finding.review_code)
        )
        found += [Suggestion(rule_id, party, code, int(n)) for rule_id, code, n in session().execute(query)]
    return found
