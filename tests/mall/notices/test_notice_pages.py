"""The page of notices."""

from __future__ import annotations

from flask import Flask

from mall.database import session
from mall.notices.notice import Notice
from mall.ordering.place_order import Wanted, place_order
from mall.outbox.deliver import deliver_waiting
from tests.form_browser import FormBrowser
from tests.world import World


def order_and_tell(world: World) -> str:
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[Wanted(listing_id=world.listings["paper"], quantity=10, budget_line_id=world.office_line)],
        delivery={"address": "教学楼"},
    )
    deliver_waiting()
    return placed["orders"][0]


def test_opening_a_notice_marks_it_read_and_leads_to_the_order(app: Flask, world: World) -> None:
    number = order_and_tell(world)
    approver = FormBrowser(app.test_client(), "approver")

    page = approver.get("/notices")
    opened = approver.send(page, "/notices/read", notice_id=page.value("notice_id"), order=number, go=1)

    assert "等您审批" in page.words
    assert opened.path == f"/orders/{number}"
    assert "没有通知" in approver.get("/notices?unread=1").words


def test_all_are_marked_read_at_once(app: Flask, world: World) -> None:
    order_and_tell(world)
    order_and_tell(world)
    approver = FormBrowser(app.test_client(), "approver")

    approver.send(approver.get("/notices"), "/notices/read")

    assert "没有通知" in approver.get("/notices?unread=1").words


def test_somebody_elses_notice_is_unknown(app: Flask, world: World) -> None:
    order_and_tell(world)
    notice_id = session().query(Notice).filter_by(user_id=world.users["approver"]).one().id
    handler = FormBrowser(app.test_client(), "handler")
    token = handler.get("/cart").form("/cart/list").fields["csrf_token"]

    answer = handler.client.post("/notices/read", data={"notice_id": notice_id, "csrf_token": token})

    assert answer.status_code == 404
    assert session().query(Notice).filter_by(id=notice_id).one().read_at is None
