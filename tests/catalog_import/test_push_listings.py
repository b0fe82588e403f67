"""New goods pushed by a supplier's system: judged as by the form, each by itself, once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask

from catalog_import.draft_listing import judge_cells
from catalog_import.push_listings import FIELDS, ListingEntry, cells_of_entry
from mall.database import close_reading
from mall.listing_review.give_verdicts import give_verdicts
from mall.outbox.deliver import deliver_waiting
from mall.settings import CHECKOUT, Settings
from mall.supplier_push.change_push_keys import make_push_key
from mall.supplier_push.push_key import secret_of
from tests.conftest import Clone
from tests.mall.catalogue.conftest import Shelf
from tests.mall.supplier_push.pusher import Pusher
from tests.world import World

ENVELOPE: dict[str, Any] = {
    "sku": "DL-3423", "name": "得力 5号牛皮纸信封 20张", "category": "A05040101", "brand": "得力", "model": "3423-20",
    "specification": {"尺寸": "220×110mm", "克重": "80g"}, "unit": "包", "price_fen": 427,
}  # fmt: skip


@pytest.fixture
def shelf(own_database: Clone, world: World) -> Iterator[Shelf]:
    found = Shelf(world=world, admin=own_database.admin)
    found.rule("listing.require_attributes", 0)
    found.rule("listing.require_certificate", 0)
    yield found
    close_reading()


@pytest.fixture
def sunny(app: Flask, shelf: Shelf, settings: Settings) -> Pusher:
    """The system of the first supplier."""
    made = make_push_key(actor=shelf.actor("supplier"), supplier_id=shelf.world.sunny_id)
    return Pusher(app, secret_of(made, data_dir=settings.data_dir))


def push(sunny: Pusher, **changes: Any) -> dict[str, Any]:
    (outcome,) = sunny.outcomes("listings", {**ENVELOPE, **changes})
    return outcome


def test_new_goods_come_under_review_as_they_were_said(shelf: Shelf, sunny: Pusher) -> None:
    whole = json.loads(re.search(r"```listing\n(.*?)\n```", _document(), flags=re.DOTALL).group(1))  # type: ignore[union-attr]

    outcome = push(sunny, **whole)

    assert (outcome["outcome"], outcome["state"], outcome["code"]) == ("pending_review", "checked", None)
    assert shelf.rows(
        "select l.name, l.price_fen, l.market_price_fen, l.tax_rate_bp, l.unit, l.pack_size, l.stock, l.delivery_days,"
        " l.region_codes, l.origin, p.brand, p.model, p.gtin, p.category_code, p.specification"
        " from listing l join product p on p.id = l.product_id where sku = %s",
        whole["sku"],
    ) == [
        ("得力 5号牛皮纸信封 20张", 427, 500, 1300, "包", 1, 1000, 3, [410000], "浙江宁波", "得力", "3423-20",
         "6921734934239", "A05040101", {"尺寸": "220×110mm", "克重": "80g"}),
    ]  # fmt: skip


def test_what_was_pushed_is_reviewed_by_two_and_told_of(shelf: Shelf, sunny: Pusher) -> None:
    push(sunny)
    [[listing_id]] = shelf.rows("select id from listing where sku = 'DL-3423'")

    for who in ("centre", "monitor"):
        give_verdicts(actor=shelf.actor(who), documents=[f"listing:{listing_id}"], verdict="pass")
    deliver_waiting()

    assert shelf.history(f"listing:{listing_id}") == [
        ("draw_up", "draft"), ("submit", "submitted"), ("check", "checked"), ("approve", "on_shelf"),
    ]  # fmt: skip
    assert sunny.kinds() == [("listing_accepted", "DL-3423")]


def test_a_fault_of_one_loses_no_other_and_answers_keep_the_order(shelf: Shelf, sunny: Pusher) -> None:
    outcomes = sunny.outcomes(
        "listings",
        {**ENVELOPE, "sku": "N-1"},
        {**ENVELOPE, "sku": "N-2", "price_fen": "4.27"},
        {**ENVELOPE, "sku": "N-3", "category": "没有的品目"},
        "rubbish",
        {**ENVELOPE, "sku": "N-4", "model": "9"},
        {**ENVELOPE, "sku": "N-5"},
        {**ENVELOPE, "sku": "N-5"},
    )

    assert [(one["sku"], one["outcome"], one["code"]) for one in outcomes] == [
        ("N-1", "pending_review", None),
        ("N-2", "refused", "request.invalid"),
        ("N-3", "refused", "request.invalid"),
        ("", "refused", "request.invalid"),
        ("N-4", "pending_review", None),
        ("N-5", "refused", "push.sku_repeated"),
        ("N-5", "refused", "push.sku_repeated"),
    ]
    assert shelf.rows("select sku from listing where sku ~ '^N-' order by sku") == [("N-1",), ("N-4",)]


#: what the rules call an error, each in a field of the entry
FAULTS: tuple[dict[str, Any], ...] = (
    {"category": "我的类目"},
    {"category": ""},
    {"gtin": "6921734934230"},
    {"name": "=cmd|x"},
    {"sku": "A\u202eB"},
    {"unit": ""},
    {"region_codes": [999999]},
    {"price_fen": 10_000_000_000},
    {"market_price_fen": 1},
    {"pack": "一大堆"},
    {"brand": "得⼒"},
    {"specification": {}},
    {"warranty_months": 10_000},
    {"delivery_days": 10_000},
)


@pytest.mark.parametrize("changes", FAULTS, ids=lambda changes: next(iter(changes)))
def test_the_form_and_the_push_find_the_same(shelf: Shelf, sunny: Pusher, changes: dict[str, Any]) -> None:
    entry = ListingEntry(**{**ENVELOPE, **changes})
    found = judge_cells(cells_of_entry(entry), supplier_id=shelf.world.sunny_id, language="zh")
    close_reading()

    outcome = push(sunny, **changes)

    expected = {
        severity: [(FIELDS.get(one.column, one.column), one.code) for one in found if one.severity == severity]
        for severity in ("error", "warning")
    }
    said = outcome["facts"]
    assert [(one["field"], one["code"]) for one in said.get("errors", ())] == expected["error"]
    assert (outcome["outcome"] == "refused") == bool(expected["error"])
    if not expected["error"]:
        assert [(one["field"], one["code"]) for one in said.get("warnings", ())] == expected["warning"]


def test_a_price_above_its_ceiling_is_stopped_with_the_way_out(shelf: Shelf, sunny: Pusher) -> None:
    shelf.write(
        "insert into price_ceiling (category_code, ceiling_fen, valid_from, source, state, entered_by_id, entered_at)"
        " values ('A05040101', 400, '2026-01-01', '框架协议', 'in_force', 1, now())"
    )

    outcome = push(sunny)

    assert (outcome["outcome"], outcome["state"], outcome["code"]) == (
        "price_stopped", "intercepted", "listing.over_ceiling",
    )  # fmt: skip
    assert (outcome["facts"]["ceiling_fen"], outcome["facts"]["source"]) == (400, "框架协议")


def test_what_the_automatic_checks_reject_says_so(shelf: Shelf, sunny: Pusher) -> None:
    shelf.rule("listing.require_attributes", 1)

    outcome = push(sunny, category="A02010105", specification={})

    assert (outcome["outcome"], outcome["state"], outcome["code"]) == ("refused", "rejected", "push.sku_rejected")


def test_stopped_and_rejected_goods_are_written_anew_and_others_are_not(shelf: Shelf, sunny: Pusher) -> None:
    first = push(sunny)
    under_review = push(sunny, price_fen=400)
    shelf.write("update listing set state = 'rejected' where sku = 'DL-3423'")

    again = push(sunny, price_fen=399)

    assert (first["outcome"], again["outcome"], again["state"]) == ("pending_review", "pending_review", "checked")
    assert (under_review["outcome"], under_review["code"]) == ("refused", "listing.sku_taken")
    assert shelf.rows("select price_fen from listing where sku = 'DL-3423'") == [(399,)]


def test_the_same_call_again_makes_nothing_again(shelf: Shelf, sunny: Pusher) -> None:
    body = {"listings": [ENVELOPE, {**ENVELOPE, "sku": "N-2", "category": "没有"}]}

    first, second = (sunny.call("POST", "/listings", body, request_key="new-goods-1") for _ in "ab")
    other = sunny.call("POST", "/listings", {"listings": [ENVELOPE]}, request_key="new-goods-1")

    assert first.json == second.json and second.headers["Idempotency-Replayed"] == "true"
    assert (other.status_code, other.json["code"]) == (422, "request.key_reused")
    assert shelf.rows("select count(*) from listing where sku in ('DL-3423', 'N-2')") == [(1,)]


def test_a_call_takes_a_hundred_and_not_one_more(shelf: Shelf, sunny: Pusher) -> None:
    goods = [{**ENVELOPE, "sku": f"N-{place}", "model": f"M{place}"} for place in range(101)]

    answer = sunny.call("POST", "/listings", {"listings": goods})
    outcomes = sunny.outcomes("listings", *goods[:100])

    assert (answer.status_code, answer.json["code"]) == (422, "push.too_many_skus")
    assert {one["outcome"] for one in outcomes} == {"pending_review"}
    assert shelf.rows("select count(*) from listing where starts_with(sku, 'N-')") == [(100,)]


def test_calls_for_new_goods_count_among_the_calls_of_a_minute(shelf: Shelf, sunny: Pusher) -> None:
    shelf.rule("push.calls_per_minute", 2)
    answers = [sunny.call("POST", "/listings", {"listings": [{}]}).status_code for _ in range(3)]

    assert answers == [200, 200, 429]


def test_the_description_names_the_call(app: Flask, sunny: Pusher) -> None:
    described = app.test_client().get("/api/v1/openapi.json").json
    call = described["paths"]["/api/v1/supplier/listings"]["post"]

    assert {one["name"] for one in call["parameters"]} >= {"Sunmall-Signature", "Idempotency-Key"}
    assert "`POST /listings`" in _document()


def _document() -> str:
    return (CHECKOUT / "docs" / "supplier-push.md").read_text(encoding="utf-8")
