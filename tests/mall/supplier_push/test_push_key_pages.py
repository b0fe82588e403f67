"""The page of a supplier's keys in both languages: made and shown once, listed, replaced, ended."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from mall.settings import Settings
from mall.supplier_push.push_key import PushSecret
from tests.form_browser import FormBrowser, Page
from tests.mall.catalogue.conftest import Shelf
from tests.mall.supplier_push.pusher import Pusher

ADDRESS = "/supplier/push-keys"


@pytest.fixture
def supplier(app: Flask, shelf: Shelf) -> FormBrowser:
    return FormBrowser(app.test_client(), "supplier")


def shown(page: Page) -> PushSecret:
    """The key and secret that a page shows."""
    key_id, secret = page.tree.xpath("//section[@aria-labelledby='new-key']//dd/code/text()")
    return PushSecret(key_id, secret)


def test_a_key_is_made_shown_once_and_let_in(app: Flask, shelf: Shelf, supplier: FormBrowser) -> None:
    before = supplier.get(ADDRESS)
    made = supplier.send(before, ADDRESS)
    key = shown(made)
    later = supplier.get(ADDRESS)

    assert "还没有密钥" in before.words and "生成密钥" in before.words
    assert re.fullmatch(r"push-[0-9a-f]{16}", key.id) and len(key.secret) == 43
    assert "只显示这一次" in made.words
    assert key.id in later.words and key.secret not in later.text
    assert Pusher(app, key).call("GET", "/skus").status_code == 200
    assert "测试supplier" in later.words
    assert shelf.rows("select action from audit_record where subject = %s", f"push_key:{key.id}") == [
        ("push.make_key",)
    ]


def test_the_page_that_shows_a_secret_is_kept_by_nobody(supplier: FormBrowser) -> None:
    form = supplier.get(ADDRESS).form(ADDRESS)

    answer = supplier.client.post(ADDRESS, data=dict(form.form_values()))

    assert answer.headers["Cache-Control"] == "no-store"


def test_the_same_form_sent_again_makes_no_second_key_and_shows_nothing(shelf: Shelf, supplier: FormBrowser) -> None:
    page = supplier.get(ADDRESS)
    secret = shown(supplier.send(page, ADDRESS)).secret

    again = supplier.send(page, ADDRESS)

    assert again.status == 409
    assert "不能再次显示" in again.words and "再生成一把新的" in again.words
    assert secret not in again.text
    assert shelf.rows("select count(*) from supplier_push_key") == [(1,)]


def test_a_key_is_replaced_with_an_overlap_and_a_third_is_refused(shelf: Shelf, supplier: FormBrowser) -> None:
    supplier.send(supplier.get(ADDRESS), ADDRESS)
    stale = supplier.get(ADDRESS)
    supplier.send(stale, ADDRESS)
    page = supplier.get(ADDRESS)

    stale.form(ADDRESS).fields["request_key"] = "another key of a request"
    third = supplier.send(stale, ADDRESS)

    assert "旧密钥还可以用 7 天" in stale.words
    assert "更换中" in page.words and not page.has_form(ADDRESS)
    assert third.status == 409 and "已有两把有效密钥" in third.words and "先停用其中一把" in third.words
    assert shelf.rows("select count(*) from supplier_push_key") == [(2,)]


def test_a_key_is_ended_at_once(app: Flask, shelf: Shelf, supplier: FormBrowser) -> None:
    key = shown(supplier.send(supplier.get(ADDRESS), ADDRESS))

    page = supplier.send(supplier.get(ADDRESS), f"/{key.id}/retire")

    assert "密钥已停用" in page.words and "已结束" in page.words
    assert Pusher(app, key).call("GET", "/skus").status_code == 401


def test_another_suppliers_key_looks_like_a_missing_one(
    app: Flask, shelf: Shelf, supplier: FormBrowser, sunny: Pusher
) -> None:
    stranger = FormBrowser(app.test_client(), "supplier2")
    token = stranger.get(ADDRESS).value("csrf_token")

    answers = [
        stranger.client.post(f"{ADDRESS}/{key_id}/retire", data={"csrf_token": token})
        for key_id in (sunny.key.id, "push-0000000000000000", "%00", "钥匙", "x" * 300)
    ]

    assert [answer.status_code for answer in answers] == [404] * 5
    assert sunny.call("GET", "/skus").status_code == 200
    assert sunny.key.id not in stranger.get(ADDRESS).words


def test_a_key_for_another_supplier_is_refused(app: Flask, shelf: Shelf) -> None:
    stranger = FormBrowser(app.test_client(), "supplier2")
    form = stranger.get(ADDRESS).form(ADDRESS)
    form.fields["supplier_id"] = str(shelf.world.sunny_id)

    answer = stranger.client.post(ADDRESS, data=dict(form.form_values()))

    assert answer.status_code == 403
    assert shelf.rows("select count(*) from supplier_push_key") == [(0,)]


def test_the_page_speaks_english(supplier: FormBrowser) -> None:
    page = supplier.get(ADDRESS)
    supplier.client.post("/language", data={"csrf_token": page.value("csrf_token"), "language": "en"})
    made = supplier.send(supplier.get(ADDRESS), ADDRESS)
    later = supplier.get(ADDRESS)

    for words in ("Push API", "Shown only now", "Key id", "120 a minute at most", "Replace the key"):
        assert words in made.words
    main = " ".join(later.tree.xpath("//main//text()"))
    assert [one for one in re.findall(r"[\u4e00-\u9fff]{2,}", main) if one not in "郑州晴天办公用品有限公司测试"] == []


def test_secrets_are_drawn_from_the_installations_own(settings: Settings, sunny: Pusher, moon: Pusher) -> None:
    secrets = (settings.data_dir / "secrets.json").read_text()

    assert sunny.key.secret != moon.key.secret
    assert sunny.key.secret not in secrets and '"supplier_push"' in secrets
