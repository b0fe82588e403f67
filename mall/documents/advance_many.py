"""The one door for many documents of one kind at once: the same step, set by set, in the transaction under way.

What `advance` does for one document it does with one statement each: authorize -> state -> history -> audit ->
outbox. Only for steps that book nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, any_, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import plain, record
from mall.database import Base, in_atomic, session
from mall.documents.state_table import StateTable
from mall.errors import WriteOutsideTransaction
from mall.outbox.event import publish


def advance_many(
    table: type[Base],
    states: StateTable,
    ids: Sequence[int],
    action: str,
    actor: Actor,
    *,
    before: str,
    note: str = "",
    facts: Mapping[int, dict[str, Any]] | None = None,
    also: Mapping[str, Any] | None = None,
) -> list[int]:
    """Take the step with every document of these ids that stands in `before`; returns the ids of those, lowest first.

    `facts` by id are kept in the history; `also` are columns that all of them get with the step. The event names all
    ids in its payload. Raises Refusal "state.not_possible", "access.denied", "access.same_person"; then nobody has
    moved.
    """
    if not in_atomic():
        raise WriteOutsideTransaction("documents advance only inside @atomic")
    step = states.step(action, before)
    if step.books is not None:
        raise ValueError(f"{states.document}.{action} posts to the ledger: take it one by one")
    moving = _locked_ids(table, ids, before=before) if ids else []
    if not moving:
        return []
    _authorize(table, moving, permission=step.permission, actor=actor)
    columns: Any = table
    session().execute(
        update(table).where(columns.id == any_(_ids(moving))).values({**(also or {}), "state": step.after}),
        execution_options={"synchronize_session": False},
    )
    _forget_loaded(table, set(moving), columns=["state", *(also or ())])
    change = {"before": before, "after": step.after}
    _write_history(states.document, moving, action, actor, change=change, note=note, facts=facts or {})
    return moving


def enter_many(
    states: StateTable, ids: Sequence[int], action: str, actor: Actor, *, permission: str, after: str, note: str = ""
) -> None:
    """Note that these documents came into being in the state `after`. Raises Refusal("access.denied")."""
    authorize(actor, permission)
    change = {"before": "", "after": after}
    _write_history(states.document, sorted(ids), action, actor, change=change, note=note, facts={})


def _locked_ids(table: type[Base], ids: Sequence[int], *, before: str) -> list[int]:
    columns: Any = table
    query = select(columns.id).where(columns.id == any_(_ids(ids)), columns.state == before)
    return list(session().scalars(query.order_by(columns.id).with_for_update()))


def _authorize(table: type[Base], ids: Sequence[int], *, permission: str, actor: Actor) -> None:
    if actor.is_system:
        # Nothing stands between the system and a document: it has no duty that could exclude another one.
        authorize(actor, permission)
        return
    columns: Any = table
    query = select(table).where(columns.id == any_(_ids(ids))).order_by(columns.id)
    for document in session().scalars(query.execution_options(populate_existing=True)):
        authorize(actor, permission, document)


def _forget_loaded(table: type[Base], ids: set[int], *, columns: list[str]) -> None:
    for loaded in list(session().identity_map.values()):
        if isinstance(loaded, table) and loaded.id in ids:  # type: ignore[attr-defined]
            session().expire(loaded, columns)


def _write_history(
    kind: str,
    ids: Sequence[int],
    action: str,
    actor: Actor,
    *,
    change: dict[str, str],
    note: str,
    facts: Mapping[int, dict[str, Any]],
) -> None:
    name = f"{kind}.{action}"
    first = f"{kind}:{ids[0]}"
    session().execute(
        _WRITE_HISTORY,
        {
            "kind": kind,
            "ids": list(ids),
            "action": action,
            **change,
            "at": clock.now(),
            "user_id": actor.user_id,
            "actor_name": actor.name,
            "note": note,
            "facts": plain(facts),
        },
    )
    record(
        actor=actor,
        action=name,
        subject=first if len(ids) == 1 else f"{kind}s",
        facts={**change, f"{kind}_ids": ids, "note": note},
    )
    publish(name, document=first, payload={**change, "by": actor.user_id, "note": note, f"{kind}_ids": ids})


def _ids(ids: Sequence[int]) -> Any:
    return bindparam("document_ids", list(ids), type_=ARRAY(BigInteger), unique=True)


_WRITE_HISTORY = text(
    "insert into document_step (document, action, before, after, at, user_id, actor_name, note, facts)"
    " select :kind || ':' || moved.id, :action, :before, :after, :at, :user_id, :actor_name, :note,"
    " coalesce(:facts -> cast(moved.id as text), '{}') from unnest(:ids) as moved (id) order by moved.id"
).bindparams(bindparam("ids", type_=ARRAY(BigInteger)), bindparam("facts", type_=JSONB))
