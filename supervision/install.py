"""Fits supervision to the application: its pages, its panels on the start page, its checks, its ears for events."""

from __future__ import annotations

from mall.desk.desk_panels import add_panel
from mall.ordering.order_checks import add_check
from mall.shelf import modules_below
from mall.web.app import MallApp, add_api
from supervision.cases import watch_case_pages, watch_hold_pages
from supervision.cases.case_todo import cases_on_desk
from supervision.credit import (
    carry_out_measure,
    credit_api,
    credit_pages,
    dishonesty,
    measure_pages,
    send_measure_notices,
)
from supervision.credit.carry_out_measure import measure_deeds
from supervision.credit.credit_formula import PARTY_KINDS
from supervision.credit.credit_rights import install_rights
from supervision.credit.deeds import add_source
from supervision.credit.dishonesty import dishonesty_deeds
from supervision.finding_review import finding_pages
from supervision.inspection import inspection_pages
from supervision.night_news import night_on_desk
from supervision.order_gate import check_order
from supervision.records import public_report_pages, record_pages
from supervision.rule_changes import change_pages, rule_pages, send_change_notices
from supervision.seeing.install_pages import install_pages

#: modules that subscribe to events are found by how their names end; these have other names
SUBSCRIBER_ENDING = "_subscriber"
SUBSCRIBERS = (carry_out_measure, dishonesty, send_change_notices, send_measure_notices)


def install(app: MallApp) -> None:
    """Register the pages, tell the start page what waits, fill the slots, and listen to the outbox.

    The commands go to the console by `watch_commands.register`; the worker's work stands in `chores.py`.
    """
    for pages in (
        watch_case_pages.pages,
        watch_hold_pages.pages,
        credit_pages.pages,
        credit_pages.open_pages,
        measure_pages.pages,
        public_report_pages.open_pages,
        public_report_pages.pages,
        record_pages.pages,
        inspection_pages.pages,
        inspection_pages.open_pages,
        rule_pages.pages,
        change_pages.pages,
        finding_pages.pages,
    ):
        app.register_blueprint(pages)
    add_panel("cases", cases_on_desk)
    add_panel("night", night_on_desk)
    add_check(check_order)
    install_rights()
    for party_kind in PARTY_KINDS:
        add_source(party_kind, measure_deeds)
    add_source("supplier", dishonesty_deeds)
    add_api(app, credit_api.api)
    modules_below("supervision", ending=SUBSCRIBER_ENDING)
    install_pages(app)
