"""The exchange with the credit platform: our measures and grades out, its dishonesty lists in, signed both ways."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import exists, func, select

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.audit.record import record, record_refusal
from mall.database import atomic, close_reading, session
from mall.documents.history import DocumentStep
from mall.errors import Refusal
from mall.exchange.admit_call import require_signature
from mall.exchange.exchange_key import ExchangeKey, key_to_sign_with, keys_of
from mall.exchange.receive_return import SIGNATURE_ENDING, read_bounded, signature_beside
from mall.exchange.return_file import FILE_BYTES_MAX
from mall.people.organisation import Organisation
from mall.signed_calls.signature import FILE_METHOD, Signed, read_signature_line, sign
from mall.suppliers.supplier import Supplier
from supervision.credit.credit_entry import CreditGrade
from supervision.credit.credit_message import CreditAnswer, CreditMessage, DishonestyQuery
from supervision.credit.measure import Measure
from supervision.credit.measure_states import TOLD
from supervision.watch_record import LIST_NAMES, DishonestyEntry

PARTNER = "credit"
#: what a signed file is good for: a message cannot come back as an answer
MESSAGE_PATH, ANSWER_PATH = "/credit/messages", "/credit/lists"
MESSAGE_FORMAT, ANSWER_FORMAT = "sunmall-credit-1", "sunmall-dishonesty-1"
#: the platform as it stands in the audit; it holds no post and may do nothing by itself
PLATFORM_ACTOR = Actor(user_id=None, username="credit", name="信用平台")
_BEGINNING = datetime(2000, 1, 1, tzinfo=UTC)


class ListEntry(BaseModel):
    """On which list a supplier stands, from which day and, where it is known, until which."""

    model_config = ConfigDict(extra="forbid")

    list: Literal[LIST_NAMES]  # type: ignore[valid-type]
    from_day: date
    until_day: date | None = None


class SupplierAnswer(BaseModel):
    """What the platform says of one supplier; no entries is an answer, too."""

    model_config = ConfigDict(extra="forbid")

    credit_code: Annotated[str, Field(min_length=1, max_length=30)]
    entries: Annotated[list[ListEntry], Field(max_length=50)]


class Answer(BaseModel):
    """One answer, of any number of suppliers."""

    model_config = ConfigDict(extra="forbid")

    format: Literal["sunmall-dishonesty-1"]
    source: Annotated[str, Field(min_length=2, max_length=100)]
    queried_at: AwareDatetime
    answers: Annotated[list[SupplierAnswer], Field(min_length=1, max_length=10_000)]


def exchange_with_platform(data_dir: Path) -> int:
    """The worker's chore: take in what lies there, make a message where there is news, lay the files down."""
    folders = [data_dir / "credit" / name for name in ("in", "taken", "refused", "out")]
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)
    incoming, taken, refused, outgoing = folders
    done = _take_in(incoming, taken=taken, refused=refused, data_dir=data_dir)
    if keys_of(data_dir, partner=PARTNER):
        done += make_message(actor=SYSTEM) is not None
        done += write_messages(outgoing, data_dir=data_dir)
    return done


@atomic
def make_message(*, actor: Actor) -> CreditMessage | None:
    """The next message: measures that moved and grades that were given since the last one; None without news."""
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended("credit_message", 0))))
    last = session().scalar(select(CreditMessage).order_by(CreditMessage.sequence_no.desc()).limit(1))
    since, now = last.made_at if last is not None else _BEGINNING, clock.now()
    measures, grades = _measures(since, now), _grades(since, now)
    if not measures and not grades:
        return None
    sequence_no = last.sequence_no + 1 if last is not None else 1
    facts = {
        "format": MESSAGE_FORMAT,
        "sequence_no": sequence_no,
        "made_at": now.isoformat(),
        "measures": measures,
        "grades": grades,
    }
    content = json.dumps(facts, ensure_ascii=False, sort_keys=True, indent=1) + "\n"
    made = CreditMessage(
        sequence_no=sequence_no,
        content=content,
        sha256=hashlib.sha256(content.encode()).hexdigest(),
        measure_count=len(measures),
        grade_count=len(grades),
        made_at=now,
    )
    session().add(made)
    session().flush()
    record(actor=actor, action="credit.message", subject=f"credit_message:{sequence_no}", facts={"sha256": made.sha256})
    return made


