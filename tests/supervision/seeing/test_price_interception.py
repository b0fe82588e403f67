"""Money saved by stopped prices: only the same goods, only lower, only 90 days, each order once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from supervision.seeing.price_interception import Sale, StoppedPrice, savings

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def stop(price_fen: int = 12_000, *, days: int = 0, listing_id: int = 1, is_same_pack: bool = True) -> StoppedPrice:
    at = NOON + timedelta(days=days)
    return StoppedPrice(listing_id, "纸", 7, at, price_fen, 1, 10_000, is_same_pack)


def sale(price_fen: int, *, days: int, quantity: int = 1, listing_id: int = 1, number: str = "DD-1") -> Sale:
    return Sale(listing_id, number, 5, 410100, NOON + timedelta(days=days), quantity, price_fen)


def test_saved_is_the_difference_times_the_quantity() -> None:
    found = savings([stop(12_000)], [sale(10_000, days=3, quantity=4)])

    assert [one.saved_fen for one in found] == [8_000]


def test_orders_before_the_stop_or_after_ninety_days_count_nothing() -> None:
    sales = [sale(10_000, days=-1), sale(10_000, days=90, number="DD-2"), sale(10_000, days=91, number="DD-3")]

    assert [one.sale.number for one in savings([stop()], sales)] == ["DD-2"]


def test_dearer_or_equal_orders_save_nothing_and_cost_nothing() -> None:
    assert savings([stop(12_000)], [sale(12_000, days=1), sale(13_000, days=2)]) == []


def test_other_listings_and_other_packs_count_nothing() -> None:
    assert savings([stop()], [sale(10_000, days=1, listing_id=2)]) == []
    assert savings([stop(is_same_pack=False)], [sale(10_000, days=1)]) == []


def test_an_order_counts_once_against_the_last_stop_before_it() -> None:
    found = savings([stop(15_000), stop(11_000, days=5)], [sale(10_000, days=6), sale(10_000, days=1, number="DD-0")])

    assert [(one.sale.number, one.saved_fen) for one in found] == [("DD-0", 5_000), ("DD-1", 1_000)]
