"""Golden cases of the dishonesty lists."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_SUBJECT = "supplier:7"
_SUPPLIER = {
    "supplier_id": 7, "region_code": 410100, "state": "active", "credit_queried_day": ON_DAY, "credit_proof_key": "f1",
}  # fmt: skip
_ENTRY = {"supplier_id": 7, "list_name": "judgment_defaulter", "from_day": ON_DAY - 100}
_GIVEN = {
    "dishonesty_list": "tax_violation", "dishonest_from_day": ON_DAY - 100, "credit_query_age_minutes": 60,
    "credit_proof_key": "f1", "ordered_day": ON_DAY, "amount_fen": 500_000,
}  # fmt: skip


def _rows(entry: dict[str, object] | None = None, **supplier: object) -> dict[str, list[dict[str, object]]]:
    entries = [] if entry is None else [{**_ENTRY, **entry}]
    return {"supplier": [{**_SUPPLIER, **supplier}], "dishonesty": entries}


CASES = (
    SweepCase("hit: listed and not taken off", _rows({}), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"dishonesty_list": "judgment_defaulter", "credit_proof_key": "f1"}}),
    SweepCase("clear: on no list", _rows(), {_SUBJECT: "clear"}),
    SweepCase("clear: listed from tomorrow", _rows({"from_day": ON_DAY + 1}), {_SUBJECT: "clear"}),
    SweepCase("boundary: the last day on the list", _rows({"until_day": ON_DAY}), {_SUBJECT: "hit"}),
    SweepCase("exclusion: taken off yesterday", _rows({"until_day": ON_DAY - 1}), {_SUBJECT: "clear"}),
    SweepCase("exclusion: a list that excludes nobody", _rows({"list_name": "abnormal_operation"}),
              {_SUBJECT: "clear"}),
    SweepCase("exclusion: a supplier who is not active", _rows({}, state="removed"), {}),
    SweepCase("boundary: asked yesterday", _rows({}, credit_queried_day=ON_DAY - 1), {_SUBJECT: "hit"}),
    SweepCase("not_computable: asked two days ago", _rows({}, credit_queried_day=ON_DAY - 2),
              {_SUBJECT: "not_computable"}),
    SweepCase("not_computable: no answer kept", _rows({}, credit_proof_key=""), {_SUBJECT: "not_computable"}),
    CheckCase("hit: listed before the order", _GIVEN, "hit", facts={"dishonesty_list": "tax_violation"},
              amount_fen=500_000),
    CheckCase("clear: on no list at order time", {**_GIVEN, "dishonesty_list": "", "dishonest_from_day": 0}, "clear"),
    CheckCase("boundary: listed on the day of the order", {**_GIVEN, "dishonest_from_day": ON_DAY}, "hit"),
    CheckCase("exclusion: listed after the order, at payment", {**_GIVEN, "ordered_day": ON_DAY - 101},
              "not_applicable"),
    CheckCase("boundary: an answer of 24 hours ago", {**_GIVEN, "credit_query_age_minutes": 1_440}, "hit"),
    CheckCase("not_computable: a minute older", {**_GIVEN, "credit_query_age_minutes": 1_441}, "not_computable"),
    CheckCase("not_computable: a province asks every hour", {**_GIVEN, "credit_query_age_minutes": 61},
              "not_computable", values={"query_hours_max": 1}),
    CheckCase("not_computable: no proof kept at order time", {**_GIVEN, "credit_proof_key": ""}, "not_computable"),
    CheckCase("exclusion: another list at order time", {**_GIVEN, "dishonesty_list": "abnormal_operation"}, "clear"),
)  # fmt: skip
