"""Who is let in: by signature, window, nonce and number of calls; every refusal is recorded, within bounds."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from flask import Flask

from mall import clock
from mall.people import stranger_throttle
from mall.settings import Settings
from mall.signed_calls.signature import sign
from mall.supplier_push.change_push_keys import make_push_key, retire_push_key
from mall.supplier_push.purge_push import purge_push
from mall.supplier_push.push_key import PushSecret, secret_of
from tests.mall.catalogue.conftest import Shelf
from tests.mall.supplier_push.pusher import PREFIX, Pusher
from tests.world import World

CUT = {"prices": [{"sku": "SKU-paper", "price_fen": 2000}]}
FORGED = b'{"prices": [{"sku": "SKU-paper", "price_fen": 1}]}'


def audited(shelf: Shelf, code: str) -> int:
    query = "select count(*) from audit_record where result = 'refused' and facts ->> 'code' = %s"
    return shelf.rows(query, code)[0][0]


def price(shelf: Shelf) -> int:
    return shelf.rows("select price_fen from listing where sku = 'SKU-paper'")[0][0]


@pytest.mark.parametrize(
    "wrong",
    [
        {"sent_body": FORGED},
        {"sent_path": f"{PREFIX}/prices?x=1"},
        {"sent_path": f"{PREFIX}/stock"},
        {"sent_method": "PUT"},
    ],
    ids=["body", "query", "path", "method"],
)
def test_a_call_that_is_not_what_was_signed_is_refused(shelf: Shelf, sunny: Pusher, wrong: dict) -> None:
    answer = sunny.call("POST", "/prices", CUT, **wrong)

    assert answer.status_code in (401, 405)
    assert answer.status_code == 405 or answer.json["code"] == "push.bad_signature"
    assert price(shelf) == 2150


def test_a_forged_call_is_recorded(shelf: Shelf, sunny: Pusher) -> None:
    sunny.call("POST", "/prices", CUT, sent_body=FORGED)

    assert audited(shelf, "push.bad_signature") == 1


@pytest.mark.parametrize("key_id", ["", "push-0000000000000000", "treasury-00000001", "钥匙"])
def test_a_key_that_does_not_exist_is_refused_like_a_wrong_secret(app: Flask, sunny: Pusher, key_id: str) -> None:
    with_wrong_id = Pusher(app, PushSecret(key_id, sunny.key.secret))
    with_wrong_secret = Pusher(app, PushSecret(sunny.key.id, "guessed"))
    if not key_id.isascii():
        signed = sign(sunny.key, method="GET", path=f"{PREFIX}/skus", body=b"", at=clock.now())
        unknown = app.test_client().get(
            f"{PREFIX}/skus", headers={"Sunmall-Key": key_id.encode().decode("latin-1"), "Sunmall-Nonce": signed.nonce}
        )
    else:
        unknown = with_wrong_id.call("GET", "/skus")
    wrong = with_wrong_secret.call("GET", "/skus")

    assert unknown.status_code == wrong.status_code == 401
    assert unknown.json["code"] == wrong.json["code"] == "push.bad_signature"
    assert unknown.json["facts"] == wrong.json["facts"] == {}


def test_a_token_and_a_session_let_nobody_in(app: Flask, sunny: Pusher) -> None:
    answer = app.test_client().get(f"{PREFIX}/skus", headers={"Authorization": "Basic x"})

    assert (answer.status_code, answer.json["code"]) == (401, "push.bad_signature")


@pytest.mark.parametrize(("seconds", "status"), [(-301, 409), (301, 409), (-299, 200), (299, 200)])
def test_a_call_outside_the_window_is_refused(shelf: Shelf, sunny: Pusher, seconds: int, status: int) -> None:
    with clock.frozen(clock.now()):
        answer = sunny.call("GET", "/skus", at=clock.now() + timedelta(seconds=seconds))

    assert answer.status_code == status
    assert status == 200 or answer.json["code"] == "push.out_of_window"
    assert audited(shelf, "push.out_of_window") == (status == 409)


def test_a_replayed_call_is_refused_and_recorded(shelf: Shelf, sunny: Pusher) -> None:
    signed = sign(sunny.key, method="GET", path=f"{PREFIX}/skus", body=b"", at=clock.now())
    assert sunny.send("GET", f"{PREFIX}/skus", b"", signed).status_code == 200

    again = sunny.send("GET", f"{PREFIX}/skus", b"", signed)

    assert (again.status_code, again.json["code"]) == (409, "push.nonce_used")
    assert audited(shelf, "push.nonce_used") == 1


def test_of_copies_that_come_at_the_same_moment_one_is_let_in(sunny: Pusher) -> None:
    signed = sign(sunny.key, method="GET", path=f"{PREFIX}/skus", body=b"", at=clock.now())

    with ThreadPoolExecutor(max_workers=4) as pool:
        sent = [pool.submit(sunny.send, "GET", f"{PREFIX}/skus", b"", signed) for _ in range(4)]
        found = sorted(answer.result().status_code for answer in sent)

    assert found == [200, 409, 409, 409]


def test_a_nonce_is_used_once_even_for_another_call(sunny: Pusher) -> None:
    nonce = "0123456789abcdef"
    assert sunny.call("GET", "/skus", nonce=nonce).status_code == 200

    assert sunny.call("GET", "/messages", nonce=nonce).json["code"] == "push.nonce_used"


def test_nonces_of_two_suppliers_do_not_meet(sunny: Pusher, moon: Pusher) -> None:
    answers = [one.call("GET", "/skus", nonce="0123456789abcdef").status_code for one in (sunny, moon)]

    assert answers == [200, 200]


def test_nonces_go_when_no_call_could_use_them_any_more(shelf: Shelf, sunny: Pusher) -> None:
    # A time is signed to the second.
    with clock.frozen(clock.now().replace(microsecond=0)):
        at, nonce = clock.now(), "0123456789abcdef"
        sunny.call("GET", "/skus", at=at, nonce=nonce)
        clock.advance_frozen(timedelta(seconds=300))
        purge_push()
        still_refused = sunny.call("GET", "/skus", at=at, nonce=nonce).json["code"]
        clock.advance_frozen(timedelta(seconds=301))
        purged = purge_push()
        afterwards = sunny.call("GET", "/skus", at=at, nonce=nonce).json["code"]

    assert (still_refused, purged, afterwards) == ("push.nonce_used", 1, "push.out_of_window")
    assert shelf.rows("select count(*) from push_nonce") == [(0,)]


def test_too_many_calls_in_a_minute_are_refused_with_the_seconds_to_wait(
    shelf: Shelf, sunny: Pusher, moon: Pusher
) -> None:
    shelf.rule("push.calls_per_minute", 3)
    with clock.frozen(clock.now()):
        let_in = [sunny.call("GET", "/skus").status_code for _ in range(3)]
        clock.advance_frozen(timedelta(seconds=20))
        refused = sunny.call("GET", "/skus", nonce="0123456789abcdef")
        other = moon.call("GET", "/skus").status_code
        clock.advance_frozen(timedelta(seconds=40))
        afterwards = sunny.call("GET", "/skus", nonce="0123456789abcdef").status_code

    assert let_in == [200, 200, 200]
    assert (refused.status_code, refused.json["code"]) == (429, "push.too_many_calls")
    assert refused.headers["Retry-After"] == "40"
    assert refused.json["facts"] == {"calls_per_minute": 3, "retry_after": 40}
    assert other == 200
    assert afterwards == 200, "a call that was refused for its number has not used its nonce up"
    assert audited(shelf, "push.too_many_calls") == 1


def test_a_flood_of_refusals_is_recorded_within_the_bounds_of_its_network(
    shelf: Shelf, sunny: Pusher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stranger_throttle, "RECORDS_MAX", 3)
    shelf.rule("push.calls_per_minute", 1)

    codes = [sunny.call("GET", "/skus").json.get("code") for _ in range(7)]

    assert codes == [None, *["push.too_many_calls"] * 6]
    assert audited(shelf, "push.too_many_calls") == 3


def test_while_a_key_is_replaced_both_are_good_and_then_only_the_new_one(
    app: Flask, world: World, settings: Settings
) -> None:
    person = world.actor("supplier")

    def pusher() -> Pusher:
        made = make_push_key(actor=person, supplier_id=world.sunny_id)
        return Pusher(app, secret_of(made, data_dir=settings.data_dir))

    with clock.frozen(clock.now()):
        old, new = pusher(), pusher()
        meanwhile = [one.call("GET", "/skus").status_code for one in (old, new)]
        clock.advance_frozen(timedelta(days=7))
        afterwards = [one.call("GET", "/skus").status_code for one in (old, new)]

    assert (meanwhile, afterwards) == ([200, 200], [401, 200])


def test_a_retired_key_ends_at_once(world: World, sunny: Pusher) -> None:
    retire_push_key(actor=world.actor("supplier"), key_id=sunny.key.id)

    assert sunny.call("GET", "/skus").status_code == 401


def test_a_supplier_that_was_removed_is_not_let_in(shelf: Shelf, sunny: Pusher) -> None:
    shelf.write("update supplier set state = 'removed' where id = %s", shelf.world.sunny_id)

    assert sunny.call("GET", "/skus").status_code == 401


def test_the_secret_stands_nowhere_in_the_database(shelf: Shelf, sunny: Pusher) -> None:
    sunny.outcome("prices", sku="SKU-paper", price_fen=2000)

    with psycopg.connect(shelf.admin) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'public' and table_type = 'BASE TABLE'"
        ).fetchall()
        holds = 'select 1 from "{}" t where to_jsonb(t)::text like %s limit 1'
        found = [
            table
            for (table,) in tables
            if connection.execute(holds.format(table), (f"%{sunny.key.secret}%",)).fetchone()
        ]
    assert found == []


def test_a_body_above_the_bound_is_refused(sunny: Pusher) -> None:
    assert sunny.call("POST", "/prices", b"[" * (1024 * 1024 + 1)).status_code == 413


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b"\xff", b'{"prices": {}}', b'{"prices": [], "x": 1}'], ids=repr)
def test_a_body_that_is_none_is_refused(shelf: Shelf, sunny: Pusher, body: bytes) -> None:
    answer = sunny.call("POST", "/prices", body)

    assert answer.status_code in (400, 415, 422)
    assert answer.mimetype == "application/problem+json"
