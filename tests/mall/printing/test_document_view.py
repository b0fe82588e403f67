"""Money, rates, dates and codes as they stand on the page."""

import dataclasses

import pytest

from mall.printing.document_data import Party
from mall.printing.document_view import day_text, document_view, moment_text, money_text, rate_text


@pytest.mark.parametrize(
    ("amount_fen", "text"),
    [(0, "0.00"), (5, "0.05"), (100000, "1,000.00"), (123456789, "1,234,567.89"), (-5, "-0.05")],
)
def test_money_is_written_with_thousands_and_two_decimals(amount_fen: int, text: str) -> None:
    assert money_text(amount_fen) == text


@pytest.mark.parametrize(("rate_bp", "text"), [(5, "0.05%"), (50, "0.5%"), (500, "5%"), (1000, "10%"), (0, "0%")])
def test_rate_is_written_in_percent_without_spare_zeros(rate_bp: int, text: str) -> None:
    assert rate_text(rate_bp) == text


def test_moment_is_printed_in_shanghai_time() -> None:
    assert moment_text("2026-03-01T16:30:00+00:00") == "2026年3月2日 00:30"


def test_moment_without_offset_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="offset"):
        moment_text("2026-03-01T16:30:00")


def test_day_is_written_out_and_an_empty_day_stays_empty() -> None:
    assert (day_text("2026-03-02"), day_text("")) == ("2026年3月2日", "")


def test_control_characters_do_not_reach_the_page(sample_document) -> None:
    data = sample_document("order", purchaser=Party(name="第一\x00小学\u2028\x1b\u202e\u200b"))

    assert document_view(data)["purchaser"]["name"] == "第一 小学  "


def test_lines_that_do_not_add_up_are_never_printed(sample_document) -> None:
    data = sample_document("order")

    with pytest.raises(ValueError, match="lines are 202200 fen, total is 202201 fen"):
        dataclasses.replace(data, total_fen=202201)


def test_budget_shares_that_do_not_add_up_are_never_printed(sample_document) -> None:
    data = sample_document("payment_request")
    short = dataclasses.replace(data.budget_shares[0], amount_fen=1)

    with pytest.raises(ValueError, match="budget shares are 1 fen"):
        dataclasses.replace(data, budget_shares=(short,))
