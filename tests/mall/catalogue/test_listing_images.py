"""Images of listings: who may add, arrange and remove them, what the history says, and who sees them where."""

from __future__ import annotations

import threading
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from mall.catalogue.add_listing_image import add_listing_image
from mall.catalogue.arrange_listing_images import arrange_listing_images
from mall.catalogue.listing_image import images_of
from mall.catalogue.remove_listing_image import remove_listing_image
from mall.catalogue.submit_listing import submit_listing
from mall.database import close_reading, reading
from mall.errors import Refusal
from mall.images.image_sizes import SIZES
from mall.images.keep_image import KeptImage
from mall.listing_review.give_verdicts import give_verdicts
from tests.form_browser import FormBrowser, Page, page_of
from tests.mall.catalogue.conftest import Shelf
from tests.mall.images.pictures import encoded, kept, plain

COLOURS = ("red", "lime", "blue", "yellow", "black", "grey")


def shown(listing_id: int) -> list[str]:
    """The hashes of the images in the order in which they are shown."""
    with reading():
        return [image.sha256 for image in images_of([listing_id]).get(listing_id, [])]


def add(shelf: Shelf, listing_id: int, image: KeptImage, *, who: str = "supplier", key: str | None = None) -> int:
    return add_listing_image(actor=shelf.actor(who), listing_id=listing_id, image=image, request_key=key)


def filled(shelf: Shelf, folder: Path, *, count: int, state: str = "draft") -> tuple[int, list[int]]:
    """A listing with so many images, and their ids."""
    listing_id = shelf.put(state=state)
    return listing_id, [add(shelf, listing_id, kept(folder, colour)) for colour in COLOURS[:count]]


def refusal_of(deed: Any, **facts: Any) -> str:
    with pytest.raises(Refusal) as caught:
        deed(**facts)
    return caught.value.code


def test_an_image_is_added_once_and_told_everywhere(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, image = shelf.put(), kept(tmp_path)

    first = add(shelf, listing_id, image, key="key-of-the-first")
    again = add(shelf, listing_id, image, key="key-of-the-first")

    assert first == again
    assert shown(listing_id) == [image.sha256]
    assert shelf.history(f"listing:{listing_id}") == [("add_image", "draft")]
    assert shelf.facts(f"listing:{listing_id}", "add_image")["image"] == image.sha256
    told = "select count(*) from {} where {} = 'listing.add_image' and {} = %s"
    for table, name, subject in (("audit_record", "action", "subject"), ("outbox_event", "name", "document")):
        assert shelf.rows(told.format(table, name, subject), f"listing:{listing_id}") == [(1,)]


def test_the_same_picture_is_refused_twice_at_one_listing_and_kept_once_for_two(shelf: Shelf, tmp_path: Path) -> None:
    one, other = shelf.put("NEW-1"), shelf.put("NEW-2")

    add(shelf, one, kept(tmp_path))
    code = refusal_of(add, shelf=shelf, listing_id=one, image=kept(tmp_path))
    add(shelf, other, kept(tmp_path))

    assert code == "image.already_there"
    assert shown(one) == shown(other) != []
    assert shelf.rows("select count(*) from image_content") == [(1,)]
    assert len(list((tmp_path / "images").rglob("*.webp"))) == len(SIZES)


def test_five_images_are_enough_and_the_number_is_a_dated_parameter(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=5)
    other = shelf.put("NEW-2")

    sixth = refusal_of(add, shelf=shelf, listing_id=listing_id, image=kept(tmp_path, COLOURS[5]))
    shelf.rule("listing.images_max", 1)
    add(shelf, other, kept(tmp_path))
    second = refusal_of(add, shelf=shelf, listing_id=other, image=kept(tmp_path, "blue"))

    assert len(ids) == len(shown(listing_id)) == 5
    assert (sixth, second) == ("image.too_many", "image.too_many")


def test_two_who_add_the_last_one_at_once_do_not_both_succeed(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=4)
    actor, images = shelf.actor("supplier"), [kept(tmp_path, "black"), kept(tmp_path, "grey")]
    codes: list[str] = []
    start = threading.Barrier(2)

    def run(image: KeptImage) -> None:
        start.wait()
        try:
            add_listing_image(actor=actor, listing_id=listing_id, image=image)
            codes.append("added")
        except Refusal as refusal:
            codes.append(refusal.code)
        finally:
            close_reading()

    threads = [threading.Thread(target=run, args=(image,)) for image in images]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(codes) == ["added", "image.too_many"]
    assert len(shown(listing_id)) == 5


@pytest.mark.parametrize("who", ["supplier2", "centre", "monitor", "regulator", "handler"])
def test_nobody_else_adds_or_arranges(shelf: Shelf, tmp_path: Path, who: str) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=2)
    actor, before = shelf.actor(who), shown(listing_id)

    added = refusal_of(add, shelf=shelf, listing_id=listing_id, image=kept(tmp_path, "blue"), who=who)
    arranged = refusal_of(arrange_listing_images, actor=actor, listing_id=listing_id, image_ids=ids[::-1])

    assert (added, arranged) == ("access.denied", "access.denied")
    assert shown(listing_id) == before
    refusals = shelf.rows("select count(*) from audit_record where result = 'refused' and actor_name = %s", actor.name)
    assert refusals == [(2,)]


