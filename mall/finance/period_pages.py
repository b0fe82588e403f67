"""The page of the months of a region's books: open or closed, what is looked at before closing, and the closing."""

from __future__ import annotations

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from werkzeug.wrappers import Response as AnyResponse

from ledger import fiscal_year
from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.access.predicates import covers
from mall.audit.record import record_refusal
from mall.database import session
from mall.errors import Refusal
from mall.finance.close_period import PreClose, checklist, close_period, named
from mall.finance.unit_budgets import RegionBudget
from mall.people.organisation import Organisation
from mall.web.words import status_of, words_for

pages = Blueprint("periods", __name__, url_prefix="/books/periods")


@pages.get("")
@needs("period.read")
def index() -> str:
    """The months of one region and year; with ?month= also what is looked at before it is closed."""
    actor = current_actor()
    regions = regions_with_books(actor)
    region_code = request.args.get("region", default=regions[0] if regions else 0, type=int)
    year = request.args.get("year", default=clock.today().year, type=int)
    return _page(region_code, year, request.args.get("month", type=int), done=request.args.get("done", ""))


@pages.post("/close")
@needs("period.close")
def close() -> AnyResponse:
    """Close a month; refused, the page comes again with the words."""
    actor, form = current_actor(), request.form
    region_code, year = form.get("region", default=0, type=int), form.get("year", default=0, type=int)
    month = form.get("month", default=0, type=int)
    try:
        close_period(
            actor=actor,
            region_code=region_code,
            year=year,
            month=month,
            confirmation=form.get("confirmation", ""),
            request_key=form.get("request_key") or None,
        )
    except Refusal as refusal:
        if refusal.code in ("access.denied", "period.unknown"):
            raise
        if not refusal.recorded:
            record_refusal(actor=actor, action="period.close", refusal=refusal, subject=f"period:{region_code}")
        return make_response(_page(region_code, year, month, refusal=refusal), status_of(refusal))
    return redirect(url_for("periods.index", region=region_code, year=year, done=named(year, month)))


def regions_with_books(actor: Actor) -> list[int]:
    """The divisions with units of their own that this reader's offices cover, in order."""
    codes = session().scalars(select(Organisation.region_code).where(Organisation.kind == "unit").distinct())
    offices = {*actor.regions_as("budget"), *actor.regions_as("regulator")}
    return sorted(code for code in codes if any(covers(office, code) for office in offices))


def _page(region_code: int, year: int, month: int | None, *, done: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    if not 2000 <= year <= 2127 or not may(actor, "period.read", RegionBudget(region_code=region_code)):
        raise Refusal("page.not_found")
    periods = fiscal_year.periods(session(), region_code=region_code, year=year)
    chosen = next((period for period in periods if period.month == month and period.state == "open"), None)
    items = checklist(region_code=region_code, year=year, month=chosen.month) if chosen else []
    return render_template(
        "books/periods.html",
        region_code=region_code,
        regions=regions_with_books(actor),
        year=year,
        periods=periods,
        chosen=chosen,
        chosen_name=named(year, chosen.month) if chosen else "",
        items=[(_words(item), item) for item in items],
        is_blocked=any(item.blocks and not item.is_met for item in items),
        may_close=may(actor, "period.close", RegionBudget(region_code=region_code)),
        done=done,
        typed=request.form,
        refusal=words_for(refusal) if refusal is not None else None,
    )


def _words(item: PreClose) -> str:
    """What is looked at, and what was found."""
    return {
        "not_over": _("这个月已经过完"),
        "earlier_open": _("以前的月份都已结账（未结：%(months)s）", months=item.detail) if item.count
        else _("以前的月份都已结账"),
        "findings": _("账簿核对没有发现（发现 %(count)s 处）", count=item.count) if item.count
        else _("账簿核对没有发现"),
        "unsettled": _("支付都有国库回单（%(count)s 笔还没有）", count=item.count) if item.count
        else _("支付都有国库回单"),
        "year_not_cleared": _("各单位都已办完年末清理（%(count)s 个还没有）", count=item.count) if item.count
        else _("各单位都已办完年末清理"),
        "unsealed": _("凭证都已封存（%(count)s 笔待封存，后台每分钟封存一次）", count=item.count) if item.count
        else _("凭证都已封存"),
    }[item.code]  # fmt: skip
