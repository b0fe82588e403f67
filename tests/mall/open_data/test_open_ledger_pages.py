"""The public page of the seals, its JSON twin, and the day's file: what a stranger takes away, verify takes in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from lxml import html

from ledger.seal_anchor import read_anchor
from mall import clock
from mall.database import close_reading
from mall.open_data.daily_anchor import anchor_folder, path_of, present_anchor, write_due_anchors
from tests.world import COUNTY_REGION, SCHOOL_REGION

NOON = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)


@pytest.fixture
def anchored(client: FlaskClient, app: Flask, seal_everything: Callable[[], int]) -> FlaskClient:
    """A visitor; the books are sealed on the 24th and the day's file is written."""
    with clock.frozen(NOON):
        seal_everything()
    with clock.frozen(NOON + timedelta(days=1)):
        write_due_anchors(anchor_folder(app.config["SUNMALL"].data_dir))
    close_reading()
    return client


def words_of(client: FlaskClient, path: str = "/open/ledger") -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(html.fromstring(answer.text).find(".//main").text_content())


def test_a_visitor_reads_todays_and_yesterdays_digest_and_how_to_check(anchored: FlaskClient, app: Flask) -> None:
    words = words_of(anchored)

    present = present_anchor(anchor_folder(app.config["SUNMALL"].data_dir))
    assert all(seal.hash in words for seal in present.seals)
    # The school keeps books of this year and of the last, the county of this year.
    assert len(present.seals) == 3
    assert "2026-11-24" in words
    assert "sunmall ledger verify --anchor" in words
    assert "郑州" in words


def test_the_page_speaks_english(anchored: FlaskClient) -> None:
    page = html.fromstring(anchored.get("/sign-in").text)
    token = page.xpath("//input[@name='csrf_token']/@value")[0]
    anchored.post("/language", data={"csrf_token": token, "language": "en", "next": "/open/ledger"})

    assert "Public digests of the books" in words_of(anchored)


def test_without_seals_the_page_says_what_comes(client: FlaskClient) -> None:
    words = words_of(client)

    assert "还没有封存" in words
    assert "还没有每日指纹" in words


def test_the_json_twin_is_an_anchor(anchored: FlaskClient) -> None:
    answer = anchored.get("/open/ledger.json")

    anchor = read_anchor(answer.text, name="twin")
    assert anchor.digest in words_of(anchored)
    assert answer.content_type == "application/json; charset=utf-8"
    assert [seal.region_code for seal in anchor.seals] == [SCHOOL_REGION, SCHOOL_REGION, COUNTY_REGION]
    assert answer.json["days"] == [
        {
            "day": "2026-11-24",
            "digest": anchor.previous,
            "url": "/open/ledger.json?day=2026-11-24",
        }
    ]


def test_the_days_file_is_handed_out_byte_for_byte(anchored: FlaskClient, app: Flask) -> None:
    kept = path_of(anchor_folder(app.config["SUNMALL"].data_dir), datetime(2026, 11, 24).date())

    assert anchored.get("/open/ledger.json?day=2026-11-24").data == kept.read_bytes()


def test_a_day_without_a_file_is_not_found(anchored: FlaskClient) -> None:
    for day in ("2026-11-23", "", "../../secret_key", "2026-13-01"):
        assert anchored.get("/open/ledger.json", query_string={"day": day}).status_code == 404, day


def test_a_changed_file_is_shown_as_changed(anchored: FlaskClient, app: Flask) -> None:
    kept = path_of(anchor_folder(app.config["SUNMALL"].data_dir), datetime(2026, 11, 24).date())
    kept.unlink()
    kept.write_text("{}", encoding="utf-8")

    assert "文件被改动过" in words_of(anchored)
    assert anchored.get("/open/ledger.json").json["days"][0]["digest"] is None