def test_images_are_arranged_and_the_same_again_changes_nothing(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=3)
    before, actor = shown(listing_id), shelf.actor("supplier")

    for _ in range(2):
        arrange_listing_images(actor=actor, listing_id=listing_id, image_ids=[ids[2], ids[0], ids[1]])

    assert shown(listing_id) == [before[2], before[0], before[1]]
    assert [action for action, _state in shelf.history(f"listing:{listing_id}")].count("arrange_images") == 1


@pytest.mark.parametrize("wanted", [[], [0], [0, 1, 1], [0, 1, 2, 999_999_999]])
def test_an_order_that_does_not_name_all_images_is_refused(shelf: Shelf, tmp_path: Path, wanted: list[int]) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=3)
    image_ids = [ids[one] if one < 3 else one for one in wanted]

    code = refusal_of(arrange_listing_images, actor=shelf.actor("supplier"), listing_id=listing_id, image_ids=image_ids)

    assert code == "image.order_stale"


def test_a_supplier_removes_his_own_without_a_reason_and_makes_room(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=5)
    remove = {"actor": shelf.actor("supplier"), "listing_id": listing_id, "image_id": ids[0]}

    for _ in range(2):
        remove_listing_image(**remove, request_key="key-of-removal")
    again = refusal_of(remove_listing_image, **remove)
    add(shelf, listing_id, kept(tmp_path, COLOURS[0]))

    assert again == "image.unknown"
    assert len(shown(listing_id)) == 5
    assert ("remove_image", "draft") in shelf.history(f"listing:{listing_id}")


@pytest.mark.parametrize("who", ["centre", "monitor"])
def test_a_reviewer_removes_one_with_a_coded_reason(shelf: Shelf, tmp_path: Path, who: str) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=2, state="on_shelf")
    remove = {"actor": shelf.actor(who), "listing_id": listing_id, "image_id": ids[0]}

    codes = [
        refusal_of(remove_listing_image, **remove, reason=reason, note=note)
        for reason, note in (("", ""), ("because", "乱写"), ("other", ""), ("misleading", "字" * 501))
    ]
    remove_listing_image(**remove, reason="contact_or_link", note="图上有二维码")

    assert set(codes) == {"image.reason_needed"}
    assert len(shown(listing_id)) == 1
    assert shelf.facts(f"listing:{listing_id}", "take_down_image")["image_reason"] == "contact_or_link"
    assert shelf.rows("select removed_reason from listing_image where id = %s", ids[0]) == [("contact_or_link",)]


@pytest.mark.parametrize("who", ["supplier2", "regulator", "handler", "auditor"])
def test_nobody_else_removes(shelf: Shelf, tmp_path: Path, who: str) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=1)

    code = refusal_of(
        remove_listing_image, actor=shelf.actor(who), listing_id=listing_id, image_id=ids[0], reason="improper"
    )

    assert code == "access.denied"
    assert len(shown(listing_id)) == 1


def test_an_image_of_another_listing_is_not_removed(shelf: Shelf, tmp_path: Path) -> None:
    _one, ids = filled(shelf, tmp_path, count=1)
    other = shelf.put("NEW-2")

    code = refusal_of(remove_listing_image, actor=shelf.actor("supplier"), listing_id=other, image_id=ids[0])

    assert code == "image.unknown"


def test_what_a_reviewer_removed_is_not_added_again(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=1)
    remove_listing_image(actor=shelf.actor("centre"), listing_id=listing_id, image_id=ids[0], reason="misleading")

    code = refusal_of(add, shelf=shelf, listing_id=listing_id, image=kept(tmp_path, COLOURS[0]))
    add(shelf, shelf.put("NEW-2"), kept(tmp_path, COLOURS[0]))

    assert code == "image.taken_down"
    assert shown(listing_id) == []


