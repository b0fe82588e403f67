"""The address bar of the search page, read and written back."""

from __future__ import annotations

import pytest
from werkzeug.datastructures import MultiDict

from mall.search.query import HITS_MAX
from mall.shop.search_state import PAGE_SIZE, fen_of, product_ids, read_state


def test_what_the_reader_chose_comes_back_in_the_address() -> None:
    arguments = MultiDict(
        [
            ("q", "  打印机  惠普 "), ("category", "A02021003"), ("brand", "惠普"), ("brand", "佳能"),
            ("supplier", "12"), ("price", "500-1000"), ("price_min", "100"), ("price_max", "2,500.5"),
            ("region", "410324"), ("green", "1"), ("sort", "price_asc"), ("page", "3"), ("compare", "4,9"),
        ]
    )  # fmt: skip

    state = read_state(arguments)

    assert state.arguments() == {
        "q": "打印机 惠普", "category": "A02021003", "brand": ["惠普", "佳能"], "supplier": ["12"],
        "price": ["500-1000"], "price_min": "100", "price_max": "2500.5", "region": "410324", "green": "1",
        "sort": "price_asc", "page": 3, "compare": "4,9",
    }  # fmt: skip


def test_an_empty_address_has_no_arguments_and_no_filters() -> None:
    state = read_state(MultiDict())

    assert state.arguments() == {}
    assert not state.has_filters


@pytest.mark.parametrize("typed", ["abc", "-5", "1e5", "1_000", "١٢", "NaN", "12.345", "99999999999"])
def test_a_price_that_is_none_is_reported_and_left_out(typed: str) -> None:
    state = read_state(MultiDict({"price_min": typed}))

    assert state.problems == ("price_min",)
    assert state.as_query(scope={}).price_min_fen is None


@pytest.mark.parametrize(("typed", "amount_fen"), [("", None), ("0", 0), ("12", 1200), ("12.5", 1250), ("12.05", 1205)])
def test_yuan_become_fen_exactly(typed: str, amount_fen: int | None) -> None:
    assert fen_of(typed) == amount_fen


def test_full_width_digits_and_a_currency_sign_are_understood() -> None:
    state = read_state(MultiDict({"price_max": "￥１２．５０"}))

    assert state.as_query(scope={}).price_max_fen == 1250


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("sort", "drop table"),
        ("page", "-1"),
        ("page", "x"),
        ("price", "7-9"),
        ("supplier", "x"),
        ("region", "41"),
        ("green", "2"),
    ],
)
def test_what_makes_no_sense_counts_as_not_given(name: str, value: str) -> None:
    assert read_state(MultiDict({name: value})).arguments() == {}


def test_no_page_lies_beyond_what_an_engine_shows() -> None:
    state = read_state(MultiDict({"page": "999999"}))

    assert not state.as_query(scope={}).is_beyond_the_end
    assert state.page * PAGE_SIZE <= HITS_MAX


def test_characters_that_the_database_refuses_are_taken_out() -> None:
    state = read_state(MultiDict({"q": "打印\0机\ud800", "brand": "惠\0普"}))

    assert (state.q, state.brand) == ("打印机", ("惠普",))


def test_ticking_twice_unticks_and_every_change_goes_back_to_the_first_page() -> None:
    state = read_state(MultiDict([("brand", "惠普"), ("page", "4")]))

    both = state.toggled("brand", "佳能")
    none = both.toggled("brand", "惠普").toggled("brand", "佳能")

    assert (both.brand, both.page) == (("惠普", "佳能"), 1)
    assert none.arguments() == {}


def test_a_region_chosen_by_hand_replaces_the_buyers_own() -> None:
    own = {"region": ("410324", "410300", "410000")}

    untouched = read_state(MultiDict()).as_query(scope=own)
    everywhere = read_state(MultiDict({"region": "all"})).as_query(scope=own)
    elsewhere = read_state(MultiDict({"region": "410122"})).as_query(scope=own)

    assert dict(untouched.scope) == own
    assert dict(everywhere.scope) == {}
    assert "region" not in everywhere.filters
    assert (dict(elsewhere.scope), elsewhere.filters["region"]) == ({}, ("410122", "410100", "410000"))


def test_at_most_four_products_are_compared_each_once() -> None:
    assert product_ids(["3,17", "3", "x", "5,-1,6,7"]) == (3, 17, 5, 6)
