"""Pages about how units buy: beside their peers, month by month with the year's end, and around the limits."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext

from mall import clock
from mall.access.guards import current_actor, needs
from mall.shop.page_frame import in_words
from supervision.analytics import watch_key
from supervision.seeing.answer_page import answer, year_asked
from supervision.seeing.chart import Chart, Series
from supervision.seeing.digit_counts import BENFORD_BP, DigitCounts, digit_counts
from supervision.seeing.limit_histogram import Histogram, histogram, limits_of
from supervision.seeing.month_spending import (
    PEERS_MIN,
    YEARS_BEFORE,
    Month,
    PeerBand,
    YearEnd,
    months_of,
    peer_bands,
    year_ends,
)
from supervision.seeing.peer_units import peers_of
from supervision.seeing.place_pages import scope_name, way_to
from supervision.seeing.ranks import share_bp
from supervision.seeing.seeing_words import LEVELS, SIZE_BANDS
from supervision.seeing.sheet import Head, Line, Sheet
from supervision.seeing.sight import Scope, names_for, scope_asked, scope_of_unit, sight_of
from supervision.seeing.unit_measures import MEASURES, Standing, UnitMeasures, measures_of, standings
from supervision.seeing.watched_orders import year_of

pages = Blueprint("seen_units", __name__, url_prefix="/watch")

MEASURE_NAMES = {
    "price_level": lazy_gettext("价格水平"),
    "direct_share": lazy_gettext("直购金额占比"),
    "late_share": lazy_gettext("逾期付款订单占比"),
    "rush_share": lazy_gettext("11月21日以后金额占比"),
    "small_share": lazy_gettext("中小企业金额占比"),
    "concentration": lazy_gettext("最大供应商金额占比"),
}


@pages.get("/units/<int:unit_id>/peers")
@pages.get("/units/<int:unit_id>/peers.xlsx", endpoint="peers_file")
@needs("watch.read")
def peers(unit_id: int) -> Any:
    """One unit against the quartiles of its peers; units out of sight stay without names."""
    sight, year = sight_of(current_actor()), year_asked()
    scope = scope_of_unit(sight, unit_id)
    found = peers_of(unit_id)
    ids = [unit_id, *(one.unit_id for one in found.units)]
    measures = measures_of(ids, year=year, today=clock.today())
    own = measures.get(unit_id)
    others = [measures[one.unit_id] for one in found.units if one.unit_id in measures]
    stood = standings(own, others)
    units = [(one.unit_id, one.region_code, one.name) for one in found.units if one.unit_id in measures]
    names = names_for(units, sight=sight, key=watch_key(current_app.config["SUNMALL"]))
    visible = {one_id for one_id, region_code, _name in units if sight.covers(region_code)}
    name = scope_name(scope)
    kind = _("%(level)s，%(band)s", level=LEVELS[found.level], band=SIZE_BANDS[found.band])
    sheets = [_standings_sheet(stood)]
    # So few could be told apart by their figures, whatever they are called.
    if len(others) >= PEERS_MIN:
        sheets.append(_peers_sheet(own, others, name=name, names=names, visible=visible, year=year))
    return answer(
        "watch_seeing/peers.html",
        sheets=sheets,
        heading=[(_("单位"), name), (_("年度"), str(year)), (_("同类单位"), kind)],
        name=f"peers-{unit_id}-{year}",
        scope=scope,
        title=name,
        way=way_to(scope, year=year, is_end=False),
        year=year,
        kind=kind,
        peer_count=len(others),
        peers_min=PEERS_MIN,
        is_empty=own is None,
        chart=Chart(
            _("同类单位中低于或等于本单位的比例"),
            "names",
            "bp",
            [Series(name, "bar", [(str(MEASURE_NAMES[one.measure]), one.rank_bp) for one in stood])],
            names=[str(MEASURE_NAMES[one.measure]) for one in stood],
        ),
    )


@pages.get("/months")
@pages.get("/months.xlsx", endpoint="months_file")
@needs("watch.read")
def months() -> Any:
    """Spending by month, and the share since 21 November against earlier years and peers."""
    scope, year, today = scope_asked(current_actor(), request.args), year_asked(), clock.today()
    by_year = {one: months_of(scope, year=one) for one in range(year - YEARS_BEFORE, year + 1)}
    ends = year_ends(scope, year=year, today=today)
    bands = peer_bands(scope, year=year, today=today)
    name = scope_name(scope)
    return answer(
        "watch_seeing/months.html",
        sheets=[_months_sheet(by_year, scope), _year_ends_sheet(ends, bands)],
        heading=[(_("范围"), name), (_("年度"), str(year))],
        name=f"months-{scope.unit_id or scope.region_code}-{year}",
        scope=scope,
        title=name,
        way=way_to(scope, year=year, is_end=False),
        year=year,
        peers_min=PEERS_MIN,
        is_empty=not any(month.order_count for found in by_year.values() for month in found),
        month_chart=Chart(
            _("%(name)s逐月采购金额", name=name),
            "names",
            "fen",
            [
                Series(
                    str(one),
                    "bar" if one == year else "line",
                    [(f"{month.month:02d}", month.spent_fen) for month in found],
                )
                for one, found in sorted(by_year.items(), reverse=True)
                if any(month.order_count for month in found)
            ],
            names=[f"{month:02d}" for month in range(1, 13)],
        ),
        end_chart=Chart(
            _("11月21日以后的金额占全年的比例"),
            "names",
            "bp",
            [
                Series(_("同类第10至90百分位"), "band", [(str(one.year), one.low_bp, one.high_bp) for one in bands]),
                Series(_("同类中位数"), "line", [(str(one.year), one.median_bp) for one in bands]),
                Series(name, "line", [(str(one.year), one.share_bp) for one in ends]),
            ],
            names=[str(one.year) for one in ends],
        ),
    )


@pages.get("/limits")
@pages.get("/limits.xlsx", endpoint="limits_file")
@needs("watch.read")
def limits() -> Any:
    """Orders around a limit in log bins with the exact test, and how order totals begin and end."""
    scope, year = scope_asked(current_actor(), request.args), year_asked()
    known = limits_of(scope.region_code, on=min(clock.today(), date(year, 12, 31)))
    chosen = next((one for one in known if one.code == request.args.get("limit")), known[0] if known else None)
    wanted = year_of(scope, year)
    found = histogram(wanted, chosen) if chosen is not None else None
    digits = digit_counts(wanted)
    name = scope_name(scope)
    sheets = [*([_bins_sheet(found, scope, year), _test_sheet(found)] if found else []), _digits_sheet(digits)]
    return answer(
        "watch_seeing/limits.html",
        sheets=sheets,
        heading=[(_("范围"), name), (_("年度"), str(year))],
        name=f"limits-{scope.unit_id or scope.region_code}-{year}",
        scope=scope,
        title=name,
        way=way_to(scope, year=year, is_end=False),
        year=year,
        found=found,
        limits=[(one.code, in_words(one.name, one.name_en), one.value_fen) for one in known],
        digits=digits,
        bin_chart=_bin_chart(found) if found else None,
        first_chart=_first_chart(digits),
        last_chart=_last_chart(digits),
    )


def _standings_sheet(stood: list[Standing]) -> Sheet:
    heads = [
        Head(_("比较项目"), width=30), Head(_("本单位"), "rate"), Head(_("下四分位"), "rate"),
        Head(_("中位数"), "rate"), Head(_("上四分位"), "rate"), Head(_("同类单位数"), "number"),
        Head(_("位置"), width=24),
    ]  # fmt: skip
    lines = []
    for one in stood:
        low, middle, high = one.quartiles or (None, None, None)
        lines.append(
            Line([str(MEASURE_NAMES[one.measure]), one.value, low, middle, high, one.peers, _place_words(one)])
        )
    return Sheet("standing", _("与同类单位的四分位比较"), heads, lines)


def _place_words(one: Standing) -> str:
    if one.value is None:
        return _("没有数据")
    if one.quartiles is None:
        return _("同类单位不足")
    if one.value > one.quartiles[2]:
        return _("高于上四分位")
    if one.value < one.quartiles[0]:
        return _("低于下四分位")
    return _("在中间一半之内")


def _peers_sheet(
    own: UnitMeasures | None,
    others: list[UnitMeasures],
    *,
    name: str,
    names: dict[int, str],
    visible: set[int],
    year: int,
) -> Sheet:
    heads = [Head(_("单位"), width=30), *(Head(str(MEASURE_NAMES[measure]), "rate", 20) for measure in MEASURES)]
    lines = [Line([name, *own.values.values()], is_sum=True)] if own is not None else []
    for one in sorted(others, key=lambda one: (one.unit_id not in visible, names[one.unit_id])):
        link = {0: url_for("seen_units.peers", unit_id=one.unit_id, year=year)} if one.unit_id in visible else {}
        lines.append(Line([names[one.unit_id], *one.values.values()], link))
    return Sheet("peers", _("同类单位"), heads, lines)


def _months_sheet(by_year: dict[int, list[Month]], scope: Scope) -> Sheet:
    years = sorted(by_year, reverse=True)
    heads = [Head(_("月份")), *(Head(str(year), "amount", 20) for year in years)]
    lines = []
    for place in range(12):
        cells = [by_year[year][place] for year in years]
        links = {
            column: url_for(
                "seen_places.orders", **scope.arguments, since=month.since.isoformat(), until=month.until.isoformat()
            )
            for column, month in enumerate(cells, start=1)
            if month.order_count
        }
        lines.append(Line([f"{place + 1:02d}", *(month.spent_fen for month in cells)], links))
    sums = [sum(month.spent_fen for month in by_year[year]) for year in years]
    links = {
        column: url_for("seen_places.orders", **scope.arguments, year=year)
        for column, year in enumerate(years, start=1)
        if sums[column - 1]
    }
    lines.append(Line([_("合计"), *sums], links, is_sum=True))
    return Sheet("months", _("逐月采购金额"), heads, lines)


def _year_ends_sheet(ends: list[YearEnd], bands: list[PeerBand]) -> Sheet:
    heads = [
        Head(_("年度")), Head(_("全年"), "amount", 20), Head(_("11月21日以后"), "amount", 20), Head(_("占比"), "rate"),
        Head(_("同类第10百分位"), "rate"), Head(_("同类中位数"), "rate"), Head(_("同类第90百分位"), "rate"),
        Head(_("同类数"), "number"),
    ]  # fmt: skip
    lines = [
        Line([
            str(end.year), end.spent_fen, end.rush_fen, end.share_bp, band.low_bp, band.median_bp, band.high_bp,
            band.count,
        ])
        for end, band in zip(reversed(ends), reversed(bands), strict=True)
    ]  # fmt: skip
    return Sheet("year-ends", _("年末占比"), heads, lines)


def _bins_sheet(found: Histogram, scope: Scope, year: int) -> Sheet:
    heads = [
        Head(_("金额不少于"), "amount", 20), Head(_("金额低于"), "amount", 20), Head(_("订单数"), "number"),
        Head(_("说明"), width=24),
    ]  # fmt: skip
    lines = [
        Line(
            [one.least_fen, one.below_fen, one.count, _("紧贴限额以下") if one.is_just_below else ""],
            {2: url_for("seen_places.orders", **scope.arguments, year=year, least=one.least_fen, below=one.below_fen)}
            if one.count
            else {},
        )
        for one in found.bins
    ]
    return Sheet("bins", _("限额附近的订单"), heads, lines)


def _test_sheet(found: Histogram) -> Sheet:
    heads = [
        Head(_("位置"), width=30), Head(_("金额"), "amount", 20), Head(_("三个区间的订单"), "number"),
        Head(_("其中紧贴以下"), "number"), Head(_("显著所需"), "number"), Head(_("结论"), width=30),
    ]  # fmt: skip
    lines = [
        Line([
            words, test.at_fen, test.bins_count, test.middle_count, test.needed_count,
            _("订单太少，不作检验") if test.needed_count is None
            else _("多于偶然") if test.is_significant else _("没有多于偶然"),
        ])
        for words, test in ((_("限额"), found.test), (_("对照：限额的八成"), found.placebo))
    ]  # fmt: skip
    return Sheet("test", _("聚集检验"), heads, lines)


def _digits_sheet(digits: DigitCounts) -> Sheet:
    heads = [
        Head(_("数字")), Head(_("首位为它的订单"), "number"), Head(_("占比"), "rate"), Head(_("本福特定律"), "rate"),
        Head(_("整元末位为它的订单"), "number"), Head(_("末位占比"), "rate"),
    ]  # fmt: skip
    lines = [
        Line([
            str(digit), digits.first.get(digit), share_bp(digits.first.get(digit, 0), digits.order_count),
            BENFORD_BP.get(digit), digits.last[digit], share_bp(digits.last[digit], digits.order_count),
        ])
        for digit in range(10)
    ]  # fmt: skip
    return Sheet("digits", _("首位和末位数字"), heads, lines)


def _bin_chart(found: Histogram) -> Chart:
    names = [f"{one.least_fen // 100:,}" for one in found.bins]
    pairs = list(zip(names, found.bins, strict=True))
    return Chart(
        _("限额附近的订单数（横轴为区间起点，元）"),
        "names",
        "count",
        [
            Series(_("其他区间"), "bar", [(name, None if one.is_just_below else one.count) for name, one in pairs]),
            Series(_("紧贴限额以下"), "bar", [(name, one.count if one.is_just_below else None) for name, one in pairs]),
        ],
        names=names,
    )


def _first_chart(digits: DigitCounts) -> Chart:
    names = [str(digit) for digit in BENFORD_BP]
    return Chart(
        _("订单金额首位数字"),
        "names",
        "bp",
        [
            Series(
                _("订单"), "bar", [(str(one), share_bp(digits.first[one], digits.order_count)) for one in BENFORD_BP]
            ),
            Series(_("本福特定律"), "line", [(str(one), share) for one, share in BENFORD_BP.items()]),
        ],
        names=names,
    )


def _last_chart(digits: DigitCounts) -> Chart:
    names = [str(digit) for digit in range(10)]
    return Chart(
        _("订单金额整元末位数字"),
        "names",
        "bp",
        [Series(_("订单"), "bar", [(str(one), share_bp(digits.last[one], digits.order_count)) for one in range(10)])],
        names=names,
    )
