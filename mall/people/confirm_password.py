"""Asking for the password once more before an act that binds."""

from __future__ import annotations

from typing import Any

from mall.access.actor import Actor
from mall.audit.record import request_facts
from mall.database import after_refusal, atomic, session
from mall.errors import Refusal
from mall.people.password import verify_password
from mall.people.sign_in_throttle import (
    account_budget,
    confirmation_budget,
    count_failure,
    network_budget,
    require_budget,
    wait_for_turn,
)
from mall.people.user import UserAccount


@atomic
def confirm_password(*, actor: Actor, password: str) -> None:
    """Refuse unless it is the actor's password now.

    Raises Refusal "sign.wrong_password", or "signin.throttled" after ten wrong ones in a quarter of an hour.
    Wrong ones count against the budgets of the sign-in, too. Only the person's own is asked here: else anybody
    in the same network could keep her from signing with wrong sign-ins.
    """
    budget = confirmation_budget(actor.user_id or 0)
    wait_for_turn(budget)
    require_budget(budget)
    user = session().get(UserAccount, actor.user_id) if actor.user_id is not None else None
    if user is None or user.state != "active" or not verify_password(user.password_hash, password[:1000]):
        raise Refusal("sign.wrong_password")


@atomic(housekeeping="counting wrong passwords; the refusal itself is recorded")
def _count(actor: Actor) -> None:
    address = request_facts.get().address
    # Always in this order, so that two failures at once never wait for each other crosswise.
    count_failure(account_budget(username=actor.username, address=address))
    count_failure(confirmation_budget(actor.user_id or 0))
    count_failure(network_budget(address))


def _after_refusal(refusal: Refusal, actor: Any, _action: str) -> None:
    # Counted after the rollback of the refused use-case, which would have forgotten it.
    if refusal.code == "sign.wrong_password" and isinstance(actor, Actor) and actor.user_id is not None:
        _count(actor)


after_refusal.append(_after_refusal)