def message_signature(message: CreditMessage, key: ExchangeKey) -> Signed:
    """Its detached signature: dated and numbered as the message, so that it is the same at every call."""
    return sign(
        key,
        method=FILE_METHOD,
        path=MESSAGE_PATH,
        body=message.content.encode(),
        at=message.made_at,
        sequence_no=message.sequence_no,
        nonce=message.sha256[:32],
    )


def write_messages(folder: Path, *, data_dir: Path) -> int:
    """Lay down the messages that are not there yet, each with its signature. Returns how many."""
    key = key_to_sign_with(data_dir, partner=PARTNER)
    if key is None:
        return 0
    written = 0
    for message in session().scalars(select(CreditMessage).order_by(CreditMessage.sequence_no)):
        path = folder / message.file_name
        if path.exists():
            continue
        # The signature first: a message that is there is there with its signature.
        _lay_down(folder / (message.file_name + SIGNATURE_ENDING), message_signature(message, key).as_line())
        _lay_down(path, message.content)
        written += 1
    close_reading()
    return written


def receive_file(path: Path, *, data_dir: Path) -> CreditAnswer:
    """One answer that came as a file, signed by the file beside it.

    Raises Refusal "exchange.no_key", "exchange.unsigned_file", "exchange.bad_signature", "exchange.bad_answer".
    """
    content, signature = read_bounded(path), signature_beside(path)
    keys = keys_of(data_dir, partner=PARTNER)
    if keys and not signature.strip():
        raise Refusal("exchange.unsigned_file", file=path.name)
    signed = require_signature(
        read_signature_line(signature), keys, method=FILE_METHOD, path=ANSWER_PATH, body=content
    )  # fmt: skip
    return receive_answer(actor=PLATFORM_ACTOR, content=content, came_by="file", key_id=signed.key_id)


@atomic
def receive_answer(*, actor: Actor, content: bytes, came_by: str, key_id: str) -> CreditAnswer:
    """Keep an answer whose signature was looked at, and let the lists follow; the same bytes change nothing.

    Raises Refusal("exchange.bad_answer").
    """
    read = _read(content)
    session().execute(select(func.pg_advisory_xact_lock(func.hashtextextended("credit_answer", 0))))
    digest = hashlib.sha256(content).hexdigest()
    known = session().scalar(select(CreditAnswer).where(CreditAnswer.sha256 == digest))
    if known is not None:
        return known
    kept = CreditAnswer(
        sha256=digest,
        content=content.decode(),
        source=read.source,
        queried_at=read.queried_at,
        came_by=came_by,
        key_id=key_id,
        received_at=clock.now(),
    )
    session().add(kept)
    session().flush()
    codes = [one.credit_code for one in read.answers]
    suppliers = dict(
        session().execute(select(Supplier.credit_code, Supplier.id).where(Supplier.credit_code.in_(codes))).all()
    )
    for one in read.answers:
        if one.credit_code in suppliers:
            _settle(suppliers[one.credit_code], one, kept=kept)
    facts = {"sha256": digest, "suppliers": len(suppliers), "unknown": len(set(codes) - set(suppliers))}
    record(actor=actor, action="credit.answer", subject=f"credit_answer:{kept.id}", facts=facts)
    return kept


