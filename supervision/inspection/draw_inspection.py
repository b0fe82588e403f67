"""Drawing an inspection: by a seed out of a digest that was public before, once a division and day, into tasks."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import func, select

from ledger.seal_anchor import BadAnchor
from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.catalogue.listing import Listing
from mall.database import atomic, close_reading, session
from mall.documents.advance_many import enter_many
from mall.documents.numbers import next_number, next_numbers
from mall.open_data.daily_anchor import anchor_folder, kept_anchor, kept_days
from mall.ordering.order import Order
from mall.people.organisation import Organisation
from mall.regions.regional_rule import rule
from supervision.inspection.draw_sample import Drawn, draw, population_text, seed_of
from supervision.inspection.inspection import InspectionDraw, InspectionTask
from supervision.inspection.inspection_task_states import INSPECTION_TASK_STATES
from supervision.inspection.weigh_population import listings_of, orders_of

LISTINGS_RULE, ORDERS_RULE = "inspection.listings", "inspection.orders"
ORDER_DAYS_RULE, EVERY_DAYS_RULE = "inspection.order_days", "inspection.every_days"


def draw_due_inspections(data_dir: Path) -> int:
    """The worker's chore: draw where the last draw is long enough ago. Returns how many draws were made."""
    today = clock.today()
    anchor = latest_anchor(data_dir, before=today)
    if anchor is None:
        return 0
    query = select(Organisation.region_code).where(Organisation.kind.in_(("unit", "supplier"))).distinct()
    regions = sorted(session().scalars(query))
    latest = dict(
        session()
        .execute(select(InspectionDraw.region_code, func.max(InspectionDraw.day)).group_by(InspectionDraw.region_code))
        .all()
    )
    due = [
        code
        for code in regions
        if code not in latest
        or latest[code] + timedelta(days=rule(EVERY_DAYS_RULE, region_code=code, on=today).value) <= today
    ]
    close_reading()
    for region_code in due:
        draw_inspection(actor=SYSTEM, region_code=region_code, anchor=anchor)
    return len(due)


def latest_anchor(data_dir: Path, *, before: date) -> tuple[str, str] | None:
    """(name, digest) of the last published digest of a day before this one; None while there is none that is sound."""
    folder = anchor_folder(data_dir)
    days = [day for day in kept_days(folder) if day < before]
    if not days:
        return None
    try:
        anchor = kept_anchor(folder, days[-1])
    except BadAnchor:
        return None
    return anchor.name, anchor.digest


@atomic
def draw_inspection(*, actor: Actor, region_code: int, anchor: tuple[str, str]) -> InspectionDraw:
    """Draw today's sample of the division and make its tasks. A second draw of the day is the first one.

    Raises Refusal("access.denied").
    """
    authorize(actor, "inspection.draw")
    today = clock.today()
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended(f"inspection:{region_code}", 0))))
    known = session().scalar(
        select(InspectionDraw).where(InspectionDraw.region_code == region_code, InspectionDraw.day == today)
    )
    if known is not None:
        return known
    rules = {
        code: rule(code, region_code=region_code, on=today)
        for code in (LISTINGS_RULE, ORDERS_RULE, ORDER_DAYS_RULE)
    }  # fmt: skip
    name, digest = anchor
    seed = seed_of(region_code=region_code, on=today, anchor_digest=digest)
    listings = list(listings_of(region_code, on=today))
    orders = list(orders_of(region_code, on=today, days=rules[ORDER_DAYS_RULE].value))
    drawn = draw(listings, seed=seed, count=rules[LISTINGS_RULE].value)
    drawn += draw(orders, seed=seed, count=rules[ORDERS_RULE].value)
    population = population_text([*listings, *orders])
    made = InspectionDraw(
        number=next_number("inspection_draw", region_code=region_code, year=today.year),
        region_code=region_code,
        day=today,
        anchor_name=name,
        anchor_digest=digest,
        seed=seed,
        member_count=len(listings) + len(orders),
        drawn_count=len(drawn),
        population=population,
        population_sha256=hashlib.sha256(population.encode()).hexdigest(),
        rules={code: one.as_evidence() for code, one in rules.items()},
        drawn_at=clock.now(),
    )
    session().add(made)
    session().flush()
    _make_tasks(made, drawn, actor=actor)
    facts = {"seed": seed, "members": made.member_count, "drawn": made.drawn_count}
    record(actor=actor, action="inspection.draw", subject=f"inspection_draw:{made.number}", facts=facts)
    return made


def _make_tasks(made: InspectionDraw, drawn: list[Drawn], *, actor: Actor) -> None:
    if not drawn:
        return
    sellers = _sellers([one.member.subject for one in drawn])
    numbers = next_numbers("inspection_task", len(drawn), region_code=made.region_code, year=made.day.year)
    tasks = [
        InspectionTask(
            number=number,
            draw_id=made.id,
            region_code=made.region_code,
            position=position,
            kind=one.member.subject.partition(":")[0],
            subject=one.member.subject,
            weight=one.member.weight,
            ticket=one.ticket,
            supplier_id=sellers[one.member.subject],
            state=INSPECTION_TASK_STATES.first,
        )
        for position, (number, one) in enumerate(zip(numbers, drawn, strict=True), start=1)
    ]
    session().add_all(tasks)
    session().flush()
    ids = [task.id for task in tasks]
    enter_many(INSPECTION_TASK_STATES, ids, "draw", actor, permission="inspection.draw", after="open")


def _sellers(subjects: list[str]) -> dict[str, int]:
    names = {kind: [one.partition(":")[2] for one in subjects if one.startswith(kind)] for kind in ("listing", "order")}
    ids = [int(one) for one in names["listing"]]
    listings = session().execute(select(Listing.id, Listing.supplier_id).where(Listing.id.in_(ids)))
    orders = session().execute(select(Order.number, Order.supplier_id).where(Order.number.in_(names["order"])))
    return {
        **{f"listing:{one}": supplier_id for one, supplier_id in listings},
        **{f"order:{one}": supplier_id for one, supplier_id in orders},
    }
