"""Takes suppliers' files out of their folders into the dock. The worker does it every half minute.

A file's road: it is spooled, its batch opened and the take noted in one transaction; the batch is run; what becomes of
the file is noted; it leaves `in`; its report or the reason of its refusal is written; the take is closed. Whoever dies
on this road has left an open take, and the next pass goes on from it before it looks at anything else in that folder.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import IO, Any

import structlog

from catalog_import.drop_folder import (
    REFUSED,
    REPORTS,
    TAKEN,
    DropFolder,
    Entry,
    kept_name,
    open_folder,
    readable_name,
    trouble_of,
)
from catalog_import.file_drop import FileDrop, FileDropTake, all_drops, drop_of, open_take
from catalog_import.import_batch import batch
from catalog_import.import_jobs import INLINE_BYTES_MAX, acting_for, note_breakage
from catalog_import.receive_file import Arrived, open_batch, spool_file
from catalog_import.report import report_name, write_report
from catalog_import.run_import import decide_batch, run_batch
from catalog_import.spool import FILE_BYTES_MAX
from mall import clock
from mall.access.actor import Actor
from mall.audit.record import plain, record
from mall.database import atomic, close_reading, session
from mall.errors import Refusal
from mall.suppliers.supplier import Supplier, supplier
from mall.web.words import words_for

#: A file that changed within this time may still be written to.
QUIET_SECONDS = 20
#: Files taken out of one folder in one pass; what is left has its turn in the next.
FILES_PER_PASS = 20
TEXT_ENDING = ".txt"

_log = structlog.get_logger("file_drop")

#: told(supplier, take) when a take is closed
Told = Callable[[Supplier, FileDropTake], None]


@dataclass
class Manner:
    """How a pass is made. Files larger than `inline_bytes_max` are left to the chore of import batches."""

    quiet_seconds: float = QUIET_SECONDS
    inline_bytes_max: int = INLINE_BYTES_MAX
    bytes_max: int = FILE_BYTES_MAX
    files_max: int = FILES_PER_PASS
    told: Told = field(default=lambda selling, take: None)


@dataclass
class _Turn:
    """One supplier's place in the round: what he had waiting when the pass came to him."""

    supplier_id: int
    waiting: deque[Entry] | None = None
    taken: int = 0


def take_from_drops() -> int:
    """One pass over all folders; returns how many files were done with."""
    return take_drops()


def take_drops(manner: Manner | None = None, *, only: int | None = None) -> int:
    """One pass: of every folder one file, then of every folder the next, so that nobody waits for another's hundreds.

    `only`: the supplier to whom the pass is limited. Trouble in one folder is logged and noted, and does not stop the
    others. Returns how many files were done with.
    """
    manner = manner or Manner()
    round_of = deque(
        _Turn(found.supplier_id) for found, _selling in all_drops() if only is None or only == found.supplier_id
    )
    close_reading()
    done = 0
    while round_of:
        turn = round_of.popleft()
        try:
            is_closed = _take_turn(turn, manner)
            _note_trouble(supplier_id=turn.supplier_id, trouble=None)
        except OSError as error:
            _log.warning("drop.trouble", supplier_id=turn.supplier_id, error=str(error))
            _note_trouble(supplier_id=turn.supplier_id, trouble=trouble_of(error))
            continue
        except Exception as error:
            # A bug over one folder must not keep the others waiting; the log has the trace, the page says so.
            _log.exception("drop.broke", supplier_id=turn.supplier_id)
            _note_trouble(supplier_id=turn.supplier_id, trouble=Refusal("drop.broke", error=type(error).__name__))
            continue
        finally:
            close_reading()
        if is_closed:
            done += 1
            turn.taken += 1
            if turn.taken < manner.files_max:
                round_of.append(turn)
    return done


