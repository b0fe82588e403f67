"""Payments that are approved and wait for a batch: made once per session, cloned for every test."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask

from mall import clock, database
from mall.access.actor import SYSTEM
from mall.exchange.exchange_key import ExchangeKey, rotate_key
from mall.finance.exchange_treasury import export_batch
from mall.regions import regional_rule
from mall.settings import Settings, read_settings
from tests.conftest import Clone, Template, _drop, clone, findings_after, ledger_fingerprint
from tests.journeys.story import Story
from tests.mall.exchange.treasury import Treasury
from tests.world import World

#: pieces of paper at 21.50 yuan per order; the first and the last have the same amount
PIECES = (10, 11, 12, 13, 10)
PIECE_FEN = 2150


def in_june() -> datetime:
    """Ten in the morning of 15 June in Shanghai."""
    return datetime(clock.today().year, 6, 15, 2, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """A database with the approved payments in it: (number, amount) each, in the order of PIECES."""

    base: Template
    payments: tuple[tuple[str, int], ...]
    orders: tuple[str, ...]


@pytest.fixture(scope="session")
def scene(
    template: Template, server_url: str, whole_app: Flask, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """Built once; the books are looked at in every clone of it."""
    made = clone(template, server_url)
    folder = tmp_path_factory.mktemp("exchange")
    settings = {"SUNMALL_DATA_DIR": str(folder), "SUNMALL_APP_DATABASE_URL": "", "SUNMALL_SECRET_KEY": "for tests only"}
    whole_app.config["SUNMALL"] = read_settings(settings)
    database.connect(made.app, pool_size=4)
    with clock.frozen(in_june()):
        story = Story(whole_app, world=template.world, admin_url=made.admin, folder=folder)
        orders = tuple(_approved(story, pieces) for pieces in PIECES)
        payments = tuple(
            (story.payment_of(number), PIECE_FEN * pieces) for number, pieces in zip(orders, PIECES, strict=True)
        )
    database.close_reading()
    database.disconnect()
    yield Scene(
        Template(urls=template.urls, name=made.name, world=template.world, ledger=ledger_fingerprint(made.admin)),
        payments,
        orders,
    )
    _drop(server_url, made.name)


def _approved(story: Story, pieces: int) -> str:
    number = story.place(story.wanted("paper", pieces, "school_office"))
    story.walk(number, until="approve_payment")
    return number


@pytest.fixture(autouse=True)
def a_day_in_june() -> Iterator[None]:
    """Noon of the day on which the payments were approved."""
    with clock.frozen(in_june().replace(hour=4)):
        yield


@pytest.fixture
def own_database(scene: Scene, server_url: str) -> Iterator[Clone]:
    """A clone of the scene; after the test the ledger's checks must find nothing."""
    made = clone(scene.base, server_url)
    database.connect(made.app, pool_size=8)
    regional_rule.forget_kept_rules()
    yield made
    database.close_reading()
    database.disconnect()
    findings = findings_after(made.admin, before=scene.base.ledger)
    _drop(server_url, made.name)
    assert findings == [], "the books are unsound after this test"


@pytest.fixture
def world(own_database: Clone, scene: Scene) -> World:
    """The small province."""
    return scene.base.world


@pytest.fixture
def story(app: Flask, world: World, own_database: Clone, tmp_path: Path) -> Story:
    """The people of the small province, each with a token of the API."""
    return Story(app, world=world, admin_url=own_database.admin, folder=tmp_path)


@pytest.fixture
def key(settings: Settings, own_database: Clone) -> ExchangeKey:
    """The key that the mall and the treasury share."""
    return rotate_key(settings.data_dir, actor=SYSTEM)


@pytest.fixture
def treasury(app: Flask, key: ExchangeKey) -> Treasury:
    """A treasury that calls."""
    return Treasury(app, key)


@pytest.fixture
def sent(scene: Scene, own_database: Clone) -> tuple[tuple[str, int], ...]:
    """The payments, out with the treasury."""
    assert export_batch(actor=SYSTEM) is not None
    return scene.payments
