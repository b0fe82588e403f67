"""What a signature covers, whose it is, and that nothing of it is forgiven."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from mall.signed_calls.signature import fits, read_signature_line, read_signed, sign, text_to_sign

KEY = SimpleNamespace(id="treasury-00000001", secret="a secret of the tests")
OTHER = SimpleNamespace(id="treasury-00000002", secret="another secret")
AT = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
CALL = {"method": "POST", "path": "/api/v1/treasury/returns", "body": b"content"}


def test_signed_text_is_seven_lines() -> None:
    text = text_to_sign(**CALL, at=AT, sequence_no=42, nonce="8f14e45fceea167a5a36dedd4bea2543")

    assert text == (
        "SUNMALL-HMAC-SHA256\nPOST\n/api/v1/treasury/returns\n2026-11-28T15:00:00Z\n42\n"
        "8f14e45fceea167a5a36dedd4bea2543\ned7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
    )


def test_signed_text_of_a_call_without_a_number_leaves_its_line_out() -> None:
    text = text_to_sign(**CALL, at=AT, sequence_no=None, nonce="8f14e45fceea167a5a36dedd4bea2543")

    assert text == (
        "SUNMALL-HMAC-SHA256\nPOST\n/api/v1/treasury/returns\n2026-11-28T15:00:00Z\n"
        "8f14e45fceea167a5a36dedd4bea2543\ned7002b439e9ac845f22357d822bac1444730fbdb6016d3ec9432297b9ec9f73"
    )


@pytest.mark.parametrize(("signed_no", "told_no"), [(42, None), (None, 42)])
def test_a_number_can_neither_be_dropped_nor_added(signed_no: int | None, told_no: int | None) -> None:
    signed = sign(KEY, **CALL, at=AT, sequence_no=signed_no)

    assert fits(signed, [KEY], **CALL)
    assert not fits(replace(signed, sequence_no=told_no), [KEY], **CALL)


def test_a_call_without_a_number_is_read_only_where_none_is_asked_for() -> None:
    good = {"key_id": KEY.id, "at": "2026-11-28T15:00:00Z", "nonce": "0" * 32, "digest": "a" * 64}

    without = read_signed(**good, sequence_no=None)

    assert without is not None and without.sequence_no is None
    assert read_signed(**good, sequence_no="") is None


def test_signature_of_a_known_text_is_the_known_one() -> None:
    signed = sign(KEY, **CALL, at=AT, sequence_no=42, nonce="8f14e45fceea167a5a36dedd4bea2543")

    assert signed.digest == "a769066a8a9aa3b9c8ba7c75d0ec8849a9aeee20ea8bd4da73ca7397d9131037"


@pytest.mark.parametrize(
    "changed",
    [{"method": "GET"}, {"path": "/api/v1/treasury/returns?x=1"}, {"body": b"content."}],
    ids=["method", "path", "body"],
)
def test_changed_call_does_not_fit(changed: dict[str, object]) -> None:
    signed = sign(KEY, **CALL, at=AT, sequence_no=42)

    assert fits(signed, [KEY], **CALL)
    assert not fits(signed, [KEY], **{**CALL, **changed})


@pytest.mark.parametrize(
    "changed",
    [{"at": AT + timedelta(seconds=1)}, {"sequence_no": 43}, {"nonce": "0" * 32}, {"key_id": OTHER.id}],
    ids=["time", "number", "nonce", "key"],
)
def test_changed_header_does_not_fit(changed: dict[str, object]) -> None:
    signed = sign(KEY, **CALL, at=AT, sequence_no=42)

    assert not fits(type(signed)(**{**signed.__dict__, **changed}), [KEY, OTHER], **CALL)


def test_either_of_two_keys_signs_and_a_third_does_not() -> None:
    assert fits(sign(KEY, **CALL, at=AT, sequence_no=1), [OTHER, KEY], **CALL)
    assert fits(sign(OTHER, **CALL, at=AT, sequence_no=1), [OTHER, KEY], **CALL)
    assert not fits(sign(KEY, **CALL, at=AT, sequence_no=1), [OTHER], **CALL)


def test_detached_signature_is_read_as_it_was_written() -> None:
    signed = sign(KEY, **CALL, at=AT, sequence_no=42)

    assert read_signature_line(signed.as_line()) == signed


@pytest.mark.parametrize(
    "parts",
    [
        {"at": "2026-11-28T15:00:00+08:00"},
        {"at": "2026-13-28T15:00:00Z"},
        {"sequence_no": "0"},
        {"sequence_no": "-1"},
        {"sequence_no": "1_000"},
        {"sequence_no": "9" * 19},
        {"nonce": "short"},
        {"nonce": "x" * 65},
        {"digest": "F" * 64},
        {"digest": ""},
        {"key_id": ""},
        {"key_id": "钥匙"},
    ],
    ids=str,
)
def test_anything_else_is_no_signature(parts: dict[str, str]) -> None:
    good = {"key_id": KEY.id, "at": "2026-11-28T15:00:00Z", "sequence_no": "1", "nonce": "0" * 32, "digest": "a" * 64}

    assert read_signed(**good) is not None
    assert read_signed(**{**good, **parts}) is None
