"""The treasury's calls: let in by signature, window, number and nonce; and what they do."""

from __future__ import annotations

import hashlib
from datetime import timedelta

import psycopg
import pytest

from mall import clock
from mall.access.actor import SYSTEM
from mall.errors import Refusal
from mall.exchange.exchange_call import SequenceGap, gaps_of
from mall.exchange.exchange_key import ExchangeKey, key_to_sign_with, keys_of, retire_key, rotate_key
from mall.exchange.file_purpose import BATCH_PATH
from mall.installation.keep_secrets import FILE_NAME
from mall.settings import Settings
from mall.signed_calls.signature import FILE_METHOD, fits, read_signature_line, sign
from tests.journeys.story import Book, Story
from tests.mall.exchange.treasury import Treasury, return_text

Payments = tuple[tuple[str, int], ...]


def audited(story: Story, code: str) -> int:
    """How many refusals of this code the audit holds."""
    with psycopg.connect(story.admin_url) as connection:
        query = "select count(*) from audit_record where result = 'refused' and facts ->> 'code' = %s"
        return connection.execute(query, (code,)).fetchone()[0]


def test_treasury_pulls_a_batch_acknowledges_it_and_returns_it(treasury: Treasury, sent: Payments) -> None:
    listed = treasury.call("GET", "/batches").json["items"]
    content = treasury.call("GET", "/batches/1")
    receipt = b'{"sha256": "%s"}' % listed[0]["sha256"].encode()
    acknowledged = [treasury.call("POST", "/batches/1/receipt", receipt) for _ in range(2)]
    outcomes = treasury.says(*((number, "OK", fen, f"GK{place}", "") for place, (number, fen) in enumerate(sent)))

    assert [(one["sequence_no"], one["payment_count"], one["received_at"]) for one in listed] == [(1, 5, None)]
    assert hashlib.sha256(content.data).hexdigest() == listed[0]["sha256"]
    signed = read_signature_line(content.headers["Sunmall-File-Signature"])
    assert fits(signed, [treasury.key], method=FILE_METHOD, path=BATCH_PATH, body=content.data)
    assert [answer.status_code for answer in acknowledged] == [200, 200]
    assert treasury.call("GET", "/batches?after=0").json["items"][0]["received_at"] is not None
    assert treasury.call("GET", "/batches?after=1").json["items"] == []
    assert outcomes == {"paid": 5}


def test_same_return_sent_again_under_the_next_number_changes_nothing(
    story: Story, treasury: Treasury, sent: Payments
) -> None:
    line = (sent[0][0], "OK", sent[0][1], "GK1", "")
    assert treasury.says(line) == {"paid": 1}

    again = treasury.call("POST", "/returns", return_text(line))

    assert again.json == {"already_imported": True, "outcomes": {"already": 1}, "findings": []}
    assert story.book().paid == 21_500


def test_wrong_receipt_is_refused(treasury: Treasury, sent: Payments) -> None:
    answer = treasury.call("POST", "/batches/1/receipt", b'{"sha256": "%s"}' % (b"0" * 64))

    assert (answer.status_code, answer.json["code"]) == (409, "exchange.receipt_differs")


@pytest.mark.parametrize("body", [b"", b"[]", b"{", b'{"sha256": 1}', b'{"sha256": "x"}', b"\xff"], ids=repr)
def test_receipt_that_is_none_is_refused(treasury: Treasury, sent: Payments, body: bytes) -> None:
    answer = treasury.call("POST", "/batches/1/receipt", body)

    assert answer.status_code in (409, 422)


def test_forged_call_is_refused_and_recorded(story: Story, treasury: Treasury, sent: Payments) -> None:
    good = return_text((sent[0][0], "REFUSED", sent[0][1], "GK1", ""))
    forged = good.replace(b"REFUSED", b"OK")

    answer = treasury.call("POST", "/returns", good, sent_body=forged)

    assert (answer.status_code, answer.json["code"]) == (401, "exchange.bad_signature")
    assert audited(story, "exchange.bad_signature") == 1
    assert story.book() == Book(available=9_879_600, in_payment=120_400)


def test_call_of_a_wrong_key_is_refused(app, treasury: Treasury) -> None:
    stranger = Treasury(app, ExchangeKey("treasury", treasury.key.id, "guessed", clock.now(), None))

    assert stranger.call("GET", "/batches").json["code"] == "exchange.bad_signature"


def test_call_signed_for_another_path_is_refused(treasury: Treasury, sent: Payments) -> None:
    answer = treasury.call("GET", "/batches/2", sent_path="/api/v1/treasury/batches/1")

    assert answer.json["code"] == "exchange.bad_signature"


