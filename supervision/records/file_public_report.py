"""Filing a public report and adding to it, by anybody; handling, linking, answering and closing it, by a regulator.

The reporter stays unknown: the deeds are a visitor's even where somebody is signed in, and the audit gets no address.
"""

from __future__ import annotations

import functools
import hashlib
import hmac
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import select

from mall import clock
from mall.access.actor import VISITOR, Actor
from mall.access.authorize import authorize
from mall.audit.record import RequestFacts, request_facts
from mall.database import atomic, session
from mall.documents.advance import advance, enter
from mall.documents.document_action import document_action
from mall.documents.history import DocumentStep
from mall.documents.numbers import next_number
from mall.documents.once import claim, settle
from mall.errors import Refusal
from mall.people.sign_in_throttle import Budget, network_of, require_budget, reserve
from mall.printing.verification_code import code_for, parse_code
from mall.regions.region import Region
from supervision.records.public_report import (
    SUBJECTS,
    PublicReport,
    PublicReportWords,
    hash_of_code,
    report_with_code,
    visible_report,
)
from supervision.records.public_report_states import PUBLIC_REPORT_STATES

WORDS_LEAST, WORDS_MOST, ABOUT_MOST = 10, 4000, 200
#: within the window of the sign-in's budgets, a quarter of an hour, of one network
FILED_MOST, CODES_MOST = 20, 60


@dataclass(frozen=True)
class Told:
    """What a reporter tells: where, of what kind, about whom or what, and in which words."""

    region_code: int
    subject: str
    about: str
    words: str


@contextmanager
def without_address() -> Iterator[None]:
    """Within it the audit gets no address of whoever asks."""
    token = request_facts.set(RequestFacts(request_id=request_facts.get().request_id))
    try:
        yield
    finally:
        request_facts.reset(token)


def require_turn(kind: str, *, address: str, secret: str) -> None:
    """Count one attempt of this network: "filed" or "code". The counter's key does not tell the network.

    Raises Refusal("report.throttled", retry_after).
    """
    most = {"filed": FILED_MOST, "code": CODES_MOST}[kind]
    network = f"{clock.today().isoformat()}/{network_of(address)}"
    key = hmac.new(secret.encode(), f"public_report/{network}".encode(), hashlib.sha256).hexdigest()
    budget = Budget(key=f"report-{kind}:{key}", failures_max=most)
    try:
        require_budget(budget)
        reserve(budget)
    except Refusal as refusal:
        throttled = Refusal("report.throttled", **refusal.facts)
        throttled.recorded = True
        raise throttled from None


@atomic
def file_public_report(*, told: Told, secret: str, request_key: str) -> str:
    """Keep a report; returns the code by which it is followed. The same key again gives the same code.

    Raises Refusal "report.bad_region", "report.bad_subject", "report.about_needed",
    "report.words_needed" (facts: least, most).
    """
    code = _code(secret, request_key)
    claimed = claim(actor=VISITOR, action="public_report.file", request_key=request_key, body=vars(told))
    if claimed.replayed:
        return code
    authorize(VISITOR, "public_report.file")
    _require_shape(told)
    report = PublicReport(
        number=next_number("public_report", region_code=told.region_code, year=clock.today().year),
        code_hash=hash_of_code(code),
        region_code=told.region_code,
        subject=told.subject,
        about=told.about.strip(),
        state=PUBLIC_REPORT_STATES.first,
        filed_at=clock.now(),
        changed_at=clock.now(),
    )
    session().add(report)
    session().flush()
    _say(report, told.words, side="reporter")
    enter(report, "file", VISITOR, permission="public_report.file", is_new=True)
    settle(claimed, {"filed": True})
    return code


@atomic
def add_to_report(*, code: str, words: str) -> PublicReport:
    """The reporter says more. Raises Refusal "printing.code_mistyped", "report.code_unknown",
    "report.words_needed", "state.not_possible"."""
    report = report_with_code(parse_code(code), lock=True)
    _require_words(words)
    advance(report, "add", VISITOR)
    _say(report, words, side="reporter")
    report.changed_at = clock.now()
    return report


_report_action: Callable[[str], Callable[..., Callable[..., PublicReport]]] = functools.partial(
    document_action, kind="public_report", visible=visible_report
)


@_report_action("handle")
def handle_report(report: PublicReport, *, actor: Actor) -> None:
    """Take it up."""
    advance(report, "handle", actor)
    report.changed_at = clock.now()


@_report_action("link")
def link_report(report: PublicReport, *, actor: Actor, case_number: str) -> None:
    """Say in which case it is dealt with. Raises Refusal("report.case_unknown")."""
    report.states.step("link", report.state)
    authorize(actor, "public_report.handle", report)
    case_number = case_number.strip()
    if not _is_case(case_number):
        raise Refusal("report.case_unknown", case=case_number[:60])
    advance(report, "link", actor, facts={"case": case_number})
    report.case_number, report.changed_at = case_number, clock.now()


@_report_action("answer")
def answer_report(report: PublicReport, *, actor: Actor, words: str) -> None:
    """What the reporter will read. Raises Refusal("report.words_needed")."""
    report.states.step("answer", report.state)
    authorize(actor, "public_report.handle", report)
    _require_words(words)
    advance(report, "answer", actor)
    _say(report, words, side="office", user_id=actor.user_id)
    report.changed_at = clock.now()


@_report_action("close")
def close_report(report: PublicReport, *, actor: Actor) -> None:
    """Nothing more is to be done."""
    advance(report, "close", actor)
    report.changed_at = clock.now()


def perform(
    action: str,
    *,
    actor: Actor,
    number: str,
    words: str = "",
    case_number: str = "",
    request_key: str | None = None,
) -> PublicReport:
    """A regulator's action. Raises Refusal "report.unknown_action" and those of the use-case."""
    common = {"actor": actor, "number": number, "request_key": request_key}
    if action == "handle":
        return handle_report(**common)
    if action == "link":
        return link_report(**common, case_number=case_number)
    if action == "answer":
        return answer_report(**common, words=words)
    if action == "close":
        return close_report(**common)
    raise Refusal("report.unknown_action", action=action[:60])


def _code(secret: str, request_key: str) -> str:
    # Out of the key of the request, so that a form sent twice shows the same code; only its hash is kept.
    keyed = hmac.new(secret.encode(), f"public_report_code/{request_key}".encode(), hashlib.sha256).hexdigest()
    return code_for("public_report", "", keyed)


def _require_shape(told: Told) -> None:
    if session().get(Region, told.region_code) is None:
        raise Refusal("report.bad_region")
    if told.subject not in SUBJECTS:
        raise Refusal("report.bad_subject")
    if not 2 <= len(told.about.strip()) <= ABOUT_MOST:
        raise Refusal("report.about_needed", most=ABOUT_MOST)
    _require_words(told.words)


def _require_words(words: str) -> None:
    if not WORDS_LEAST <= len(words.strip()) <= WORDS_MOST:
        raise Refusal("report.words_needed", least=WORDS_LEAST, most=WORDS_MOST)


def _say(report: PublicReport, words: str, *, side: str, user_id: int | None = None) -> None:
    session().add(
        PublicReportWords(report_id=report.id, side=side, words=words.strip(), user_id=user_id, at=clock.now())
    )
    session().flush()


def _is_case(case_number: str) -> bool:
    if "\x00" in case_number or not 0 < len(case_number) <= 60:
        return False
    query = select(DocumentStep.id).where(DocumentStep.document == f"watch_case:{case_number}").limit(1)
    return session().scalar(query) is not None
