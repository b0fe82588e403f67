"""Pages of the changes of rules: the form, and one change with its back-test, its nights in shadow and its history."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug.wrappers import Response as AnyResponse

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import may
from mall.access.guards import current_actor, needs
from mall.audit.record import record_refusal
from mall.documents.history import history_of
from mall.errors import Refusal
from mall.people.organisation import organisation_names
from mall.people.user import person_names
from mall.regions.region import regions_by_code
from mall.shop.line_chart import LineChart, Series, step_chart
from mall.web.words import status_of, words_for
from supervision import rule_words as its_words
from supervision.finding import REVIEW_CODES
from supervision.rule import OUTCOMES, Rule
from supervision.rule_change import MODES, RuleChange
from supervision.rule_changes.change_form import as_typed, read_change_form, refuse_faulty
from supervision.rule_changes.draft import LEGAL_REFERENCE_MAX, REASON_MAX, rule_on_shelf
from supervision.rule_changes.draw_up_change import draw_up_change
from supervision.rule_changes.rule_catalogue import parameter_lines
from supervision.rule_changes.rule_change_actions import ACTIONS, perform, possible
from supervision.rule_changes.shadow_day import RuleShadowDay, shadow_days_of
from supervision.rule_changes.visible_changes import home_region, regions_below, visible_change
from supervision.rule_shelf import rules
from supervision.show_evidence import plain_value
from supervision.values_in_force import mode_in_force, province_code

pages = Blueprint("rule_changes", __name__, url_prefix="/watch/rules")


@pages.get("/<rule_id>/change")
@needs("rule_change.edit")
def draw_up_form(rule_id: str) -> str:
    """The form of a new change, for the regulator's own division or one below it."""
    actor = current_actor()
    rule = rule_on_shelf(rule_id)
    asked = request.args.get("region", type=int)
    region_code = asked if asked in _divisions(actor) else home_region(actor)
    tomorrow = clock.today() + timedelta(days=1)
    return _form_page(rule, region_code=region_code, typed={"mode": "", "valid_from": tomorrow.isoformat()})


@pages.post("/<rule_id>/change")
@needs("rule_change.edit")
def draw_up(rule_id: str) -> AnyResponse:
    """Draw the change up; refused, the form comes again with the words and everything typed."""
    actor = current_actor()
    rule = rule_on_shelf(rule_id)
    region_code = request.form.get("region", default=0, type=int)
    try:
        typed = read_change_form(rule, request.form)
        refuse_faulty(typed)
        change = draw_up_change(
            actor=actor,
            rule_id=rule.id,
            region_code=region_code,
            rule_version=request.form.get("rule_version", type=int),
            request_key=request.form.get("request_key") or None,
            **typed.body,
        )
    except Refusal as refusal:
        if refusal.code in ("access.denied", "rule.unknown_region"):
            raise
        _note(refusal, actor=actor, action="draw_up", subject=f"rule:{rule.id}")
        page = _form_page(rule, region_code=region_code, typed=dict(request.form), refusal=refusal)
        return make_response(page, status_of(refusal))
    return redirect(url_for("rule_changes.show", number=change.number, done="draw_up"))


@pages.get("/changes/<number>")
@needs("watch.read")
def show(number: str) -> str:
    """One change: what it wishes, what it would have found, its nights in shadow, who may do what now."""
    return _change_page(visible_change(current_actor(), number), done=request.args.get("done", ""))


@pages.get("/changes/<number>/edit")
@needs("rule_change.edit")
def edit_form(number: str) -> AnyResponse:
    """The form of a draft."""
    change = visible_change(current_actor(), number)
    rule = rules().get(change.rule_id)
    if rule is None or "edit" not in possible(change, current_actor()):
        return redirect(url_for("rule_changes.show", number=number))
    typed = as_typed(change, rule.parameters)
    return make_response(_form_page(rule, region_code=change.region_code, typed=typed, change=change))


@pages.post("/changes/<number>/<action>")
@needs("watch.read")
def act(number: str, action: str) -> AnyResponse:
    """Take an action; refused, the page comes again with the words and everything typed."""
    actor = current_actor()
    change = visible_change(actor, number)
    try:
        if action == "edit":
            typed = read_change_form(rule_on_shelf(change.rule_id), request.form)
            refuse_faulty(typed)
            body = {**typed.body, "valid_from": typed.body["valid_from"].isoformat()}
        else:
            body = {name: request.form[name] for name in ("reason", "note") if name in request.form}
        perform(action, actor=actor, number=number, body=body, request_key=request.form.get("request_key") or None)
    except Refusal as refusal:
        if refusal.code in ("rule.change_unknown", "rule.unknown_action", "access.denied"):
            raise
        _note(refusal, actor=actor, action=action, subject=change.reference)
        change = visible_change(actor, number)
        rule = rules().get(change.rule_id)
        if action == "edit" and rule is not None and "edit" in possible(change, actor):
            page = _form_page(
                rule, region_code=change.region_code, typed=dict(request.form), change=change, refusal=refusal
            )
        else:
            page = _change_page(change, refused=action, refusal=refusal)
        return make_response(page, status_of(refusal))
    return redirect(url_for("rule_changes.show", number=number, done=action))


