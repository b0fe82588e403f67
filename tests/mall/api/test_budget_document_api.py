"""Budget documents through the API: the same use-cases, keys, problems and the books."""

from __future__ import annotations

from typing import Any

import pytest

from mall import clock
from tests.mall.api.conftest import Api
from tests.world import World


@pytest.fixture
def wanted(world: World) -> dict[str, Any]:
    """A supplement of 5,000.00 yuan for the school's office line, submitted at once."""
    return {
        "unit_id": world.school_id, "year": clock.today().year, "kind": "supplement", "is_submitted": True,
        "reason": "开学用品", "basis": "郑财预〔2026〕15号",
        "lines": [{"budget_line_id": world.office_line, "amount_fen": 500_000}],
    }  # fmt: skip


PATH = "/budget-documents"


def test_a_document_is_drawn_up_read_listed_and_approved(api: Api, wanted: dict[str, Any]) -> None:
    accountant, officer = api.person("accountant"), api.person("budget-city")
    response = accountant.post(PATH, wanted)
    assert response.status_code == 201
    document = response.get_json()
    assert response.headers["Location"].endswith(document["number"])
    assert (document["state"], document["actions"], document["amount_fen"]) == ("submitted", ["withdraw"], 500_000)

    assert document["number"] in [row["number"] for row in officer.get(f"{PATH}?state=submitted").get_json()["items"]]
    read = officer.get(f"{PATH}/{document['number']}").get_json()
    assert read["actions"] == ["approve", "return"]
    assert read["lines"][0]["after"] == {"appropriation": 10_500_000, "available": 10_500_000}
    approved = officer.post(f"{PATH}/{document['number']}/approve", {"note": "同意"}).get_json()

    assert (approved["state"], approved["decider"]) == ("approved", "测试budget-city")
    assert approved["lines"][0]["before"] == {"appropriation": 10_000_000, "available": 10_000_000}
    assert [step["action"] for step in approved["history"]] == ["submit", "approve"]


def test_a_document_is_returned_changed_submitted_and_withdrawn(api: Api, wanted: dict[str, Any]) -> None:
    accountant, officer = api.person("accountant"), api.person("budget")
    number = accountant.post(PATH, wanted).get_json()["number"]
    assert officer.post(f"{PATH}/{number}/return", {"reason": "金额不符"}).get_json()["state"] == "returned"

    edition = {name: wanted[name] for name in ("reason", "basis")}
    edition["lines"] = [{**wanted["lines"][0], "amount_fen": 1}]
    edited = accountant.post(f"{PATH}/{number}/edit", edition).get_json()
    assert (edited["state"], edited["edition"], edited["amount_fen"]) == ("returned", 2, 1)

    assert accountant.post(f"{PATH}/{number}/submit").get_json()["state"] == "submitted"
    assert accountant.post(f"{PATH}/{number}/withdraw", {}).get_json()["state"] == "withdrawn"


def test_the_same_key_moves_money_once(api: Api, wanted: dict[str, Any]) -> None:
    accountant, officer = api.person("accountant"), api.person("budget")
    first = accountant.post(PATH, wanted, key="draw-up-once")
    again = accountant.post(PATH, wanted, key="draw-up-once")
    assert (again.status_code, again.get_json()) == (201, first.get_json())
    number = first.get_json()["number"]

    approved = officer.post(f"{PATH}/{number}/approve", {}, key="approve-once").get_json()
    repeated = officer.post(f"{PATH}/{number}/approve", {}, key="approve-once")

    assert repeated.get_json() == approved
    assert repeated.headers["Idempotency-Replayed"] == "true"
    lines = accountant.get("/budget-lines").get_json()["items"]
    assert 10_500_000 in [line["appropriation_fen"] for line in lines]


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"kind": "freeze"}, 403, "budget.kind_not_yours"),
        ({"kind": "appropriation"}, 422, "request.invalid"),
        ({"lines": []}, 422, "budget.no_lines"),
        ({"lines": [{"budget_line_id": 999_999, "amount_fen": 1}]}, 404, "budget.unknown_line"),
        ({"lines": [{"budget_line_id": 1, "amount_fen": 1.5}]}, 422, "request.invalid"),
        ({"kind": "reduction", "lines": [{"budget_line_id": 1, "amount_fen": 10_000_001}]}, 409,
         "budget.not_enough"),
        ({"unit_id": 999_999}, 404, "budget.unknown_unit"),
        ({"basis": ""}, 422, "budget.basis_needed"),
        ({"nonsense": 1}, 422, "request.invalid"),
    ],
)  # fmt: skip
def test_refusals_are_problems(
    api: Api, wanted: dict[str, Any], change: dict[str, Any], status: int, code: str
) -> None:
    response = api.person("accountant").post(PATH, {**wanted, **change})

    assert (response.status_code, response.get_json()["code"]) == (status, code)
    assert response.mimetype == "application/problem+json"


def test_the_makers_own_decision_is_a_problem_with_a_way_out(api: Api, wanted: dict[str, Any]) -> None:
    officer = api.person("budget2")
    county = {"unit_id": api.world.county_id, "kind": "freeze"}
    county["lines"] = [{"budget_line_id": api.world.lines["county_office"], "amount_fen": 100}]
    number = officer.post(PATH, {**wanted, **county}).get_json()["number"]

    response = officer.post(f"{PATH}/{number}/approve", {})

    assert (response.status_code, response.get_json()["code"]) == (409, "budget.maker_decides")
    assert "finance department above" in response.get_json()["next"]


def test_pages_of_the_list_follow_each_other(api: Api, wanted: dict[str, Any]) -> None:
    accountant = api.person("accountant")
    numbers = [accountant.post(PATH, wanted).get_json()["number"] for _ in range(3)]

    first = accountant.get(f"{PATH}?limit=2").get_json()
    rest = accountant.get(f"{PATH}?limit=2&cursor={first['next']}").get_json()

    assert [row["number"] for row in first["items"] + rest["items"]] == numbers[::-1]
    assert rest["next"] is None


def test_a_foreign_and_a_missing_document_are_answered_alike(api: Api, wanted: dict[str, Any]) -> None:
    number = api.person("accountant").post(PATH, wanted).get_json()["number"]
    stranger = api.person("accountant2")

    for path in (f"{PATH}/{number}", f"{PATH}/TZ-410100-2026-999999"):
        response = stranger.get(path)
        assert (response.status_code, response.get_json()["code"]) == (404, "budget.unknown_document")
