"""Figures of places: each equals the rows that it opens, only one's own region is shown, and files hold the same."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import fastexcel
import pytest
from flask import Flask
from sqlalchemy import insert

from mall import clock
from mall.access.actor import SYSTEM
from mall.audit.record import record
from mall.database import atomic, close_reading, session
from mall.ordering.order import order_numbered
from mall.ordering.order_actions import perform
from mall.ordering.place_order import Wanted, place_order
from supervision.cases.watch_case import WatchCase
from supervision.finding import Finding
from supervision.seeing.case_facts import all_cases
from supervision.seeing.place_figures import Figures, figures_of, place_rows
from supervision.seeing.row_lists import case_rows, finding_rows, late_rows, order_rows
from supervision.seeing.sight import Scope
from supervision.seeing.watched_orders import year_of
from tests.form_browser import FormBrowser
from tests.world import COUNTY_REGION, PASSWORD, SCHOOL_REGION, World

YEAR = clock.today().year


def ordered(world: World, *, suffix: str = "", packs: int = 1, goods: str = "paper") -> str:
    placed = place_order(
        actor=world.actor(f"handler{suffix}"),
        unit_id=world.county_id if suffix else world.school_id,
        wanted=[
            Wanted(
                listing_id=world.listings[goods],
                quantity=packs,
                budget_line_id=world.lines["county_office"] if suffix else world.office_line,
            )
        ],
        delivery={"address": "阳光路1号", "contact": "王老师", "phone": "0371-60000000"},
    )
    close_reading()
    return str(placed["orders"][0])


def accept(world: World, number: str, *, suffix: str = "", seller: str = "supplier") -> None:
    road = (
        (f"approver{suffix}", "approve", {}), (seller, "confirm", {}),
        (f"handler{suffix}", "sign", {"password": PASSWORD}), (seller, "sign", {"password": PASSWORD}),
        (seller, "ship", {}), (f"receiver{suffix}", "receive", {}), (f"receiver{suffix}", "accept", {}),
    )  # fmt: skip
    for who, action, body in road:
        perform(action, actor=world.actor(who), number=number, body=body)
        close_reading()


@atomic
def find(region_code: int, unit_id: int | None, subject: str, amount_fen: int, *, standing: str = "warn") -> None:
    session().execute(
        insert(Finding).values(
            rule_id="prices.live_median", rule_version=1, subject=subject, stage="nightly", standing=standing,
            severity=2, region_code=region_code, unit_id=unit_id, day=clock.today(), amount_fen=amount_fen, evidence={},
            parameters={}, input_hash="", found_at=clock.now(), last_found_on=clock.today(),
        )
    )  # fmt: skip
    record(actor=SYSTEM, action="test.finding", subject=subject)


@atomic
def open_case(
    number: str,
    region_code: int,
    unit_id: int | None,
    *,
    supplier_id: int | None = None,
    state: str = "found",
    **more: Any,
) -> None:
    now, day = clock.now(), clock.today()
    ended = {"closed_at": now, "decided_at": now} if state == "dismissed" else {}
    session().execute(
        insert(WatchCase).values(
            number=number, state=state, region_code=region_code, level="city", desk_region_code=region_code,
            unit_id=unit_id, supplier_id=supplier_id, from_day=day, until_day=day, amount_fen=100, severity=2,
            priority=1, found_at=now, assigned_to_id=more.get("decided_by_id"), **ended, **more,
        )
    )  # fmt: skip
    record(actor=SYSTEM, action="test.case", subject=number)


@dataclass(frozen=True)
class Story:
    """Two orders of the school, one of them late, one of the county; findings of both and of nobody."""

    first: str
    late: str
    county: str


@pytest.fixture
def story(world: World) -> Iterator[Story]:
    first, late, county = (
        ordered(world, packs=2),
        ordered(world, packs=3),
        ordered(world, suffix="2", packs=4, goods="paper2"),
    )
    accept(world, late)
    find(SCHOOL_REGION, world.school_id, "order:1", 500)
    find(COUNTY_REGION, world.county_id, "order:2", 700)
    find(0, None, "supplier:1", 900)
    find(SCHOOL_REGION, world.school_id, "order:3", 11, standing="shadow")
    close_reading()
    # By then the day to pay what was accepted has passed.
    with clock.frozen(clock.now() + timedelta(days=70)):
        yield Story(first, late, county)


def test_figures_of_a_province_are_the_sums_of_its_rows(world: World, story: Story) -> None:
    whole = Scope(410000)
    rows = place_rows(whole, year=YEAR)

    assert figures_of(whole, year=YEAR) == sum((row.figures for row in rows), start=Figures())
    assert figures_of(whole, year=YEAR) == Figures(
        order_count=3, spent_fen=2 * 2150 + 3 * 2150 + 4 * 2280, finding_count=3, stake_fen=2_100, case_count=0,
        late_count=1, owed_fen=3 * 2150,
    )  # fmt: skip
    assert [row.scope for row in rows] == [Scope(410100), Scope(410300), Scope(410000, is_everywhere=True)]


def test_each_figure_equals_the_rows_that_it_opens(world: World, story: Story) -> None:
    scopes = [
        Scope(410000), Scope(410000, is_everywhere=True), Scope(410000, is_own=True), Scope(SCHOOL_REGION),
        Scope(SCHOOL_REGION, is_own=True), Scope(410300), Scope(COUNTY_REGION), Scope(410300, is_own=True),
        Scope(SCHOOL_REGION, unit_id=world.school_id), Scope(COUNTY_REGION, unit_id=world.county_id),
    ]  # fmt: skip
    for scope in scopes:
        figures = figures_of(scope, year=YEAR)
        orders = order_rows(year_of(scope, YEAR), page=1)
        late = late_rows(year_of(scope, YEAR), page=1)
        findings = finding_rows(scope, rule_id="", page=1)

        assert (figures.order_count, figures.spent_fen) == (len(orders.rows), orders.sum_fen), scope
        assert (figures.late_count, figures.owed_fen) == (len(late.rows), late.sum_fen), scope
        assert (figures.finding_count, figures.stake_fen) == (len(findings.rows), findings.sum_fen), scope


def test_a_county_shows_its_units_even_those_that_bought_nothing(world: World) -> None:
    rows = place_rows(Scope(COUNTY_REGION), year=YEAR)

    assert [(row.scope.unit_id, row.name, row.figures.order_count) for row in rows] == [
        (world.county_id, "栾川县阳光小学", 0)
    ]


def test_what_a_rule_finds_in_its_trial_run_is_in_no_figure(world: World, story: Story) -> None:
    of_school = finding_rows(Scope(SCHOOL_REGION, unit_id=world.school_id), rule_id="", page=1)

    assert [finding.subject for finding in of_school.rows] == ["order:1"]


def test_cancelled_orders_are_not_spent(world: World) -> None:
    number = ordered(world)
    perform("cancel", actor=world.actor("handler"), number=number, body={"reason": "不要了"})
    close_reading()

    assert figures_of(Scope(410000), year=YEAR).order_count == 0


def test_open_cases_are_counted_and_listed_in_the_same_scopes(world: World) -> None:
    open_case("AJ-1", SCHOOL_REGION, world.school_id)
    open_case("AJ-2", COUNTY_REGION, world.county_id)
    open_case("AJ-3", SCHOOL_REGION, None, supplier_id=world.sunny_id)
    open_case("AJ-4", SCHOOL_REGION, world.school_id, state="dismissed", decided_by_id=world.users["regulator"])
    close_reading()

    def numbers(scope: Scope) -> list[str]:
        rows = case_rows(scope, page=1).rows
        assert figures_of(scope, year=YEAR).case_count == len(rows)
        return sorted(case.number for case in rows)

    assert numbers(Scope(410000)) == ["AJ-1", "AJ-2", "AJ-3"]
    assert numbers(Scope(SCHOOL_REGION)) == ["AJ-1", "AJ-3"]
    assert numbers(Scope(COUNTY_REGION)) == ["AJ-2"]
    assert numbers(Scope(SCHOOL_REGION, unit_id=world.school_id)) == ["AJ-1"]
    assert [(case.number, case.closed_on is None) for case in all_cases()][-1] == ("AJ-4", False)


def test_a_city_walks_down_to_the_order_and_sees_no_other_city(app: Flask, world: World, story: Story) -> None:
    city = FormBrowser(app.test_client(), "regulator-city")

    page = city.get(f"/watch/places?year={YEAR}")
    assert "郑州市阳光中学" not in page.words and "郑州市本级" in page.words
    units = city.get(_address(page.text, "郑州市本级"))
    unit = city.get(_address(units.text, "郑州市阳光中学"))
    assert "郑州晴天办公用品有限公司" in unit.words
    rows = city.get(_address(unit.text, "2"))
    assert story.first in rows.words and story.late in rows.words and story.county not in rows.words
    order = city.get(_address(rows.text, story.first))
    assert order.status == 200 and story.first in order.words

    for path in ("/watch/places?region=410300", f"/watch/units/{world.county_id}", "/watch/rows/orders?region=410000"):
        assert city.get(path).status == 404


def test_the_province_sees_what_belongs_to_no_region(app: Flask, world: World, story: Story) -> None:
    words = FormBrowser(app.test_client(), "regulator").get(f"/watch/places?year={YEAR}").words

    assert "不分地区" in words
    assert "¥2,100" not in words and "¥21.00" in words


def test_files_hold_the_rows_of_the_page(app: Flask, world: World, story: Story) -> None:
    province = FormBrowser(app.test_client(), "regulator")

    places = _rows(province.client.get(f"/watch/places.xlsx?year={YEAR}"))
    orders = _rows(province.client.get(f"/watch/rows/orders.xlsx?region=410300&year={YEAR}"))

    assert next(row for row in places if row[0] == "合计")[1:3] == ("198.7", "3")
    assert [row[0] for row in orders if row[0].startswith("DD-")] == [story.county]
    assert province.client.get("/watch/places.xlsx?sheet=nothing").status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/watch/places", "/watch/rows/orders", "/watch/rows/late", "/watch/rows/findings", "/watch/rows/cases",
        "/watch/products", "/watch/price-index", "/watch/months", "/watch/limits", "/watch/network", "/watch/effect",
    ],
)  # fmt: skip
def test_every_page_answers_as_page_and_as_file(app: Flask, world: World, story: Story, path: str) -> None:
    county = FormBrowser(app.test_client(), "regulator-county")

    assert county.get(path).status == 200
    answer = county.client.get(f"{path}.xlsx")
    assert answer.status_code == 200
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    assert "attachment" in answer.headers["Content-Disposition"]


def test_units_elsewhere_are_masked_among_the_orders_of_a_product(app: Flask, world: World, story: Story) -> None:
    product_id = order_numbered(story.first).lines[0].product_id
    close_reading()
    county = FormBrowser(app.test_client(), "regulator-county").get(f"/watch/prices/{product_id}")
    province = FormBrowser(app.test_client(), "regulator").get(f"/watch/prices/{product_id}")

    assert "某市某单位 1" in county.words and "栾川县阳光小学" in county.words
    assert "郑州市阳光中学" not in county.words and story.first not in county.text
    assert "郑州市阳光中学" in province.words and story.first in province.words


def test_a_supplier_sees_his_own_line_without_names_of_others(app: Flask, world: World) -> None:
    paper = session().connection().exec_driver_sql(
        "select product_id from listing where id = %(id)s", {"id": world.listings["paper"]}
    ).scalar_one()  # fmt: skip
    city_only = session().connection().exec_driver_sql(
        "select product_id from listing where id = %(id)s", {"id": world.listings["city_only"]}
    ).scalar_one()  # fmt: skip
    close_reading()
    supplier = FormBrowser(app.test_client(), "supplier")

    page = supplier.get(f"/supplier/prices/{paper}")
    assert page.status == 200 and "本供应商" in page.words and "洛阳月光商贸有限公司" not in page.words
    assert supplier.get(f"/supplier/prices/{city_only}").status == 404
    assert supplier.get(f"/watch/prices/{paper}").status == 403


def test_everybody_sees_the_effect_without_names(app: Flask, world: World, story: Story) -> None:
    answer = app.test_client().get("/open/watch")
    words = answer.get_data(as_text=True)

    assert answer.status_code == 200
    assert "全省合计" in words and "郑州市" in words
    for name in ("郑州市阳光中学", "栾川县阳光小学", "郑州晴天办公用品有限公司"):
        assert name not in words


def test_scopes_of_figures_stand_in_their_addresses() -> None:
    assert Scope(410100).arguments == {"region": 410100}
    assert Scope(410100, is_own=True).arguments == {"region": 410100, "own": 1}
    assert Scope(410000, is_everywhere=True).arguments == {"region": 410000, "everywhere": 1}
    assert Scope(410100, unit_id=7).arguments == {"unit": 7}


def _address(text: str, words: str) -> str:
    """Where the first link with exactly these words leads."""
    found = re.search(rf'<a href="([^"]+)">{re.escape(words)}</a>', text)
    assert found is not None, words
    return found.group(1).replace("&amp;", "&")


def _rows(answer: object) -> list[tuple[str, ...]]:
    book = fastexcel.read_excel(io.BytesIO(answer.get_data()).getvalue())  # type: ignore[attr-defined]
    rows = book.load_sheet(0, header_row=None).to_polars().rows()
    return [tuple("" if cell is None else str(cell) for cell in row) for row in rows]
