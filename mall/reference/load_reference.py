"""Brings the reference data into the database: our own regions, categories and rules, or the full official table."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from mall.access.actor import SYSTEM, Actor
from mall.assets.asset_standard import AssetStandard, forget_kept_standards, pieces_for
from mall.audit.record import record
from mall.catalogue.category import Category
from mall.database import atomic, session
from mall.errors import Refusal
from mall.finance.chart_mapping import ChartMapping
from mall.finance.payment_channel import PaymentChannel
from mall.outbox.event import publish
from mall.reference import read_reference
from mall.regions.region import Region
from mall.regions.regional_rule import RegionalRule, forget_kept_rules

OFFICIAL_COLUMNS = ("code", "name", "level", "parent_code")
KIND_OF_LETTER = {"A": "goods", "B": "works", "C": "services"}


@atomic
def load_built_in(*, actor: Actor = SYSTEM) -> dict[str, int]:
    """Load what is shipped with the mall. Returns {"regions"|"categories"|...: rows written}.

    Rows that are as they should be are not touched, so a second load writes nothing; a rule is
    only ever added, because orders were judged by the old ones.
    """
    counts = {
        "regions": _write(Region, _region_rows(), key="code"),
        "categories": _write(Category, _category_rows(), key="code"),
        "regional_rules": _add_rules(),
        "asset_standards": _add_standards(),
        "chart_mappings": _add_chart_mappings(),
        "payment_channels": _add_channels(),
    }
    if any(counts.values()):
        forget_kept_rules()
        forget_kept_standards()
        record(actor=actor, action="reference.load", subject="reference:built-in", facts=counts)
    return counts


@atomic
def load_official_categories(path: Path, *, actor: Actor = SYSTEM) -> dict[str, int]:
    """Load the full official table (UTF-8; columns code, name, level, parent_code).

    Codes that the mall does not sell come in with in_mall false; of ours, only name, level and
    parent follow the table. Returns {"rows", "added", "changed"}. Raises Refusal
    "reference.bad_file" (facts: file, why, line).
    """
    rows = _official_rows(path)
    known = set(session().scalars(select(Category.code)))
    added = _write(Category, [row for row in rows if row["code"] not in known], key="code")
    # What we know of a code beyond the official table - ceilings, aliases, scope - is ours and stays.
    ours = _as_known([row for row in rows if row["code"] in known])
    changed = _write(Category, ours, key="code")
    counts = {"rows": len(rows), "added": added, "changed": changed}
    if added or changed:
        record(actor=actor, action="reference.load", subject=f"reference:{path.name}", facts=counts)
        publish("categories.changed", document="reference:categories", payload=counts)
    return counts


def _region_rows() -> list[dict[str, Any]]:
    return [
        {
            "code": region.code,
            "name": region.name,
            "name_en": region.name_en,
            "level": region.level,
            "limit_level": region.limit_level,
            "parent_code": region.parent_code,
            "is_province_managed": region.is_province_managed,
            "is_statistical_zone": region.is_statistical_zone,
        }
        for region in read_reference.regions()
    ]


def _category_rows() -> list[dict[str, Any]]:
    return [
        {
            "code": category.code,
            "name": category.name,
            "name_en": category.name_en,
            "level": category.level,
            "parent_code": category.parent_code,
            "kind": category.kind,
            "in_mall": category.in_mall,
            "is_centralised": category.centralised,
            "is_asset": category.is_asset,
            "asset_ceiling_fen": category.asset_ceiling_fen,
            "min_years": category.min_years,
            "default_unit": category.default_unit or "",
            "aliases": "|".join(category.aliases),
        }
        for category in read_reference.categories()
    ]


def _add_chart_mappings() -> int:
    """Like rules, titles are only ever added: a statement of last year keeps last year's."""
    query = select(ChartMapping.region_code, ChartMapping.account, ChartMapping.valid_from)
    known = {tuple(row) for row in session().execute(query)}
    missing = [
        one for one in read_reference.chart_mappings() if (one.region_code, one.account, one.valid_from) not in known
    ]
    session().add_all(
        ChartMapping(
            region_code=one.region_code,
            account=one.account,
            valid_from=one.valid_from,
            official_code=one.official_code,
            name=one.name_zh,
            name_en=one.name_en,
            legal_source=one.legal_source,
            is_confirmed=one.confirmed,
        )
        for one in missing
    )
    return len(missing)


def _add_rules() -> int:
    rules = read_reference.regional_rules()
    query = select(RegionalRule.code, RegionalRule.region_code, RegionalRule.level, RegionalRule.valid_from)
    known = {tuple(row) for row in session().execute(query)}
    missing = [rule for rule in rules if (rule.code, rule.region_code, rule.level, rule.valid_from) not in known]
    for rule in missing:
        session().add(
            RegionalRule(
                code=rule.code,
                region_code=rule.region_code,
                level=rule.level,
                valid_from=rule.valid_from,
                valid_to=rule.valid_to,
                value=rule.value,
                unit=rule.unit,
                tightens=rule.tightens,
                legal_source=rule.legal_source,
                is_confirmed=rule.confirmed,
                name=rule.name_zh,
                name_en=rule.name_en,
            )
        )
    session().flush()
    return len(missing)


