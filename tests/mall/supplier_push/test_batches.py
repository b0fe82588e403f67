"""Batches of prices, stock and shelf states: each SKU through its own door and by itself, and nothing done twice."""

from __future__ import annotations

import uuid
from datetime import date

import pytest

from mall import clock
from mall.catalogue.enter_ceiling import decide_ceiling, enter_ceiling
from tests.mall.catalogue.conftest import Shelf
from tests.mall.supplier_push.pusher import Pusher

SOURCE = "豫财购框架协议〔2026〕12号"


def ceiling(shelf: Shelf, *, ceiling_fen: int, code: str = "A05040101") -> None:
    entered = enter_ceiling(
        actor=shelf.actor("centre"), ceiling_fen=ceiling_fen, valid_from=date(2026, 1, 1), source=SOURCE,
        category_code=code,
    )  # fmt: skip
    decide_ceiling(actor=shelf.actor("monitor"), ceiling_id=entered.id, action="confirm")


def column(shelf: Shelf, name: str, sku: str = "SKU-paper") -> object:
    return shelf.rows(f"select {name} from listing where sku = %s", sku)[0][0]


def test_the_pool_comes_page_by_page_and_holds_only_the_suppliers_goods(sunny: Pusher, moon: Pusher) -> None:
    first = sunny.got("/skus?limit=3")
    second = sunny.got(f"/skus?limit=3&cursor={first['next']}")

    assert [item["sku"] for item in first["items"]] == ["SKU-paper", "SKU-printer", "SKU-computer"]
    assert [item["sku"] for item in second["items"]] == ["SKU-dear_computer"]
    assert second["next"] is None
    assert {item["sku"] for item in moon.got("/skus")["items"]} == {"SKU-paper2", "SKU-city_only"}


def test_the_pool_is_narrowed_by_state(shelf: Shelf, sunny: Pusher) -> None:
    shelf.put("NEW-1", state="draft")

    assert [item["sku"] for item in sunny.got("/skus?state=draft")["items"]] == ["NEW-1"]


def test_details_are_told_in_the_order_asked_and_foreign_goods_are_unknown(sunny: Pusher) -> None:
    sunny.outcome("prices", sku="SKU-paper", price_fen=2300)

    answer = sunny.call("POST", "/skus/details", {"skus": ["SKU-printer", "SKU-paper2", "SKU-paper", "nothing"]}).json

    assert [item["sku"] for item in answer["items"]] == ["SKU-printer", "SKU-paper"]
    assert answer["unknown"] == ["SKU-paper2", "nothing"]
    paper = answer["items"][1]
    assert (paper["price_fen"], paper["waiting_change"]["price_fen"], paper["brand"]) == (2150, 2300, "得力")


def test_a_cut_holds_at_once(shelf: Shelf, sunny: Pusher) -> None:
    outcome = sunny.outcome("prices", sku="SKU-paper", price_fen=1999, reason="促销")

    assert (outcome["outcome"], outcome["state"], column(shelf, "price_fen")) == ("accepted", "on_shelf", 1999)
    assert shelf.rows("select new_price_fen, user_id, reason from price_change order by id desc limit 1") == [
        (1999, None, "促销")
    ]


def test_a_rise_waits_for_review_and_the_old_price_stays(shelf: Shelf, sunny: Pusher) -> None:
    outcome = sunny.outcome("prices", sku="SKU-paper", price_fen=2300)
    again = sunny.outcome("prices", sku="SKU-paper", price_fen=2300)

    assert [one["outcome"] for one in (outcome, again)] == ["pending_review", "pending_review"]
    assert column(shelf, "price_fen") == 2150
    assert shelf.rows("select state, price_fen from listing_change") == [("waiting", 2300)]


def test_a_price_above_its_ceiling_is_stopped_with_ceiling_and_source(shelf: Shelf, sunny: Pusher) -> None:
    ceiling(shelf, ceiling_fen=2200)

    outcome = sunny.outcome("prices", sku="SKU-paper", price_fen=2300)

    assert (outcome["outcome"], outcome["code"]) == ("price_stopped", "listing.over_ceiling")
    assert {name: outcome["facts"][name] for name in ("price_fen", "ceiling_fen", "source")} == {
        "price_fen": 2300,
        "ceiling_fen": 2200,
        "source": SOURCE,
    }
    assert outcome["facts"]["equivalent"]["price_fen"] == 2280
    assert SOURCE in outcome["message"] and outcome["next"]
    assert column(shelf, "price_fen") == 2150


