"""The reference data shipped with the mall is complete, consistent and true to the official tables."""

import csv
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from mall.reference.read_reference import (
    categories,
    economic_items,
    function_classes,
    old_category_codes,
    regional_rules,
    regions,
    units_of_measure,
)

OFFICIAL = Path(__file__).parents[4] / "shared" / "data"


def official(name: str) -> list[dict[str, str]]:
    with (OFFICIAL / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_henan_has_its_199_divisions():
    levels = Counter(region.level for region in regions())

    assert levels == {"province": 1, "city": 17, "county": 181}


def test_limits_of_zhengzhou_are_its_own_level_and_its_districts_are_counties():
    level = {region.name: region.limit_level for region in regions()}

    assert level["河南省"] == "province"
    assert level["郑州市"] == "capital"
    assert level["洛阳市"] == "city"
    assert level["金水区"] == "county"
    assert level["中牟县"] == "county"


def test_eleven_counties_are_managed_by_the_province():
    managed = {region.name for region in regions() if region.is_province_managed}

    assert managed == {
        "巩义市", "兰考县", "汝州市", "滑县", "长垣市", "邓州市", "永城市", "固始县", "鹿邑县", "新蔡县", "济源市",
    }  # fmt: skip


def test_statistical_zones_are_marked():
    zones = [region.name for region in regions() if region.is_statistical_zone]

    assert len(zones) == 24
    assert "郑州航空港经济综合实验区" in zones


def test_region_names_read_right_in_english():
    english = {region.name: region.name_en for region in regions()}

    assert english["郑州市"] == "Zhengzhou"
    assert english["漯河市"] == "Luohe"
    assert english["中牟县"] == "Zhongmu County"
    assert english["泌阳县"] == "Biyang County"
    assert english["浚县"] == "Xun County"
    assert english["管城回族区"] == "Guancheng Hui District"


def test_parents_of_regions_stand_before_their_children():
    seen: set[int | None] = {None}

    for region in regions():
        assert region.parent_code in seen, region
        seen.add(region.code)


@pytest.mark.feeds
@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official tables do not lie beside the checkout")
def test_regions_agree_with_the_official_table():
    ours = {(region.code, region.name, region.level, region.parent_code) for region in regions()}

    theirs = {
        (int(row["code"]), row["name"], row["level"], int(row["parent_code"]) if row["parent_code"] else None)
        for row in official("henan_regions.csv")
    }
    assert ours == theirs


def test_catalogue_holds_the_routine_part():
    assert 300 <= len(categories()) <= 600
    assert Counter(category.kind for category in categories()) == {"goods": 442, "services": 81}


def test_categories_have_all_their_ancestors():
    seen: set[str | None] = {None}

    for category in categories():
        assert category.parent_code in seen, category
        seen.add(category.code)


@pytest.mark.feeds
@pytest.mark.skipif(not OFFICIAL.is_dir(), reason="the official tables do not lie beside the checkout")
def test_categories_agree_with_the_official_catalogue():
    theirs = {
        row["code"]: (row["name"], int(row["level"]), row["parent_code"] or None)
        for row in official("procurement_catalogue_2022.csv")
    }

    for category in categories():
        assert (category.name, category.level, category.parent_code) == theirs[category.code]


def test_centralised_catalogue_marks_what_henan_buys_together():
    centralised = {category.code for category in categories() if category.centralised}

    assert {"A02010105", "A02010108", "A02021003", "A02061804", "A05040101", "A05010201"} <= centralised
    assert {"C16040000", "C05040300", "C23090199", "C21040000"} <= centralised
    assert not {"A05040402", "A05040201", "A02323000", "C23160000"} & centralised


def test_asset_ceilings_are_the_published_ones():
    ceiling = {category.code: category.asset_ceiling_fen for category in categories()}

    assert ceiling["A02010105"] == 500_000
    assert ceiling["A02010108"] == 700_000
    assert ceiling["A02021003"] == 120_000
    assert ceiling["A02020400"] == 300_000
    assert ceiling["A05010301"] == 150_000
    assert ceiling["A05040101"] is None


def test_vehicles_are_known_but_not_sold_in_the_mall():
    sold = {category.code: category.in_mall for category in categories()}

    assert sold["A02030501"] is False
    assert sold["A05040101"] is True


def test_no_alias_belongs_to_two_categories():
    owners = Counter(alias for category in categories() for alias in category.aliases)

    assert [alias for alias, count in owners.items() if count > 1] == []


def test_words_people_use_lead_to_the_official_category():
    owner = {alias: category.code for category in categories() for alias in category.aliases}

    assert owner["打印纸"] == "A05040101"
    assert owner["硒鼓"] == "A05040201"
    assert owner["笔记本电脑"] == "A02010108"
    assert owner["U盘"] == "A02010508"


def test_default_units_of_categories_are_known_units():
    known = {unit.name_zh for unit in units_of_measure()}

    assert {category.default_unit for category in categories()} - {None} <= known


def test_direct_purchase_limits_per_level():
    limits = {rule.level: rule.value for rule in regional_rules() if rule.code == "direct_purchase.year_limit"}

    assert limits == {"province": 100_000_000, "capital": 100_000_000, "city": 50_000_000, "county": 30_000_000}


def test_rules_hold_the_agreed_numbers():
    found = {rule.code: (rule.value, rule.unit, rule.confirmed) for rule in regional_rules() if not rule.level}

    assert found == {
        "approval.second_level_fen": (10_000_000, "fen", False),
        "approval.remind_working_days": (2, "working_days", False),
        "supplier.confirm_working_days": (2, "working_days", False),
        "acceptance.working_days": (7, "working_days", False),
        "acceptance.second_acceptor_fen": (5_000_000, "fen", False),
        "settlement.start_working_days": (3, "working_days", False),
        "payment.due_days": (30, "days", True),
        "payment.max_days": (60, "days", True),
        "payment.late_interest_bp_per_day": (5, "basis_points", True),
        "asset.card_fen": (100_000, "fen", False),
        "asset.register_working_days": (10, "working_days", False),
        "rating.days": (30, "days", False),
        "import.keep_days": (90, "days", False),
        "listing.review_people": (2, "count", False),
        "listing.valid_days": (730, "days", False),
        "listing.hold_days": (90, "days", False),
        "match.same_from": (85, "count", False),
        "match.ask_from": (50, "count", False),
        "match.later_days": (7, "days", False),
        "listing.images_max": (5, "count", False),
        "listing.image_bytes_max": (8 << 20, "bytes", False),
        "listing.image_pixels_max": (25_000_000, "pixels", False),
        "listing.require_attributes": (1, "count", False),
        "listing.require_certificate": (1, "count", False),
        "budget.decide_working_days": (5, "working_days", False),
        "exchange.window_seconds": (300, "seconds", False),
        "push.window_seconds": (300, "seconds", False),
        "push.calls_per_minute": (120, "count", False),
        "push.skus_per_call": (100, "count", False),
        "push.keep_days": (30, "days", False),
        "push.overlap_days": (7, "days", False),
        "suspense.decide_working_days": (3, "working_days", False),
        "reconciliation.transit_days": (3, "days", False),
        "payment_watch.match_days": (90, "days", False),
        "payment_watch.amount_tolerance_bp": (200, "basis_points", False),
        "payment_watch.petty_fen": (100_000, "fen", False),
        "payment_watch.duplicate_days": (10, "days", False),
        "payment_watch.confidence_min": (50, "count", False),
        "payment_watch.answer_working_days": (10, "working_days", False),
        "compulsory_budget.mean_years": (3, "count", False),
        "compulsory_budget.round_fen": (10_000, "fen", False),
        "plan.decide_working_days": (5, "working_days", False),
        "plan.confidence_min": (60, "count", False),
        "year_end.draw_up_days": (31, "days", False),
        "year_end.carry_free_fiscal": (0, "count", False),
        "year_end.carry_free_special": (1, "count", False),
        "year_end.carry_free_real_account": (1, "count", False),
        "year_end.carry_free_other": (0, "count", False),
        "return.keep_working_days": (3, "working_days", False),
        "credit.entry_days": (365, "days", False),
        "credit.grade_a_deeds": (10, "count", False),
        "credit.grade_a_min": (9_000, "count", False),
        "credit.grade_b_min": (7_500, "count", False),
        "credit.grade_c_min": (6_000, "count", False),
        "measure.points_most": (12, "count", False),
        "measure.days_most": (1_095, "days", False),
        "inspection.every_days": (7, "days", False),
        "inspection.listings": (20, "count", False),
        "inspection.orders": (10, "count", False),
        "inspection.order_days": (90, "days", False),
        "inspection.publish_days": (30, "days", False),
        "watch.case_budget": (10, "count", False),
        "watch.explain_working_days": (5, "working_days", False),
        "watch.rectify_working_days": (10, "working_days", False),
        "watch.appeal_working_days": (10, "working_days", False),
        "watch.hold_days": (30, "days", False),
        "watch.exemption_outcomes": (3, "count", False),
        "contract.publish_working_days": (2, "working_days", True),
        "contract.file_working_days": (7, "working_days", True),
        "contract.delivery_days": (7, "days", False),
        "contract.warranty_months": (12, "months", False),
        "contract.late_delivery_bp_per_day": (5, "basis_points", False),
        "contract.late_delivery_ceiling_bp": (500, "basis_points", False),
        "payment.retention_bp": (500, "basis_points", False),
        "payment.retention_most_days": (730, "days", False),
        "payment.retention_notice_days": (30, "days", False),
    }


def test_every_rule_names_its_source_and_has_begun():
    for rule in regional_rules():
        assert rule.legal_source
        assert rule.name_zh and rule.name_en
        assert rule.region_code == 410000
        assert rule.tightens in ("lower", "higher")
        assert rule.valid_from <= date(2026, 1, 1)
    ended = [rule for rule in regional_rules() if rule.valid_to is not None]
    assert [(rule.code, rule.valid_to) for rule in ended] == [
        ("payment.late_interest_bp_per_day", date(2025, 5, 31)),
    ], "a rule that ended has another one after it"


def test_no_word_means_two_units():
    words = Counter(word.lower() for unit in units_of_measure() for word in {unit.name_zh, unit.code, *unit.aliases})

    assert [word for word, count in words.items() if count > 1] == []


def test_budget_classes_have_their_parents():
    for classes in (economic_items(), function_classes()):
        codes = {each.code for each in classes}
        assert {each.parent_code for each in classes} - {None} <= codes

    assert {"30201", "30218", "31002", "31003", "31007"} <= {each.code for each in economic_items()}
    assert {"2050203", "2100302", "2010350"} <= {each.code for each in function_classes()}


def test_codes_of_2013_lead_to_codes_of_today():
    today = {category.code: category for category in categories()}

    for old in old_category_codes().values():
        assert set(old.codes_2022) <= set(today), old.code
        assert all(today[code].in_mall for code in old.codes_2022), old.code
    parted = {old.code for old in old_category_codes().values() if len(old.codes_2022) > 1}
    assert {"A0201060102", "A0601"} <= parted
    # These mean other goods today; a file must not be read by half in one catalogue and by half in the other.
    assert {old.code for old in old_category_codes().values() if old.code in today and [old.code] != [*old.codes_2022]}
