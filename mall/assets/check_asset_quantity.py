"""The check at order time: no more office equipment than the staff quota allows, or a reason why.

A standard refuses only where its text forbids more and its value is confirmed for the region. The central standard
(财资〔2016〕27号) addresses central units and leaves room for special needs; Henan's own table is not confirmed.
Neither is an unambiguous ground to refuse a county school, so what is shipped asks for a reason that the
approver reads; a region that binds its units by a confirmed table refuses by one row of data.
"""

from __future__ import annotations

from collections import Counter

from sqlalchemy import text

from mall.assets.asset_quota import Quota, quotas_of
from mall.assets.asset_standard import standards_for
from mall.database import in_atomic, session
from mall.errors import Refusal
from mall.ordering.order_checks import Judgement, OrderToCheck
from mall.people.organisation import organisation


def check_asset_quantity(order: OrderToCheck, judgement: Judgement) -> None:
    """Hold the order's pieces, with those in use and on order, against the unit's standards."""
    wanted: Counter[str] = Counter()
    for line in order.lines:
        if line.offer.category is not None:
            wanted[line.offer.category.code] += line.quantity
    touched = [one for one in standards_for(order.region_code, on=order.on) if one.category_codes & wanted.keys()]
    unit = organisation(order.unit_id) if touched else None
    if unit is None:
        return
    if in_atomic() and any(standard.refuses for standard in touched):
        # Two orders at once must not both take the last piece; a standard that only asks for a reason needs no queue.
        session().execute(
            text("select pg_advisory_xact_lock(hashtextextended('asset_quota', :unit))"), {"unit": unit.id}
        )
    codes = {standard.code for standard in touched}
    for quota in quotas_of(unit, on=order.on, wanted=wanted):
        if quota.standard.code in codes:
            _judge(quota, judgement)


def _judge(quota: Quota, judgement: Judgement) -> None:
    facts = {"standard_zh": quota.standard.name, "standard_en": quota.standard.name_en}
    facts |= {"in_use": quota.in_use, "on_order": quota.on_order, "wanted": quota.wanted}
    facts |= {"legal_source": quota.standard.legal_source}
    if quota.ceiling is None:
        judgement.warnings.append(Refusal("order.asset_quota_unknown", **facts))
    elif quota.is_exceeded:
        facts |= {"ceiling": quota.ceiling, "staff_quota": quota.staff_quota, "excess": -(quota.free or 0)}
        if quota.standard.refuses:
            judgement.refusals.append(Refusal("order.over_asset_quantity", **facts))
        else:
            judgement.ask_reason(Refusal("order.above_asset_quantity", **facts))