def test_the_same_price_is_unchanged(shelf: Shelf, sunny: Pusher) -> None:
    version = column(shelf, "version")

    outcome = sunny.outcome("prices", sku="SKU-paper", price_fen=2150)

    assert (outcome["outcome"], column(shelf, "version")) == ("unchanged", version)


def test_goods_under_review_are_reviewed_anew_at_their_new_price(shelf: Shelf, sunny: Pusher) -> None:
    shelf.put("NEW-1", state="checked")
    shelf.put("NEW-2", state="checked")
    ceiling(shelf, ceiling_fen=2100)

    cheaper, dearer = sunny.outcomes("prices", {"sku": "NEW-1", "price_fen": 1900}, {"sku": "NEW-2", "price_fen": 2500})

    assert (cheaper["outcome"], cheaper["state"]) == ("pending_review", "checked")
    assert (dearer["outcome"], dearer["state"]) == ("price_stopped", "intercepted")
    assert dearer["facts"]["ceiling_fen"] == 2100


def test_a_fault_in_one_entry_loses_no_other(shelf: Shelf, sunny: Pusher) -> None:
    entries = (
        {"sku": "SKU-paper", "price_fen": 2000},
        {"sku": "SKU-paper2", "price_fen": 1},
        {"sku": "SKU-printer", "price_fen": "118"},
        {"sku": "SKU-computer", "price_fen": 0},
        "no entry at all",
        {"price_fen": 1},
        {"sku": "SKU-dear_computer", "price_fen": 899_800},
    )

    outcomes = sunny.outcomes("prices", *entries)

    assert [(one["sku"], one["outcome"], one["code"]) for one in outcomes] == [
        ("SKU-paper", "accepted", None),
        ("SKU-paper2", "refused", "push.sku_unknown"),
        ("SKU-printer", "refused", "request.invalid"),
        ("SKU-computer", "refused", "request.invalid"),
        ("", "refused", "request.invalid"),
        ("", "refused", "request.invalid"),
        ("SKU-dear_computer", "accepted", None),
    ]
    assert column(shelf, "price_fen") == 2000
    assert column(shelf, "price_fen", "SKU-paper2") == 2280
    recorded = shelf.rows("select action, facts ->> 'code' from audit_record where result = 'refused'")
    assert sorted(recorded) == [("push.prices", "push.sku_unknown"), *[("push.prices", "request.invalid")] * 4]


def test_a_sku_named_twice_is_refused_whole(shelf: Shelf, sunny: Pusher) -> None:
    outcomes = sunny.outcomes(
        "prices",
        {"sku": "SKU-paper", "price_fen": 2000},
        {"sku": "SKU-printer", "price_fen": 100_000},
        {"sku": "SKU-paper", "price_fen": 1900},
    )

    assert [one["code"] for one in outcomes] == ["push.sku_repeated", None, "push.sku_repeated"]
    assert column(shelf, "price_fen") == 2150


@pytest.mark.parametrize("kind", ["prices", "stock", "shelf"])
def test_a_hundred_and_one_goods_are_refused_whole(shelf: Shelf, sunny: Pusher, kind: str) -> None:
    entry = {"prices": {"price_fen": 1}, "stock": {"stock": 1}, "shelf": {"shelf": "off_shelf"}}[kind]
    entries = [{"sku": "SKU-paper", **entry}, *({"sku": f"NO-{number}", **entry} for number in range(100))]

    refused = sunny.call("POST", f"/{kind}", {kind: entries})
    taken = sunny.call("POST", f"/{kind}", {kind: entries[1:]})

    assert (refused.status_code, refused.json["code"]) == (422, "push.too_many_skus")
    assert refused.json["facts"] == {"count": 101, "most": 100}
    assert taken.status_code == 200
    assert shelf.rows("select price_fen, stock, state from listing where sku = 'SKU-paper'") == [
        (2150, None, "on_shelf")
    ]


