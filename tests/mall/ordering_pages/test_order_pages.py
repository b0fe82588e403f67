"""The page of an order: actions as forms, refusals with what was typed, papers, the book."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.audit_record import AuditRecord
from mall.database import close_reading, session
from mall.finance.exchange_treasury import export_batch
from mall.ordering.order import order_numbered
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from tests.form_browser import FormBrowser
from tests.world import PASSWORD, World

ROAD_TO_INVOICED = (
    ("approver", "approve", {}),
    ("supplier", "confirm", {}),
    ("handler", "sign", {"password": PASSWORD}),
    ("supplier", "sign", {"password": PASSWORD}),
    ("supplier", "ship", {}),
    ("receiver", "receive", {}),
    ("receiver", "accept", {}),
    ("supplier", "invoice", {"number": "24412000000012345678"}),
)


@pytest.fixture
def number(world: World) -> str:
    """A submitted order of the school: one printer and ten packs of paper of the sunny supplier, 1,395.00 yuan."""
    placed = place_order(
        actor=world.actor("handler"),
        unit_id=world.school_id,
        wanted=[
            Wanted(listing_id=world.listings["printer"], quantity=1, budget_line_id=world.office_line),
            Wanted(listing_id=world.listings["paper"], quantity=10, budget_line_id=world.office_line),
        ],
        delivery={"address": "教学楼", "contact": "张老师", "phone": "0371-1"},
    )
    return placed["orders"][0]


def walk(world: World, number: str, *, until: str) -> None:
    """Take the steps of the road up to and including `until`, through the use-cases."""
    for username, action, body in ROAD_TO_INVOICED:
        facts = dict(body)
        if action == "invoice":
            facts |= {"amount_fen": 139_500, "issued_on": clock.today().isoformat()}
        perform(action, actor=world.actor(username), number=number, body=facts)
        if action == until:
            return


def browser(app: Flask, username: str) -> FormBrowser:
    return FormBrowser(app.test_client(), username)


def test_the_whole_road_is_walked_with_forms_alone(app: Flask, world: World, number: str) -> None:
    people = {name: browser(app, name) for name in ("handler", "approver", "supplier", "receiver", "accountant")}
    steps = (
        ("approver", "approve", {"note": "同意"}, "现在轮到 供应商 ： 确认订单"),
        ("supplier", "confirm", {"price_2": "21.00"}, "签署合同"),
        ("handler", "sign", {"password": PASSWORD}, "您已签署合同"),
        ("supplier", "sign", {"password": PASSWORD}, "现在轮到 供应商 ： 发货"),
        ("supplier", "ship", {"quantity_2": "6", "carrier": "自送"}, "发货已登记"),
        ("supplier", "ship", {}, "发货已登记"),
        ("receiver", "receive", {}, "收货已登记"),
        ("receiver", "accept", {}, "验收已登记"),
        ("supplier", "invoice", {"number": "24412000000012345678"}, "发票已登记"),
        ("accountant", "request_payment", {}, "支付申请已提交"),
    )

    for username, action, typed, expected in steps:
        page = people[username].get(f"/orders/{number}")
        done = people[username].send(page, f"/orders/{number}/{action}", **typed)
        assert done.status == 200, done.words
        assert expected.replace(" ", "") in done.words.replace(" ", ""), (action, done.words)

    finance = browser(app, "finance")
    done = finance.send(finance.get(f"/orders/{number}"), f"/orders/{number}/approve_payment")
    close_reading()
    assert order_numbered(number).state == "in_payment"
    assert "支付在途 ¥1,390.00" in done.words
    assert "分文不差" in done.words


def test_only_the_forms_of_possible_actions_are_shown(app: Flask, world: World, number: str) -> None:
    approver = browser(app, "approver").get(f"/orders/{number}")
    handler = browser(app, "handler").get(f"/orders/{number}")
    accountant = browser(app, "accountant").get(f"/orders/{number}")

    assert approver.has_form(f"/orders/{number}/approve")
    assert approver.has_form(f"/orders/{number}/return")
    assert not approver.has_form(f"/orders/{number}/cancel")
    assert handler.has_form(f"/orders/{number}/cancel")
    assert not handler.has_form(f"/orders/{number}/approve")
    assert "您可以做的" not in accountant.words


def test_wrong_quantity_is_explained_and_everything_typed_is_kept(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="ship")
    receiver = browser(app, "receiver")
    page = receiver.get(f"/orders/{number}")

    typed = {"quantity_1": "1", "quantity_2": "11", "note": "少一包包装破损"}
    refused = receiver.send(page, f"/orders/{number}/receive", **typed)

    assert refused.status == 422
    assert "0 到 10 之间的整数" in refused.words
    form = refused.form(f"/orders/{number}/receive")
    assert form.fields["quantity_2"] == "11"
    assert form.fields["note"] == "少一包包装破损"


def test_a_reason_is_asked_for(app: Flask, world: World, number: str) -> None:
    approver = browser(app, "approver")

    refused = approver.send(approver.get(f"/orders/{number}"), f"/orders/{number}/return", reason=" ")

    assert refused.status == 422
    assert "请填写原因" in refused.words


def test_password_is_never_sent_back(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="confirm")
    handler = browser(app, "handler")

    refused = handler.send(handler.get(f"/orders/{number}"), f"/orders/{number}/sign", password="Falsch-2026-Xyz")

    assert refused.status in (403, 409, 422)
    assert "Falsch-2026-Xyz" not in refused.text


def test_invoice_form_proposes_the_accepted_amount(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="accept")
    supplier = browser(app, "supplier")
    page = supplier.get(f"/orders/{number}")

    typed = {"number": "24412000000012345678", "amount": "1395.01"}
    refused = supplier.send(page, f"/orders/{number}/invoice", **typed)

    assert page.form(f"/orders/{number}/invoice").fields["amount"] == "1395.00"
    assert refused.status == 409
    assert refused.form(f"/orders/{number}/invoice").fields["amount"] == "1395.01"
    assert refused.form(f"/orders/{number}/invoice").fields["number"] == "24412000000012345678"


def test_the_page_names_whose_turn_it_is_and_what_silence_brings(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="approve")

    page = browser(app, "handler").get(f"/orders/{number}")

    assert "现在轮到供应商：确认订单" in page.words
    assert "郑州晴天办公用品有限公司" in page.words
    assert "视为供应商谢绝接单" in page.words


def test_every_fen_of_the_order_is_explained(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="accept")

    page = browser(app, "accountant").get(f"/orders/{number}")

    assert "从预算指标中拿出 ¥1,395.00，已退回 ¥0.00，现在留着 ¥1,395.00" in page.words
    assert "应付 ¥1,395.00" in page.words
    assert "分文不差" in page.words
    assert "验收合格，成为应付" in page.words


def test_supplier_sees_the_order_but_not_the_units_book(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="approve")

    page = browser(app, "supplier").get(f"/orders/{number}")

    assert page.status == 200
    assert "账：每一分钱在哪里" not in page.words
    assert "下单时依据" not in page.words


def test_an_unapproved_order_is_unknown_to_the_supplier(app: Flask, world: World, number: str) -> None:
    assert browser(app, "supplier").get(f"/orders/{number}").status == 404


def test_a_foreign_order_is_unknown(app: Flask, world: World, number: str) -> None:
    page = browser(app, "handler2").get(f"/orders/{number}")

    assert page.status == 404


def test_regulator_reads_without_any_form(app: Flask, world: World, number: str) -> None:
    page = browser(app, "regulator-city").get(f"/orders/{number}")

    assert page.status == 200
    assert "账：每一分钱在哪里" in page.words
    assert "您可以做的" not in page.words


def test_asset_cards_are_registered_from_the_order(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="accept")
    receiver = browser(app, "receiver")
    page = receiver.get(f"/orders/{number}")
    form = page.form("/register_asset")
    place = next(name for name in form.fields if name.startswith("place_"))
    keeper = place.replace("place", "keeper")

    missing = receiver.send(page, f"/orders/{number}/register_asset", **{place: "二楼机房"})
    done = receiver.send(page, f"/orders/{number}/register_asset", **{place: "二楼机房", keeper: "李老师"})

    assert missing.status == 422
    assert "请填写保管人" in missing.words
    assert "资产卡片已登记" in done.words
    assert "二楼机房 · 李老师" in receiver.get("/assets").words


def test_the_orders_pdf_opens_and_the_suppliers_look_at_the_payment_request_is_denied(
    app: Flask, world: World, number: str
) -> None:
    walk(world, number, until="invoice")
    perform("request_payment", actor=world.actor("accountant"), number=number, body={})
    accountant = browser(app, "accountant")
    papers = accountant.get(f"/orders/{number}").tree.xpath("//a[contains(@href, '/papers/')]/@href")

    payment = next(path for path in papers if "/payment_request/" in path)
    opened = accountant.client.get(payment)
    denied = browser(app, "supplier").client.get(payment)

    assert opened.status_code == 200
    assert opened.data.startswith(b"%PDF")
    assert denied.status_code == 403


def test_list_is_narrowed_by_state_and_words(app: Flask, world: World, number: str) -> None:
    handler = browser(app, "handler")

    assert number in handler.get("/orders?state=submitted&text=复印纸").words
    assert "没有符合条件的订单" in handler.get("/orders?state=closed").words
    assert "没有符合条件的订单" in handler.get("/orders?text=挖掘机").words
    assert "没有符合条件的订单" in handler.get("/orders?text=%25").words
    assert number in handler.get("/orders?stage=approval&year=abc&page=99").words


def test_a_payment_on_its_way_shows_its_batch(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="invoice")
    perform("request_payment", actor=world.actor("accountant"), number=number, body={})
    perform("approve_payment", actor=world.actor("finance"), number=number, body={})
    export_batch(actor=SYSTEM)

    page = browser(app, "supplier").get(f"/orders/{number}")
    desk = browser(app, "supplier").get("/desk")

    assert "国库批次 1" in page.words
    assert "**** **** 0001" in page.words
    assert "6200000000000001" not in page.text
    assert "等国库回单" in desk.words


def test_refused_page_records_its_refusal(app: Flask, world: World, number: str) -> None:
    approver = browser(app, "approver")

    approver.send(approver.get(f"/orders/{number}"), f"/orders/{number}/return", reason="")

    query = select(AuditRecord).where(AuditRecord.action == "order.return", AuditRecord.result == "refused")
    assert len(session().scalars(query).all()) == 1


def test_a_line_is_dropped_in_the_form_by_a_nought(app: Flask, world: World, number: str) -> None:
    perform("return", actor=world.actor("approver"), number=number, body={"reason": "打印机不必买"})
    handler = browser(app, "handler")
    page = handler.get(f"/orders/{number}")

    none_left = handler.send(page, f"/orders/{number}/edit", quantity_1="0", quantity_2="0")
    edited = handler.send(page, f"/orders/{number}/edit", quantity_1="0", quantity_2="10")

    assert "至少要保留一行" in none_left.words
    assert "已修改" in edited.words
    assert [line.name for line in order_numbered(number).lines] == ["得力 7402 A4复印纸 70g 500张"]
    close_reading()


def test_some_pieces_at_the_door_are_refused_with_the_form(app: Flask, world: World, number: str) -> None:
    walk(world, number, until="ship")
    receiver = browser(app, "receiver")
    page = receiver.get(f"/orders/{number}")

    refused = receiver.send(page, f"/orders/{number}/refuse", quantity_1="0", quantity_2="4", reason="四包破损")

    assert "已登记拒收" in refused.words
    order = order_numbered(number)
    close_reading()
    assert (order.state, [line.shipped for line in order.lines]) == ("shipped", [1, 6])
