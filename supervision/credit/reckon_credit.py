"""Reckoning the credit of a party from the mall's history: the differences become entries, their sum a grade.

Doing it again writes nothing: what is written is only what the history says and the entries do not yet say.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.outbox.event import publish
from mall.people.organisation import Organisation, organisation
from mall.regions.regional_rule import RuleValue, rule
from supervision.credit.credit_entry import CreditEntry, CreditGrade, CreditStanding, standing
from supervision.credit.credit_formula import (
    ENTRY_DAYS_RULE,
    FORMULA_VERSION,
    GRADE_A_DEEDS_RULE,
    LINES,
    LOWEST_RULES,
    PARTY_KINDS,
    grade_of,
    score_of,
)
from supervision.credit.deeds import Deed, sources_of

#: from this hour on the night's reckoning is made
NIGHT_HOUR = 2

_reckoned_on: date | None = None


@dataclass(frozen=True)
class _Found:
    """What the history gives for one source."""

    deed: Deed
    points: int
    expires_on: date


def reckon_by_night() -> int:
    """Once a day all parties, each in a transaction of its own. Returns how many standings changed."""
    global _reckoned_on
    today = clock.today()
    if _reckoned_on == today or clock.local(clock.now()).hour < NIGHT_HOUR:
        return 0
    reckon_all(actor=SYSTEM)
    _reckoned_on = today
    # Nothing is left to do at once: the next day comes of itself.
    return 0


def reckon_all(*, actor: Actor, region_code: int | None = None) -> int:
    """Every unit and supplier, or those of one division. Returns how many standings changed."""
    query = select(Organisation.id).where(Organisation.kind.in_(PARTY_KINDS))
    if region_code is not None:
        query = query.where(Organisation.region_code == region_code)
    party_ids = list(session().scalars(query.order_by(Organisation.id)))
    close_reading()
    return sum(reckon_credit(actor=actor, party_id=party_id) for party_id in party_ids)


@atomic
def reckon_credit(*, actor: Actor, party_id: int, on: date | None = None) -> bool:
    """Reckon one party on a day, today by default. Returns whether anything changed.

    Raises Refusal "credit.unknown", "access.denied".
    """
    authorize(actor, "credit.reckon")
    on = on or clock.today()
    party = organisation(party_id)
    if party is None or party.kind not in PARTY_KINDS:
        raise Refusal("credit.unknown", party_id=party_id)
    # Two at once would both find the same entries missing.
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"credit:{party_id}", 0))))
    written = _write_differences(party, on=on)
    return _settle_standing(party, on=on, actor=actor, written=written)


def _write_differences(party: Organisation, *, on: date) -> int:
    days = rule(ENTRY_DAYS_RULE, region_code=party.region_code, on=on).value
    found = _found(party, on=on, days=days)
    known = _known(party.id, on=on)
    written = 0
    for source, one in found.items():
        so_far, _ = known.pop(source, (0, 0))
        written += _add(party, one, points=one.points - so_far)
    for source, (points, entry_id) in known.items():
        if points:
            written += _take_back(party, source, points=points, entry_id=entry_id)
    session().flush()
    return written


def _found(party: Organisation, *, on: date, days: int) -> dict[str, _Found]:
    found: dict[str, _Found] = {}
    # Sources look back twice as far as deeds count: what began long ago may have ended in the time that counts.
    since = on - timedelta(days=2 * days)
    for source in sources_of(party.kind):
        for deed in source(party.id, since, on):
            expires_on = deed.day + timedelta(days=days)
            if deed.until is not None:
                expires_on = min(expires_on, deed.until + timedelta(days=1))
            if deed.day <= on < expires_on:
                line = LINES[deed.code]
                found[deed.source] = _Found(deed, line.points * min(deed.times, line.most), expires_on)
    return found


def _known(party_id: int, *, on: date) -> dict[str, tuple[int, int]]:
    """{source: (points so far, an entry of it)} of the entries that still count."""
    query = (
        select(CreditEntry.source, func.sum(CreditEntry.points), func.min(CreditEntry.id))
        .where(CreditEntry.party_id == party_id, CreditEntry.expires_on > on)
        .group_by(CreditEntry.source)
    )
    return {source: (int(points), entry_id) for source, points, entry_id in session().execute(query)}


def _add(party: Organisation, one: _Found, *, points: int) -> int:
    if not points:
        return 0
    line = LINES[one.deed.code]
    session().add(
        CreditEntry(
            party_kind=party.kind,
            party_id=party.id,
            dimension=line.dimension,
            code=line.code,
            points=points,
            document=one.deed.document,
            source=one.deed.source,
            day=one.deed.day,
            expires_on=one.expires_on,
            is_correction=points != one.points,
            formula_version=FORMULA_VERSION,
            written_at=clock.now(),
        )
    )
    return 1


def _take_back(party: Organisation, source: str, *, points: int, entry_id: int) -> int:
    """The history says nothing of it any more: a further entry takes the points back."""
    first = session().get_one(CreditEntry, entry_id)
    session().add(
        CreditEntry(
            party_kind=party.kind,
            party_id=party.id,
            dimension=first.dimension,
            code=first.code,
            points=-points,
            document=first.document,
            source=source,
            day=first.day,
            expires_on=first.expires_on,
            is_correction=True,
            formula_version=FORMULA_VERSION,
            written_at=clock.now(),
        )
    )
    return 1


def _settle_standing(party: Organisation, *, on: date, actor: Actor, written: int) -> bool:
    query = (
        select(CreditEntry.dimension, func.sum(CreditEntry.points), func.count(CreditEntry.source.distinct()))
        .where(CreditEntry.party_id == party.id, CreditEntry.expires_on > on)
        .group_by(CreditEntry.dimension)
    )
    rows = session().execute(query).all()
    marks = score_of({dimension: int(points) for dimension, points, _ in rows}, party_kind=party.kind)
    score, deeds = sum(marks.values()), sum(int(count) for _, _, count in rows)
    rules = _rules(party.region_code, on=on)
    grade = grade_of(
        score,
        lowest={grade: rules[code].value for grade, code in LOWEST_RULES.items()},
        deeds=deeds,
        deeds_for_a=rules[GRADE_A_DEEDS_RULE].value,
    )
    known = standing(party.id, lock=True)
    before = known.grade if known is not None else ""
    if known is None:
        known = CreditStanding(party_id=party.id, party_kind=party.kind)
        session().add(known)
    elif (known.score, known.marks, known.deeds, known.grade) == (score, marks, deeds, grade) and not written:
        return False
    known.region_code, known.score, known.marks, known.deeds = party.region_code, score, marks, deeds
    known.grade, known.formula_version, known.reckoned_on = grade, FORMULA_VERSION, on
    if grade != before:
        _give_grade(known, before=before, rules=rules.values(), on=on)
    facts = {"entries": written, "score": score, "grade": grade, "before": before}
    record(actor=actor, action="credit.reckon", subject=known.reference, facts=facts)
    return True


def _rules(region_code: int, *, on: date) -> dict[str, RuleValue]:
    codes = (*LOWEST_RULES.values(), GRADE_A_DEEDS_RULE)
    return {code: rule(code, region_code=region_code, on=on) for code in codes}


def _give_grade(known: CreditStanding, *, before: str, rules: Iterable[RuleValue], on: date) -> None:
    session().add(
        CreditGrade(
            party_id=known.party_id,
            before=before,
            grade=known.grade,
            score=known.score,
            deeds=known.deeds,
            rules={one.code: one.as_evidence() for one in rules},
            formula_version=FORMULA_VERSION,
            day=on,
            at=clock.now(),
        )
    )
    publish(
        "credit.graded",
        document=known.reference,
        payload={"party_id": known.party_id, "before": before, "grade": known.grade, "score": known.score},
    )
