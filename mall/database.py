"""The one door to the database: reading sessions that PostgreSQL keeps read-only, and the one commit.

Outside `@atomic` every transaction is opened READ ONLY, so a write outside a use-case - by
flush, by bulk UPDATE or by raw SQL - is refused by PostgreSQL itself.
"""

from __future__ import annotations

import contextlib
import functools
import random
import time
from collections.abc import Callable, Iterator
from contextvars import ContextVar
from typing import Any, ClassVar, ParamSpec, TypeVar, overload

from psycopg import errors as pg
from sqlalchemy import BigInteger, DateTime, MetaData, String, create_engine, event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, InternalError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase, Session

from mall.crash_point import AFTER_ANY_COMMIT, AFTER_COMMIT, BEFORE_ANY_COMMIT, BEFORE_COMMIT, crash_point
from mall.errors import Refusal, WriteOutsideTransaction, WriteWithoutAudit
from mall.migrations.grants import WATCH_TABLES

P = ParamSpec("P")
T = TypeVar("T")


class Base(DeclarativeBase):
    """All tables of the mall. Relationships, where there are any, are lazy="raise"."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map: ClassVar = {int: BigInteger, str: String}


#: an instant, always with its zone
Instant = DateTime(timezone=True)

#: what `Session.info` carries between here and the ledger: may the log be flushed after the commit, and must it be
MAY_RELEASE_EARLY, RELEASED_EARLY = "may_release_early", "released_early"

_engine: Engine | None = None
_is_early_release = False
_reading_engine: Engine | None = None
_writing: ContextVar[Session | None] = ContextVar("writing_session", default=None)
_reading: ContextVar[Session | None] = ContextVar("reading_session", default=None)

#: the role that transactions of this context take on; empty for the application's own
_role: ContextVar[str] = ContextVar("database_role", default="")

#: called with (refusal, actor) after the rollback of a refused use-case; the audit fills it
after_refusal: list[Callable[[Refusal, Any, str], None]] = []


def connect(url: str, *, pool_size: int = 10, early_release: bool = False) -> Engine:
    """Open the engine of this process. `url` is the application's role, never an owner's.

    With `early_release` a transaction that took from a budget line lets go of it before the log is flushed, and its
    caller is answered afterwards. All processes over one database must be given the same.
    """
    global _engine, _reading_engine, _is_early_release
    disconnect()
    _is_early_release = early_release
    _engine = create_engine(
        url.replace("postgresql://", "postgresql+psycopg://", 1),
        pool_size=pool_size,
        max_overflow=6,
        pool_timeout=10,
        # A stale connection is found by the retry of keyed use-cases; a ping per checkout would cost a round trip.
        pool_pre_ping=False,
        pool_recycle=1500,
    )
    _reading_engine = _engine.execution_options(postgresql_readonly=True)
    return _engine


def disconnect() -> None:
    """Give all connections back; before a fork, and at the end of a test."""
    global _engine, _reading_engine
    if _engine is not None:
        _engine.dispose()
    _engine = _reading_engine = None


def engine() -> Engine:
    """The engine of this process."""
    if _engine is None:
        raise RuntimeError("the database is not connected: call mall.database.connect(url) first")
    return _engine


def session() -> Session:
    """The session of the moment: the writing one inside @atomic, else this context's read-only one."""
    writing = _writing.get()
    if writing is not None:
        return writing
    reading = _reading.get()
    if reading is None:
        engine()
        reading = Session(_reading_engine, expire_on_commit=False, autoflush=False)
        _reading.set(reading)
    return reading


def take_watch_role() -> None:
    """From now on every transaction of this context may write nothing but the watch's own papers.

    PostgreSQL holds it, not we: the role has no rights on business tables beside reading them. It ends with
    `leave_watch_role`; what is open for reading is closed, so that not even that goes on with more rights.
    """
    user = engine().url.username or ""
    close_reading()
    _role.set(f"{user.removesuffix('_app')}_watch")


def leave_watch_role() -> None:
    """Transactions of this context are the application's again."""
    if _role.get():
        close_reading()
        _role.set("")


def is_connected() -> bool:
    """Whether `connect` has been called in this process or its parent."""
    return _engine is not None


def in_atomic() -> bool:
    """Whether a use-case is under way in this context."""
    return _writing.get() is not None


def settle() -> None:
    """Return when everything that this context may have read is on the disk; call it before an answer leaves.

    Only with early release may others' commits be seen before they are there.
    """
    used = _writing.get() or _reading.get()
    if _is_early_release and used is not None and not _is_flushed(used):
        _flush_log()


def _is_flushed(used: Session) -> bool:
    try:
        return used.connection().exec_driver_sql(_IS_FLUSHED).scalar_one()
    except SQLAlchemyError:  # its transaction has failed: it cannot be asked any more
        return False


def _flush_log() -> None:
    with engine().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.exec_driver_sql(_FLUSH)


_IS_FLUSHED = "select pg_current_wal_flush_lsn() >= pg_current_wal_insert_lsn()"
# A transactional message makes this statement's own commit a synchronous one, behind everything seen so far; a
# synchronous standby is waited for as well, which a mere flush would not do.
_FLUSH = "select pg_logical_emit_message(true, 'sunmall', '')"


def close_reading() -> None:
    """End the reading session; the web calls it when a request ends, jobs between pieces of work."""
    reading = _reading.get()
    if reading is not None:
        reading.close()
        _reading.set(None)


@contextlib.contextmanager
def reading() -> Iterator[Session]:
    """A reading session for commands and tests, closed at the end."""
    try:
        yield session()
    finally:
        close_reading()


