"""Gives the demo province what supervision needs to show itself: records, reviewed rules, and the first night.

Called after `mall.demo.load_demo`, which knows nothing of it. Each stage is one transaction, or a night, which may be
run again; a load that was killed is carried on, a finished one is left alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta

from sqlalchemy import func, select

from mall import clock
from mall.catalogue.listing import Listing
from mall.catalogue.product import Product
from mall.database import atomic, close_reading, session
from mall.demo.demo_stage import begin_stage, finish_stage, stages
from mall.demo.load_organisations import ids_by_key
from mall.demo.organisations import demo_province
from mall.documents.advance import advance, enter
from mall.documents.numbers import next_number
from mall.people.organisation import Organisation
from mall.people.user import actor_named
from mall.settings import Settings
from supervision.cases.merge_findings import merge_findings
from supervision.demo.plan_quotations import PlannedQuotation, plan_quotations
from supervision.demo.plan_rule_reviews import (
    DECIDER,
    LEGAL_REFERENCE,
    MAKER,
    REASON,
    REVIEWS,
    SOURCE,
    SWITCHED_ON,
)
from supervision.rule import Rule
from supervision.rule_change import RuleChange, RuleParameter
from supervision.rule_run import RuleMeasurement
from supervision.rule_shelf import rules
from supervision.values_in_force import MODE, ON, province_code
from supervision.watch_night import run_night
from supervision.watch_record import OutsidePrice, RecordedInvitation, RecordedQuote, RecordedSourcing, WatchApproval

Say = Callable[[str], None]
RECORDS, RULES, NIGHT = "watch records", "watch rules", "watch night"
#: what follows the first night, in this order; each is safe to run twice
AFTER_NIGHT: tuple[Callable[[], object], ...] = (merge_findings,)
QUOTATION_SOURCE = "演示：历史询价记录"
#: (unit, kind, beginning of the category, days before today, days it holds)
APPROVALS = (
    ("z-community", "import", "A0232", 150, 365),
    ("z-vocational", "over_standard", "A0201", 100, 365),
)
#: what large shops and the market asked, in hundredths of our lowest price: (kind, source, hundredths, days before)
OUTSIDE = (
    ("e_commerce", "演示：电商平台自营店", 98, 5),
    ("market", "演示：价格监测点", 101, 9),
    ("e_commerce", "演示：电商平台自营店", 95, 16),
)
OUTSIDE_PRODUCTS = 12


def load_watch_demo(
    settings: Settings, *, say: Say, after_night: tuple[Callable[[], object], ...] = AFTER_NIGHT
) -> bool:
    """Load what is not loaded yet. Returns whether there was anything to do.

    The mall's part must be loaded to its end: the night looks at its orders.
    """
    known = stages()
    close_reading()
    if all(name in known and known[name].done_at for name in (RECORDS, RULES, NIGHT)):
        return False
    seed, today = int(known["organisations"].facts["seed"]), clock.today()
    for name, write in ((RECORDS, lambda: _write_records(seed=seed, today=today)), (RULES, _write_rules)):
        if name not in known or not known[name].done_at:
            begin_stage(name)
            write()
    say("演示省份：监督的首夜运算（导出历史、参照价、全部规则）")
    begin_stage(NIGHT)
    # The monthly rules too, whatever the day: the ring and the dear supplier are found by them.
    done = run_night(settings, on=today, stages=("nightly", "monthly"))
    for follow in after_night:
        follow()
    failed = [one.rule_id for one in done.swept if one.failure]
    new_count = sum(one.new_count for one in done.swept)
    finish_stage(NIGHT, facts={"rules": len(done.swept), "new_findings": new_count, "failed": failed})
    say(f"  规则 {len(done.swept)} 条，线索 {new_count} 条")
    return True


@atomic
def _write_records(*, seed: int, today: date) -> None:
    """Quotations held before the mall knew such a mode, a few prices seen elsewhere, and two approvals."""
    ids = ids_by_key(demo_province(year=today.year))
    planned = plan_quotations(seed=seed, today=today)
    for one in planned:
        _write_quotation(one, ids=ids)
    priced = _write_outside_prices(today=today)
    approved = _write_approvals(ids, today=today)
    facts = {"quotations": len(planned), "outside_prices": priced, "approvals": approved}
    finish_stage(RECORDS, facts=facts)


def _write_quotation(one: PlannedQuotation, *, ids: Mapping[str, int]) -> None:
    region_code = session().get_one(Organisation, ids[one.unit_key]).region_code
    sourcing = RecordedSourcing(
        sourcing_number=one.number,
        unit_id=ids[one.unit_key],
        region_code=region_code,
        category_code=one.category_code,
        budget_fen=one.budget_fen,
        opened_at=_at(one.opened_on, 10),
        closed_at=_at(one.closed_on, 16),
        open_hours=one.open_hours,
        state="awarded",
        source=QUOTATION_SOURCE,
    )
    session().add(sourcing)
    session().flush()
    for place, (key, price_fen) in enumerate(one.totals):
        session().add(
            RecordedQuote(
                sourcing_id=sourcing.id,
                line_no=0,
                supplier_id=ids[key],
                price_fen=price_fen,
                is_valid=True,
                is_winner=key == one.winner_key,
                quoted_at=_at(one.closed_on, 9) + timedelta(minutes=23 * place),
            )
        )
    session().add_all(RecordedInvitation(sourcing_id=sourcing.id, supplier_id=ids[key]) for key in one.invited)


def _write_outside_prices(*, today: date) -> int:
    """A little beside our lowest price, for goods that many sell; entered by one regulator, confirmed by the other."""
    rows = session().execute(
        select(Product.id, func.min(Listing.price_fen // Listing.pack_size))
        .join(Listing, Listing.product_id == Product.id)
        .where(Listing.state == "on_shelf")
        .group_by(Product.id)
        .order_by(func.count().desc(), Product.id)
        .limit(OUTSIDE_PRODUCTS)
    ).all()  # fmt: skip
    maker, decider = actor_named(MAKER), actor_named(DECIDER)
    for place, (product_id, lowest_fen) in enumerate(rows):
        kind, source, hundredths, days_before = OUTSIDE[place % len(OUTSIDE)]
        shown = f"{product_id}/{source}/{days_before}"
        session().add(
            OutsidePrice(
                product_id=product_id,
                region_code=province_code(),
                kind=kind,
                source=source,
                price_fen=max(1, lowest_fen * hundredths // 100),
                captured_at=_at(today - timedelta(days=days_before), 11),
                evidence_sha256=hashlib.sha256(shown.encode()).hexdigest(),
                note="演示数据，没有截图",
                state="confirmed",
                entered_by_id=maker.user_id or 0,
                entered_at=clock.now(),
                confirmed_by_id=decider.user_id,
            )
        )
    return len(rows)


def _write_approvals(ids: Mapping[str, int], *, today: date) -> int:
    maker = actor_named(MAKER)
    for place, (unit_key, kind, category_code, days_before, days) in enumerate(APPROVALS, start=1):
        from_day = today - timedelta(days=days_before)
        session().add(
            WatchApproval(
                number=f"演示批复〔{from_day.year}〕{place}号",
                kind=kind,
                unit_id=ids[unit_key],
                region_code=session().get_one(Organisation, ids[unit_key]).region_code,
                category_code=category_code,
                from_day=from_day,
                until_day=from_day + timedelta(days=days),
                entered_by_id=maker.user_id or 0,
                entered_at=clock.now(),
            )
        )
    return len(APPROVALS)


@atomic
def _write_rules() -> None:
    """What reviewers are said to have found, and the rules that two people switched on; of those on the shelf."""
    shelf = rules()
    reviews = [one for one in REVIEWS if one.rule_id in shelf]
    for one in reviews:
        session().add(
            RuleMeasurement(
                rule_id=one.rule_id,
                rule_version=shelf[one.rule_id].version,
                hit_count=one.hit_count,
                true_count=one.true_count,
                source=SOURCE,
                at=clock.now(),
            )
        )
    switched = [_switch_on(shelf[rule_id]) for rule_id in SWITCHED_ON if rule_id in shelf]
    finish_stage(RULES, facts={"reviews": len(reviews), "switched_on": switched})


def _switch_on(rule: Rule) -> str:
    """A change of the rule's mode, proposed by one regulator of the province and put into force by another."""
    maker, decider = actor_named(MAKER), actor_named(DECIDER)
    region_code, today = province_code(), clock.today()
    change = RuleChange(
        number=next_number("rule_change", region_code=region_code, year=today.year),
        rule_id=rule.id,
        rule_version=rule.version,
        region_code=region_code,
        state="proposed",
        mode="on",
        values={},
        valid_from=today,
        legal_reference=LEGAL_REFERENCE,
        reason=REASON,
        maker_id=maker.user_id or 0,
        created_at=clock.now(),
    )
    session().add(change)
    session().flush()
    enter(change, "propose", maker, permission="rule_change.edit", is_new=True)
    change.decider_id, change.decided_at = decider.user_id, clock.now()
    advance(change, "switch_on", decider, facts={"valid_from": today, "rows": [MODE]})
    session().add(
        RuleParameter(
            rule_id=rule.id,
            name=MODE,
            region_code=region_code,
            level="province",
            valid_from=today,
            value=ON,
            legal_reference=LEGAL_REFERENCE,
            reason=REASON,
            change_id=change.id,
            maker_id=maker.user_id or 0,
            decider_id=decider.user_id or 0,
        )
    )
    return rule.id


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), tzinfo=clock.SHANGHAI)
