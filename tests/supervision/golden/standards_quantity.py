"""Golden cases of the quantity standards."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_DAY = ON_DAY - 10
_DESKTOP = "A02010105"
_SUBJECT = "unit:7:desktop"
_GIVEN = {"asset_ceiling_pieces": 10, "asset_in_use": 6, "asset_on_order": 1, "over_standard_is_approved": 0,
          "price_fen": 400_000}  # fmt: skip


def _history(
    pending: int, *, cards: int = 8, quota: dict[str, object] | None = None, card: dict[str, object] | None = None,
    line: dict[str, object] | None = None,
) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """A unit that may have ten desktops, has `cards`, and waits for `pending`."""
    usual = {"unit_id": 7, "region_code": 410100, "category_code": _DESKTOP}
    quotas = {**usual, "standard_code": "desktop", "ceiling": 10, "from_day": 16_000, **(quota or {})}
    piece = {**usual, "order_id": 1, "quantity": 1, "in_use": 1, **(card or {})}
    ordered = {**usual, "number": "DD-2", "submitted_day": _DAY, "pending": pending, "price_fen": 5, **(line or {})}
    return {"asset_quota": [quotas], "asset_card": [piece] * cards, "order_line": [ordered]}


CASES = (
    SweepCase("hit: thirteen where ten are allowed", _history(5), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"ceiling": 10, "in_use": 8, "on_order": 5, "excess": 3}},
              documents={_SUBJECT: ["DD-2"]}),
    SweepCase("clear: within the standard", _history(1), {_SUBJECT: "clear"}),
    SweepCase("boundary: exactly the standard", _history(2), {_SUBJECT: "clear"}),
    SweepCase("boundary: one more", _history(3), {_SUBJECT: "hit"}),
    SweepCase("hit: accepted since, and all in use", _history(0, cards=11), {_SUBJECT: "hit"}),
    SweepCase("hit: a card of several pieces", _history(0, cards=3, card={"quantity": 4}), {_SUBJECT: "hit"}),
    SweepCase("clear: the standard of the day of the order",
              {**_history(5), "asset_quota": [
                  {**_history(5)["asset_quota"][0], "ceiling": 20, "until_day": _DAY},
                  {**_history(5)["asset_quota"][0], "ceiling": 10, "from_day": _DAY + 1}]}, {_SUBJECT: "clear"}),
    SweepCase("exclusion: approved", {**_history(5), "approval": [
              {"unit_id": 7, "kind": "over_standard", "category_code": _DESKTOP, "from_day": _DAY}]},
              {_SUBJECT: "not_applicable"}),
    SweepCase("exclusion: disposed of", _history(5, card={"in_use": 0}), {_SUBJECT: "clear"}),
    SweepCase("exclusion: not through the mall", _history(5, card={"order_id": 0}), {_SUBJECT: "clear"}),
    SweepCase("exclusion: a cancelled order", _history(5, line={"cancelled_day": _DAY}), {}),
    SweepCase("exclusion: no order of late", _history(5, line={"submitted_day": ON_DAY - 90}), {}),
    SweepCase("clear: another category", _history(5, line={"category_code": "A02010108"}), {}),
    SweepCase("not_computable: no staff quota", _history(5, quota={"ceiling": 0}), {_SUBJECT: "not_computable"}),
    CheckCase("hit: too many", {**_GIVEN, "asset_wanted": 5}, "hit",
              facts={"ceiling": 10, "in_use": 6, "on_order": 6, "excess": 2}, amount_fen=800_000),
    CheckCase("boundary: exactly the standard at order time", {**_GIVEN, "asset_wanted": 3}, "clear", amount_fen=0),
    CheckCase("boundary: one more at order time", {**_GIVEN, "asset_wanted": 4}, "hit", amount_fen=400_000),
    CheckCase("exclusion: approved before the order",
              {**_GIVEN, "asset_wanted": 5, "over_standard_is_approved": 1}, "not_applicable"),
    CheckCase("not_applicable: no standard", {**_GIVEN, "asset_ceiling_pieces": 0, "asset_wanted": 5},
              "not_applicable"),
    CheckCase("not_computable: no staff quota at order time",
              {**_GIVEN, "asset_ceiling_pieces": None, "asset_wanted": 5}, "not_computable"),
)  # fmt: skip