def _take_turn(turn: _Turn, manner: Manner) -> bool:
    """Carry one file of one supplier to its end; False when there is nothing to be done for him now."""
    choice, selling = drop_of(turn.supplier_id), supplier(turn.supplier_id)
    if choice is None or selling is None or selling.state != "active":
        return False
    under_way = open_take(turn.supplier_id)
    close_reading()
    if under_way is None and not choice.is_on:
        return False
    actor = acting_for(selling, user_id=under_way.user_id if under_way else choice.user_id)
    with open_folder(selling.credit_code) as folder:
        if folder is None:
            return False
        if under_way is None:
            under_way = _take_next(turn, actor=actor, folder=folder, manner=manner)
        return under_way is not None and _go_on(under_way, selling, actor=actor, folder=folder, manner=manner)


def _take_next(turn: _Turn, *, actor: Actor, folder: DropFolder, manner: Manner) -> FileDropTake | None:
    """Open the take of the next file that is still there as it was seen; None when there is none."""
    if turn.waiting is None:
        turn.waiting = deque(folder.waiting(quiet_seconds=manner.quiet_seconds))
    while turn.waiting:
        entry = turn.waiting.popleft()
        if folder.look(entry.raw_name) != entry:
            continue
        try:
            arrived = _read(entry, folder=folder, bytes_max=manner.bytes_max)
        except Refusal as refusal:
            if folder.look(entry.raw_name) != entry:
                # Half a file may look like none; it is judged when it is whole.
                continue
            return _open_refused(actor=actor, supplier_id=turn.supplier_id, entry=entry, refusal=refusal)
        if arrived is None:
            continue
        try:
            return _open_take(actor=actor, supplier_id=turn.supplier_id, entry=entry, arrived=arrived)
        except Refusal as refusal:
            if refusal.code != "import.supplier_not_active":
                raise
            # Suspended since we looked: his files stay where they are.
            return None
    return None


def _read(entry: Entry, *, folder: DropFolder, bytes_max: int) -> Arrived | None:
    """Spool a file; None when somebody wrote to it meanwhile. Raises what `spool_file` does, and "drop.*" refusals."""
    if entry.refusal_code:
        raise Refusal(entry.refusal_code, file_name=entry.name)
    if entry.size_bytes > bytes_max:
        raise Refusal("import.too_big", file_name=entry.name, megabytes_max=bytes_max >> 20)
    with ExitStack() as stack:
        try:
            stream = stack.enter_context(folder.open(entry))
        except FileNotFoundError:
            return None
        except PermissionError as error:
            raise Refusal("drop.unreadable_file", file_name=entry.name) from error
        arrived = spool_file(stream, file_name=entry.name, bytes_max=bytes_max)
    return arrived if folder.look(entry.raw_name) == entry else None


def _go_on(take: FileDropTake, selling: Supplier, *, actor: Actor, folder: DropFolder, manner: Manner) -> bool:
    """Carry an open take to its end from wherever it stands; False while its batch is still under way elsewhere."""
    if take.stage == "received":
        if not _run(take, actor=actor, inline_bytes_max=manner.inline_bytes_max):
            return False
        take = _note_outcome(actor=actor, take_id=take.id)
    entry = _entry_of(take, folder=folder)
    room = REFUSED if take.is_refused else TAKEN
    if entry is not None:
        folder.put_away(entry, room=room, kept_as=take.kept_as)
    _write_papers(take, selling, folder=folder)
    manner.told(selling, _close_take(actor=actor, take_id=take.id))
    return True


def _run(take: FileDropTake, *, actor: Actor, inline_bytes_max: int) -> bool:
    """Run the batch, or leave it to the worker's other chore when it is large; says whether it has come to rest."""
    assert take.batch_id is not None
    # A new batch was opened with the folder's mode, and what a person decides on it meanwhile holds. On a known one the
    # folder decides, unless it only tries out: that would undo what somebody decided by hand.
    mode = take.mode if take.is_replay and take.mode != "dry-run" else None
    if take.size_bytes <= inline_bytes_max:
        try:
            run_batch(actor=actor, batch_id=take.batch_id, mode=mode)
        except OSError:
            raise
        except Exception:
            _log.exception("import.broke", batch_id=take.batch_id)
            note_breakage(actor=actor, batch_id=take.batch_id)
    elif mode is not None:
        decide_batch(actor=actor, batch_id=take.batch_id, mode=mode)
    close_reading()
    found = batch(take.batch_id)
    is_at_rest = found is None or not found.is_under_way
    close_reading()
    return is_at_rest