def test_goods_that_are_gone_keep_their_images(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=2)
    shelf.write("update listing set state = 'delisted' where id = %s", listing_id)
    own = {"actor": shelf.actor("supplier"), "listing_id": listing_id}

    codes = {
        refusal_of(add, shelf=shelf, listing_id=listing_id, image=kept(tmp_path, "blue")),
        refusal_of(arrange_listing_images, **own, image_ids=ids[::-1]),
        refusal_of(remove_listing_image, **own, image_id=ids[0]),
    }

    assert codes == {"image.not_changeable"}


@pytest.mark.parametrize("deed", ["add", "remove"])
def test_goods_under_review_are_looked_at_anew(shelf: Shelf, tmp_path: Path, deed: str) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=1)
    submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)
    give_verdicts(actor=shelf.actor("centre"), documents=[f"listing:{listing_id}"], verdict="pass")

    if deed == "add":
        add(shelf, listing_id, kept(tmp_path, "blue"))
    else:
        remove_listing_image(actor=shelf.actor("supplier"), listing_id=listing_id, image_id=ids[0])

    assert shelf.state(listing_id) == "checked"
    assert ("recheck", "submitted") in shelf.history(f"listing:{listing_id}")
    assert shelf.rows("select count(*) from listing_verdict where closed_at is null") == [(0,)]


def test_what_a_reviewer_removes_leaves_the_other_verdict_standing(shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=1)
    submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)
    give_verdicts(actor=shelf.actor("centre"), documents=[f"listing:{listing_id}"], verdict="pass")

    remove_listing_image(actor=shelf.actor("monitor"), listing_id=listing_id, image_id=ids[0], reason="unreadable")

    assert shelf.rows("select count(*) from listing_verdict where closed_at is null") == [(1,)]


# From here on: the pages.


@pytest.fixture
def pages(app: Flask, shelf: Shelf) -> Flask:
    return app


def browser(app: Flask, who: str, *, language: str = "zh") -> FormBrowser:
    found = FormBrowser(app.test_client(), who)
    if language != "zh":
        found.send(found.get("/account/password"), "/language", language=language)
    return found


def sent(*contents: bytes) -> list[tuple[BytesIO, str]]:
    return [(BytesIO(content), f"图{number}.jpg") for number, content in enumerate(contents, start=1)]


def upload(desk: FormBrowser, listing_id: int, *contents: bytes) -> Page:
    address = f"/listings/{listing_id}/images"
    return desk.send(desk.get(address), address, files={"image": sent(*contents)})


def fetch(client: FlaskClient, image_hash: str, size: str = "page", **more: Any) -> TestResponse:
    return client.get(f"/images/{image_hash}/{size}.webp", **more)


def test_a_supplier_sends_several_files_and_is_told_which_one_failed(pages: Flask, shelf: Shelf) -> None:
    listing_id, desk = shelf.put(), browser(pages, "supplier")

    good = upload(desk, listing_id, encoded(plain("red"), "JPEG"), encoded(plain("blue"), "WEBP"))
    half = upload(desk, listing_id, encoded(plain("lime")), b"GIF89a canary", encoded(plain("black")))

    assert "已添加 2 张图片" in good.words
    assert half.status == 422
    assert "图2.jpg" in half.words and "只收 JPEG、PNG 和 WebP" in half.words
    assert len(shown(listing_id)) == 3
    assert "图片（3 / 5）" in half.words


def test_no_file_at_all_is_said(pages: Flask, shelf: Shelf) -> None:
    listing_id, desk = shelf.put(), browser(pages, "supplier")
    address = f"/listings/{listing_id}/images"

    page = desk.send(desk.get(address), address)

    assert page.status == 422
    assert "没有收到图片文件" in page.words


def test_the_fifth_image_sent_twice_is_one_image_and_no_complaint(pages: Flask, shelf: Shelf, tmp_path: Path) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=4)
    desk, address = browser(pages, "supplier"), f"/listings/{listing_id}/images"
    form = dict(desk.get(address).form(address).form_values())

    answers = [desk.client.post(address, data={**form, "image": sent(encoded(plain("grey")))}) for _ in "12"]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert len(shown(listing_id)) == 5


