"""What a party does in a case: it explains, puts right, appeals, with files; and what happens when it stays silent."""

from __future__ import annotations

import functools
from collections.abc import Sequence

from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.access.authorize import authorize
from mall.database import atomic, session
from mall.documents.advance import advance
from mall.documents.document_action import document_action
from mall.errors import Refusal
from mall.finance.keep_attachment import KeptFile
from supervision.cases.visible_cases import sides_of, visible_case
from supervision.cases.watch_case import CaseAttachment, CaseStatement, WatchCase, in_words

TEXT_MAX = 2000
FILES_MAX = 10

_case_action = functools.partial(document_action, kind="watch_case", visible=visible_case)


@_case_action("explain")
def explain_case(case: WatchCase, *, actor: Actor, words: str, attachments: Sequence[KeptFile] = ()) -> None:
    """Answer the regulators' question, or add to an answer. Late answers are taken while nothing is decided.

    Raises Refusal "case.words_needed", "attachment.too_many".
    """
    case.states.step("explain", case.state)
    authorize(actor, "watch_case.answer", case)
    party = _party(actor, case)
    left = [one for one in case.awaited if one != party]
    if case.state == "asked" and case.awaited and left:
        action = "explain_part"
        case.awaited_parties = in_words(left)
    else:
        action = "explain"
        case.awaited_parties, case.due_at = "", None
    _say(case, actor, kind="explanation", party=party, words=words, attachments=attachments)
    advance(case, action, actor, note=words.strip(), facts=_facts(party, attachments))


@_case_action("rectify")
def rectify(case: WatchCase, *, actor: Actor, words: str, attachments: Sequence[KeptFile] = ()) -> None:
    """Say what was put right. Raises Refusal "case.words_needed", "attachment.too_many"."""
    case.states.step("rectify", case.state)
    authorize(actor, "watch_case.answer", case)
    party = _party(actor, case)
    case.due_at = None
    _say(case, actor, kind="rectification", party=party, words=words, attachments=attachments)
    advance(case, "rectify", actor, note=words.strip(), facts=_facts(party, attachments))


@_case_action("appeal")
def appeal(case: WatchCase, *, actor: Actor, words: str, attachments: Sequence[KeptFile] = ()) -> None:
    """Ask somebody else to look at the decision, once and in time.

    Raises Refusal "case.appealed_already", "case.appeal_late", "case.words_needed", "attachment.too_many".
    """
    case.states.step("appeal", case.state)
    authorize(actor, "watch_case.answer", case)
    if case.appealed_at is not None:
        raise Refusal("case.appealed_already", number=case.number)
    if case.appeal_until is None or clock.today() > case.appeal_until:
        raise Refusal("case.appeal_late", number=case.number, until=case.appeal_until)
    party = _party(actor, case)
    case.appealed_at, case.due_at = clock.now(), None
    _say(case, actor, kind="appeal", party=party, words=words, attachments=attachments)
    advance(case, "appeal", actor, note=words.strip(), facts=_facts(party, attachments))


def pass_deadlines(*, limit: int = 200) -> int:
    """Mark the cases whose parties let their term pass. Returns how many; safe to run twice at once."""
    due = (WatchCase.state.in_(("asked", "rectifying")), WatchCase.due_at < clock.now(), WatchCase.overdue_at.is_(None))
    numbers = list(session().scalars(select(WatchCase.number).where(*due).order_by(WatchCase.due_at).limit(limit)))
    return sum(_pass_deadline(number=number) for number in numbers)


@atomic
def _pass_deadline(*, number: str) -> int:
    case = visible_case(SYSTEM, number, lock=True)
    waits = case.state in ("asked", "rectifying") and case.overdue_at is None
    if not waits or case.due_at is None or case.due_at >= clock.now():
        return 0
    case.overdue_at = clock.now()
    advance(case, "pass_deadline", SYSTEM, facts={"due_at": case.due_at, "awaited": case.awaited_parties})
    return 1


def _party(actor: Actor, case: WatchCase) -> str:
    """For whom she speaks; of two sides the one that still owes the answer."""
    sides = sides_of(actor, case)
    return next((side for side in sides if side in case.awaited), sides[0])


def _facts(party: str, attachments: Sequence[KeptFile]) -> dict[str, object]:
    return {"party": party, "files": [file.file_name for file in attachments]}


def _say(case: WatchCase, actor: Actor, *, kind: str, party: str, words: str, attachments: Sequence[KeptFile]) -> None:
    if not 2 <= len(words.strip()) <= TEXT_MAX:
        raise Refusal("case.words_needed", most=TEXT_MAX)
    if len(attachments) > FILES_MAX:
        raise Refusal("attachment.too_many", most=FILES_MAX)
    statement = CaseStatement(
        case_id=case.id, kind=kind, party=party, words=words.strip(), user_id=actor.user_id or 0, at=clock.now()
    )
    session().add(statement)
    session().flush()
    for file in {file.sha256: file for file in attachments}.values():
        session().add(
            CaseAttachment(
                statement_id=statement.id, sha256=file.sha256, file_name=file.file_name, media_type=file.media_type,
                size_bytes=file.size_bytes,
            )
        )  # fmt: skip
