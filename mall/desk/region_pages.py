"""What happens in a region: orders and money by state and by unit, read only."""

from __future__ import annotations

from flask import Blueprint, render_template, request

from mall import clock
from mall.access.guards import current_actor, needs
from mall.desk.desk_numbers import numbers_by_state, numbers_by_unit
from mall.desk.region_places import places_of
from mall.finance.unit_budgets import units_in_sight
from mall.ordering.list_orders import STAGES
from mall.ordering.order_states import ENDED

pages = Blueprint("region", __name__)


@pages.get("/region")
@needs("region.overview")
def index() -> str:
    """The overview of one year; every row leads to the orders behind it."""
    actor = current_actor()
    year = request.args.get("year", default=clock.today().year, type=int)
    by_state = numbers_by_state(actor, year=year)
    return render_template(
        "desk/region.html",
        year=year,
        this_year=clock.today().year,
        regions=actor.regions_as("regulator") or actor.regions_as("centre"),
        by_state=[(state, *by_state[state]) for states in STAGES.values() for state in states if state in by_state],
        places=places_of(
            budgets=units_in_sight(actor, year=year), orders=numbers_by_unit(actor, year=year, ended=ENDED)
        ),
    )
