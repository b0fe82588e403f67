"""Findings put where a run of the rules would put them."""

from __future__ import annotations

import itertools
from datetime import date
from typing import Any

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from supervision.finding import Finding
from tests.world import SCHOOL_REGION, World

_SUBJECTS = itertools.count(1)


@atomic
def a_finding(world: World, **given: Any) -> int:
    """The id of a new finding: of the school and the sunny supplier, standing "case", unless told otherwise."""
    reviewed = given.get("review_code", "")
    finding = Finding(
        **{
            "rule_id": "splitting.statutory",
            "rule_version": 1,
            "subject": f"test:{next(_SUBJECTS)}",
            "stage": "nightly",
            "standing": "case",
            "severity": 3,
            "region_code": SCHOOL_REGION,
            "unit_id": world.school_id,
            "supplier_id": world.sunny_id,
            "category_code": "A05040101",
            "document": "",
            "day": date(2026, 11, 2),
            "amount_fen": 10_000_000,
            "evidence": {"total_fen": 250_000_000, "limit_fen": 200_000_000, "order_count": 7},
            "documents": [],
            "parameters": {"limit_fen": 200_000_000, "warn_percent": 80},
            "input_hash": "0" * 64,
            "found_at": clock.now(),
            "last_found_on": clock.today(),
            "reviewed_at": clock.now() if reviewed else None,
            "review_code": reviewed,
            **given,
        }
    )
    session().add(finding)
    session().flush()
    record(actor=SYSTEM, action="test.finding", subject=finding.reference)
    return finding.id


def the_finding(finding_id: int) -> Finding:
    """The finding as it stands now."""
    close_reading()
    return session().get_one(Finding, finding_id)
