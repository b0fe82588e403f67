"""Golden cases of prices above the ceiling of the framework agreement."""

from __future__ import annotations

from tests.supervision.golden_cases import CheckCase

_GIVEN = {"framework_ceiling_fen": 1_000, "pack_size": 10, "quantity": 3}

CASES = (
    CheckCase("hit: dearer than the ceiling", {**_GIVEN, "price_fen": 11_000}, "hit",
              facts={"accepted_fen": 10_000, "price_fen": 11_000}, amount_fen=3_000),
    CheckCase("clear: below", {**_GIVEN, "price_fen": 8_000}, "clear", amount_fen=0),
    CheckCase("boundary: exactly the ceiling of a pack", {**_GIVEN, "price_fen": 10_000}, "clear"),
    CheckCase("boundary: one fen more", {**_GIVEN, "price_fen": 10_001}, "hit"),
    CheckCase("exclusion: no ceiling", {**_GIVEN, "framework_ceiling_fen": 0, "price_fen": 99_000}, "not_applicable"),
    CheckCase("not_computable: the ceilings were not found", {**_GIVEN, "framework_ceiling_fen": None,
              "price_fen": 9_000}, "not_computable"),
)  # fmt: skip