def test_details_of_a_hundred_and_one_goods_are_refused(sunny: Pusher) -> None:
    answer = sunny.call("POST", "/skus/details", {"skus": [f"NO-{number}" for number in range(101)]})

    assert answer.json["code"] == "push.too_many_skus"


def test_the_most_is_a_dated_rule(shelf: Shelf, sunny: Pusher) -> None:
    shelf.rule("push.skus_per_call", 1)

    answer = sunny.call("POST", "/skus/details", {"skus": ["a", "b"]})

    assert answer.json["facts"] == {"count": 2, "most": 1}


def test_the_same_call_twice_is_done_once_and_answered_alike(shelf: Shelf, sunny: Pusher) -> None:
    key, body = str(uuid.uuid4()), {"prices": [{"sku": "SKU-paper", "price_fen": 2000}, {"sku": "x", "price_fen": 1}]}
    first = sunny.call("POST", "/prices", body, request_key=key)
    written = shelf.rows("select count(*) from audit_record"), column(shelf, "version")

    again = sunny.call("POST", "/prices", body, request_key=key)

    assert again.json == first.json
    assert again.headers["Idempotency-Replayed"] == "true" and "Idempotency-Replayed" not in first.headers
    assert (shelf.rows("select count(*) from audit_record"), column(shelf, "version")) == written
    assert shelf.rows("select count(*) from price_change where new_price_fen = 2000") == [(1,)]


def test_one_key_for_two_bodies_is_refused(shelf: Shelf, sunny: Pusher) -> None:
    key = str(uuid.uuid4())
    sunny.outcomes("prices", {"sku": "SKU-paper", "price_fen": 2000}, request_key=key)

    answer = sunny.call("POST", "/prices", {"prices": [{"sku": "SKU-paper", "price_fen": 1900}]}, request_key=key)

    assert answer.json["code"] == "request.key_reused"
    assert column(shelf, "price_fen") == 2000


def test_keys_of_two_suppliers_do_not_meet(sunny: Pusher, moon: Pusher) -> None:
    key = str(uuid.uuid4())
    body = {"stock": [{"sku": "SKU-paper", "stock": 7}]}

    answers = [one.call("POST", "/stock", body, request_key=key) for one in (sunny, moon)]

    assert [answer.json["outcomes"][0]["outcome"] for answer in answers] == ["accepted", "refused"]


@pytest.mark.parametrize("key", ["short", "x" * 161])
def test_a_malformed_key_is_refused(sunny: Pusher, key: str) -> None:
    answer = sunny.call("POST", "/stock", {"stock": [{"sku": "a", "stock": 1}]}, request_key=key)

    assert answer.json["code"] == "request.key_malformed"


def test_the_same_batch_without_a_key_changes_nothing_twice(shelf: Shelf, sunny: Pusher) -> None:
    entries = ({"sku": "SKU-paper", "price_fen": 2000}, {"sku": "SKU-printer", "price_fen": 120_000})
    sunny.outcomes("prices", *entries)
    history = "select count(*) from price_change", "select count(*) from listing_change"
    before = [shelf.rows(query) for query in history]

    again = sunny.outcomes("prices", *entries)

    assert [one["outcome"] for one in again] == ["unchanged", "pending_review"]
    assert [shelf.rows(query) for query in history] == before


def test_stock_is_set_and_told_to_the_search(shelf: Shelf, sunny: Pusher) -> None:
    outcomes = sunny.outcomes("stock", {"sku": "SKU-paper", "stock": 12}, {"sku": "SKU-printer", "stock": None})

    assert [one["outcome"] for one in outcomes] == ["accepted", "unchanged"]
    assert column(shelf, "stock") == 12
    assert shelf.rows("select payload ->> 'new_stock' from outbox_event where name = 'listing.changed'") == [("12",)]
    recorded = "select facts from audit_record where action = 'listing.change_stock'"
    assert shelf.rows(recorded) == [({"old_stock": None, "new_stock": 12},)]


