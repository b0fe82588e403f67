"""Findings about the same matter become one case: same unit, supplier and class of category, within thirty days."""

from __future__ import annotations

from collections import defaultdict
from datetime import timedelta

from sqlalchemy import or_, select, text

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.advance import enter
from mall.documents.numbers import next_number
from mall.regions.region import Region
from supervision.cases.case_priority import worth_of
from supervision.cases.watch_case import OPENING, SUPPORTING, WatchCase
from supervision.cases.watch_case_states import UNDECIDED, WATCH_CASE_STATES
from supervision.finding import Finding
from supervision.rule_precision import CLASS_LETTERS, Precisions, precisions

#: the days of a case's findings lie no further apart than this
SPAN_DAYS = 30
AT_ONCE = 2000

#: region, unit, supplier, class of category
_Matter = tuple[int, int | None, int | None, str]


@atomic
def merge_findings(*, limit: int = AT_ONCE) -> int:
    """Put loose findings into cases, and reckon anew what undecided cases are worth. Returns how many found a place.

    What stands weaker than a case joins one that is open, and opens none; what is in the shadow, was reviewed, or is
    gone stays where it is. A chore of the worker; safe to run twice at once.
    """
    session().execute(text("select pg_advisory_xact_lock(hashtext('merge_findings'))"))
    loose = _loose(limit)
    open_cases: dict[_Matter, list[WatchCase]] = defaultdict(list)
    for case in session().scalars(
        select(WatchCase).where(WatchCase.state.in_(UNDECIDED)).order_by(WatchCase.id).with_for_update()
    ):
        open_cases[case.region_code, case.unit_id, case.supplier_id, case.category_code].append(case)
    joined: dict[int, list[Finding]] = defaultdict(list)
    opened: set[int] = set()
    # What opens cases comes first, so that what supports them finds them whatever the order of the days.
    for finding in sorted(loose, key=lambda one: (one.standing not in OPENING, one.day, one.id)):
        matter = _matter_of(finding)
        case = next((one for one in open_cases[matter] if _fits(finding, one)), None)
        if case is None and finding.standing in OPENING:
            case = _open(finding, matter)
            opened.add(case.id)
            open_cases[matter].append(case)
        if case is not None:
            _join(finding, case)
            joined[case.id].append(finding)
    cases = {case.id: case for several in open_cases.values() for case in several}
    changed = _reckon(cases, known=precisions())
    for case_id, findings in joined.items():
        facts = {"findings": [finding.id for finding in findings], "amount_fen": cases[case_id].amount_fen}
        is_new = case_id in opened
        enter(cases[case_id], "find" if is_new else "join", SYSTEM, permission="watch_case.step", is_new=is_new,
              facts=facts)  # fmt: skip
    if changed and not joined:
        record(actor=SYSTEM, action="watch_case.reckon", subject="watch_case", facts={"count": changed})
    return sum(len(findings) for findings in joined.values())


def _loose(limit: int) -> list[Finding]:
    query = (
        select(Finding)
        .where(
            Finding.case_id.is_(None),
            Finding.gone_on.is_(None),
            Finding.review_code == "",
            Finding.standing.in_((*OPENING, *SUPPORTING)),
            or_(Finding.unit_id.is_not(None), Finding.supplier_id.is_not(None)),
        )
        # Weak ones may stay loose for ever; they must not keep the others out.
        .order_by(Finding.standing.in_(SUPPORTING), Finding.id.desc())
        .limit(limit)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return list(session().scalars(query))


def _matter_of(finding: Finding) -> _Matter:
    return finding.region_code, finding.unit_id, finding.supplier_id, finding.category_code[:CLASS_LETTERS]


def _fits(finding: Finding, case: WatchCase) -> bool:
    return max(case.until_day, finding.day) - min(case.from_day, finding.day) <= timedelta(days=SPAN_DAYS)


def _open(finding: Finding, matter: _Matter) -> WatchCase:
    region_code, unit_id, supplier_id, class_code = matter
    region = session().get(Region, region_code)
    case = WatchCase(
        number=next_number("watch_case", region_code=region_code, year=clock.today().year),
        state=WATCH_CASE_STATES.first,
        region_code=region_code,
        level=region.level if region is not None else "county",
        desk_region_code=region_code,
        unit_id=unit_id,
        supplier_id=supplier_id,
        category_code=class_code,
        from_day=finding.day,
        until_day=finding.day,
        amount_fen=0,
        severity=finding.severity,
        priority=0,
        found_at=clock.now(),
        asked_parties="",
    )
    session().add(case)
    session().flush()
    return case


def _join(finding: Finding, case: WatchCase) -> None:
    finding.case_id = case.id
    case.from_day = min(case.from_day, finding.day)
    case.until_day = max(case.until_day, finding.day)


def _reckon(cases: dict[int, WatchCase], *, known: Precisions) -> int:
    """Say of each case what it is worth by what is known today. Returns how many changed."""
    session().flush()
    findings: dict[int, list[Finding]] = defaultdict(list)
    for finding in session().scalars(select(Finding).where(Finding.case_id.in_(cases))):
        findings[finding.case_id or 0].append(finding)
    changed = 0
    for case_id, case in cases.items():
        worth = worth_of(findings[case_id], known=known)
        if (case.amount_fen, case.severity, case.priority) != (worth.amount_fen, worth.severity, worth.priority):
            case.amount_fen, case.severity, case.priority = worth.amount_fen, worth.severity, worth.priority
            changed += 1
    return changed
