"""What a grade changes in the mall, through slots that the mall keeps open."""

from __future__ import annotations

from collections.abc import Collection

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mall.catalogue.review_demands import add_review_demand
from mall.database import session
from mall.shop.party_marks import PartyMark, add_party_marks
from supervision.credit.credit_entry import CreditStanding
from supervision.credit.deeds import add_source
from supervision.credit.supplier_deeds import supplier_deeds
from supervision.credit.unit_deeds import unit_deeds

TONES = {"A": "good", "B": "note", "C": "sun", "D": "bad"}


def install_rights() -> None:
    """Fill the slots, and tell the score where deeds are found."""
    add_source("supplier", supplier_deeds)
    add_source("unit", unit_deeds)
    add_review_demand(suppliers_graded_d)
    add_party_marks(grade_marks)


def suppliers_graded_d(supplier_ids: Collection[int]) -> set[int]:
    """Those of these suppliers whose new listings people must look at."""
    query = select(CreditStanding.party_id).where(
        CreditStanding.party_id.in_(supplier_ids), CreditStanding.grade == "D"
    )
    return set(session().scalars(query))


def grade_marks(organisation_ids: Collection[int]) -> dict[int, PartyMark]:
    """The grade beside the name, leading to the public formula."""
    return {
        party_id: PartyMark(
            words=_("信用 %(grade)s 级", grade=grade), tone=TONES[grade], address=url_for("open_credit.index")
        )
        for party_id, grade in grades_of(organisation_ids).items()
    }


def grades_of(organisation_ids: Collection[int]) -> dict[int, str]:
    """{organisation id: grade} of those that have one."""
    query = select(CreditStanding.party_id, CreditStanding.grade).where(CreditStanding.party_id.in_(organisation_ids))
    return dict(session().execute(query).all())
