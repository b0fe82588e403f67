"""Who is to decide a budget document: the budget officers of its region and above who had no hand in it."""

from __future__ import annotations

from typing import Protocol

from sqlalchemy import select
from sqlalchemy.orm import Mapped

from mall.access.predicates import covers
from mall.database import session
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, UserPost


class Decided(Protocol):
    """A paper that a budget officer decides: a budget document, a fund-use plan."""

    region_code: Mapped[int]
    maker_ids: Mapped[list[int]]


def deciders_of(document: Decided) -> list[UserAccount]:
    """Active people, those of the nearest finance department first."""
    rows = session().execute(
        select(UserAccount, Organisation.region_code)
        .join(UserPost, UserPost.user_id == UserAccount.id)
        .join(Organisation, Organisation.id == UserPost.organisation_id)
        .where(UserPost.role == "budget", UserPost.ended_at.is_(None), UserAccount.state == "active")
        .order_by(UserAccount.id)
    )
    found = [
        (region_code != document.region_code, person.id, person)
        for person, region_code in rows
        if covers(region_code, document.region_code) and person.id not in document.maker_ids
    ]
    return [person for _is_above, _id, person in sorted(found, key=lambda one: one[:2])]
