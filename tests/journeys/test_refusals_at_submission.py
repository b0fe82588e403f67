"""What is refused when an order is submitted: the code, the facts, a way out - and nothing written."""

from __future__ import annotations

from typing import Any

from werkzeug.test import TestResponse

from mall import clock
from tests.journeys.story import Book, Story

PAPER = "A05040101"


def expect_refused(story: Story, lines: list[dict[str, int]], code: str, *, who: str = "handler", **facts: Any) -> None:
    """The answer is a problem with this code and these facts, and every table is as it was."""
    before = story.everything()

    answer = story.ask_for(*lines, who=who)

    problem = the_problem(answer)
    assert problem["code"] == code
    assert {name: problem["facts"].get(name) for name in facts} == facts
    assert story.everything() == before, "a refused order left something behind"
    assert story.refusals(code) == 1


def the_problem(answer: TestResponse) -> dict[str, Any]:
    """The answer as a problem that says what to do instead, in whole sentences."""
    assert 400 <= answer.status_code < 500, answer.json
    assert answer.mimetype == "application/problem+json"
    problem = answer.json
    assert problem["title"] and problem["detail"]
    assert "{" not in problem["title"] + problem["detail"]
    return problem


def test_without_money_on_the_line_nothing_is_ordered(story: Story) -> None:
    """The small line has 100.00; five packs cost 107.50."""
    expect_refused(
        story, [story.wanted("paper", 5, "school_small")], "ledger.insufficient",
        line_id=story.world.lines["school_small"], requested_fen=10_750, available_fen=10_000,
    )  # fmt: skip
    assert story.book("school_small") == Book(available=10_000)
    assert story.counted(PAPER) == 0


def test_what_fits_to_the_last_fen_is_ordered(story: Story) -> None:
    story.alter("update listing set price_fen = 2500 where id = %s", story.world.listings["paper"])

    story.place(story.wanted("paper", 4, "school_small"))

    assert story.book("school_small") == Book(available=0, reserved=10_000)
    expect_refused(
        story, [story.wanted("paper", 1, "school_small")], "ledger.insufficient",
        requested_fen=2_500, available_fen=0,
    )  # fmt: skip


def test_a_line_of_another_year_is_refused(story: Story) -> None:
    year = clock.today().year
    expect_refused(
        story, [story.wanted("paper", 1, "school_last_year")], "budget.wrong_year",
        line_year=year - 1, year=year, line_no=1, budget_line="办公费(上年)",
    )  # fmt: skip


def test_a_category_outside_the_lines_permission_is_refused(story: Story) -> None:
    expect_refused(
        story, [story.wanted("paper", 1, "school_machines")], "budget.category_outside",
        category_code=PAPER, budget_line="办公设备购置", line_no=1,
    )  # fmt: skip


def test_a_category_outside_the_malls_scope_is_refused(story: Story) -> None:
    story.alter("update category set in_mall = false where code = %s", PAPER)

    expect_refused(
        story, [story.wanted("paper", 1, "school_office")], "category.out_of_mall", category_code=PAPER, line_no=1
    )


def test_over_the_years_limit_of_unit_and_category_is_refused(story: Story) -> None:
    """County units buy directly up to 300,000.00 a year and category; 299,900.00 are used, 215.00 are wanted."""
    already(story, 29_990_000)

    expect_refused(
        story, [story.wanted("paper", 10, "county_office")], "order.over_year_limit", who="handler2",
        category_code=PAPER, so_far_fen=29_990_000, amount_fen=21_500, limit_fen=30_000_000,
    )  # fmt: skip
    assert story.book("county_office", who="accountant2") == Book(available=5_000_000)


def test_up_to_the_very_limit_is_ordered(story: Story) -> None:
    already(story, 29_978_500)

    story.place(story.wanted("paper", 10, "county_office"), who="handler2")

    assert story.counted(PAPER, unit_id=story.world.county_id) == 30_000_000


def already(story: Story, amount_fen: int) -> None:
    story.alter(
        "insert into category_total (unit_id, year, mode, category_code, amount_fen)"
        " values (%s, %s, 'direct_purchase', %s, %s)",
        story.world.county_id, clock.today().year, PAPER, amount_fen,
    )  # fmt: skip


def test_above_the_ceiling_for_such_assets_is_refused(story: Story) -> None:
    """A desktop computer may cost 5,000.00; this one costs 8,999.00."""
    expect_refused(
        story, [story.wanted("dear_computer", 1, "school_machines")], "order.over_asset_ceiling",
        price_fen=899_900, ceiling_fen=500_000, line_no=1,
    )  # fmt: skip


def test_what_is_off_the_shelf_is_refused(story: Story) -> None:
    story.alter("update listing set state = 'off_shelf' where id = %s", story.world.listings["paper"])

    expect_refused(story, [story.wanted("paper", 1, "school_office")], "listing.off_shelf", sku="SKU-paper", line_no=1)


