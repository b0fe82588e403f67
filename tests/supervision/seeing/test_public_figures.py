"""What everybody sees: nothing behind which fewer than five lie, nor what the totals would give away."""

from __future__ import annotations

from datetime import UTC, date, datetime

from supervision.seeing.case_facts import CaseFact
from supervision.seeing.price_interception import Sale, Saving, StoppedPrice
from supervision.seeing.public_figures import city_of, hidden, public_rows

AT = datetime(2026, 3, 1, tzinfo=UTC)
HENAN, ZHENGZHOU, LUOYANG, KAIFENG = 410000, 410100, 410300, 410200


def saving(region_code: int, unit_id: int, saved_fen: int = 100) -> Saving:
    stopped = StoppedPrice(1, "纸", 9, AT, 200, 1, 150, is_same_pack=True)
    return Saving(stopped, Sale(1, f"DD-{unit_id}", unit_id, region_code, AT, 1, 100), saved_fen)


def cases(region_code: int, count: int) -> list[CaseFact]:
    day = date(2026, 3, 1)
    return [CaseFact(f"{region_code}-{n}", region_code, day, day, True, False, False) for n in range(count)]


def test_one_to_four_are_hidden_and_none_at_all_is_not() -> None:
    assert hidden({1: 0, 2: 4, 3: 3, 4: 5}, has_total=True) == {2, 3}


def test_a_single_hidden_one_takes_the_next_smallest_with_it_where_the_total_is_shown() -> None:
    assert hidden({1: 3, 2: 9, 3: 6, 4: 0}, has_total=True) == {1, 3}
    assert hidden({1: 3, 2: 9, 3: 6}, has_total=False) == {1}


def test_savings_of_few_units_are_not_shown_and_cannot_be_subtracted() -> None:
    of_zhengzhou = [saving(ZHENGZHOU, unit) for unit in range(1, 8)]
    of_luoyang = [saving(410324, unit) for unit in range(11, 16)]
    of_kaifeng = [saving(KAIFENG, 21)]

    rows = public_rows(of_zhengzhou + of_luoyang + of_kaifeng, [], province=HENAN, cities=[ZHENGZHOU, KAIFENG, LUOYANG])
    shown = {row.region_code: row.saved_fen for row in rows}

    assert shown == {HENAN: 1_300, ZHENGZHOU: 700, KAIFENG: None, LUOYANG: None}


def test_many_orders_of_few_units_are_few() -> None:
    rows = public_rows([saving(ZHENGZHOU, 1)] * 9, [], province=HENAN, cities=[ZHENGZHOU])

    assert [row.saved_fen for row in rows] == [None, None]


def test_what_belongs_to_the_province_itself_is_guarded_like_a_city() -> None:
    own = [saving(HENAN, 1)]
    rows = public_rows(
        own + [saving(ZHENGZHOU, unit) for unit in range(11, 17)], [], province=HENAN, cities=[ZHENGZHOU]
    )

    # The total minus the only city would be the province's own unit.
    assert [(row.region_code, row.saved_fen) for row in rows] == [(HENAN, 700), (ZHENGZHOU, None)]


def test_cases_by_city() -> None:
    known = cases(ZHENGZHOU, 6) + cases(410324, 5)
    rows = public_rows([], known, province=HENAN, cities=[ZHENGZHOU, LUOYANG])

    assert [(row.region_code, row.case_count, row.median_days) for row in rows] == [
        (HENAN, 11, 0), (ZHENGZHOU, 6, 0), (LUOYANG, 5, 0),
    ]  # fmt: skip


def test_few_cases_hide_the_next_fewest_as_well() -> None:
    rows = public_rows([], cases(ZHENGZHOU, 6) + cases(410324, 2), province=HENAN, cities=[ZHENGZHOU, LUOYANG])

    assert [(row.region_code, row.case_count, row.appeal_rate_bp) for row in rows] == [
        (HENAN, 8, 0), (ZHENGZHOU, None, None), (LUOYANG, None, None),
    ]  # fmt: skip


def test_counties_belong_to_their_city_and_those_of_the_province_to_themselves() -> None:
    assert [city_of(code) for code in (410324, 410100, 410000, 419001)] == [410300, 410100, 410000, 419001]