def _entry_of(take: FileDropTake, *, folder: DropFolder) -> Entry | None:
    """The file of this take as it lies in `in`; None when it has left, or another one has come into its place."""
    entry = folder.look(take.raw_name)
    if entry is None or entry.inode != take.inode:
        return None
    if entry.changed_ns == take.changed_ns:
        return entry
    # Touched since, by new rights for instance: it is ours when it still holds what was taken.
    if entry.refusal_code or not take.sha256 or entry.size_bytes != take.size_bytes:
        return None
    try:
        with folder.open(entry) as stream:
            return entry if spool_file(stream, file_name=entry.name).spooled.sha256 == take.sha256 else None
    except (FileNotFoundError, Refusal):
        return None


def _write_papers(take: FileDropTake, selling: Supplier, *, folder: DropFolder) -> None:
    """Write what the sender gets to read: the reasons of a refusal, or the report, in both cases under a known name."""
    for name in take.papers:
        if take.is_refused:
            words = _words_of(take, selling)
            folder.write_paper(name, lambda file, words=words: _write_text(file, words), room=REFUSED)
            continue
        try:
            folder.write_paper(name, lambda file: _write_report(file, take), room=REPORTS)
        except OSError:
            raise
        except Exception:
            # The report is still to be had on the batch's page; a bug in it must not keep the folder waiting for ever.
            _log.exception("drop.report_broke", batch_id=take.batch_id)
        finally:
            close_reading()


def _write_report(file: IO[bytes], take: FileDropTake) -> None:
    found = batch(take.batch_id) if take.batch_id is not None else None
    if found is not None:
        write_report(found, file)


def _write_text(file: IO[bytes], words: str) -> None:
    # The mark at the beginning and the line ends are for the editor that comes with Windows.
    file.write(("\ufeff" + words.replace("\n", "\r\n")).encode())


def _words_of(take: FileDropTake, selling: Supplier) -> str:
    refusal = Refusal(take.refusal_code, **take.refusal_facts)
    zh, en = words_for(refusal, language="zh"), words_for(refusal, language="en")
    at = clock.local(take.taken_at).strftime("%Y-%m-%d %H:%M:%S")
    number = f"{take.batch_id}" if take.batch_id is not None else "—"
    return (
        f"阳光商城 · {selling.name}\n\n"
        f"文件“{take.file_name}”没有导入（{at}，北京时间，批次 {number}）。\n"
        f"原因：{zh.what}\n"
        f"怎么办：{zh.next_step}\n"
        f"改好的文件请重新放进 in 文件夹；这份原件在本文件旁边，文件名为 {take.kept_as}。\n\n"
        f"The file “{take.file_name}” was not imported ({at}, China Standard Time, batch {number}).\n"
        f"Why: {en.what}\n"
        f"What to do: {en.next_step}\n"
        f"Put the mended file into the folder “in” again; this one lies beside this text as {take.kept_as}.\n\n"
        f"[{take.refusal_code}]\n"
    )


@atomic
def _open_take(*, actor: Actor, supplier_id: int, entry: Entry, arrived: Arrived) -> FileDropTake:
    """Open the batch and note the take, both or neither: a file is received once, whenever somebody dies."""
    choice = _locked_choice(supplier_id)
    received = open_batch(
        actor=actor, supplier_id=supplier_id, arrived=arrived, mode=choice.mode, mapping={}, asks_columns=False
    )
    take = _new_take(choice, entry, actor=actor, stage="received")
    take.sha256, take.batch_id, take.is_replay = arrived.spooled.sha256, received.batch_id, received.replayed
    session().add(take)
    session().flush()
    facts = {"file_name": take.file_name, "sha256": take.sha256, "size_bytes": take.size_bytes, "mode": take.mode}
    facts |= {"batch": take.batch_id, "is_replay": take.is_replay}
    record(actor=actor, action="drop.take", subject=take.reference, facts=facts)
    return take


