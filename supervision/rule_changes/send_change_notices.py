"""Telling regulators about changes of rules: that one waits for a second person, and what became of it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert

from mall import clock
from mall.access.predicates import covers
from mall.database import session
from mall.notices.notice import Notice
from mall.outbox.event import Event, subscribes
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, UserPost
from supervision.rule_change import RuleChange
from supervision.rule_shelf import rules

#: event -> code of the notice
CODES = {
    "rule_change.propose": "decide_rule_change",
    "rule_change.switch_on": "rule_change_in_force",
    "rule_change.reject": "rule_change_rejected",
    "rule_change.back_test": "rule_change_tested",
    "rule_change.back_test_failed": "rule_change_tested",
}


@subscribes(*CODES, "rule_change.withdraw")
def send_change_notices(event: Event) -> None:
    """Write the notices of one step; earlier ones of the change are read with it. The same event again adds nothing."""
    number = event.document.partition(":")[2]
    change = session().scalar(select(RuleChange).where(RuleChange.number == number))
    if change is None:
        return
    session().execute(
        update(Notice)
        .where(Notice.document == event.document, Notice.read_at.is_(None), Notice.event_id < event.id)
        .values(read_at=clock.now())
    )
    code = CODES.get(event.name)
    if code is None:
        return
    rule = rules().get(change.rule_id)
    facts: dict[str, Any] = {
        "number": change.number,
        "rule_zh": rule.name.zh if rule else change.rule_id,
        "rule_en": rule.name.en if rule else change.rule_id,
        "valid_from": change.valid_from.isoformat(),
        "reason": str(event.payload.get("note") or ""),
    }
    told = deciders_of(change) if code == "decide_rule_change" else list(change.maker_ids)
    for user_id in told:
        if user_id != event.payload.get("by"):
            _tell(event, user_id, code=code, facts=facts)


def deciders_of(change: RuleChange) -> list[int]:
    """The regulators of the change's division who had no hand in it; those above only where it has nobody else."""
    rows = session().execute(
        select(UserAccount.id, Organisation.region_code)
        .join(UserPost, UserPost.user_id == UserAccount.id)
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .where(UserPost.role == "regulator", UserPost.ended_at.is_(None), UserAccount.state == "active")
    )
    found = [
        (user_id, region_code)
        for user_id, region_code in rows
        if covers(region_code, change.region_code) and user_id not in change.maker_ids
    ]
    nearest = {user_id for user_id, region_code in found if region_code == change.region_code}
    return sorted(nearest or {user_id for user_id, _ in found})


def _tell(event: Event, user_id: int, *, code: str, facts: dict[str, Any]) -> None:
    session().execute(
        insert(Notice)
        .values(
            user_id=user_id, event_id=event.id, code=code, document=event.document, facts=facts, at=event.happened_at
        )
        .on_conflict_do_nothing(index_elements=["event_id", "user_id"])
    )
