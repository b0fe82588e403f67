"""Pages of prices: a product's with all it is compared with, a category's index, and a supplier's view of his own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Blueprint, current_app, request, url_for
from flask_babel import gettext as _

from mall import clock
from mall.access.guards import current_actor, needs
from mall.errors import Refusal
from mall.regions.watch_calendar import day_of_number
from mall.shop.page_frame import in_words
from mall.web.layout import day, region_name
from supervision.analytics import watch_key
from supervision.seeing.answer_page import answer
from supervision.seeing.chart import Chart, Series
from supervision.seeing.find_products import categories_on_shelf, find_products
from supervision.seeing.price_index import FEW_LISTINGS, IndexPoint, price_index
from supervision.seeing.product_prices import (
    OTHERS_MIN,
    REGULAR_WEEKS,
    PriceWeek,
    ProductPrices,
    price_weeks,
    product_now,
    product_prices,
    sells,
    span_of,
)
from supervision.seeing.seeing_words import PRICE_KINDS, rule_name
from supervision.seeing.sheet import Head, Line, Sheet
from supervision.seeing.sight import sight_of
from supervision.seeing.weekly_prices import monday_of, weeks_of_category

pages = Blueprint("seen_prices", __name__)


@pages.get("/watch/products")
@pages.get("/watch/products.xlsx", endpoint="products_file")
@needs("watch.read")
def products() -> Any:
    """Products by words or category, each leading to its price page."""
    words, code = request.args.get("q", "")[:100].strip(), request.args.get("category", "")[:12]
    sheet = Sheet(
        key="products",
        title=_("商品"),
        heads=[
            Head(_("商品"), width=48), Head(_("采购品目"), width=24), Head(_("供应商数"), "number"),
            Head(_("最低单价"), "amount"), Head(_("最高单价"), "amount"),
        ],
        lines=[
            Line(
                [one.name, in_words(one.category, one.category_en), one.sellers, one.lowest_fen, one.highest_fen],
                {0: url_for("seen_prices.product", product_id=one.product_id)},
            )
            for one in find_products(words, category_code=code)
        ],
    )  # fmt: skip
    return answer(
        "watch_seeing/products.html",
        sheets=[sheet],
        heading=[(_("查找"), words or "—")],
        name="products",
        words_asked=words,
        code=code,
        categories=categories_on_shelf(),
    )


@pages.get("/watch/prices/<int:product_id>")
@pages.get("/watch/prices/<int:product_id>.xlsx", endpoint="product_file")
@needs("watch.read")
def product(product_id: int) -> Any:
    """One product: a supplier's line, the others' band and regular price, outside prices, and the orders as marks."""
    known = product_now(product_id)
    if known is None:
        raise Refusal("page.not_found")
    sight, key = sight_of(current_actor()), watch_key(current_app.config["SUNMALL"])
    found = product_prices(known, supplier_id=request.args.get("supplier", type=int), sight=sight, key=key)
    seller = dict(found.sellers).get(found.supplier_id or 0, "")
    return answer(
        "watch_seeing/product.html",
        sheets=[_weeks_sheet(found.weeks, seller), _paid_sheet(found), _outside_sheet(found), _references(found)],
        heading=[(_("商品"), known.name), (_("供应商"), seller or _("全部"))],
        name=f"prices-{known.id}",
        found=found,
        seller=seller,
        chart=_price_chart(found, seller),
        findings=[
            (
                rule_name(one.rule_id),
                day(one.day),
                one.amount_fen,
                url_for("watch_findings.show", finding_id=one.id),
            )
            for one in found.findings
        ],
    )


@pages.get("/watch/price-index", endpoint="price_index")
@pages.get("/watch/price-index.xlsx", endpoint="price_index_file")
@needs("watch.read")
def price_index_page() -> Any:
    """The chained index of a category, with how many listings stand behind each point."""
    categories = categories_on_shelf()
    code = request.args.get("category", "")[:12] or (categories[0][0] if categories else "")
    chosen = [one for one in categories if one[0].startswith(code)]
    if code and not chosen:
        raise Refusal("page.not_found")
    names = {one[0]: in_words(one[1], one[2]) for one in categories}
    points = price_index(weeks_of_category(code)) if code else []
    name = names.get(code, code)
    return answer(
        "watch_seeing/price_index.html",
        sheets=[_index_sheet(points)],
        heading=[(_("采购品目"), f"{code} {name}")],
        name=f"price-index-{code}",
        code=code,
        name_of_category=name,
        categories=[(one[0], names[one[0]]) for one in categories],
        points=points,
        few=FEW_LISTINGS,
        chart=Chart(
            _("%(category)s价格指数", category=name),
            "time",
            "hundredths",
            [
                Series(
                    _("指数"), "line", [(monday_of(one.week).isoformat(), one.hundredths) for one in points]
                )
            ],
        ),
    )  # fmt: skip


@pages.get("/supplier/prices/<int:product_id>")
@pages.get("/supplier/prices/<int:product_id>.xlsx", endpoint="own_file")
@needs("supplier.desk")
def own(product_id: int) -> Any:
    """A supplier's own line beside the others' band, without names; only of what he sells."""
    known = product_now(product_id)
    supplier_id = sells(current_actor().supplier_ids, known.id) if known is not None else None
    if known is None or supplier_id is None:
        raise Refusal("page.not_found")
    weeks = price_weeks(known.id, supplier_id=supplier_id, others_min=OTHERS_MIN)
    own_name = _("本供应商")
    return answer(
        "watch_seeing/own_prices.html",
        sheets=[_weeks_sheet(weeks, own_name)],
        heading=[(_("商品"), known.name)],
        name=f"prices-{known.id}",
        product=known,
        weeks=weeks,
        others_min=OTHERS_MIN,
        chart=Chart(known.name, "time", "fen", _line_series(weeks, own_name)),
    )


def _weeks_sheet(weeks: Any, seller: str) -> Sheet:
    heads = [
        Head(_("周（周一）")), *([Head(seller, "amount", 20)] if seller else []), Head(_("比较的供应商"), "number"),
        Head(_("下四分位"), "amount"), Head(_("中位数"), "amount"), Head(_("上四分位"), "amount"),
        Head(_("同行常规价"), "amount"),
    ]  # fmt: skip
    lines = []
    for one in reversed(list(weeks)):
        own = [one.own_fen] if seller else []
        lines.append(
            Line([
                one.monday.isoformat(), *own, one.sellers, one.quartile_1_fen, one.median_fen, one.quartile_3_fen,
                one.regular_fen,
            ])
        )  # fmt: skip
    return Sheet("weeks", _("逐周价格"), heads, lines, note=_("每基本单位的含税价"))


def _paid_sheet(found: ProductPrices) -> Sheet:
    heads = [
        Head(_("订单"), width=24), Head(_("单位"), width=30), Head(_("供应商"), width=30), Head(_("提交日期")),
        Head(_("数量"), "number"), Head(_("单价"), "amount"), Head(_("折合基本单位"), "amount"),
    ]  # fmt: skip
    lines = [
        Line(
            [
                one.number or _("辖区外"), one.unit, one.supplier, one.on_day.isoformat(), one.quantity, one.price_fen,
                one.base_price_fen,
            ],
            {0: url_for("orders.show", number=one.number)} if one.is_in_sight else {},
        )
        for one in found.paid
    ]  # fmt: skip
    return Sheet("paid", _("成交"), heads, lines)


def _outside_sheet(found: ProductPrices) -> Sheet:
    heads = [
        Head(_("来源"), width=30), Head(_("类别")), Head(_("地区")), Head(_("采集日期")), Head(_("促销价")),
        Head(_("折合基本单位"), "amount"),
    ]  # fmt: skip
    lines = [
        Line([
            one.source, str(PRICE_KINDS.get(one.kind, one.kind)), region_name(one.region_code), day(one.captured_at),
            _("是") if one.is_promotion else _("否"), (one.price_fen * 2 + one.pieces) // (2 * one.pieces),
        ])
        for one in found.outside
    ]  # fmt: skip
    return Sheet("outside", _("商城外价格"), heads, lines)


def _references(found: ProductPrices) -> Sheet:
    """Each reference with how many prices it was made of, and from when to when."""
    heads = [
        Head(_("参考价"), width=36), Head(_("金额"), "amount"), Head(_("样本数"), "number"), Head(_("起")),
        Head(_("止")),
    ]  # fmt: skip
    lines: list[Line] = []
    if found.of_all is not None and found.of_all.paid_count:
        first, last = (day_of_number(one).isoformat() for one in span_of(found.of_all))
        for words, value in (
            (_("成交价下四分位"), found.of_all.paid_quartile_1_fen),
            (_("成交价中位数"), found.of_all.paid_median_fen),
            (_("成交价上四分位"), found.of_all.paid_quartile_3_fen),
        ):
            lines.append(Line([words, value, found.of_all.paid_count, first, last]))
    weeks = [one for one in found.weeks if one.regular_fen is not None]
    if weeks:
        last_week = weeks[-1]
        until = min(monday_of(last_week.week + 1) - timedelta(days=1), clock.today())
        since = monday_of(last_week.week - REGULAR_WEEKS + 1)
        lines.append(
            Line([
                _("同行常规价（九周上四分位的最高值）"), last_week.regular_fen, last_week.sellers, since.isoformat(),
                until.isoformat(),
            ])
        )  # fmt: skip
    if found.of_supplier is not None and found.of_supplier.own_weeks:
        of_own = found.of_supplier
        since = monday_of((span_of(of_own)[1] + 3) // 7 - of_own.own_weeks + 1)
        lines.append(
            Line([
                _("该供应商自身历史（九成分位）"), of_own.own_high_fen, of_own.own_weeks, since.isoformat(),
                of_own.on_day.isoformat(),
            ])
        )  # fmt: skip
    return Sheet("references", _("参考价"), heads, lines)


def _line_series(weeks: Any, seller: str) -> list[Series]:
    def at(one: PriceWeek) -> str:
        return one.monday.isoformat()

    series = [
        Series(_("同行四分位区间"), "band", [(at(one), one.quartile_1_fen, one.quartile_3_fen) for one in weeks]),
        Series(_("同行常规价"), "step", [(at(one), one.regular_fen) for one in weeks]),
        Series(_("同行中位数"), "step", [(at(one), one.median_fen) for one in weeks]),
    ]
    if seller:
        series.append(Series(seller, "step", [(at(one), one.own_fen) for one in weeks]))
    return series


def _price_chart(found: ProductPrices, seller: str) -> Chart:
    series = _line_series(found.weeks, seller)
    for words, is_in_sight in ((_("辖区内成交"), True), (_("辖区外成交"), False)):
        points = [(one.on_day.isoformat(), one.base_price_fen) for one in found.paid if one.is_in_sight == is_in_sight]
        if points:
            series.append(Series(words, "points", points))
    if found.outside:
        points = [(day(one.captured_at), (one.price_fen * 2 + one.pieces) // (2 * one.pieces)) for one in found.outside]
        series.append(Series(_("商城外价格"), "points", points))
    return Chart(found.product.name, "time", "fen", series)


def _index_sheet(points: list[IndexPoint]) -> Sheet:
    heads = [
        Head(_("周（周一）")), Head(_("指数"), "hundredths"), Head(_("比较的报价"), "number"),
        Head(_("其中变价"), "number"), Head(_("说明")),
    ]  # fmt: skip
    lines = [
        Line([
            monday_of(one.week).isoformat(), one.hundredths, one.listing_count, one.changed_count,
            _("没有可比的报价") if one.hundredths is None else _("样本少") if one.listing_count < FEW_LISTINGS else "",
        ])
        for one in reversed(points)
    ]  # fmt: skip
    return Sheet("index", _("逐周指数"), heads, lines)
