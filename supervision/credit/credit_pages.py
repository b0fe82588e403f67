"""Pages of credit: one's own score with every entry, the regulator's list, and the open page of formula and grades."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, redirect, render_template, request, url_for
from sqlalchemy import func, select
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, everyone, needs
from mall.database import session
from mall.people.organisation import Organisation, organisation, organisation_names
from mall.regions.region import code_bounds, regions_by_code
from mall.regions.regional_rule import RuleValue, rule
from supervision.credit import credit_words
from supervision.credit.credit_entry import CreditStanding, entries_of, entry_count, grades_given
from supervision.credit.credit_formula import (
    ENTRY_DAYS_RULE,
    FORMULA,
    FORMULA_VERSION,
    FULL_MARKS,
    GRADE_A_DEEDS_RULE,
    GRADES,
    LINES,
    LOWEST_RULES,
    PARTY_KINDS,
    RIGHTS,
)
from supervision.credit.credit_rights import TONES
from supervision.credit.visible_credit import visible_standing, visible_standings

pages = Blueprint("credit", __name__)
open_pages = Blueprint("open_credit", __name__)

ROWS_SHOWN = 50
WHY = "how credit is reckoned and which grades organisations have is public; it says nothing of any person"
#: where documents that entries name are read; what has no page here is only named
_PAGES = {
    "order": ("orders.show", "number", "order.read"),
    "payment_finding": ("payment_watch.finding", "number", "payment_watch.read"),
    "listing": ("listing_life.show", "listing_id", "listing.read"),
}


@pages.get("/watch/credit/mine")
@needs("credit.read")
def mine() -> AnyResponse:
    """To the reader's own score; who has none yet, or more than one, or watches others, comes to the list."""
    actor = current_actor()
    query = select(CreditStanding.party_id).where(CreditStanding.party_id.in_({*actor.unit_ids, *actor.supplier_ids}))
    own = list(session().scalars(query))
    if len(own) == 1:
        return redirect(url_for("credit.show", party_id=own[0]))
    return redirect(url_for("credit.index"))


@pages.get("/watch/credit")
@needs("credit.read")
def index() -> str:
    """The standings that this person may read, the lowest first."""
    actor = current_actor()
    wanted = {name: request.args.get(name, "").strip()[:100] for name in ("kind", "grade", "text")}
    query = visible_standings(actor, select(CreditStanding)).join(
        Organisation, Organisation.id == CreditStanding.party_id
    )
    if wanted["kind"] in PARTY_KINDS:
        query = query.where(CreditStanding.party_kind == wanted["kind"])
    if wanted["text"]:
        query = query.where(Organisation.name.icontains(wanted["text"], autoescape=True))
    counted = query.with_only_columns(CreditStanding.grade, func.count()).group_by(CreditStanding.grade)
    counts = {grade: int(count) for grade, count in session().execute(counted)}
    if wanted["grade"] in GRADES:
        query = query.where(CreditStanding.grade == wanted["grade"])
    total = session().scalar(query.with_only_columns(func.count())) or 0
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(max(1, _page()), page_count)
    ordered = query.order_by(CreditStanding.score, CreditStanding.party_id)
    found = list(session().scalars(ordered.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN)))
    return render_template(
        "watch_credit/list.html",
        found=found,
        names=organisation_names({one.party_id for one in found}),
        counts=counts,
        total=total,
        page=page,
        page_count=page_count,
        wanted=wanted,
        kinds=PARTY_KINDS,
        grades=GRADES,
        full=FULL_MARKS,
        tones=TONES,
        its_words=credit_words,
    )