def test_the_buttons_move_and_remove(pages: Flask, shelf: Shelf, tmp_path: Path) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=3)
    desk, before = browser(pages, "supplier"), shown(listing_id)
    address = f"/listings/{listing_id}/images"

    page = desk.get(address)
    orders = page.tree.xpath("//button[@name='order']/@value")
    page = desk.send(page, f"{address}/order", order=orders[-1])
    moved = shown(listing_id)
    removal = page.tree.xpath("//form[contains(@action, '/remove')]/@action")[0]
    page = desk.send(page, removal)

    assert moved == [before[2], before[0], before[1]]
    assert shown(listing_id) == moved[1:]
    assert "图片已删除" in page.words


def test_a_foreign_supplier_finds_nothing_and_changes_nothing(pages: Flask, shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=2)
    desk = browser(pages, "supplier2")
    token = desk.get("/account/password").value("csrf_token")
    address = f"/listings/{listing_id}/images"

    answers = [desk.client.get(address).status_code]
    for path, form in (
        (address, {"image": sent(encoded(plain("blue")))}),
        (f"{address}/order", {"order": f"{ids[1]},{ids[0]}"}),
        (f"{address}/{ids[0]}/remove", {}),
    ):
        answers.append(desk.client.post(path, data={"csrf_token": token, **form}).status_code)

    assert answers == [404, 404, 404, 404]
    assert len(shown(listing_id)) == 2


def test_nothing_happens_without_the_forms_token(pages: Flask, shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=1)
    desk, address = browser(pages, "supplier"), f"/listings/{listing_id}/images"

    added = desk.client.post(address, data={"image": sent(encoded(plain("blue")))})
    removed = desk.client.post(f"{address}/{ids[0]}/remove")

    assert {added.status_code, removed.status_code} <= {400, 403}
    assert len(shown(listing_id)) == 1


def test_a_reviewer_removes_on_the_page_and_the_supplier_reads_why(pages: Flask, shelf: Shelf, tmp_path: Path) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=1, state="on_shelf")
    desk, address = browser(pages, "centre"), f"/listings/{listing_id}/images"

    page = desk.get(address)
    assert not page.has_form(address)
    refused = desk.send(page, f"{address}/{ids[0]}/remove", reason="")
    done = desk.send(refused, f"{address}/{ids[0]}/remove", reason="other_goods", note="图上是打印机")
    supplier = browser(pages, "supplier").get(f"/listings/{listing_id}/life").words
    regulator = browser(pages, "regulator").get(f"/listings/{listing_id}/life").words

    assert refused.status == 422
    assert "应选择理由" in refused.words
    assert "图片已删除" in done.words
    for words in (supplier, regulator):
        assert "审核人删除图片" in words and "图片不是这件商品" in words and "图上是打印机" in words
    assert "测试centre" in regulator
    assert "测试centre" not in supplier


def test_images_of_goods_on_the_shelf_are_for_everybody_and_kept_for_a_year(
    pages: Flask, shelf: Shelf, tmp_path: Path
) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=1, state="on_shelf")
    (image_hash,) = shown(listing_id)

    answers = {size: fetch(pages.test_client(), image_hash, size) for size in SIZES}
    known = fetch(pages.test_client(), image_hash, headers={"If-None-Match": answers["page"].headers["ETag"]})

    for answer in answers.values():
        assert answer.status_code == 200
        assert answer.content_type == "image/webp"
        assert answer.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert "img-src 'self' data:" in answer.headers["Content-Security-Policy"]
    assert known.status_code == 304


@pytest.mark.parametrize("state", ["draft", "checked", "rejected", "needs_category", "delisted"])
def test_images_of_hidden_goods_are_for_those_who_may_read_their_life(
    pages: Flask, shelf: Shelf, tmp_path: Path, state: str
) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=1)
    shelf.write("update listing set state = %s where id = %s", state, listing_id)
    (image_hash,) = shown(listing_id)

    answers = {
        who: fetch(browser(pages, who).client, image_hash)
        for who in ("supplier", "centre", "monitor", "regulator", "supplier2", "handler")
    }
    visitor = fetch(pages.test_client(), image_hash)

    codes = {who: answer.status_code for who, answer in answers.items()}
    assert codes == {
        "supplier": 200, "centre": 200, "monitor": 200, "regulator": 200, "supplier2": 404, "handler": 404,
    }  # fmt: skip
    assert visitor.status_code == 404
    assert answers["supplier"].headers["Cache-Control"] == "no-store"
    assert "immutable" not in visitor.headers["Cache-Control"]


