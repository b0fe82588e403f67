"""Prices seen outside the mall: entered with a picture or by file, confirmed by another person; and approvals."""

from __future__ import annotations

import io
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image
from sqlalchemy import select

from mall import clock
from mall.catalogue.listing import Listing
from mall.database import close_reading, session
from mall.errors import Refusal
from mall.images.keep_image import KeptImage
from supervision.records.enter_approval import WantedApproval, enter_approval
from supervision.records.enter_outside_price import (
    SeenPrice,
    decide_outside_price,
    enter_outside_price,
    import_outside_prices,
)
from supervision.watch_record import OutsidePrice, WatchApproval
from tests.form_browser import FormBrowser
from tests.world import World

IMAGE = KeptImage(sha256="ab" * 32, width_px=16, height_px=16, size_bytes=100)
TITLES = "商品编号,渠道,来源,价格（元）,件数,日期,供应商信用代码"


def product_of(world: World, goods: str = "printer") -> int:
    found = session().get_one(Listing, world.listings[goods]).product_id
    close_reading()
    return found


def seen(world: World, **other: Any) -> SeenPrice:
    facts = {
        "product_id": product_of(world), "kind": "e_commerce", "source": "某电商自营", "price_fen": 99_900,
        "seen_on": clock.today(),
    }  # fmt: skip
    return SeenPrice(**{**facts, **other})


def entered(world: World, who: str = "handler", **other: Any) -> int:
    found = enter_outside_price(actor=world.actor(who), seen=seen(world, **other), image=IMAGE)
    close_reading()
    return found.id