@atomic
def _open_refused(*, actor: Actor, supplier_id: int, entry: Entry, refusal: Refusal) -> FileDropTake:
    """Note a file that is not even received."""
    take = _new_take(_locked_choice(supplier_id), entry, actor=actor, stage="leaving")
    take.refusal_code = refusal.code
    session().add(take)
    session().flush()
    _refuse(take, actor=actor, code=refusal.code, facts=plain(refusal.facts))
    return take


@atomic
def _note_outcome(*, actor: Actor, take_id: int) -> FileDropTake:
    """The batch has come to rest: say under which names the file and its paper will lie."""
    take = _locked(take_id)
    found = batch(take.batch_id) if take.batch_id is not None else None
    if take.stage != "received" or found is None:
        return take
    if found.stage == "failed":
        _refuse(take, actor=actor, code=found.refusal_code, facts=dict(found.refusal_facts))
    else:
        take.kept_as = kept_name(take.id, take.file_name)
        # A batch that waits for its columns to be explained was staged by nobody, and has no report yet.
        take.papers = [kept_name(take.id, readable_name(report_name(found).encode()))] if found.counts else []
        facts = {"stage": found.stage, "counts": dict(found.counts), "kept_as": take.kept_as}
        record(actor=actor, action="drop.settle", subject=take.reference, facts=facts)
    take.stage = "leaving"
    return take


@atomic
def _close_take(*, actor: Actor, take_id: int) -> FileDropTake:
    take = _locked(take_id)
    if take.stage == "leaving":
        take.stage, take.finished_at = "done", clock.now()
        facts = {"kept_as": take.kept_as, "papers": list(take.papers)}
        record(actor=actor, action="drop.put_away", subject=take.reference, facts=facts)
    return take


def _note_trouble(*, supplier_id: int, trouble: Refusal | None) -> None:
    """Keep why the last look failed, or that it did not; nothing is written while that stays as it is."""
    choice = drop_of(supplier_id)
    code, facts = (trouble.code, plain(trouble.facts)) if trouble is not None else ("", {})
    is_news = choice is not None and (choice.trouble_code, choice.trouble_facts) != (code, facts)
    close_reading()
    if is_news:
        _keep_trouble(supplier_id=supplier_id, code=code, facts=facts)


@atomic
def _keep_trouble(*, supplier_id: int, code: str, facts: dict[str, Any]) -> None:
    choice, selling = _locked_choice(supplier_id), supplier(supplier_id)
    assert selling is not None
    choice.trouble_code, choice.trouble_facts = code, facts
    choice.trouble_at = clock.now() if code else None
    record(
        actor=acting_for(selling, user_id=choice.user_id),
        action="drop.look",
        subject=choice.reference,
        result="failed" if code else "done",
        facts={"code": code, **facts} if code else {},
    )


def _new_take(choice: FileDrop, entry: Entry, *, actor: Actor, stage: str) -> FileDropTake:
    return FileDropTake(
        supplier_id=choice.supplier_id,
        file_name=entry.name[-200:],
        raw_name=entry.raw_name,
        inode=entry.inode,
        changed_ns=entry.changed_ns,
        size_bytes=entry.size_bytes,
        mode=choice.mode,
        stage=stage,
        refusal_code="",
        user_id=actor.user_id,
        taken_at=clock.now(),
    )


def _refuse(take: FileDropTake, *, actor: Actor, code: str, facts: dict[str, Any]) -> None:
    take.refusal_code, take.refusal_facts = code, facts
    take.kept_as = kept_name(take.id, take.file_name)
    take.papers = [take.kept_as + TEXT_ENDING]
    about = {"file_name": take.file_name, "size_bytes": take.size_bytes, "kept_as": take.kept_as}
    record(
        actor=actor,
        action="drop.take",
        subject=take.reference,
        result="refused",
        facts={"code": code, **facts, **about},
    )


def _locked_choice(supplier_id: int) -> FileDrop:
    choice = session().get(FileDrop, supplier_id, with_for_update=True, populate_existing=True)
    assert choice is not None
    return choice


def _locked(take_id: int) -> FileDropTake:
    return session().get_one(FileDropTake, take_id, with_for_update=True, populate_existing=True)
