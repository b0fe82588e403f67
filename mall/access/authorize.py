"""Asking the permission table, with or without a subject."""

from __future__ import annotations

from typing import Any

from mall.access.actor import Actor
from mall.access.permission_table import PERMISSIONS
from mall.errors import Refusal


def may(actor: Actor, permission: str, subject: Any = None) -> bool:
    """Whether the table lets the actor do this (to this subject). A mistyped permission raises KeyError."""
    return any(all(predicate(actor, subject) for predicate in alternative) for alternative in PERMISSIONS[permission])


def authorize(actor: Actor, permission: str, subject: Any = None) -> None:
    """Refuse unless the table allows it.

    Raises Refusal: "access.sign_in" for a visitor, "access.same_person" when only the
    separation of duties stands in the way, else "access.denied".
    """
    if may(actor, permission, subject):
        return
    if not actor.is_signed_in and not actor.is_system:
        raise Refusal("access.sign_in", permission=permission)
    if subject is not None and _only_duty_conflicts(actor, permission, subject):
        raise Refusal("access.same_person", permission=permission)
    raise Refusal("access.denied", permission=permission)


def _only_duty_conflicts(actor: Actor, permission: str, subject: Any) -> bool:
    for alternative in PERMISSIONS[permission]:
        failed = [predicate for predicate in alternative if not predicate(actor, subject)]
        if failed and all("carries_no_other_duty" in predicate.__qualname__ for predicate in failed):
            return True
    return False
