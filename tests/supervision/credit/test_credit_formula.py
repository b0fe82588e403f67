"""The formula: full marks, what they are bounded by, and grades."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from supervision.credit import credit_words
from supervision.credit.credit_formula import FORMULA, FULL_MARKS, RIGHTS, grade_of, score_of
from supervision.credit.deeds import Deed

LOWEST = {"A": 9000, "B": 7500, "C": 6000}


def grade(score: int, deeds: int = 10) -> str:
    return grade_of(score, lowest=LOWEST, deeds=deeds, deeds_for_a=10)


def test_full_marks_of_both_sides_are_a_hundred_points() -> None:
    assert {kind: sum(marks.values()) for kind, marks in FULL_MARKS.items()} == {"supplier": 10_000, "unit": 10_000}


def test_a_party_without_deeds_has_full_marks() -> None:
    assert sum(score_of({}, party_kind="supplier").values()) == 10_000


def test_good_deeds_heal_and_never_buy_more_than_full_marks() -> None:
    marks = score_of({"delivery": -190, "quality": 400}, party_kind="supplier")

    assert (marks["delivery"], marks["quality"]) == (2310, 2500)


def test_a_dimension_never_falls_below_nothing() -> None:
    assert score_of({"honesty": -99_999}, party_kind="supplier")["honesty"] == 0


def test_grades_begin_at_their_thresholds() -> None:
    assert [grade(score) for score in (10_000, 9000, 8999, 7500, 7499, 6000, 5999, 0)] == list("AABBCCDD")


def test_nobody_unknown_is_graded_a() -> None:
    assert [grade(10_000, deeds) for deeds in (0, 9, 10)] == ["B", "B", "A"]


def test_lines_take_points_of_a_dimension_of_their_own_side() -> None:
    assert all(line.dimension in FULL_MARKS[line.party_kind] for line in FORMULA)
    assert len({line.code for line in FORMULA}) == len(FORMULA)
    assert all(line.points and line.most >= 1 for line in FORMULA)


def test_everything_public_has_its_words() -> None:
    assert set(credit_words.LINE_WORDS) == {line.code for line in FORMULA}
    assert set(credit_words.DIMENSION_WORDS) == {one for marks in FULL_MARKS.values() for one in marks}
    assert set(credit_words.RIGHT_WORDS) == {right.code for right in RIGHTS}


def test_points_read_as_hundredths() -> None:
    assert [credit_words.points_text(points) for points in (5, -150, 0)] == ["+0.05", "-1.50", "0.00"]
    assert credit_words.points_text(9735, signed=False) == "97.35"


def test_the_source_of_a_deed_tells_deeds_of_one_document_apart() -> None:
    first, second = (Deed("refused_at_door", "order:DD-1", date(2026, 3, 2), key=key) for key in ("SH-1", "SH-2"))

    assert first.source == "refused_at_door/order:DD-1/SH-1" != second.source


def test_the_document_of_the_formula_says_what_the_table_says() -> None:
    text = (Path(__file__).parents[3] / "docs" / "credit.md").read_text(encoding="utf-8")
    told = {row.split("|")[1].strip(" `"): row.split("|")[5:7] for row in text.splitlines() if row.startswith("| `")}

    assert {code: [one.strip() for one in points] for code, points in told.items()} == {
        line.code: [credit_words.points_text(line.points), credit_words.points_text(line.points * line.most)]
        for line in FORMULA
    }