def _note(refusal: Refusal, *, actor: Actor, action: str, subject: str) -> None:
    if not refusal.recorded:
        known = action if action in (*ACTIONS, "draw_up") else "unknown"
        record_refusal(actor=actor, action=f"rule_change.{known}", refusal=refusal, subject=subject)


def _divisions(actor: Actor) -> list[int]:
    return regions_below(actor, list(regions_by_code()))


def _form_page(
    rule: Rule,
    *,
    region_code: int,
    typed: dict[str, str],
    change: RuleChange | None = None,
    refusal: Refusal | None = None,
) -> str:
    actor, today = current_actor(), clock.today()
    divisions = _divisions(actor)
    if region_code not in divisions:
        raise Refusal("access.denied")
    faulty = list(refusal.facts.get("fields", ())) if refusal is not None else []
    if refusal is not None and refusal.code == "rule.not_read":
        faulty = read_change_form(rule, typed).faulty
    return render_template(
        "watch_rules/change_form.html",
        rule=rule,
        change=change,
        region_code=region_code,
        divisions=divisions,
        is_province=region_code == province_code(),
        parameters=parameter_lines(rule, region_code=region_code, on=today),
        mode=mode_in_force(rule, region_code=region_code, on=today),
        modes=MODES,
        typed=typed,
        faulty=faulty,
        # The parameter that the refusal speaks of: its words stand beside the field.
        named=str(refusal.facts.get("name", "")) if refusal is not None else "",
        refusal=words_for(refusal) if refusal is not None else None,
        tomorrow=today + timedelta(days=1),
        reason_max=REASON_MAX,
        legal_reference_max=LEGAL_REFERENCE_MAX,
        plain_value=plain_value,
        its_words=its_words,
    )


def _change_page(change: RuleChange, *, done: str = "", refused: str = "", refusal: Refusal | None = None) -> str:
    actor = current_actor()
    rule = rules().get(change.rule_id)
    days = shadow_days_of(change.id)
    examples = change.back_test.get("examples", [])
    parties = {one[key] for one in examples for key in ("unit_id", "supplier_id") if one.get(key)}
    people = {one for one in (*change.maker_ids, change.decider_id) if one is not None}
    return render_template(
        "watch_rules/change.html",
        change=change,
        rule=rule,
        actions=possible(change, actor),
        is_hers=actor.user_id in change.maker_ids,
        may_decide=may(actor, "rule_change.decide", change),
        history=history_of(change.reference),
        people=person_names(people),
        days=days,
        chart=_chart(days),
        test=change.back_test,
        parties=organisation_names(parties),
        outcomes=OUTCOMES,
        review_codes=REVIEW_CODES,
        done=_done_words().get(done, ""),
        refused=refused,
        refusal=words_for(refusal) if refusal is not None else None,
        typed=dict(request.form) if refused else {},
        today=clock.today(),
        plain_value=plain_value,
        its_words=its_words,
    )


def _chart(days: list[RuleShadowDay]) -> LineChart | None:
    """Hits of the draft and of what holds, night by night; nights that failed are left out."""
    good = [day for day in days if not day.failure]
    if len(good) < 2:
        return None

    def at(day: RuleShadowDay) -> datetime:
        return datetime.combine(day.on_day, time(), tzinfo=clock.SHANGHAI)

    series = [
        Series(_("草案命中"), [(at(day), day.hit_count) for day in good]),
        Series(_("现行规则命中"), [(at(day), day.held_hit_count) for day in good]),
    ]
    return step_chart(series, until=at(good[-1]) + timedelta(days=1), value_text=str)


def _done_words() -> dict[str, Any]:
    return {
        "draw_up": _("草案已建立。下一步：用历史订单回测。"),
        "edit": _("草案已修改，以前的回测结果不再适用。"),
        "request_back_test": _("已提交回测，后台完成后显示在本页。"),
        "shadow": _("已进入影子运行：每夜与现行规则并行计算，不影响任何人。"),
        "propose": _("已提请启用，等另一位监管人员决定。"),
        "switch_on": _("已启用。"),
        "reject": _("已驳回。"),
        "withdraw": _("已撤回。"),
        "end": _("已终止：今天是最后一天。"),
    }