def refused(deed: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as raised:
        deed(**facts)
    close_reading()
    return raised.value.code


def table(*rows: str) -> bytes:
    return "\n".join((TITLES, *rows)).encode("utf-8-sig")


def test_a_price_counts_when_another_person_of_an_office_has_confirmed_it(world: World) -> None:
    price_id = entered(world, "regulator-city")

    for who, code in (
        ("regulator-city", "access.denied"),
        ("handler", "outside.unknown"),
        ("regulator-county", "outside.unknown"),
    ):
        assert refused(decide_outside_price, actor=world.actor(who), price_id=price_id, action="confirm") == code
    found = decide_outside_price(actor=world.actor("centre"), price_id=price_id, action="confirm")
    assert (found.state, found.confirmed_by_id) == ("confirmed", world.users["centre"])
    assert refused(decide_outside_price, actor=world.actor("centre"), price_id=price_id, action="reject") == (
        "state.not_possible"
    )


def test_a_buyers_price_is_of_her_region_and_the_same_one_is_entered_once(world: World) -> None:
    price_id = entered(world)

    close_reading()
    assert session().get_one(OutsidePrice, price_id).region_code == 410100
    close_reading()
    again = {"actor": world.actor("regulator"), "seen": seen(world), "image": IMAGE}
    assert refused(enter_outside_price, **again) == "outside.already"
    decide_outside_price(actor=world.actor("regulator"), price_id=price_id, action="reject")
    assert entered(world, "regulator") != price_id


@pytest.mark.parametrize(
    ("other", "code"),
    [
        ({"product_id": 999_999_999}, "outside.product_unknown"),
        ({"product_id": -1}, "outside.product_unknown"),
        ({"kind": "rumour"}, "outside.bad_kind"),
        ({"kind": "own_site"}, "outside.bad_kind"),
        ({"source": " "}, "outside.bad_source"),
        ({"price_fen": 0}, "outside.bad_price"),
        ({"pieces": 0}, "outside.bad_price"),
        ({"seen_on": None}, "outside.bad_day"),
        ({"seen_on": date(2999, 1, 1)}, "outside.bad_day"),
    ],
)
def test_what_is_no_price_is_refused(world: World, other: dict[str, Any], code: str) -> None:
    asked = {"actor": world.actor("handler"), "seen": seen(world, **other), "image": IMAGE}

    assert refused(enter_outside_price, **asked) == code


def test_suppliers_and_other_posts_of_a_unit_bring_no_prices(world: World) -> None:
    for who in ("supplier", "accountant", "monitor", "budget"):
        asked = {"actor": world.actor(who), "seen": seen(world), "image": IMAGE}
        assert refused(enter_outside_price, **asked) == "access.denied"


def test_a_file_comes_in_whole_or_not_at_all_and_twice_changes_nothing(world: World) -> None:
    product, day = product_of(world), clock.today() - timedelta(days=3)
    good = (
        f"{product},电商,某电商,999.00,1,{day.isoformat()},",
        f"{product},供应商自有渠道,官网,980.50,2,{day.isoformat()},91410100MA00000011",
    )
    asked = {"actor": world.actor("regulator"), "file_name": "价格.csv"}

    assert refused(import_outside_prices, content=table(*good, f"{product},电商,某店,便宜,1,{day},"), **asked) == (
        "outside.bad_rows"
    )
    assert session().scalars(select(OutsidePrice)).all() == []
    close_reading()
    assert len(import_outside_prices(content=table(*good), **asked)) == 2
    assert import_outside_prices(content=table(*good), **asked) == []
    close_reading()
    rows = session().scalars(select(OutsidePrice).order_by(OutsidePrice.id)).all()
    assert [(one.kind, one.price_fen, one.pieces, one.supplier_id) for one in rows] == [
        ("e_commerce", 99_900, 1, None), ("own_site", 98_050, 2, world.sunny_id),
    ]  # fmt: skip
    assert refused(import_outside_prices, content=table(*good), actor=world.actor("handler"), file_name="x") == (
        "access.denied"
    )


def test_a_buyer_says_where_it_is_cheaper_and_the_picture_loses_what_it_carried(
    app: Flask, world: World, tmp_path: Path
) -> None:
    product = product_of(world)
    buyer = FormBrowser(app.test_client(), "handler")
    page = buyer.get(f"/products/{product}")
    assert page.tree.xpath(f"//a[@href='/watch/prices/new?product={product}']")
    form = buyer.get(f"/watch/prices/new?product={product}")
    typed = {"kind": "e_commerce", "source": "https://example.com/<b>x", "price": "999.00"}
    without = buyer.send(form, "/watch/prices", **typed)
    assert "请附上能看清价格的图片" in without.words
    target = io.BytesIO()
    Image.new("RGB", (40, 40), (200, 30, 30)).save(target, format="PNG", pnginfo=None)
    files = {"picture": (io.BytesIO(target.getvalue()), "截图.png")}
    done = buyer.send(without, "/watch/prices", files=files, **typed)
    assert "已登记，谢谢" in done.words
    assert "https://example.com/<b>x" in done.words
    assert not done.tree.xpath("//a[contains(@href, 'example.com')]")

    close_reading()
    price_id = session().scalars(select(OutsidePrice.id)).one()
    close_reading()
    office = FormBrowser(app.test_client(), "regulator-city")
    shown = office.client.get(f"/watch/prices/{price_id}/evidence.webp")
    assert (shown.status_code, shown.mimetype) == (200, "image/webp")
    assert FormBrowser(app.test_client(), "handler2").client.get(
        f"/watch/prices/{price_id}/evidence.webp"
    ).status_code == 404  # fmt: skip
    listed = office.get("/watch/prices")
    assert "测试handler" in listed.words
    assert "已核实" in office.send(listed, f"/watch/prices/{price_id}", action="confirm").words


def approval(world: World, **other: Any) -> WantedApproval:
    facts = {
        "number": "郑财采备〔2026〕8号", "kind": "import", "unit_id": world.school_id, "category_code": "A0202",
        "from_day": date(2026, 1, 1),
    }  # fmt: skip
    return WantedApproval(**{**facts, **other})


def test_an_approval_is_entered_once_by_a_regulator_of_the_units_region(world: World) -> None:
    enter_approval(actor=world.actor("regulator-city"), wanted=approval(world))
    close_reading()

    assert session().scalars(select(WatchApproval.region_code)).all() == [410100]
    close_reading()
    asked = {"actor": world.actor("regulator-city")}
    assert refused(enter_approval, wanted=approval(world), **asked) == "approval.exists"
    assert refused(enter_approval, wanted=approval(world, unit_id=world.county_id), **asked) == "access.denied"
    assert refused(enter_approval, wanted=approval(world), actor=world.actor("centre")) == "access.denied"
    for other, code in (
        ({"kind": "gift"}, "approval.bad_kind"),
        ({"number": " "}, "approval.bad_number"),
        ({"unit_id": world.sunny_id}, "approval.bad_unit"),
        ({"category_code": "Z9"}, "approval.bad_category"),
        ({"until_day": date(2025, 1, 1)}, "approval.bad_days"),
        ({"quantity": -1}, "approval.bad_days"),
    ):
        assert refused(enter_approval, wanted=approval(world, **other), **asked) == code


def test_the_page_of_approvals_keeps_what_was_typed(app: Flask, world: World) -> None:
    office = FormBrowser(app.test_client(), "regulator-city")
    page = office.get("/watch/approvals")
    typed = {"number": "郑财〔2026〕9号", "kind": "split", "credit_code": "1", "from_day": "2026-01-01"}
    again = office.send(page, "/watch/approvals", **typed)
    assert "没有找到这个采购单位" in again.words
    assert again.value("number") == "郑财〔2026〕9号"
    assert "郑州市阳光中学" in office.send(again, "/watch/approvals", credit_code="12410100MB00000018").words
