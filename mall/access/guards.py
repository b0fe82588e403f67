"""Guards on views: each URL rule declares its permission, or says for everyone and why."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, TypeVar

from flask import g

from mall.access.actor import VISITOR, Actor
from mall.access.authorize import authorize
from mall.access.permission_table import PERMISSIONS

View = TypeVar("View", bound=Callable[..., Any])


def current_actor() -> Actor:
    """The actor of this web request; pages hand it on as an argument."""
    return getattr(g, "actor", VISITOR)


def needs(permission: str) -> Callable[[View], View]:
    """Let only those in who may ever do this; the use-case asks again with its subject, under the lock."""
    if permission not in PERMISSIONS:
        raise KeyError(f"no such permission: {permission}")

    def decorate(view: View) -> View:
        @functools.wraps(view)
        def guarded(*args: Any, **kwargs: Any) -> Any:
            authorize(current_actor(), permission)
            return view(*args, **kwargs)

        guarded.needs = permission  # type: ignore[attr-defined]
        return guarded  # type: ignore[return-value]

    return decorate


def everyone(why: str) -> Callable[[View], View]:
    """Declare a view open to all, with the reason."""
    if not why:
        raise ValueError("say why this view is open to everyone")

    def decorate(view: View) -> View:
        view.open_to_everyone = why  # type: ignore[attr-defined]
        return view

    return decorate
