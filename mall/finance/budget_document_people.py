"""Who is to decide a budget document: the budget officers of its region and above who had no hand in it."""

from __future__ import annotations

from sqlalchemy import select

from mall.access.predicates import covers
from mall.database import session
from mall.finance.budget_document import BudgetDocument
from mall.people.organisation import Organisation
from mall.people.user import UserAccount, UserPost


def deciders_of(document: BudgetDocument) -> list[UserAccount]:
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
