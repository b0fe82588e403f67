"""Golden cases of failed quotations before a direct purchase on day 20,780."""

from __future__ import annotations

from tests.supervision.golden_cases import SweepCase

_DAY = 20_780
_SUBJECT = "order:1:A020101"


def _rows(*quotations: tuple[str, int], category_code: str = "A02010105",
          **line: object) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`quotations`: state and how many days before the order it closed."""
    order = {"order_id": 1, "number": "DD-1", "unit_id": 7, "region_code": 410100, "supplier_id": 5,
             "category_code": category_code, "mode": "direct_purchase", "submitted_day": _DAY, "amount_fen": 60_000,
             **line}  # fmt: skip
    sourcing = [
        {"sourcing_number": f"X-{index}", "unit_id": 7, "category_code": category_code, "state": state,
         "closed_day": _DAY - days, "budget_fen": 70_000}
        for index, (state, days) in enumerate(quotations, start=1)
    ]  # fmt: skip
    return {"order_line": [order], "sourcing": sourcing}


CASES = (
    SweepCase("hit: two failures", _rows(("failed", 40), ("failed", 10)), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"failed_count": 2, "last_failed_day": _DAY - 10, "last_sourcing_number": "X-2",
                                   "amount_fen": 60_000, "document": "DD-1"}},
              documents={_SUBJECT: ["X-1", "X-2", "DD-1"]}),
    SweepCase("clear: one failure", _rows(("failed", 10)), {_SUBJECT: "clear"}),
    SweepCase("boundary: the last failed 30 days before", _rows(("failed", 40), ("failed", 30)), {_SUBJECT: "hit"}),
    SweepCase("boundary: the last failed 31 days before", _rows(("failed", 40), ("failed", 31)), {}),
    SweepCase("boundary: the first failed 89 days before", _rows(("failed", 89), ("failed", 10)), {_SUBJECT: "hit"}),
    SweepCase("boundary: the first failed 90 days before", _rows(("failed", 90), ("failed", 10)),
              {_SUBJECT: "clear"}),
    SweepCase("exclusion: one was awarded afterwards", _rows(("failed", 40), ("failed", 10), ("awarded", 5)),
              {_SUBJECT: "not_applicable"}),
    SweepCase("hit: one was awarded before", _rows(("awarded", 60), ("failed", 40), ("failed", 10)),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"failed_count": 2}}),
    SweepCase("clear: no quotation at all", _rows(), {}),
    SweepCase("exclusion: a cancelled order", _rows(("failed", 40), ("failed", 10), cancelled_day=_DAY), {}),
    SweepCase("exclusion: an order out of a quotation", _rows(("failed", 40), ("failed", 10), mode="quotation"), {}),
    SweepCase("clear: of another category", _rows(("failed", 40), ("failed", 10)) | {"order_line": [
              {"order_id": 1, "unit_id": 7, "category_code": "A02020105", "mode": "direct_purchase",
               "submitted_day": _DAY}]}, {}),
    SweepCase("hit: a city that asks at the first failure", _rows(("failed", 10)), {_SUBJECT: "hit"},
              regional={"failed_min": {410100: 1}}),
    SweepCase("not_computable: no category is known", _rows(("failed", 40), ("failed", 10), category_code=""),
              {"order:1:": "not_computable"}),
)  # fmt: skip