@pages.get("/watch/credit/<int:party_id>")
@needs("credit.read")
def show(party_id: int) -> str:
    """One party: the marks of each dimension, and every entry with the document it came from."""
    actor = current_actor()
    found = visible_standing(actor, party_id)
    today = clock.today()
    total = entry_count(party_id, on=today)
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(max(1, _page()), page_count)
    entries = entries_of(party_id, on=today, limit=ROWS_SHOWN, offset=(page - 1) * ROWS_SHOWN)
    return render_template(
        "watch_credit/party.html",
        standing=found,
        party=organisation(party_id),
        entries=entries,
        links={entry.document: _address(actor, entry.document) for entry in entries},
        total=total,
        page=page,
        page_count=page_count,
        history=grades_given(party_id),
        rights=[right for right in RIGHTS if right.party_kind == found.party_kind and right.grade in ("", found.grade)],
        full=FULL_MARKS[found.party_kind],
        lines=LINES,
        tones=TONES,
        its_words=credit_words,
    )


@open_pages.get("/open/credit", endpoint="index")
@everyone(WHY)
def index_open() -> str:
    """The formula, the grades' thresholds in each division, what a grade changes, and who has which grade."""
    region_code = request.args.get("region", default=0, type=int)
    regions = regions_by_code()
    kind = request.args.get("kind", "supplier")
    kind = kind if kind in PARTY_KINDS else "supplier"
    province = min(regions)
    query = select(CreditStanding).where(CreditStanding.party_kind == kind)
    if region_code in regions:
        query = query.where(CreditStanding.region_code.between(*code_bounds(region_code)))
    total = session().scalar(query.with_only_columns(func.count())) or 0
    page_count = max(1, -(-total // ROWS_SHOWN))
    page = min(max(1, _page()), page_count)
    ordered = query.order_by(CreditStanding.grade, CreditStanding.score.desc(), CreditStanding.party_id)
    found = list(session().scalars(ordered.limit(ROWS_SHOWN).offset((page - 1) * ROWS_SHOWN)))
    return render_template(
        "watch_credit/open.html",
        found=found,
        names=organisation_names({one.party_id for one in found}),
        total=total,
        page=page,
        page_count=page_count,
        regions=[region for region in regions.values() if region.level != "county"],
        region_code=region_code if region_code in regions else 0,
        kind=kind,
        kinds=PARTY_KINDS,
        rules=_rules(region_code if region_code in regions else province),
        lowest=LOWEST_RULES,
        deeds_rule=GRADE_A_DEEDS_RULE,
        days_rule=ENTRY_DAYS_RULE,
        formula=FORMULA,
        version=FORMULA_VERSION,
        rights=RIGHTS,
        full=FULL_MARKS,
        tones=TONES,
        its_words=credit_words,
    )


@open_pages.get("/open/credit.json")
@everyone(WHY)
def twin() -> Response:
    """The formula and the thresholds as programs read them."""
    region_code = request.args.get("region", default=0, type=int)
    regions = regions_by_code()
    region_code = region_code if region_code in regions else min(regions)
    facts: dict[str, Any] = {
        "version": FORMULA_VERSION,
        "unit": "hundredths of a point",
        "full_marks": FULL_MARKS,
        "lines": [
            {"code": one.code, "party": one.party_kind, "dimension": one.dimension, "points": one.points,
             "most": one.most}
            for one in FORMULA
        ],
        "region": region_code,
        "rules": {code: one.as_evidence() for code, one in _rules(region_code).items()},
        "rights": [
            {"grade": one.grade, "party": one.party_kind, "right": one.code, "enforced_in": one.place}
            for one in RIGHTS
        ],
    }  # fmt: skip
    return jsonify(facts)


def _rules(region_code: int) -> dict[str, RuleValue]:
    codes = (*LOWEST_RULES.values(), GRADE_A_DEEDS_RULE, ENTRY_DAYS_RULE)
    return {code: rule(code, region_code=region_code, on=clock.today()) for code in codes}


def _address(actor: Actor, document: str) -> str:
    kind, _, name = document.partition(":")
    if kind not in _PAGES:
        return ""
    endpoint, argument, permission = _PAGES[kind]
    return url_for(endpoint, **{argument: name}) if may(actor, permission) else ""


def _page() -> int:
    typed = request.args.get("page", default=1, type=int)
    return typed if 1 <= typed <= 1_000_000 else 1