def _settle(supplier_id: int, answer: SupplierAnswer, *, kept: CreditAnswer) -> None:
    queried_on = clock.local(kept.queried_at).date()
    session().add(
        DishonestyQuery(
            supplier_id=supplier_id, answer_id=kept.id, queried_on=queried_on, entry_count=len(answer.entries)
        )
    )
    query = select(DishonestyEntry).where(DishonestyEntry.supplier_id == supplier_id)
    known = {(one.list_name, one.from_day): one for one in session().scalars(query.with_for_update())}
    for told in answer.entries:
        entry = known.pop((told.list, told.from_day), None)
        if entry is None:
            entry = DishonestyEntry(supplier_id=supplier_id, list_name=told.list, from_day=told.from_day)
            session().add(entry)
        elif entry.queried_at > kept.queried_at:
            continue
        entry.until_day, entry.source = told.until_day, kept.source
        entry.queried_at, entry.query_sha256 = kept.queried_at, kept.sha256
    for entry in known.values():
        # An older answer that comes late says nothing of what is known by a younger one.
        if entry.queried_at <= kept.queried_at and (entry.until_day is None or entry.until_day >= queried_on):
            entry.until_day = max(queried_on - timedelta(days=1), entry.from_day)
            entry.queried_at, entry.query_sha256 = kept.queried_at, kept.sha256
    session().flush()


def _read(content: bytes) -> Answer:
    if len(content) > FILE_BYTES_MAX:
        raise Refusal("exchange.bad_answer", why="size")
    try:
        read = Answer.model_validate_json(content)
    except ValidationError as error:
        raise Refusal("exchange.bad_answer", why=str(error.errors()[0]["loc"])[:100]) from None
    if "\x00" in read.source or read.queried_at > clock.now() + timedelta(minutes=5):
        raise Refusal("exchange.bad_answer", why="queried_at")
    for one in read.answers:
        named = [(entry.list, entry.from_day) for entry in one.entries]
        backwards = any(entry.until_day is not None and entry.until_day < entry.from_day for entry in one.entries)
        if len(named) != len(set(named)) or backwards or "\x00" in one.credit_code:
            raise Refusal("exchange.bad_answer", why=one.credit_code[:30].replace("\x00", ""))
    return read


def _measures(since: datetime, until: datetime) -> list[dict[str, Any]]:
    moved = exists().where(
        DocumentStep.document == func.concat("measure:", Measure.number),
        DocumentStep.at > since,
        DocumentStep.at <= until,
    )
    query = (
        select(Measure, Organisation.credit_code, Organisation.name)
        .join(Organisation, Organisation.id == func.coalesce(Measure.supplier_id, Measure.unit_id))
        .where(Measure.state.in_(TOLD), moved)
        .order_by(Measure.id)
    )
    return [
        {
            "number": one.number,
            "credit_code": code,
            "name": name,
            "kind": one.kind,
            "points": one.points,
            "state": one.state,
            "from_day": one.started_on.isoformat() if one.started_on else None,
            "until_day": one.until.isoformat(),
            "ended_on": one.ended_on.isoformat() if one.ended_on else None,
            "reason": one.reason,
        }
        for one, code, name in session().execute(query)
    ]


def _grades(since: datetime, until: datetime) -> list[dict[str, Any]]:
    query = (
        select(CreditGrade, Organisation.credit_code, Organisation.name)
        .join(Organisation, Organisation.id == CreditGrade.party_id)
        .where(CreditGrade.at > since, CreditGrade.at <= until)
        .order_by(CreditGrade.id)
    )
    return [
        {
            "credit_code": code,
            "name": name,
            "grade": one.grade,
            "score": one.score,
            "day": one.day.isoformat(),
            "formula_version": one.formula_version,
        }
        for one, code, name in session().execute(query)
    ]


def _take_in(incoming: Path, *, taken: Path, refused: Path, data_dir: Path) -> int:
    done = 0
    for path in sorted(incoming.glob("*.json")):
        try:
            receive_file(path, data_dir=data_dir)
            target = taken
        except Refusal as refusal:
            if refusal.code == "exchange.unsigned_file":
                # Its signature may still be under way.
                continue
            if not refusal.recorded:
                record_refusal(actor=PLATFORM_ACTOR, action="credit.answer", refusal=refusal, subject=path.name[:100])
            target = refused
        for part in (path, path.with_name(path.name + SIGNATURE_ENDING)):
            if part.is_file():
                part.replace(target / part.name)
        done += 1
    return done


def _lay_down(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.part")
    beside.write_text(text, encoding="utf-8")
    beside.replace(path)
