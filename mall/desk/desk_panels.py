"""Panels that rooms above the mall put on the start page: each says for whom, with which template and facts."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mall.access.actor import Actor


@dataclass(frozen=True)
class DeskPanel:
    """A part of the start page. The template finds `facts` under the name `panel.facts`."""

    template: str
    facts: Mapping[str, Any] = field(default_factory=dict)


Provider = Callable[[Actor], DeskPanel | None]

_providers: dict[str, Provider] = {}


def add_panel(name: str, provider: Provider) -> None:
    """Show on every start page what `provider` returns for its reader; None shows nothing. A name counts once."""
    _providers[name] = provider


def panels_for(actor: Actor) -> list[DeskPanel]:
    """The panels for this reader, in the order in which the rooms added them."""
    found = (provider(actor) for provider in _providers.values())
    return [panel for panel in found if panel is not None]
