"""Budget lines in the API: whose they are, and pages without gaps."""

from __future__ import annotations

from mall import clock
from tests.mall.api.conftest import Api


def names_of(api: Api, username: str, query: str = "") -> list[tuple[str, str]]:
    items = api.person(username).get(f"/budget-lines{query}").get_json()["items"]
    return [(item["unit"], item["name"]) for item in items]


def test_unit_sees_its_own_lines_of_this_year(api: Api) -> None:
    assert names_of(api, "handler") == [
        ("郑州市阳光中学", "办公费"),
        ("郑州市阳光中学", "办公设备购置"),
        ("郑州市阳光中学", "小额办公费"),
    ]


def test_amounts_explain_the_appropriation(api: Api) -> None:
    api.placed(("paper", 10))

    items = api.person("handler").get("/budget-lines").get_json()["items"]

    office = next(item for item in items if item["id"] == api.world.lines["school_office"])
    assert office["appropriation_fen"] == 10_000_000
    assert office["available_fen"] == 9_978_500
    assert office["reserved_fen"] == 21_500
    places = ("available", "frozen", "lapsed", "reserved", "committed", "accrued", "in_payment", "paid")
    for item in items:
        assert sum(item[f"{place}_fen"] for place in places) == item["appropriation_fen"]


def test_last_year_is_asked_for_by_name(api: Api) -> None:
    last_year = clock.today().year - 1

    assert names_of(api, "accountant", f"?year={last_year}") == [("郑州市阳光中学", "办公费(上年)")]


def test_regulators_see_their_region(api: Api) -> None:
    assert len(names_of(api, "regulator")) == 4
    assert {unit for unit, _ in names_of(api, "regulator-city")} == {"郑州市阳光中学"}
    assert {unit for unit, _ in names_of(api, "regulator-county")} == {"栾川县阳光小学"}


def test_regulator_narrows_to_one_unit_of_her_region(api: Api) -> None:
    assert names_of(api, "regulator", f"?unit_id={api.world.county_id}") == [("栾川县阳光小学", "办公费")]
    assert names_of(api, "regulator-city", f"?unit_id={api.world.county_id}") == []


def test_unit_asking_for_another_finds_nothing(api: Api) -> None:
    assert names_of(api, "handler", f"?unit_id={api.world.county_id}") == []


def test_pages_of_lines_have_no_gap_and_no_repetition(api: Api) -> None:
    regulator = api.person("regulator")
    whole = [item["id"] for item in regulator.get("/budget-lines").get_json()["items"]]

    listed, address = [], "/budget-lines?limit=1"
    while address:
        page = regulator.get(address).get_json()
        assert len(page["items"]) == 1
        listed += [item["id"] for item in page["items"]]
        address = f"/budget-lines?limit=1&cursor={page['next']}" if page["next"] else ""

    assert listed == whole
    assert len(set(whole)) == 4


def test_suppliers_and_officers_see_no_budget(api: Api) -> None:
    for username in ("supplier", "centre", "sysadmin", "secadmin", "auditor"):
        response = api.person(username).get("/budget-lines")
        assert response.status_code == 403
        assert response.get_json()["code"] == "access.denied"
