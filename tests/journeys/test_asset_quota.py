"""Quantity ceilings of office equipment at order time: clear, at the boundary, above it, and not to be computed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from mall import clock
from mall.assets.asset_quota import Quota, quotas_of
from mall.assets.asset_standard import forget_kept_standards, pieces_for
from mall.database import close_reading
from mall.people.organisation import organisation
from tests.form_browser import FormBrowser
from tests.journeys.story import Story

REASON = "新建计算机教室一间，学校会议纪要第8号"


@pytest.fixture(autouse=True)
def fresh_standards() -> Iterator[None]:
    forget_kept_standards()
    yield
    forget_kept_standards()


def staff(story: Story, quota: int | None) -> None:
    """The school has so many posts; the ceiling of desktop computers is as many pieces."""
    story.alter("update organisation set staff_quota = %s where id = %s", quota, story.world.school_id)


def desktops(story: Story, wanted: int = 0) -> Quota:
    unit = organisation(story.world.school_id)
    assert unit is not None
    found = quotas_of(unit, on=clock.today(), wanted={"A02010105": wanted})
    close_reading()
    return next(quota for quota in found if quota.standard.code == "desktop")


@pytest.mark.parametrize(
    ("steps", "people", "pieces"),
    [(":100/100", 40, 40), (":80/100", 12, 9), (":3/100", 120, 3), ("100:1/20|:1/30", 100, 5),
     ("100:1/20|:1/30", 129, 5), ("100:1/20|:1/30", 130, 6), ("100:1/20|:1/30", 19, 0)],
)  # fmt: skip
def test_the_steps_of_a_standard_count_pieces(steps: str, people: int, pieces: int) -> None:
    assert pieces_for(steps, staff_quota=people) == pieces


def test_steps_that_say_nothing_are_an_error() -> None:
    with pytest.raises(ValueError, match="UP_TO"):
        pieces_for("one each", staff_quota=10)


def test_up_to_the_ceiling_an_order_goes_without_a_word(story: Story) -> None:
    staff(story, 4)

    number = story.place(story.wanted("computer", 4, "school_machines"))

    assert story.judged_by(number)["warnings"] == []
    assert (desktops(story).on_order, desktops(story).free) == (4, 0)


def test_above_the_ceiling_it_goes_only_with_a_reason_that_the_approver_reads(story: Story) -> None:
    staff(story, 4)
    lines = story.wanted("computer", 5, "school_machines")

    before = story.everything()
    refused = story.ask_for(lines)
    assert (refused.status_code, refused.json["code"]) == (422, "order.excess_reason_needed")
    assert (refused.json["facts"]["ceiling"], refused.json["facts"]["excess"]) == (4, 1)
    assert story.everything() == before

    number = story.place(lines, excess_reason=REASON)
    kept = story.judged_by(number)
    assert kept["excess_reason"] == REASON
    assert [warning["code"] for warning in kept["warnings"]] == ["order.above_asset_quantity"]
    page = FormBrowser(story.app.test_client(), "approver").get(f"/orders/{number}").words
    assert REASON in page
    assert "超出 1" in page


def test_what_is_in_use_and_on_order_counts_and_what_was_disposed_of_does_not(story: Story) -> None:
    staff(story, 4)
    first = story.place(story.wanted("computer", 3, "school_machines"))
    story.walk(first, until="accept")
    story.place(story.wanted("computer", 1, "school_machines"))

    assert (desktops(story).in_use, desktops(story).on_order) == (3, 1)
    assert story.ask_for(story.wanted("computer", 1, "school_machines")).json["code"] == "order.excess_reason_needed"
    story.alter("update asset_card set state = 'disposed', disposal_kind = 'scrap', disposed_on = accepted_on"
                " where piece_no = 1")  # fmt: skip

    assert story.ask_for(story.wanted("computer", 1, "school_machines")).status_code == 201


def test_a_returned_order_is_judged_anew_and_keeps_its_reason(story: Story) -> None:
    staff(story, 4)
    number = story.place(story.wanted("computer", 4, "school_machines"))
    story.act("approver", "return", number, reason="先核对存量")
    staff(story, 3)

    assert story.refused("handler", "submit", number)["code"] == "order.excess_reason_needed"
    story.act("handler", "submit", number, excess_reason=REASON)
    story.act("approver", "return", number, reason="再看一遍")
    story.act("handler", "submit", number)

    assert story.judged_by(number)["excess_reason"] == REASON


def test_a_binding_confirmed_standard_refuses(story: Story) -> None:
    staff(story, 4)
    story.alter(
        "insert into asset_standard (code, region_code, valid_from, category_codes, steps, min_years, is_binding,"
        " legal_source, is_confirmed, name, name_en) values ('desktop', 410100, '2020-01-01', '{A02010105}',"
        " ':50/100', 6, true, '市级标准', true, '台式计算机', 'Desktops')"
    )

    answer = story.ask_for(story.wanted("computer", 3, "school_machines"), excess_reason=REASON)

    assert (answer.status_code, answer.json["code"]) == (409, "order.over_asset_quantity")
    assert story.ask_for(story.wanted("computer", 2, "school_machines")).status_code == 201


def test_without_a_staff_quota_it_cannot_be_computed_and_says_so(story: Story) -> None:
    staff(story, None)

    number = story.place(story.wanted("computer", 50, "school_machines"))

    assert [warning["code"] for warning in story.judged_by(number)["warnings"]] == ["order.asset_quota_unknown"]
    assert (desktops(story).ceiling, desktops(story).free) == (None, None)


def test_goods_without_a_standard_are_asked_nothing(story: Story) -> None:
    staff(story, 1)

    assert story.judged_by(story.place(story.wanted("paper", 500, "school_office")))["warnings"] == []


def test_the_cart_shows_the_standard_and_asks_for_the_reason_before_anything_is_placed(story: Story) -> None:
    staff(story, 2)
    handler = FormBrowser(story.app.test_client(), "handler")
    product = story.ask("select product_id from listing where id = %s", story.world.listings["computer"])[0][0]
    page = handler.send(handler.get(f"/products/{product}"), "/cart/add",
                        listing_id=story.world.listings["computer"], quantity=3)  # fmt: skip

    assert "超出 1" in page.words
    line = story.ask("select id from cart_line")[0][0]
    given = {
        f"budget_line_{line}": story.world.lines["school_machines"],
        "address": "一楼",
        "contact": "张",
        "phone": "1",
    }
    page = handler.send(page, "/cart/update", **given)
    without = handler.send(page, "/cart/submit", **given)
    assert (without.status, "请写明理由" in without.words) == (422, True)
    placed = handler.send(without, "/cart/submit", **given, excess_reason=REASON)

    assert placed.path.startswith("/cart/placed/")
    assert story.judged_by(story.ask("select number from purchase_order")[0][0])["excess_reason"] == REASON
