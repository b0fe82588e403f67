"""Lists of findings: the rows a regulator may see, narrowed as she asks, and the next one that the draw gives her."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select

from mall.access.actor import Actor
from mall.database import session
from mall.people.organisation import organisation_names
from mall.regions.region import code_bounds
from supervision.finding import Finding
from supervision.finding_review.visible_findings import visible_findings
from supervision.rule import FAMILIES

PAGE_SIZE = 25


@dataclass(frozen=True)
class FindingFilter:
    """What a reader asked for; empty values ask for everything. `page` counts from 1."""

    rule_id: str = ""
    family: str = ""
    standing: str = ""
    region_code: int | None = None
    unit_id: int | None = None
    supplier_id: int | None = None
    #: "yes", "no" or ""
    reviewed: str = ""
    #: "present", "gone" or ""
    presence: str = ""
    page: int = 1


@dataclass(frozen=True)
class FindingRows:
    """One page of findings, how many there are in all and unreviewed, and the money at stake."""

    findings: list[Finding]
    names: dict[int, str]
    total: int
    unreviewed: int
    amount_fen: int
    page: int

    @property
    def pages(self) -> int:
        return max(1, -(-self.total // PAGE_SIZE))


def list_findings(*, actor: Actor, wanted: FindingFilter) -> FindingRows:
    """The latest first."""
    query = _narrowed(visible_findings(actor, select(Finding)), wanted)
    counted = query.with_only_columns(
        func.count(),
        func.count().filter(Finding.review_code == ""),
        func.coalesce(func.sum(Finding.amount_fen), 0),
    )
    total, unreviewed, amount_fen = session().execute(counted).one()
    page = min(max(1, wanted.page), max(1, -(-total // PAGE_SIZE)))
    ordered = query.order_by(Finding.id.desc()).limit(PAGE_SIZE).offset((page - 1) * PAGE_SIZE)
    found = list(session().scalars(ordered))
    return FindingRows(
        findings=found, names=names_of(found), total=int(total), unreviewed=int(unreviewed),
        amount_fen=int(amount_fen), page=page,
    )  # fmt: skip


def latest_findings(actor: Actor, rule_id: str, *, limit: int = 10) -> list[Finding]:
    """The last findings of a rule that this actor may see."""
    query = visible_findings(actor, select(Finding).where(Finding.rule_id == rule_id))
    return list(session().scalars(query.order_by(Finding.id.desc()).limit(limit)))


def names_of(findings: list[Finding]) -> dict[int, str]:
    """The names of units and suppliers of these findings."""
    ids = {one for finding in findings for one in (finding.unit_id, finding.supplier_id) if one is not None}
    return organisation_names(ids)


def parties_of(actor: Actor, column: Any) -> list[tuple[int, str]]:
    """(id, name) of the units or suppliers, as `column` says, of which this actor sees findings."""
    ids = visible_findings(actor, select(Finding)).with_only_columns(column).distinct().where(column.is_not(None))
    found = organisation_names(set(session().scalars(ids)))
    return sorted(found.items(), key=lambda one: one[1])


def next_drawn(actor: Actor, *, rule_id: str, rule_version: int) -> int | None:
    """The id of the rule's next unreviewed finding in shadow; None where all are reviewed.

    The order is a digest of rule, version and subject: nobody chooses it, everybody can compute it again, and a
    reviewer who leaves a finding out is given it again.
    """
    query = visible_findings(
        actor,
        select(Finding).where(
            Finding.rule_id == rule_id,
            Finding.rule_version == rule_version,
            Finding.standing == "shadow",
            Finding.review_code == "",
        ),
    )
    ordered = query.with_only_columns(Finding.id).order_by(draw_key(), Finding.id).limit(1)
    return session().scalar(ordered)


def draw_key() -> ColumnElement[str]:
    """SHA-256 of "rule:version:subject"."""
    named = func.concat(Finding.rule_id, ":", Finding.rule_version, ":", Finding.subject)
    return func.encode(func.sha256(func.convert_to(named, "UTF8")), "hex")


def _narrowed(query: Select[Any], wanted: FindingFilter) -> Select[Any]:
    if wanted.rule_id:
        query = query.where(Finding.rule_id == wanted.rule_id)
    if wanted.family in FAMILIES:
        query = query.where(Finding.rule_id.startswith(f"{wanted.family}.", autoescape=True))
    if wanted.standing:
        query = query.where(Finding.standing == wanted.standing)
    if wanted.region_code is not None:
        query = query.where(Finding.region_code.between(*code_bounds(wanted.region_code)))
    if wanted.unit_id is not None:
        query = query.where(Finding.unit_id == wanted.unit_id)
    if wanted.supplier_id is not None:
        query = query.where(Finding.supplier_id == wanted.supplier_id)
    if wanted.reviewed:
        is_open = Finding.review_code == ""
        query = query.where(~is_open if wanted.reviewed == "yes" else is_open)
    if wanted.presence:
        is_gone = Finding.gone_on.is_not(None)
        query = query.where(is_gone if wanted.presence == "gone" else ~is_gone)
    return query
