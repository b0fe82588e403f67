"""What a draft finds on one history, beside what the values in force find on it; of its own region alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import select

from mall.database import session
from mall.regions.region import code_bounds
from mall.regions.watch_calendar import day_number
from supervision.engines.engine import Engine, Row
from supervision.facts import Facts
from supervision.finding import Finding
from supervision.rule import HIT, Rule
from supervision.rule_changes.draft import Draft, rows_with
from supervision.values_in_force import Rows, mode_in_force, province_code, rows_in_force, values_in_force

EXAMPLES_MAX = 20
#: how a hit of the draft stands to those of the values in force
NEW, GONE, BOTH = "new", "gone", "both"


@dataclass(frozen=True)
class Side:
    """One of the two: how many subjects had each outcome, and the hits by subject that are kept.

    A hit in a division where the rule is switched off is counted as switched off and not as a hit.
    """

    counts: Mapping[str, int]
    hits: Mapping[str, Row]
    off_count: int = 0

    @property
    def amount_fen(self) -> int:
        return sum(int(hit["amount_fen"]) for hit in self.hits.values())


@dataclass(frozen=True)
class Comparison:
    """The draft beside what holds."""

    draft: Side
    held: Side

    @property
    def new(self) -> dict[str, Row]:
        """What only the draft finds."""
        return {subject: hit for subject, hit in self.draft.hits.items() if subject not in self.held.hits}

    @property
    def gone(self) -> dict[str, Row]:
        """What the draft loses."""
        return {subject: hit for subject, hit in self.held.hits.items() if subject not in self.draft.hits}

    @property
    def both(self) -> dict[str, Row]:
        return {subject: hit for subject, hit in self.draft.hits.items() if subject in self.held.hits}


def compare_draft(engine: Engine, rule: Rule, draft: Draft, *, region_code: int, on: date) -> Comparison:
    """Sweep twice. Raises what the engine raises; the rule must be a sweep."""
    return Comparison(
        draft=_side(
            engine, rule, rows_with(rule, draft, region_code=region_code, on=on), region_code=region_code, on=on
        ),
        held=_side(engine, rule, rows_in_force(rule.id, on=on), region_code=region_code, on=on),
    )


def _side(engine: Engine, rule: Rule, rows: Rows, *, region_code: int, on: date) -> Side:
    assert rule.find is not None
    found = rule.find(Facts(day_number(on)), values_in_force(rule, on=on, rows=rows))
    province = province_code()
    if region_code != province:
        # What names no division (a supplier, a product of the whole province) is the province's to judge.
        found = found.filter(found.region_code.between(*code_bounds(region_code)))
    swept = engine.sweep(found)
    modes: dict[int, str] = {}
    hits: dict[str, Row] = {}
    for hit in swept.hits:
        place = int(hit["region_code"]) or province
        if place not in modes:
            modes[place] = mode_in_force(rule, region_code=place, on=on, rows=rows)
        if modes[place] != "off":
            hits[hit["subject"]] = hit
    off_count = len(swept.hits) - len(hits)
    return Side({**swept.counts, HIT: len(hits)}, hits, off_count)


def told(comparison: Comparison, rule: Rule) -> dict[str, Any]:
    """The comparison as it is kept: counts, money, what reviewers had said, and some examples; plain JSON."""
    reviews = _reviews(rule)
    parts = {NEW: comparison.new, GONE: comparison.gone, BOTH: comparison.both}
    return {
        "draft": _told_side(comparison.draft, reviews),
        "held": _told_side(comparison.held, reviews),
        **{name: _told_part(hits, reviews) for name, hits in parts.items()},
        "examples": _examples(rule, parts),
    }


def _told_side(side: Side, reviews: Mapping[str, str]) -> dict[str, Any]:
    return {"counts": dict(side.counts), "off_count": side.off_count, "hit_count": len(side.hits),
            "amount_fen": side.amount_fen, "reviews": _counted(side.hits, reviews)}  # fmt: skip


def _told_part(hits: Mapping[str, Row], reviews: Mapping[str, str]) -> dict[str, Any]:
    return {"hit_count": len(hits), "amount_fen": sum(int(hit["amount_fen"]) for hit in hits.values()),
            "reviews": _counted(hits, reviews)}  # fmt: skip


def _counted(subjects: Iterable[str], reviews: Mapping[str, str]) -> dict[str, int]:
    return dict(sorted(Counter(reviews[subject] for subject in subjects if subject in reviews).items()))


def _reviews(rule: Rule) -> dict[str, str]:
    """What people said of the rule's findings, by subject."""
    query = select(Finding.subject, Finding.review_code).where(Finding.rule_id == rule.id, Finding.review_code != "")
    return {row.subject: row.review_code for row in session().execute(query)}


def _examples(rule: Rule, parts: Mapping[str, Mapping[str, Row]]) -> list[dict[str, Any]]:
    """The dearest of what changes first; what stays fills the rest."""
    chosen: list[tuple[str, Row]] = []
    shares = {NEW: EXAMPLES_MAX // 2, GONE: EXAMPLES_MAX, BOTH: EXAMPLES_MAX}
    for name in (NEW, GONE, BOTH):
        dearest = sorted(parts[name].values(), key=lambda hit: (-int(hit["amount_fen"]), hit["subject"]))
        chosen += [(name, hit) for hit in dearest[: min(shares[name], EXAMPLES_MAX - len(chosen))]]
    subjects = [hit["subject"] for _, hit in chosen]
    kept = select(Finding.subject, Finding.id).where(Finding.rule_id == rule.id, Finding.subject.in_(subjects))
    ids = {row.subject: row.id for row in session().execute(kept)}
    return [
        {"subject": hit["subject"], "change": name, "amount_fen": int(hit["amount_fen"]), "document": hit["document"],
         "region_code": int(hit["region_code"]), "unit_id": int(hit["unit_id"]),
         "supplier_id": int(hit["supplier_id"]), "finding_id": ids.get(hit["subject"])}
        for name, hit in chosen
    ]  # fmt: skip