@pytest.mark.parametrize("stock", [-1, 10**9 + 1, 1.5, "7", True])
def test_a_stock_that_is_none_is_refused(sunny: Pusher, stock: object) -> None:
    assert sunny.outcome("stock", sku="SKU-paper", stock=stock)["code"] == "request.invalid"


def test_goods_are_taken_off_the_shelf_and_put_on_again(shelf: Shelf, sunny: Pusher) -> None:
    wanted = ("off_shelf", "off_shelf", "on_shelf", "on_shelf")

    outcomes = [sunny.outcome("shelf", sku="SKU-paper", shelf=shelf_state) for shelf_state in wanted]

    assert [one["outcome"] for one in outcomes] == ["accepted", "unchanged", "accepted", "unchanged"]
    assert [one["state"] for one in outcomes] == list(wanted)


@pytest.mark.parametrize("state", ["draft", "rejected", "expired", "intercepted"])
def test_goods_that_need_a_review_are_submitted(shelf: Shelf, sunny: Pusher, state: str) -> None:
    shelf.put("NEW-1", state=state)

    outcomes = [sunny.outcome("shelf", sku="NEW-1", shelf="on_shelf") for _ in range(2)]

    assert [(one["outcome"], one["state"]) for one in outcomes] == [("pending_review", "checked")] * 2


def test_goods_that_are_too_dear_do_not_come_on_the_shelf(shelf: Shelf, sunny: Pusher) -> None:
    shelf.put("NEW-1", state="draft", price_fen=2300)
    shelf.put("NEW-2", state="off_shelf", price_fen=2300)
    ceiling(shelf, ceiling_fen=2200)

    outcomes = sunny.outcomes("shelf", *({"sku": sku, "shelf": "on_shelf"} for sku in ("NEW-1", "NEW-2")))

    assert [(one["outcome"], one["state"]) for one in outcomes] == [
        ("price_stopped", "intercepted"),
        ("price_stopped", "off_shelf"),
    ]
    assert [one["facts"]["ceiling_fen"] for one in outcomes] == [2200, 2200]


def test_goods_that_lack_a_certificate_are_refused_with_the_submission_kept(shelf: Shelf, sunny: Pusher) -> None:
    shelf.put("NEW-1", state="draft", like="printer", price_fen=100_000)
    shelf.rule("listing.require_certificate", 1)
    shelf.rule("listing.require_attributes", 1)

    outcome = sunny.outcome("shelf", sku="NEW-1", shelf="on_shelf")

    assert (outcome["outcome"], outcome["code"], outcome["state"]) == ("refused", "push.sku_rejected", "rejected")


def test_goods_held_by_the_centre_are_not_moved(shelf: Shelf, sunny: Pusher) -> None:
    shelf.put("NEW-1", state="frozen")

    outcomes = [sunny.outcome("shelf", sku="NEW-1", shelf=wanted) for wanted in ("on_shelf", "off_shelf")]

    assert [(one["outcome"], one["code"], one["state"]) for one in outcomes] == [
        ("refused", "state.not_possible", "frozen")
    ] * 2


def test_refusals_speak_the_language_asked_for(sunny: Pusher) -> None:
    body = {"shelf": [{"sku": "nothing", "shelf": "on_shelf"}]}

    said = {language: sunny.call("POST", "/shelf", body, language=language).json for language in ("zh", "en")}

    assert "没有货号" in said["zh"]["outcomes"][0]["message"]
    assert "None of your goods" in said["en"]["outcomes"][0]["message"]


def test_a_batch_leaves_one_record_of_the_call_with_its_key(shelf: Shelf, sunny: Pusher) -> None:
    with clock.frozen(clock.now()):
        sunny.outcomes("prices", {"sku": "SKU-paper", "price_fen": 2000}, {"sku": "x", "price_fen": 1})

    assert shelf.rows(
        "select actor_name, subject, facts from audit_record where action = 'push.prices' and result = 'done'"
    ) == [
        (
            "郑州晴天办公用品有限公司",
            f"supplier:{shelf.world.sunny_id}",
            {"key": sunny.key.id, "skus": 2, "accepted": 1, "refused": 1},
        )
    ]
