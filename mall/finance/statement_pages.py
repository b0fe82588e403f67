"""Pages of what is owed: the supplier's statement, late payments in sight, and the public list of units that owe."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, jsonify, render_template, request
from flask_babel import gettext as _

from mall import clock
from mall.access.guards import current_actor, everyone, needs
from mall.errors import Refusal
from mall.finance.book_files import XLSX
from mall.finance.late_payments import late_orders, overdue_units
from mall.finance.supplier_statement import PLACES, statement_csv, statement_of, statement_xlsx
from mall.people.organisation import organisation_names
from mall.regions.region import regions_by_code

pages = Blueprint("statement", __name__)
ROWS_ON_PAGE = 30
#: places with a card of their own even when nothing stands there
ALWAYS_SHOWN = ("to_accept", "accepted", "invoiced", "requested", "in_transit", "paid")


@pages.get("/statement")
@needs("statement.read")
def index() -> str:
    """The supplier's statement of a year: what is still to come, or one place of the money if asked; newest first."""
    year, place = _year(), _place()
    statement = statement_of(current_actor(), year=year)
    shown = [row for row in reversed(statement.rows) if (row.place == place if place else row.place != "paid")]
    pages_in_all = max(1, -(-len(shown) // ROWS_ON_PAGE))
    page = min(max(1, request.args.get("page", default=1, type=int)), pages_in_all)
    return render_template(
        "finance/statement.html",
        statement=statement,
        rows=shown[(page - 1) * ROWS_ON_PAGE : page * ROWS_ON_PAGE],
        place=place,
        places=[name for name in PLACES if name in ALWAYS_SHOWN or statement.counts[name]],
        words=_words(),
        year=year,
        page=page,
        pages_in_all=pages_in_all,
    )


@pages.get("/statement.csv")
@needs("statement.read")
def export() -> Response:
    """The same as a file for the supplier's own books."""
    year, place = _year(), _place()
    header = (
        _("订单"), _("采购单位"), _("款项到哪一步"), _("金额（元）"), _("等谁办理"), _("办理人"), _("从何时起"),
        _("法定最迟付款日"), _("逾期天数"), _("逾期利息（元）"),
    )  # fmt: skip
    text = statement_csv(statement_of(current_actor(), year=year, place=place), words=_words(), header=header)
    disposition = f'attachment; filename="sunmall-statement-{year}-{clock.today():%Y%m%d}.csv"'
    return Response(text, content_type="text/csv; charset=utf-8", headers={"Content-Disposition": disposition})


@pages.get("/statement.xlsx")
@needs("statement.read")
def export_workbook() -> Response:
    """The same as a workbook."""
    year, place = _year(), _place()
    content = statement_xlsx(statement_of(current_actor(), year=year, place=place), words=_words())
    disposition = f'attachment; filename="sunmall-statement-{year}-{clock.today():%Y%m%d}.xlsx"'
    return Response(content, content_type=XLSX, headers={"Content-Disposition": disposition})


@pages.get("/late-payments")
@needs("order.list")
def late() -> str:
    """What is or was paid late among the orders this person may see."""
    year = _year()
    clocks = late_orders(current_actor(), year=year)
    orders = [one.order for one in clocks]
    names = organisation_names({order.unit_id for order in orders} | {order.supplier_id for order in orders})
    return render_template("finance/late.html", clocks=clocks, names=names, year=year)


@pages.get("/open/overdue")
@everyone("the law asks for it: who does not pay on time is named in public")
def overdue() -> str:
    """The public list of units with accepted orders past their day of payment."""
    region_code = _region()
    rows = overdue_units(region_code=region_code)
    return render_template("finance/overdue.html", rows=rows, region_code=region_code, today=clock.today())


@pages.get("/open/overdue.json")
@everyone("the same list for programs")
def overdue_data() -> Response:
    """The list as JSON; money in fen."""
    rows = overdue_units(region_code=_region())
    return jsonify(
        on=clock.today().isoformat(),
        items=[
            {
                "unit": row.name,
                "region_code": row.region_code,
                "orders": row.orders,
                "owed_fen": row.owed_fen,
                "longest_days": row.longest_days,
            }
            for row in rows
        ],
    )


def _year() -> int:
    year = request.args.get("year", default=clock.today().year, type=int)
    if not 2000 <= year <= 2200:
        raise Refusal("page.not_found")
    return year


def _place() -> str:
    place = request.args.get("place", "")
    return place if place in PLACES else ""


def _region() -> int | None:
    code = request.args.get("region", type=int)
    if code is not None and code not in regions_by_code():
        raise Refusal("page.not_found")
    return code


def _words() -> dict[str, Any]:
    return {
        "to_accept": _("待交货验收"),
        "accepted": _("已验收，待开票"),
        "invoiced": _("已开票，待申请支付"),
        "requested": _("已申请，待单位批准"),
        "in_transit": _("已送国库，在途"),
        "credit_due": _("待开红字发票"),
        "retained": _("质保金，未到期"),
        "refund_due": _("应退给单位"),
        "paid": _("已支付"),
        "day": _("到期日"),
        "supplier": _("您"),
        "receiver": _("收货验收人"),
        "accountant": _("会计"),
        "finance": _("财务审批人"),
        "treasury": _("国库"),
    }