def test_a_removed_image_is_gone_for_the_public_and_kept_for_the_record(
    pages: Flask, shelf: Shelf, tmp_path: Path
) -> None:
    listing_id, ids = filled(shelf, tmp_path, count=1, state="on_shelf")
    (image_hash,) = shown(listing_id)

    remove_listing_image(actor=shelf.actor("supplier"), listing_id=listing_id, image_id=ids[0])

    assert fetch(pages.test_client(), image_hash).status_code == 404
    assert fetch(browser(pages, "centre").client, image_hash).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["{0}/huge.webp", "{0}/page.png", "../../secret_key/page.webp", "..%2f..%2fsecret_key/page.webp", "0/page.webp"],
)
def test_addresses_that_name_no_image_find_none(pages: Flask, shelf: Shelf, tmp_path: Path, path: str) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=1, state="on_shelf")

    answer = pages.test_client().get(f"/images/{path.format(shown(listing_id)[0])}")

    assert answer.status_code == 404


def test_a_row_whose_files_are_lost_is_not_found_and_the_same_picture_brings_them_back(
    pages: Flask, shelf: Shelf, tmp_path: Path
) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=1, state="on_shelf")
    (image_hash,) = shown(listing_id)
    for path in (tmp_path / "images").rglob("*.webp"):
        path.unlink()

    lost = fetch(pages.test_client(), image_hash).status_code
    kept(tmp_path, COLOURS[0])

    assert lost == 404
    assert fetch(pages.test_client(), image_hash).status_code == 200


def test_the_product_page_shows_a_gallery_of_all_offers_without_script(
    pages: Flask, shelf: Shelf, tmp_path: Path
) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=2, state="on_shelf")
    other = shelf.world.listings["paper2"]
    add(shelf, other, kept(tmp_path, COLOURS[0]), who="supplier2")
    add(shelf, other, kept(tmp_path, "white"), who="supplier2")
    hidden = shelf.put("NEW-2")
    add(shelf, hidden, kept(tmp_path, "navy"))
    product_id = shelf.rows("select product_id from listing where id = %s", listing_id)[0][0]

    page = page_of(pages.test_client().get(f"/products/{product_id}"))
    pictures = page.tree.xpath("//div[@class='gallery']//figure//img")

    assert len(pictures) == 3
    assert all(picture.get("alt") and picture.get("width") and picture.get("height") for picture in pictures)
    assert [picture.get("loading") for picture in pictures] == [None, "lazy", "lazy"]
    assert page.tree.xpath("//ol[@class='small-images']//a/@href") == ["#image-1", "#image-2", "#image-3"]
    assert {source[:8] for source in page.tree.xpath("//img/@src")} == {"/images/"}
    assert "图片由郑州晴天办公用品有限公司提供" in page.words
    assert "添加图片" in page.words


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh", ("商品图片", "图片（2 / 5）", "每张不超过 8 MB", "25,000,000 像素", "首图，用于列表")),
        ("en", ("Images (2 of 5)", "Each at most 8 MB", "25,000,000 pixels", "First image, shown in lists")),
    ],
)
def test_the_page_of_the_images_speaks_both_languages(
    pages: Flask, shelf: Shelf, tmp_path: Path, language: str, said: tuple[str, ...]
) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=2)
    desk = browser(pages, "supplier", language=language)

    page = desk.get(f"/listings/{listing_id}/images")
    life = desk.get(f"/listings/{listing_id}/life")
    goods = desk.get("/supplier/listings?text=NEW-1")

    for words in said:
        assert words in page.words
    assert {"zh": "添加图片", "en": "Add images"}[language] in life.words
    assert {"zh": "图片 2 张", "en": "Images: 2"}[language] in goods.words
    assert f"/listings/{listing_id}/images" in goods.text


def test_reviewers_see_the_images_on_their_desk(pages: Flask, shelf: Shelf, tmp_path: Path) -> None:
    listing_id, _ids = filled(shelf, tmp_path, count=2)
    submit_listing(actor=shelf.actor("supplier"), listing_id=listing_id)

    desks = [browser(pages, who).get("/review") for who in ("centre", "monitor")]

    for desk in desks:
        assert len(desk.tree.xpath("//ul[@class='small-images']//img")) == 2


def test_images_count_for_completeness(pages: Flask, shelf: Shelf, tmp_path: Path) -> None:
    bare, pictured = shelf.put("NEW-1"), shelf.put("NEW-2")
    for colour in COLOURS[:3]:
        add(shelf, pictured, kept(tmp_path, colour))

    desk = browser(pages, "supplier")
    missing = [
        " ".join(desk.get(f"/listings/{one}/life").tree.xpath("//div[@class='complete']/small//text()"))
        for one in (bare, pictured)
    ]

    assert ["商品图片" in words for words in missing] == [True, False]
