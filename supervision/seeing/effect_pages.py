"""What the watch achieves: for regulators with its rows, and for everybody by city without names."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, render_template, url_for
from flask_babel import gettext as _
from sqlalchemy import select

from mall import clock
from mall.access.guards import current_actor, everyone, needs
from mall.database import session
from mall.people.organisation import organisation_names
from mall.regions.region import Region, province_code
from mall.web.layout import day, region_name
from supervision.seeing.answer_page import answer
from supervision.seeing.case_facts import CaseFact, all_cases, effect_of
from supervision.seeing.price_interception import COUNTED_DAYS, Saving, StoppedPrice, all_savings
from supervision.seeing.public_figures import FEWEST, PublicRow, public_rows
from supervision.seeing.ranks import share_bp
from supervision.seeing.rule_effect import RuleEffect, rule_effects
from supervision.seeing.seeing_words import few, rule_name
from supervision.seeing.sheet import Head, Line, Sheet, in_words
from supervision.seeing.sight import sight_of

pages = Blueprint("seen_effect", __name__)

OPEN = "what the watch achieves is everybody's affair: sums by city, no names, nothing with fewer than five behind it"


@pages.get("/watch/effect")
@pages.get("/watch/effect.xlsx", endpoint="effect_file")
@needs("watch.read")
def effect() -> Any:
    """Money saved by stopped prices in one's own regions, the rules' precision, and how cases went."""
    sight = sight_of(current_actor())
    stops, saved = all_savings(until=clock.today())
    own = [one for one in saved if sight.covers(one.sale.region_code)]
    cases = [case for case in all_cases() if sight.covers(case.region_code)]
    rules = rule_effects()
    return answer(
        "watch_seeing/effect.html",
        sheets=[_savings_sheet(own), _stops_sheet(stops, own), _rules_sheet(rules), _cases_sheet(cases)],
        heading=[(_("地区"), "、".join(region_name(code) for code in sight.regions))],
        name="effect",
        regions=sight.regions,
        stop_count=len(stops),
        saved_fen=sum(one.saved_fen for one in own),
        cheaper_orders=len({one.sale.number for one in own}),
        counted_days=COUNTED_DAYS,
        reviewed_count=sum(one.hit_count for one in rules),
        true_count=sum(one.true_count for one in rules),
        known_rules=_rules_sheet([one for one in rules if one.hit_count or one.finding_count]),
        rule_count=len(rules),
    )


@pages.get("/open/watch")
@everyone(OPEN)
def open_watch() -> str:
    """The same for everybody: by city, and by rule where at least five findings were reviewed."""
    stops, saved = all_savings(until=clock.today())
    cities = session().scalars(select(Region.code).where(Region.level == "city"))
    rows = public_rows(saved, all_cases(), province=province_code(), cities=cities)
    rules = [one for one in rule_effects() if one.hit_count >= FEWEST]
    return render_template(
        "watch_seeing/open.html",
        shown=in_words,
        sheet=_public_sheet(rows),
        rules=_public_rules_sheet(rules),
        stop_count=len(stops) if len(stops) >= FEWEST or not stops else None,
        fewest=FEWEST,
        counted_days=COUNTED_DAYS,
    )


def _savings_sheet(saved: list[Saving]) -> Sheet:
    units = organisation_names({one.sale.unit_id for one in saved})
    heads = [
        Head(_("订单"), width=24), Head(_("单位"), width=30), Head(_("商品"), width=40), Head(_("拦截日期")),
        Head(_("被拦截的价格"), "amount"), Head(_("成交价格"), "amount"), Head(_("数量"), "number"),
        Head(_("节约"), "amount", 20),
    ]  # fmt: skip
    lines = [
        Line(
            [
                one.sale.number, units.get(one.sale.unit_id, ""), one.stopped.name, day(one.stopped.at),
                one.stopped.price_fen, one.sale.price_fen, one.sale.quantity, one.saved_fen,
            ],
            {0: url_for("orders.show", number=one.sale.number)},
        )
        for one in sorted(saved, key=lambda one: (-one.saved_fen, one.sale.number))
    ]  # fmt: skip
    lines.append(Line([_("合计"), "", "", "", None, None, None, sum(one.saved_fen for one in saved)], is_sum=True))
    return Sheet("savings", _("拦截后以较低价格成交的订单"), heads, lines)


def _stops_sheet(stops: list[StoppedPrice], own: list[Saving]) -> Sheet:
    names = organisation_names({one.supplier_id for one in stops})
    heads = [
        Head(_("商品"), width=40), Head(_("供应商"), width=30), Head(_("拦截日期")), Head(_("被拦截的价格"), "amount"),
        Head(_("限价（每基本单位）"), "amount"), Head(_("本辖区节约"), "amount", 20),
    ]  # fmt: skip
    lines = [
        Line([
            one.name, names.get(one.supplier_id, ""), day(one.at), one.price_fen, one.ceiling_fen,
            sum(saving.saved_fen for saving in own if saving.stopped is one),
        ])
        for one in reversed(stops)
    ]  # fmt: skip
    return Sheet("stops", _("被拦截的价格"), heads, lines)


def _rules_sheet(rules: Sequence[RuleEffect]) -> Sheet:
    heads = [
        Head(_("规则"), width=40), Head(_("待处理疑点"), "number"), Head(_("已核查"), "number"),
        Head(_("属实"), "number"), Head(_("准确率"), "rate"), Head(_("置信下限（95%）"), "rate"),
    ]  # fmt: skip
    lines = [
        Line([
            rule_name(one.rule.id), one.finding_count, one.hit_count, one.true_count, one.precision_bp, one.lowest_bp,
        ])
        for one in rules
    ]  # fmt: skip
    return Sheet("rules", _("规则准确率（全省）"), heads, lines)


def _cases_sheet(cases: list[CaseFact]) -> Sheet:
    heads = [Head(_("办理情况"), width=40), Head(_("数值"), width=20)]
    found = effect_of(cases)
    rows: list[tuple[str, Any, Any]] = [
        (_("线索"), found.case_count, "number"),
        (_("已办结"), found.closed_count, "number"),
        (_("办结天数中位数"), found.median_days, "number"),
        (_("九成线索的办结天数不超过"), found.late_days, "number"),
        (_("认定属实的"), found.decided_count, "number"),
        (_("申诉率"), found.appeal_rate_bp, "rate"),
        (_("申诉改变结论的"), found.overturn_rate_bp, "rate"),
    ]
    return Sheet("cases", _("线索办理"), heads, [Line([words, in_words(value, shown)]) for words, value, shown in rows])


def _public_sheet(rows: list[PublicRow]) -> Sheet:
    heads = [
        Head(_("地区"), width=24), Head(_("限价拦截后节约的金额")), Head(_("较低价格成交的订单")), Head(_("线索")),
        Head(_("已办结")), Head(_("办结天数中位数")), Head(_("申诉率")),
    ]  # fmt: skip
    lines = []
    for place, one in enumerate(rows):
        cells = [
            region_name(one.region_code) if place else _("全省合计"),
            few(FEWEST) if one.saved_fen is None else in_words(one.saved_fen, "amount"),
            few(FEWEST) if one.cheaper_orders is None else in_words(one.cheaper_orders, "number"),
            few(FEWEST) if one.case_count is None else in_words(one.case_count, "number"),
            few(FEWEST) if one.closed_count is None else in_words(one.closed_count, "number"),
            in_words(one.median_days, "number"),
            in_words(one.appeal_rate_bp, "rate"),
        ]
        lines.append(Line(cells, is_sum=not place))
    return Sheet("places", _("按地区"), heads, lines)


def _public_rules_sheet(rules: Sequence[RuleEffect]) -> Sheet:
    heads = [
        Head(_("规则"), width=40), Head(_("已核查"), "number"), Head(_("属实"), "number"), Head(_("准确率"), "rate"),
    ]  # fmt: skip
    return Sheet(
        "rules",
        _("规则准确率"),
        heads,
        [
            Line([rule_name(one.rule.id), one.hit_count, one.true_count, share_bp(one.true_count, one.hit_count)])
            for one in rules
        ],
    )
