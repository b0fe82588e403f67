"""The drill-down of regulators: province, city, county, unit; each figure opens its orders, payments or findings."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, request, url_for
from flask_babel import gettext as _

from mall.access.guards import current_actor, needs
from mall.people.organisation import organisation
from mall.regions.region import chain
from mall.regions.watch_calendar import day_number
from mall.web.layout import day, region_name
from mall.web.names import state_name
from supervision.seeing.answer_page import answer, year_asked
from supervision.seeing.month_spending import months_of
from supervision.seeing.place_figures import Figures, PlaceRow, figures_of, place_rows
from supervision.seeing.row_lists import case_rows, finding_rows, late_rows, order_rows, rules_found
from supervision.seeing.seeing_words import rule_name
from supervision.seeing.sheet import Head, Line, Sheet
from supervision.seeing.sight import Scope, scope_asked, scope_of_unit, sight_of
from supervision.seeing.supplier_shares import supplier_shares
from supervision.seeing.watched_orders import OrderWish, year_of

pages = Blueprint("seen_places", __name__, url_prefix="/watch")


@pages.get("/places")
@pages.get("/places.xlsx", endpoint="places_file")
@needs("watch.read")
def places() -> Any:
    """A division and what lies inside it."""
    actor = current_actor()
    scope, year = scope_asked(actor, request.args), year_asked()
    rows = place_rows(scope, year=year)
    total = sum((row.figures for row in rows), start=Figures())
    sheet = Sheet(
        key="places",
        title=scope_name(scope),
        heads=_figure_heads(),
        lines=[
            *(_place_line(row, within=scope, year=year) for row in rows),
            Line([_("合计"), *_figures(total)], _figure_links(scope, total, year=year, first=1), is_sum=True),
        ],
    )
    return answer(
        "watch_seeing/places.html",
        sheets=[sheet],
        heading=[(_("地区"), scope_name(scope)), (_("年度"), str(year))],
        name=f"places-{scope.region_code}-{year}",
        scope=scope,
        title=scope_name(scope),
        way=way_to(scope, year=year),
        year=year,
        is_empty=not rows,
        regions=sight_of(actor).regions,
    )


@pages.get("/units/<int:unit_id>")
@pages.get("/units/<int:unit_id>.xlsx", endpoint="unit_file")
@needs("watch.read")
def unit(unit_id: int) -> Any:
    """One unit: its figures, its months and its suppliers."""
    scope, year = scope_of_unit(sight_of(current_actor()), unit_id), year_asked()
    figures = figures_of(scope, year=year)
    name = scope_name(scope)
    whole = year_of(scope, year)
    months = Sheet(
        key="months",
        title=_("逐月采购"),
        heads=[Head(_("月份")), Head(_("订单数"), "number"), Head(_("采购金额"), "amount", 20)],
        lines=[
            Line(
                [f"{year}-{month.month:02d}", month.order_count, month.spent_fen],
                {1: url_for("seen_places.orders", **_span(scope, month.since, month.until))},
            )
            for month in months_of(scope, year=year)
            if month.order_count
        ],
    )
    suppliers = Sheet(
        key="suppliers",
        title=_("供应商"),
        heads=[
            Head(_("供应商"), width=36),
            Head(_("订单数"), "number"),
            Head(_("采购金额"), "amount", 20),
            Head(_("占比"), "rate"),
        ],
        lines=[
            Line(
                [one.name, one.order_count, one.spent_fen, one.share_bp],
                {1: url_for("seen_places.orders", **_span(scope, whole.since, whole.until), supplier=one.supplier_id)},
            )
            for one in supplier_shares(whole)
        ],
    )
    summary = Sheet(
        key="summary",
        title=name,
        heads=_figure_heads(),
        lines=[Line([name, *_figures(figures)], _figure_links(scope, figures, year=year, first=1))],
    )
    return answer(
        "watch_seeing/unit.html",
        sheets=[summary, months, suppliers],
        heading=[(_("单位"), name), (_("年度"), str(year))],
        name=f"unit-{unit_id}-{year}",
        scope=scope,
        title=name,
        way=way_to(scope, year=year),
        year=year,
    )


@pages.get("/rows/orders")
@pages.get("/rows/orders.xlsx", endpoint="orders_file")
@needs("watch.read")
def orders() -> Any:
    """The orders behind a figure, each leading to the order and to its postings."""
    wanted = _order_wish()
    found = order_rows(wanted, page=_page())
    lines = [
        Line(
            [
                order.number,
                found.names.get(order.unit_id, ""),
                found.names.get(order.supplier_id, ""),
                day(order.submitted_at),
                state_name("order", order.state),
                order.total_fen,
                _("凭证"),
            ],
            {
                0: url_for("orders.show", number=order.number),
                1: url_for("seen_places.unit", unit_id=order.unit_id, year=wanted.since.year),
                6: url_for("orders.show", number=order.number, _anchor="book"),
            },
        )
        for order in found.rows
    ]
    heads = [
        Head(_("订单"), width=24), Head(_("单位"), width=30), Head(_("供应商"), width=30), Head(_("提交日期")),
        Head(_("状态")), Head(_("金额"), "amount", 20), Head(_("记账")),
    ]  # fmt: skip
    return _answer_rows("orders", _("订单明细"), heads, lines, found, scope=wanted.scope, wanted=wanted)


@pages.get("/rows/late")
@pages.get("/rows/late.xlsx", endpoint="late_file")
@needs("watch.read")
def late() -> Any:
    """The late payments behind a figure."""
    wanted = _order_wish()
    found = late_rows(wanted, page=_page())
    lines = [
        Line(
            [
                clock.order.number,
                found.names.get(clock.order.unit_id, ""),
                found.names.get(clock.order.supplier_id, ""),
                day(clock.due_on),
                day(clock.paid_on) if clock.paid_on else _("未付清"),
                clock.days_late,
                clock.overdue_fen,
                clock.interest_fen,
            ],
            {
                0: url_for("orders.show", number=clock.order.number),
                1: url_for("seen_places.unit", unit_id=clock.order.unit_id, year=wanted.since.year),
            },
        )
        for clock in found.rows
    ]
    heads = [
        Head(_("订单"), width=24), Head(_("单位"), width=30), Head(_("供应商"), width=30), Head(_("应付日期")),
        Head(_("付清日期")), Head(_("逾期天数"), "number"), Head(_("逾期未付"), "amount", 20),
        Head(_("逾期利息"), "amount", 20),
    ]  # fmt: skip
    return _answer_rows("late", _("逾期付款"), heads, lines, found, scope=wanted.scope, wanted=wanted)


@pages.get("/rows/findings")
@pages.get("/rows/findings.xlsx", endpoint="findings_file")
@needs("watch.read")
def findings() -> Any:
    """The open findings behind a figure."""
    scope = scope_asked(current_actor(), request.args)
    rule_id = request.args.get("rule", "")[:80]
    found = finding_rows(scope, rule_id=rule_id, page=_page())
    lines = [
        Line(
            [
                rule_name(finding.rule_id),
                found.names.get(finding.unit_id or 0, ""),
                found.names.get(finding.supplier_id or 0, ""),
                day(finding.day),
                finding.amount_fen,
            ],
            {0: url_for("watch_findings.show", finding_id=finding.id)},
        )
        for finding in found.rows
    ]
    heads = [
        Head(_("疑似情形"), width=36), Head(_("单位"), width=30), Head(_("供应商"), width=30), Head(_("日期")),
        Head(_("涉及金额"), "amount", 20),
    ]  # fmt: skip
    return _answer_rows(
        "findings",
        _("待处理疑点"),
        heads,
        lines,
        found,
        scope=scope,
        rules=[(one, rule_name(one)) for one in rules_found(scope)],
        rule_id=rule_id,
    )


@pages.get("/rows/cases")
@pages.get("/rows/cases.xlsx", endpoint="cases_file")
@needs("watch.read")
def cases() -> Any:
    """The open cases behind a figure."""
    scope = scope_asked(current_actor(), request.args)
    found = case_rows(scope, page=_page())
    lines = [
        Line(
            [
                case.number,
                state_name("watch_case", case.state),
                found.names.get(case.unit_id or 0, ""),
                found.names.get(case.supplier_id or 0, ""),
                day(case.found_at),
                case.amount_fen,
            ],
            {0: url_for("watch_cases.show", number=case.number)},
        )
        for case in found.rows
    ]
    heads = [
        Head(_("线索编号"), width=24), Head(_("状态")), Head(_("单位"), width=30), Head(_("供应商"), width=30),
        Head(_("发现日期")), Head(_("涉及金额"), "amount", 20),
    ]  # fmt: skip
    return _answer_rows("cases", _("在办线索"), heads, lines, found, scope=scope)


def _answer_rows(
    key: str, title: str, heads: list[Head], lines: list[Line], found: Any, *, scope: Scope, **facts: Any
) -> Any:
    wanted: OrderWish | None = facts.get("wanted")
    span = f"{wanted.since} — {wanted.until}" if wanted else ""
    return answer(
        "watch_seeing/rows.html",
        sheets=[Sheet(key=key, title=title, heads=heads, lines=lines)],
        heading=[(_("范围"), scope_name(scope)), *([(_("期间"), span)] if span else [])],
        name=f"{key}-{scope.unit_id or scope.region_code}",
        kind=key,
        title=title,
        whose=scope_name(scope),
        span=span,
        found=found,
        scope=scope,
        year=wanted.since.year if wanted else year_asked(),
        way=way_to(scope, year=wanted.since.year if wanted else year_asked(), is_end=False),
        arguments={name: value for name, value in request.args.to_dict().items() if name != "page"},
        **{"rules": [], "rule_id": "", **{name: value for name, value in facts.items() if name != "wanted"}},
    )


def _place_line(row: PlaceRow, *, within: Scope, year: int) -> Line:
    if row.scope.unit_id is not None:
        name, address = row.name, url_for("seen_places.unit", unit_id=row.scope.unit_id, year=year)
    elif row.scope.is_everywhere:
        name, address = _("不分地区"), ""
    elif row.scope.region_code == within.region_code and not row.scope.is_own:
        name, address = _("不涉及单位"), ""
    else:
        name = scope_name(row.scope)
        address = url_for("seen_places.places", **row.scope.arguments, year=year)
    links = _figure_links(row.scope, row.figures, year=year, first=1)
    return Line([name, *_figures(row.figures)], {**({0: address} if address else {}), **links})


def _figure_heads() -> list[Head]:
    return [
        Head(_("地区或单位"), width=30), Head(_("采购金额"), "amount", 20), Head(_("订单数"), "number"),
        Head(_("待处理疑点"), "number"), Head(_("在办线索"), "number"), Head(_("逾期付款"), "number"),
        Head(_("逾期未付"), "amount", 20), Head(_("疑点涉及金额"), "amount", 20),
    ]  # fmt: skip


def _figures(found: Figures) -> list[Any]:
    return [
        found.spent_fen, found.order_count, found.finding_count, found.case_count, found.late_count, found.owed_fen,
        found.stake_fen,
    ]  # fmt: skip


def _figure_links(scope: Scope, found: Figures, *, year: int, first: int) -> dict[int, str]:
    orders_at = url_for("seen_places.orders", **scope.arguments, year=year)
    late_at = url_for("seen_places.late", **scope.arguments, year=year)
    findings_at = url_for("seen_places.findings", **scope.arguments, year=year)
    links = {}
    if found.order_count:
        links |= {first: orders_at, first + 1: orders_at}
    if found.finding_count:
        links |= {first + 2: findings_at, first + 6: findings_at}
    if found.case_count:
        links[first + 3] = url_for("seen_places.cases", **scope.arguments, year=year)
    if found.late_count:
        links |= {first + 4: late_at, first + 5: late_at}
    return links


def scope_name(scope: Scope) -> str:
    """What a scope is called."""
    if scope.unit_id is not None:
        unit = organisation(scope.unit_id)
        return unit.name if unit is not None else str(scope.unit_id)
    if scope.is_everywhere:
        return _("不分地区")
    name = region_name(scope.region_code)
    return _("%(region)s本级", region=name) if scope.is_own else name


def way_to(scope: Scope, *, year: int, is_end: bool = True) -> list[tuple[str, str]]:
    """The divisions in sight above a scope, and the scope itself, as crumbs."""
    sight = sight_of(current_actor())
    above = [Scope(code) for code in reversed(chain(scope.region_code)) if sight.covers(code)]
    steps = [(scope_name(one), url_for("seen_places.places", **one.arguments, year=year)) for one in above]
    if scope.unit_id is not None:
        steps.append((scope_name(scope), url_for("seen_places.unit", unit_id=scope.unit_id, year=year)))
    elif scope.is_own or scope.is_everywhere:
        steps.append((scope_name(scope), url_for("seen_places.places", **scope.arguments, year=year)))
    return [*steps[:-1], (steps[-1][0], "")] if is_end and steps else steps


def _order_wish() -> OrderWish:
    scope, year = scope_asked(current_actor(), request.args), year_asked()
    return OrderWish(
        scope,
        since=_day("since") or date(year, 1, 1),
        until=_day("until") or date(year, 12, 31),
        supplier_id=request.args.get("supplier", type=int),
        mode=request.args.get("mode", "")[:40],
        least_fen=request.args.get("least", type=int),
        below_fen=request.args.get("below", type=int),
    )


def _span(scope: Scope, since: date, until: date) -> dict[str, Any]:
    return {**scope.arguments, "since": since.isoformat(), "until": until.isoformat()}


def _day(name: str) -> date | None:
    try:
        found = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return found if 0 < day_number(found) < day_number(date(2127, 12, 31)) else None


def _page() -> int | None:
    """None for a file, which has all rows."""
    if request.path.endswith(".xlsx"):
        return None
    page = request.args.get("page", default=1, type=int)
    return page if 0 < page < 1_000_000 else 1
