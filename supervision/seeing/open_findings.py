"""Findings that nobody has judged and that are still found: what figures count and lists show."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, func, select

from mall.database import session
from supervision.finding import Finding
from supervision.seeing.sight import NO_REGION, Scope, Sight


def open_findings(query: Select[Any], scope: Scope) -> Select[Any]:
    """Narrow a query over Finding; what a rule finds in its trial run is shown to nobody here."""
    return _open(query).where(scope.condition(Finding.region_code, Finding.unit_id))


def open_findings_in_sight(query: Select[Any], sight: Sight) -> Select[Any]:
    """The same of all the divisions of a regulator."""
    condition = sight.condition(Finding.region_code)
    return _open(query).where(condition | (Finding.region_code == NO_REGION) if sight.sees_province else condition)


def _open(query: Select[Any]) -> Select[Any]:
    return query.where(Finding.standing != "shadow", Finding.gone_on.is_(None), Finding.review_code == "")


def findings_by_unit(scope: Scope) -> dict[tuple[int, int | None], tuple[int, int]]:
    """{(region, unit): (findings, fen at stake)}"""
    rows = session().execute(
        open_findings(select(Finding), scope)
        .with_only_columns(Finding.region_code, Finding.unit_id, func.count(), func.sum(Finding.amount_fen))
        .group_by(Finding.region_code, Finding.unit_id)
    )
    return {(region, unit): (count, int(fen)) for region, unit, count, fen in rows}