def _add_standards() -> int:
    known = {
        tuple(row)
        for row in session().execute(select(AssetStandard.code, AssetStandard.region_code, AssetStandard.valid_from))
    }
    missing = [
        standard
        for standard in read_reference.asset_standards()
        if (standard.code, standard.region_code, standard.valid_from) not in known
    ]
    for standard in missing:
        # Read once, so that a step that says nothing is noticed now and not under an order.
        pieces_for(standard.steps, staff_quota=1)
        session().add(
            AssetStandard(
                code=standard.code,
                region_code=standard.region_code,
                valid_from=standard.valid_from,
                valid_to=standard.valid_to,
                category_codes=list(standard.category_codes),
                steps=standard.steps,
                price_ceiling_fen=standard.price_ceiling_fen,
                min_years=standard.min_years,
                is_binding=standard.is_binding,
                legal_source=standard.legal_source,
                is_confirmed=standard.confirmed,
                name=standard.name_zh,
                name_en=standard.name_en,
            )
        )
    session().flush()
    return len(missing)


def _add_channels() -> int:
    known = {tuple(row) for row in session().execute(select(PaymentChannel.fund_source, PaymentChannel.valid_from))}
    missing = [one for one in read_reference.payment_channels() if (one.fund_source, one.valid_from) not in known]
    for channel in missing:
        session().add(
            PaymentChannel(
                fund_source=channel.fund_source,
                channel=channel.channel,
                valid_from=channel.valid_from,
                valid_to=channel.valid_to,
                legal_source=channel.legal_source,
                is_confirmed=channel.confirmed,
            )
        )
    session().flush()
    return len(missing)


def _write(table: type[Region] | type[Category], rows: Iterable[dict[str, Any]], *, key: str) -> int:
    """Insert or bring up to date, in the order given (parents first). Returns how many rows really changed."""
    rows = list(rows)
    if not rows:
        return 0
    columns = table.__table__.columns
    known = {row[key]: dict(row) for row in session().execute(select(table.__table__)).mappings()}
    changed = [row for row in rows if {**known.get(row[key], {}), **row} != known.get(row[key])]
    if not changed:
        return 0
    statement = insert(table)
    written = [name for name in changed[0] if name != key]
    session().execute(
        statement.on_conflict_do_update(
            index_elements=[columns[key]], set_={name: statement.excluded[name] for name in written}
        ),
        changed,
    )
    return len(changed)


def _as_known(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The rows with everything but name, level and parent as it stands in the database."""
    known = {row["code"]: dict(row) for row in session().execute(select(Category.__table__)).mappings()}
    official = ("code", "name", "level", "parent_code")
    return [{**known[row["code"]], **{name: row[name] for name in official}} for row in rows]


def _official_rows(path: Path) -> list[dict[str, Any]]:
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file)
            if tuple(reader.fieldnames or ()) != OFFICIAL_COLUMNS:
                raise Refusal("reference.bad_file", file=path.name, why="columns", line=1)
            rows = [_official_row(path, number, row) for number, row in enumerate(reader, start=2)]
    except UnicodeDecodeError as error:
        raise Refusal("reference.bad_file", file=path.name, why="encoding", line=0) from error
    return _parents_first(path, rows)


def _official_row(path: Path, number: int, row: dict[str, str | None]) -> dict[str, Any]:
    code, name, level = ((row[column] or "").strip() for column in ("code", "name", "level"))
    if not name or code[:1] not in KIND_OF_LETTER or not code.isascii() or not code.isalnum():
        raise Refusal("reference.bad_file", file=path.name, why="code", line=number)
    if not level.isascii() or not level.isdigit() or len(level) > 2:
        raise Refusal("reference.bad_file", file=path.name, why="level", line=number)
    return {
        "code": code,
        "name": name,
        "name_en": "",
        "level": int(level),
        "parent_code": (row["parent_code"] or "").strip() or None,
        "kind": KIND_OF_LETTER[code[0]],
        "in_mall": False,
        "is_centralised": False,
        "is_asset": False,
        "asset_ceiling_fen": None,
        "min_years": None,
        "default_unit": "",
        "aliases": "",
    }


def _parents_first(path: Path, rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Sorted by level, every parent known. A code that stands twice is refused as well."""
    levels = {row["code"]: row["level"] for row in rows}
    if len(levels) != len(rows):
        raise Refusal("reference.bad_file", file=path.name, why="twice", line=0)
    for number, row in enumerate(rows, start=2):
        parent = row["parent_code"]
        # A parent on its own level or below would make a circle.
        if parent is not None and levels.get(parent, row["level"]) >= row["level"]:
            raise Refusal("reference.bad_file", file=path.name, why="parent", line=number)
    return sorted(rows, key=lambda row: (row["level"], row["code"]))