def test_a_price_that_changed_since_it_was_seen_is_refused(story: Story) -> None:
    story.alter("update listing set price_fen = 2300 where id = %s", story.world.listings["paper"])

    expect_refused(
        story, [story.wanted("paper", 1, "school_office") | {"price_fen": 2_150}], "order.price_changed",
        seen_price_fen=2_150, price_fen=2_300, line_no=1,
    )  # fmt: skip


def test_a_price_that_fell_is_told_too(story: Story) -> None:
    story.alter("update listing set price_fen = 2000 where id = %s", story.world.listings["paper"])

    expect_refused(
        story, [story.wanted("paper", 1, "school_office") | {"price_fen": 2_150}], "order.price_changed",
        seen_price_fen=2_150, price_fen=2_000,
    )  # fmt: skip


def test_a_suspended_supplier_is_refused(story: Story) -> None:
    story.alter(
        "update supplier set state = 'suspended', suspended_reason = '资质复核' where id = %s", story.world.sunny_id
    )

    expect_refused(
        story, [story.wanted("paper", 1, "school_office")], "supplier.suspended",
        supplier_id=story.world.sunny_id, reason="资质复核",
    )  # fmt: skip


def test_a_supplier_whose_licence_has_expired_is_refused(story: Story) -> None:
    story.alter("update supplier set licence_expires_on = '2020-12-31' where id = %s", story.world.sunny_id)

    expect_refused(
        story, [story.wanted("paper", 1, "school_office")], "supplier.licence_expired",
        supplier_id=story.world.sunny_id, licence_expires_on="2020-12-31",
    )  # fmt: skip


def test_a_licence_holds_through_its_last_day(story: Story) -> None:
    story.alter("update supplier set licence_expires_on = %s where id = %s", clock.today(), story.world.sunny_id)

    story.place(story.wanted("paper", 1, "school_office"))

    assert story.book() == Book(available=9_997_850, reserved=2_150)


def test_what_is_not_delivered_to_the_units_region_is_refused(story: Story) -> None:
    expect_refused(
        story, [story.wanted("city_only", 1, "county_office")], "listing.no_delivery", who="handler2",
        region_code=410_324, line_no=1,
    )  # fmt: skip


def test_the_line_of_another_unit_is_as_unknown_as_none(story: Story) -> None:
    expect_refused(
        story, [story.wanted("paper", 1, "county_office")], "budget.unknown_line",
        budget_line_id=story.world.lines["county_office"],
    )  # fmt: skip


def test_one_line_that_cannot_be_ordered_keeps_the_whole_order_back(story: Story) -> None:
    expect_refused(
        story,
        [story.wanted("printer", 1, "school_machines"), story.wanted("paper", 1, "school_machines")],
        "budget.category_outside",
        line_no=2,
    )
    assert story.book("school_machines") == Book(available=50_000_000)


def test_when_money_is_short_on_one_line_of_two_neither_is_touched(story: Story) -> None:
    expect_refused(
        story,
        [story.wanted("printer", 1, "school_machines"), story.wanted("paper", 5, "school_small")],
        "ledger.insufficient",
        requested_fen=10_750,
    )
    assert story.book("school_machines") == Book(available=50_000_000)
    assert story.counted("A02021003") == 0


def test_every_reason_is_told_at_once(story: Story) -> None:
    story.alter("update listing set state = 'off_shelf' where id = %s", story.world.listings["paper"])

    problem = the_problem(story.ask_for(story.wanted("paper", 1, "school_machines") | {"price_fen": 2_000}))

    assert problem["code"] == "listing.off_shelf"
    assert [other["code"] for other in problem["facts"]["others"]] == ["order.price_changed", "budget.category_outside"]


def test_what_is_no_order_at_all_is_refused_by_its_shape(story: Story) -> None:
    good = story.wanted("paper", 1, "school_office")
    for lines in ([], [good | {"quantity": 0}], [good | {"quantity": "1"}], [good | {"quantity": 1.5}],
                  [good | {"quantity": True}], [good | {"misspelt": 1}]):  # fmt: skip
        before = story.everything()

        answer = story.ask_for(*lines)

        assert the_problem(answer)["code"] == "request.invalid"
        assert story.everything() == before


def test_a_listing_that_does_not_exist_is_refused(story: Story) -> None:
    wanted = story.wanted("paper", 1, "school_office") | {"listing_id": 999_999_999}

    expect_refused(story, [wanted], "listing.unknown", listing_id=999_999_999, line_no=1)


def test_only_a_handler_orders_and_only_for_the_own_unit(story: Story) -> None:
    line = story.wanted("paper", 1, "school_office")
    for who in ("approver", "receiver", "accountant", "supplier", "centre", "regulator", "sysadmin"):
        before = story.everything()

        answer = story.ask_for(line, who=who)

        assert (answer.status_code, the_problem(answer)["code"]) == (403, "access.denied"), who
        assert story.everything() == before
    foreign = story.ask_for(line, unit_id=story.world.county_id)
    assert the_problem(foreign)["code"] == "access.denied"
