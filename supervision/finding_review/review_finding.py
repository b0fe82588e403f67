"""Saying of a finding that it was so, was reasonable, or that data or rule were wrong: it feeds the precision."""

from __future__ import annotations

from dataclasses import dataclass

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import record
from mall.database import atomic, session
from mall.documents.once import claim, settle
from mall.errors import Refusal
from supervision.finding import REVIEW_CODES, Finding
from supervision.finding_review.finding_review import FindingReview
from supervision.finding_review.list_findings import next_drawn
from supervision.finding_review.visible_findings import visible_finding
from supervision.values_in_force import province_code

NOTE_MAX = 500
#: codes that say little by themselves
NOTE_NEEDED = ("rule_wrong",)


@dataclass(frozen=True)
class Reviewable:
    """A finding as the permission table asks of it: what names no region is the province's."""

    region_code: int


@atomic
def review_finding(
    *, actor: Actor, finding_id: int, code: str, note: str = "", input_hash: str = "", request_key: str | None = None
) -> Finding:
    """Keep what was said; said again, the last word counts and the earlier ones stay on record.

    `input_hash`: of the evidence that the reviewer had before her. Raises Refusal "watch.unknown_finding",
    "watch.unknown_review", "watch.note_needed", "watch.finding_changed".
    """
    body = {"finding_id": finding_id, "code": code, "note": note, "input_hash": input_hash}
    claimed = claim(actor=actor, action="finding.review", request_key=request_key, body=body)
    finding = visible_finding(actor, finding_id, lock=not claimed.replayed)
    if claimed.replayed:
        return finding
    authorize(actor, "finding.review", Reviewable(finding.region_code or province_code()))
    note = note.strip()[:NOTE_MAX]
    if code not in REVIEW_CODES:
        raise Refusal("watch.unknown_review")
    if code in NOTE_NEEDED and len(note) < 2:
        raise Refusal("watch.note_needed")
    if input_hash and input_hash != finding.input_hash:
        raise Refusal("watch.finding_changed")
    is_drawn = next_drawn(actor, rule_id=finding.rule_id, rule_version=finding.rule_version) == finding.id
    before = finding.review_code
    finding.review_code, finding.reviewed_by_id, finding.reviewed_at = code, actor.user_id, clock.now()
    session().add(
        FindingReview(
            finding_id=finding.id, rule_version=finding.rule_version, input_hash=finding.input_hash, code=code,
            note=note, is_drawn=is_drawn, user_id=actor.user_id, at=clock.now(),
        )
    )  # fmt: skip
    session().flush()
    facts = {"rule": finding.rule_id, "version": finding.rule_version, "before": before, "code": code, "note": note,
             "is_drawn": is_drawn}  # fmt: skip
    record(actor=actor, action="finding.review", subject=finding.reference, facts=facts)
    settle(claimed, {"finding_id": finding.id, "review_code": code})
    return finding
