"""The pages of credit: one's own score, the regulator's list, and the open page."""

from __future__ import annotations

from flask import Flask

from mall.access.actor import SYSTEM
from mall.database import close_reading
from supervision.credit.reckon_credit import reckon_all
from tests.form_browser import FormBrowser, page_of
from tests.journeys.story import Story
from tests.world import World


def test_a_supplier_reads_every_entry_of_his_score(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.walk(number, until="accept")
    reckon_all(actor=SYSTEM)
    close_reading()

    supplier = FormBrowser(story.app.test_client(), "supplier")
    page = supplier.get("/watch/credit/mine")

    assert page.path == f"/watch/credit/{story.world.sunny_id}"
    assert "100.00" in page.words
    assert "按合同期限发货" in page.words
    assert "+0.10" in page.words
    assert page.tree.xpath(f"//a[@href='/orders/{number}']")
    assert supplier.get(f"/watch/credit/{story.world.moon_id}").status == 404
    english = supplier.send(page, "/language", language="en")
    assert "Sent within the contract's term" in english.words


def test_who_was_never_scored_comes_to_an_empty_list(app: Flask, world: World) -> None:
    page = FormBrowser(app.test_client(), "supplier").get("/watch/credit/mine")

    assert (page.status, page.path) == (200, "/watch/credit")
    assert "没有符合条件的评价" in page.words


def test_a_regulator_finds_the_parties_of_the_region_and_no_others(app: Flask, world: World) -> None:
    reckon_all(actor=SYSTEM)
    close_reading()

    city = FormBrowser(app.test_client(), "regulator-city").get("/watch/credit")
    county = FormBrowser(app.test_client(), "regulator-county").get("/watch/credit")
    unit = FormBrowser(app.test_client(), "accountant")

    assert "郑州市阳光中学" in city.words
    assert "栾川县阳光小学" not in city.words
    assert "栾川县阳光小学" in county.words
    assert unit.get(f"/watch/credit/{world.school_id}").status == 200
    assert unit.get(f"/watch/credit/{world.sunny_id}").status == 404


def test_formula_and_grades_are_open_to_strangers(app: Flask, world: World) -> None:
    reckon_all(actor=SYSTEM)
    close_reading()

    page = page_of(app.test_client().get("/open/credit"))
    units = page_of(app.test_client().get("/open/credit?kind=unit&region=410100"))
    facts = app.test_client().get("/open/credit.json").get_json()

    assert "郑州晴天办公用品有限公司" in page.words
    assert "按合同期限发货" in page.words
    assert "郑州市阳光中学" in units.words
    assert "栾川县阳光小学" not in units.words
    assert facts["rules"]["credit.grade_a_min"]["value"] == 9000
    assert {"code": "sent_in_time", "party": "supplier", "dimension": "delivery", "points": 10, "most": 1} in facts[
        "lines"
    ]


def test_the_grade_stands_beside_the_offer_and_on_the_order(story: Story) -> None:
    number = story.place(story.wanted("paper", 10, "school_office"))
    story.act("approver", "approve", number)
    reckon_all(actor=SYSTEM)
    close_reading()
    product = story.ask("select product_id from listing where id = %s", story.world.listings["paper"])[0][0]

    offer = page_of(story.app.test_client().get(f"/products/{product}"))
    order = FormBrowser(story.app.test_client(), "supplier").get(f"/orders/{number}")

    assert "信用 B 级" in offer.words
    assert offer.tree.xpath("//a[@href='/open/credit']")
    assert order.words.count("信用 B 级") == 2
