"""Golden cases of deeds beyond the plan of the month."""

from __future__ import annotations

from tests.supervision.golden_cases import CheckCase

_GIVEN = {"needs_plan": 1, "plan_granted_fen": 1_000, "plan_used_fen": 600, "plan_charged_fen": 300}

CASES = (
    CheckCase("clear: within the plan", _GIVEN, "clear", amount_fen=0),
    CheckCase("hit: beyond the plan", {**_GIVEN, "plan_charged_fen": 500}, "hit", amount_fen=100,
              facts={"plan_granted_fen": 1_000, "plan_used_fen": 600, "plan_charged_fen": 500}),
    CheckCase("hit: nothing granted", {**_GIVEN, "plan_granted_fen": 0, "plan_used_fen": 0}, "hit", amount_fen=300),
    CheckCase("boundary: all of the plan", {**_GIVEN, "plan_charged_fen": 400}, "clear"),
    CheckCase("boundary: one fen more", {**_GIVEN, "plan_charged_fen": 401}, "hit", amount_fen=1),
    CheckCase("exclusion: money without a plan", {**_GIVEN, "needs_plan": 0, "plan_charged_fen": 500},
              "not_applicable"),
    CheckCase("not_computable: what was used is not known", {**_GIVEN, "plan_used_fen": None}, "not_computable"),
)  # fmt: skip
