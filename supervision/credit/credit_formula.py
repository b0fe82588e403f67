"""The public formula of the credit score, as one table: what earns points, what costs points, and of what.

All points are hundredths of a point. A party begins with full marks in every dimension; deeds add and take away; a
dimension never stands above its full marks or below nothing; the score is the sum of the dimensions, at most 10 000.
Good deeds therefore heal bad ones and never buy more than full marks. How long a deed counts, and from which score on
a grade is given, are regional rules with dates.
"""

from __future__ import annotations

from dataclasses import dataclass

#: raised whenever a line below changes; every score says by which version it was reckoned
FORMULA_VERSION = 1

PARTY_KINDS = ("supplier", "unit")
GRADES = ("A", "B", "C", "D")

#: full marks by dimension; those of a kind of party sum to 10 000
FULL_MARKS: dict[str, dict[str, int]] = {
    "supplier": {"price": 2500, "delivery": 2500, "quality": 2500, "honesty": 1500, "response": 1000},
    "unit": {"acceptance": 3000, "payment": 4000, "competition": 1500, "answers": 1500},
}


@dataclass(frozen=True)
class FormulaLine:
    """One kind of deed. `points` for each, counted at most `most` times for one document."""

    code: str
    party_kind: str
    dimension: str
    points: int
    most: int = 1


FORMULA: tuple[FormulaLine, ...] = (
    #           code                      party       dimension      points  most
    FormulaLine("fair_price",             "supplier", "price",           5),
    FormulaLine("price_stopped",          "supplier", "price",         -50),
    FormulaLine("price_confirmed",        "supplier", "price",        -300),
    FormulaLine("sent_in_time",           "supplier", "delivery",       10),
    FormulaLine("sent_late",              "supplier", "delivery",      -20, 10),
    FormulaLine("refused_at_door",        "supplier", "delivery",      -50),
    FormulaLine("rated_well",             "supplier", "quality",        10),
    FormulaLine("rated_badly",            "supplier", "quality",       -50, 2),
    FormulaLine("dispute_lost",           "supplier", "quality",      -100),
    FormulaLine("conduct_confirmed",      "supplier", "honesty",      -200),
    FormulaLine("measure_points",         "supplier", "honesty",      -100, 15),
    FormulaLine("on_dishonesty_list",     "supplier", "honesty",     -1500),
    FormulaLine("order_answered",         "supplier", "response",        5),
    FormulaLine("order_declined",         "supplier", "response",      -20),
    FormulaLine("silent",                 "supplier", "response",     -100),
    FormulaLine("accepted_in_time",       "unit",     "acceptance",     10),
    FormulaLine("accepted_by_silence",    "unit",     "acceptance",   -100),
    FormulaLine("paid_in_time",           "unit",     "payment",        10),
    FormulaLine("paid_late",              "unit",     "payment",       -50, 10),
    FormulaLine("competition_awarded",    "unit",     "competition",    20),
    FormulaLine("competition_failed",     "unit",     "competition",  -100),
    FormulaLine("contract_cancelled",     "unit",     "competition",   -50),
    FormulaLine("explained_in_time",      "unit",     "answers",        10),
    FormulaLine("explanation_missing",    "unit",     "answers",      -100),
    FormulaLine("unit_measure_points",    "unit",     "answers",      -100, 15),
)  # fmt: skip

LINES: dict[str, FormulaLine] = {line.code: line for line in FORMULA}

#: `paid_late` counts once for every ten days begun
LATE_DAYS_EACH = 10
#: `rated_well` from this mark for the goods on, `rated_badly` below the other one, once for each mark below
MARK_GOOD, MARK_POOR = 4, 3

#: regional rules: how long a deed counts, how many deeds a grade A takes, and the lowest score of each grade
ENTRY_DAYS_RULE = "credit.entry_days"
GRADE_A_DEEDS_RULE = "credit.grade_a_deeds"
LOWEST_RULES = {"A": "credit.grade_a_min", "B": "credit.grade_b_min", "C": "credit.grade_c_min"}


@dataclass(frozen=True)
class Right:
    """What a grade changes, and where that is enforced."""

    grade: str
    party_kind: str
    code: str
    place: str


RIGHTS: tuple[Right, ...] = (
    Right("D", "supplier", "always_reviewed", "mall.catalogue.review_demands"),
    Right("A", "supplier", "inspected_less", "supervision.inspection.draw_sample"),
    Right("D", "supplier", "inspected_more", "supervision.inspection.draw_sample"),
    Right("", "supplier", "shown_at_offers", "mall.shop.party_marks"),
    Right("", "unit", "shown_to_suppliers", "mall.shop.party_marks"),
)


def score_of(sums: dict[str, int], *, party_kind: str) -> dict[str, int]:
    """{dimension: marks} out of the sum of points in each dimension."""
    return {
        dimension: min(full, max(0, full + sums.get(dimension, 0)))
        for dimension, full in FULL_MARKS[party_kind].items()
    }


def grade_of(score: int, *, lowest: dict[str, int], deeds: int, deeds_for_a: int) -> str:
    """The grade; the best one only for a party that has done enough to be known."""
    for grade in ("A", "B", "C"):
        if score >= lowest[grade] and (grade != "A" or deeds >= deeds_for_a):
            return grade
    return "D"
