"""Fund-use plans through the API: the same use-cases, keys, problems and the books."""

from __future__ import annotations

from typing import Any

from mall import clock
from tests.mall.api.conftest import Api
from tests.world import World

PATH = "/fund-use-plans"


def moved(world: World, *, fen: int = 2_000) -> dict[str, Any]:
    """January's money of the office line that is to leave in December."""
    return {
        "unit_id": world.school_id, "year": clock.today().year, "kind": "change", "is_submitted": True,
        "reason": "推迟采购",
        "lines": [
            {"budget_line_id": world.office_line, "month": 1, "amount_fen": -fen},
            {"budget_line_id": world.office_line, "month": 12, "amount_fen": fen},
        ],
    }  # fmt: skip


def test_a_plan_is_drawn_up_read_listed_and_approved(api: Api, world: World) -> None:
    accountant, officer = api.person("accountant"), api.person("budget-city")
    answer = accountant.post(PATH, moved(world), key="plan-key-0001")
    again = accountant.post(PATH, moved(world), key="plan-key-0001")
    assert (answer.status_code, again.status_code) == (201, 201)
    plan = answer.get_json()
    assert plan["number"] == again.get_json()["number"] and answer.headers["Location"].endswith(plan["number"])
    assert (plan["state"], plan["actions"], plan["amount_fen"]) == ("submitted", ["withdraw"], 2_000)

    assert plan["number"] in [row["number"] for row in officer.get(f"{PATH}?state=submitted").get_json()["items"]]
    read = officer.get(f"{PATH}/{plan['number']}").get_json()
    assert read["actions"] == ["approve", "return"]
    assert [(line["month"], line["amount_fen"]) for line in read["lines"]] == [(1, -2_000), (12, 2_000)]
    approved = officer.post(f"{PATH}/{plan['number']}/approve", {"edition": 1}).get_json()

    assert (approved["state"], approved["approved_fen"]) == ("approved", 2_000)
    lines = accountant.get("/budget-lines").get_json()["items"]
    months = next(line for line in lines if line["id"] == world.office_line)["plan"]["months"]
    assert {month["month"]: month["left_fen"] for month in months if month["left_fen"]} == {1: 9_998_000, 12: 2_000}


def test_a_held_line_says_why_and_what_would_pass(api: Api, world: World) -> None:
    change = moved(world) | {"kind": "withdrawal"}
    change["lines"] = [{"budget_line_id": world.lines["school_machines"], "month": 1, "amount_fen": 5_000}]
    accountant, officer = api.person("accountant"), api.person("budget-city")
    number = accountant.post(PATH, change).get_json()["number"]
    officer.post(f"{PATH}/{number}/approve")
    line = {
        "budget_line_id": world.lines["school_machines"],
        "month": 12,
        "amount_fen": 5_000,
        "purpose": "购买办公用品",
    }

    plan = accountant.post(PATH, {**change, "kind": "plan", "lines": [line]}).get_json()

    held = plan["lines"][0]["held"]
    assert (held["outcome"], held["rule"], held["category_code"]) == ("held", "outside_scope", "A05040000")
    # In the reader's language, whichever it is.
    assert "政府采购法" in held["legal_source"] or "Government Procurement Law" in held["legal_source"]
    assert plan["actions"] == ["plead", "repoint", "adjust", "withdraw"]
    assert officer.post(f"{PATH}/{plan['number']}/exempt", {"line_no": 1}).get_json()["code"] == "plan.no_plea"


def test_what_is_not_a_plan_is_a_problem(api: Api, world: World) -> None:
    accountant = api.person("accountant")
    unknown = accountant.get(f"{PATH}/YK-410100-2026-999999")
    bad = accountant.post(PATH, {**moved(world), "lines": [{"budget_line_id": 1, "month": 13, "amount_fen": 1}]})
    action = accountant.post(f"{PATH}/YK-410100-2026-999999/dance", {})

    assert (unknown.status_code, unknown.get_json()["code"]) == (404, "plan.unknown")
    assert bad.status_code in (400, 422)
    assert (action.status_code, action.get_json()["code"]) == (404, "plan.unknown_action")
    assert api.person("accountant2").post(PATH, moved(world)).get_json()["code"] == "budget.unknown_unit"
