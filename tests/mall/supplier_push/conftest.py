"""Two suppliers of the small province whose systems hold a key each, and a shelf of goods in any state."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask

from mall.database import close_reading
from mall.settings import Settings
from mall.supplier_push.change_push_keys import make_push_key
from mall.supplier_push.push_key import PushSecret, secret_of
from tests.conftest import Clone
from tests.mall.catalogue.conftest import Shelf
from tests.mall.supplier_push.pusher import Pusher
from tests.world import World


@pytest.fixture
def shelf(own_database: Clone, world: World) -> Iterator[Shelf]:
    found = Shelf(world=world, admin=own_database.admin)
    # The goods of the small province say little of themselves; the tests of just that demand more.
    found.rule("listing.require_attributes", 0)
    found.rule("listing.require_certificate", 0)
    yield found
    close_reading()


def made_key(world: World, settings: Settings, who: str) -> PushSecret:
    """A key of this person's supplier."""
    actor = world.actor(who)
    made = make_push_key(actor=actor, supplier_id=actor.supplier_ids[0])
    return secret_of(made, data_dir=settings.data_dir)


@pytest.fixture
def sunny(app: Flask, world: World, settings: Settings) -> Pusher:
    """The system of the first supplier."""
    return Pusher(app, made_key(world, settings, "supplier"))


@pytest.fixture
def moon(app: Flask, world: World, settings: Settings) -> Pusher:
    """The system of the second supplier."""
    return Pusher(app, made_key(world, settings, "supplier2"))