# Worth another try: a lost race that PostgreSQL itself ended, or a connection that was gone.
_RETRIED = (pg.SerializationFailure, pg.DeadlockDetected, pg.LockNotAvailable, pg.AdminShutdown, pg.OperationalError)
_ATTEMPTS = 4


@overload
def atomic(function: Callable[P, T]) -> Callable[P, T]: ...
@overload
def atomic(*, housekeeping: str) -> Callable[[Callable[P, T]], Callable[P, T]]: ...
def atomic(function: Callable[P, T] | None = None, *, housekeeping: str = "") -> Any:
    """Make a use-case one transaction; nested calls join the outer one.

    A use-case that changes rows must leave an audit record (`mall.audit.record`), or the
    commit is refused. `housekeeping="why"` marks technical writes that need none.
    Lost races are tried again only when the call carries a `request_key`, because only then
    is a second attempt known to have no second effect.
    """
    if function is None:
        return functools.partial(_atomic, housekeeping=housekeeping)
    return _atomic(function, housekeeping=housekeeping)


def _atomic(function: Callable[P, T], *, housekeeping: str) -> Callable[P, T]:
    @functools.wraps(function)
    def run(*args: P.args, **kwargs: P.kwargs) -> T:
        if _writing.get() is not None:
            return function(*args, **kwargs)
        attempts = _ATTEMPTS if kwargs.get("request_key") else 1
        for attempt in range(1, attempts + 1):
            try:
                return _run_once(function, args, kwargs, housekeeping=housekeeping)
            except DBAPIError as error:
                if attempt == attempts or not isinstance(error.orig, _RETRIED):
                    raise
                time.sleep(random.uniform(0.01, 0.05) * attempt)
        raise AssertionError("unreachable")

    run.is_atomic = True  # type: ignore[attr-defined]
    run.housekeeping = housekeeping  # type: ignore[attr-defined]
    return run


def _run_once(function: Callable[..., T], args: Any, kwargs: Any, *, housekeeping: str) -> T:
    writing = Session(engine(), expire_on_commit=False, info={MAY_RELEASE_EARLY: _is_early_release})
    token = _writing.set(writing)
    try:
        result = function(*args, **kwargs)
        writing.flush()
        if writing.info.get("wrote") and not writing.info.get("audited") and not housekeeping:
            raise WriteWithoutAudit(f"{function.__module__}.{function.__name__} wrote without an audit record")
        if _is_early_release and not writing.info.get("wrote"):
            # A commit that writes nothing flushes nothing, and an answer kept from before may be younger than the disk.
            settle()
        if kwargs.get("request_key"):
            crash_point(BEFORE_COMMIT)
        crash_point(BEFORE_ANY_COMMIT)
        writing.commit()
        crash_point(AFTER_ANY_COMMIT)
        if kwargs.get("request_key"):
            crash_point(AFTER_COMMIT)
        if writing.info.get(RELEASED_EARLY):
            # The lock is gone, the caller waits: nothing has left this house yet.
            _flush_log()
    except BaseException as error:
        writing.rollback()
        _writing.reset(token)
        token = None
        if _role.get() and isinstance(error, DBAPIError) and isinstance(error.orig, pg.InsufficientPrivilege):
            # The database knew it before the use-case came to its own question: it even has no right to the lock.
            refusal = Refusal("access.denied", use_case=function.__name__)
            for hook in after_refusal:
                hook(refusal, kwargs.get("actor"), function.__name__)
            raise refusal from error
        if isinstance(error, Refusal) and not error.recorded:
            for hook in after_refusal:
                hook(error, kwargs.get("actor"), function.__name__)
        raise
    finally:
        writing.close()
        if token is not None:
            _writing.reset(token)
    # What was read before the commit is stale now; the page reads anew.
    close_reading()
    return result


@event.listens_for(Session, "after_begin")
def _take_role(begun: Session, _transaction: Any, connection: Connection) -> None:
    role = _role.get()
    if role:
        connection.exec_driver_sql(f'set local role "{role}"')


@event.listens_for(Session, "do_orm_execute")
def _leave_foreign_rows_unlocked(state: Any) -> None:
    """On the watch's role business rows are read without their lock: it may not even have that, and changes none.

    So a use-case comes to its own question, and refuses her as it refuses everybody else.
    """
    statement = state.statement
    if not _role.get() or not state.is_select or statement._for_update_arg is None:
        return
    table = state.bind_mapper.local_table.name if state.bind_mapper is not None else ""
    if table not in WATCH_TABLES:
        unlocked = statement._generate()
        unlocked._for_update_arg = None
        state.statement = unlocked


@event.listens_for(Session, "do_orm_execute")
def _note_bulk_writes(state: Any) -> None:
    if state.is_insert or state.is_update or state.is_delete:
        _require_writing(state.session)


@event.listens_for(Session, "before_flush")
def _note_flushes(flushing: Session, _context: Any, _instances: Any) -> None:
    if flushing.new or flushing.dirty or flushing.deleted:
        _require_writing(flushing)


def _require_writing(used: Session) -> None:
    # Sessions of tools and tests that are bound elsewhere are none of our business.
    if used.bind is _reading_engine:
        raise WriteOutsideTransaction("a write outside @atomic: only use-cases write, and only through mall.database")
    used.info["wrote"] = True


def is_unique_violation(error: DBAPIError, *, constraint: str) -> bool:
    """Whether `error` is a violation of the named unique constraint."""
    diagnostic = getattr(error.orig, "diag", None)
    return isinstance(error.orig, pg.UniqueViolation) and diagnostic.constraint_name == constraint


def is_read_only_violation(error: BaseException) -> bool:
    """Whether PostgreSQL refused a write in a read-only transaction."""
    return isinstance(error, InternalError) and isinstance(error.orig, pg.ReadOnlySqlTransaction)
