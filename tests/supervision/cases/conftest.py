"""What the tests of cases stand on: a case of the school, and a second regulator of the city."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.people.create_user import create_user
from mall.people.grant_post import grant_post
from mall.people.user import UserAccount, posts_of
from tests.supervision.cases.case_story import CaseStory
from tests.world import World


@pytest.fixture
def story(world: World) -> Iterator[CaseStory]:
    """A case of the school and the sunny supplier, just found."""
    (city,) = posts_of(world.users["regulator-city"])
    user, _link = create_user(actor=SYSTEM, username="regulator-city2", name="测试监管二")
    grant_post(actor=SYSTEM, user_id=user.id, organisation_id=city.organisation_id, role="regulator")
    _activate(user_id=user.id)
    yield CaseStory(world).found()
    close_reading()


@atomic
def _activate(*, user_id: int) -> None:
    """As if she had set her password."""
    session().execute(update(UserAccount).where(UserAccount.id == user_id).values(state="active"))
    record(actor=SYSTEM, action="test.activate", subject=f"user:{user_id}")