@pytest.mark.parametrize(("seconds", "status"), [(-301, 409), (301, 409), (-299, 200), (299, 200)])
def test_call_outside_the_window_is_refused(treasury: Treasury, seconds: int, status: int) -> None:
    answer = treasury.call("GET", "/batches", at=clock.now() + timedelta(seconds=seconds))

    assert answer.status_code == status
    assert status == 200 or answer.json["code"] == "exchange.out_of_window"


def test_replayed_call_is_refused(story: Story, treasury: Treasury) -> None:
    path = "/api/v1/treasury/batches"
    signed = sign(treasury.key, method="GET", path=path, body=b"", at=clock.now(), sequence_no=1)
    assert treasury.send("GET", path, b"", signed).status_code == 200

    again = treasury.send("GET", path, b"", signed)

    assert (again.status_code, again.json["code"]) == (409, "exchange.nonce_used")
    assert audited(story, "exchange.nonce_used") == 1


def test_nonce_is_good_once_and_numbers_only_rise(treasury: Treasury) -> None:
    nonce = "0123456789abcdef"
    assert treasury.call("GET", "/batches", sequence_no=5, nonce=nonce).status_code == 200

    with_old_nonce = treasury.call("GET", "/batches", sequence_no=6, nonce=nonce)
    with_old_number = treasury.call("GET", "/batches", sequence_no=5)
    below = treasury.call("GET", "/batches", sequence_no=4)

    assert with_old_nonce.json["code"] == "exchange.nonce_used"
    assert with_old_number.json["code"] == "exchange.sequence_used"
    assert below.json["facts"] == {"sequence_no": 4, "last_sequence_no": 5}


def test_gaps_in_the_numbers_are_kept(treasury: Treasury) -> None:
    for number in (2, 3, 7):
        treasury.call("GET", "/batches", sequence_no=number)

    assert gaps_of("treasury") == [SequenceGap(4, 6, clock.now()), SequenceGap(1, 1, clock.now())]


def test_body_above_the_bound_is_refused(treasury: Treasury) -> None:
    answer = treasury.call("POST", "/returns", b"x" * (4 * 1024 * 1024 + 1))

    assert answer.status_code == 413


def test_damaged_return_is_refused_whole_and_kept(story: Story, treasury: Treasury, sent: Payments) -> None:
    damaged = return_text((sent[0][0], "OK", sent[0][1], "GK1", "")).replace(b"GK1", b"GK2")

    answer = treasury.call("POST", "/returns", damaged)

    assert (answer.status_code, answer.json["code"]) == (422, "treasury.bad_file")
    with psycopg.connect(story.admin_url) as connection:
        kept = connection.execute("select content, code from refused_file").fetchall()
    assert [(bytes(content), code) for content, code in kept] == [(damaged, "treasury.bad_file")]
    assert story.book().paid == 0


def test_without_a_key_the_exchange_is_closed(app) -> None:
    stranger = Treasury(app, ExchangeKey("treasury", "treasury-1", "guessed", clock.now(), None))

    assert stranger.call("GET", "/batches").json["code"] == "exchange.no_key"


def test_while_a_key_is_changed_both_are_good_and_then_only_the_new_one(
    app, settings: Settings, treasury: Treasury
) -> None:
    new = Treasury(app, rotate_key(settings.data_dir, actor=SYSTEM, overlap_days=7), treasury.numbers)
    assert key_to_sign_with(settings.data_dir).id == treasury.key.id
    with pytest.raises(Refusal) as caught:
        rotate_key(settings.data_dir, actor=SYSTEM)
    assert caught.value.code == "exchange.two_keys"
    assert [one.call("GET", "/batches").status_code for one in (treasury, new)] == [200, 200]

    clock.advance_frozen(timedelta(days=7))

    assert [one.call("GET", "/batches").status_code for one in (treasury, new)] == [401, 200]
    assert [key.id for key in keys_of(settings.data_dir)] == [new.key.id]


def test_retired_key_ends_at_once(settings: Settings, treasury: Treasury) -> None:
    retire_key(settings.data_dir, actor=SYSTEM, key_id=treasury.key.id)

    assert treasury.call("GET", "/batches").json["code"] == "exchange.no_key"


def test_key_stands_in_the_file_of_secrets_and_nowhere_in_the_database(
    story: Story, settings: Settings, treasury: Treasury
) -> None:
    treasury.call("GET", "/batches")

    assert (settings.data_dir / FILE_NAME).stat().st_mode & 0o077 == 0
    assert treasury.key.secret in (settings.data_dir / FILE_NAME).read_text()
    with psycopg.connect(story.admin_url) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'public' and table_type = 'BASE TABLE'"
        ).fetchall()
        found = [
            table
            for (table,) in tables
            if connection.execute(
                f"select 1 from \"{table}\" t where to_jsonb(t)::text like '%%' || %s || '%%' limit 1",
                (treasury.key.secret,),
            ).fetchone()
        ]
    assert found == []
