"""The budget line on which a region's unmatched money stands: the province's finance organisation's, one per region
and year, without a fen of its own."""

from __future__ import annotations

from sqlalchemy import select, text

from ledger import budget_lines, fiscal_year
from ledger.errors import LedgerRefusal
from mall import clock
from mall.database import session
from mall.errors import Refusal
from mall.people.organisation import Organisation
from mall.regions.region import province_code


def suspense_line(*, region_code: int, year: int) -> int:
    """The id of the line; entered now where it was never needed before. The caller's transaction holds it.

    Raises Refusal("suspense.no_finance") where no finance organisation exists, and the ledger's.
    """
    code = f"{region_code}-{year}-SUSPENSE"
    where = {"region_code": region_code, "year": year}
    session().execute(text("select pg_advisory_xact_lock(hashtext('suspense_line'), :region)"), {"region": region_code})
    known = budget_lines.find_line_by_code(session(), **where, code=code)
    if known is not None:
        return known.id
    try:
        if not fiscal_year.periods(session(), **where):
            fiscal_year.open_year(session(), **where, opened_at=clock.now(), actor="treasury")
        return budget_lines.create_line(
            session(),
            **where,
            unit_id=_finance_organisation(),
            code=code,
            name="国库待查款",
            created_at=clock.now(),
            is_procurement=False,
            note="国库回单中暂时对不上的款项；查明后转出，本指标没有预算。",
        )
    except LedgerRefusal as refusal:
        raise Refusal(refusal.code, **refusal.facts) from refusal


def _finance_organisation() -> int:
    """The province's finance department, or the nearest to it that there is."""
    kinds = select(Organisation.id).where(Organisation.kind == "finance", Organisation.state == "active")
    found = session().scalar(
        kinds.order_by(Organisation.region_code != province_code(), Organisation.region_code, Organisation.id)
    )
    if found is None:
        raise Refusal("suspense.no_finance")
    return found
