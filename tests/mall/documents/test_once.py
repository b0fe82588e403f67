"""The idempotency record stands and falls with the effect."""

from __future__ import annotations

import pytest

from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic
from mall.documents.once import claim, hash_of, settle
from mall.errors import Refusal
from tests.world import World


@atomic
def deed(*, actor: Actor, request_key: str | None, body: object, fails: bool = False) -> tuple[object, bool]:
    claimed = claim(actor=actor, action="test.deed", request_key=request_key, body=body)
    if claimed.replayed:
        return claimed.answer, True
    record(actor=actor, action="test.deed", subject="test")
    if fails:
        raise Refusal("order.empty")
    return settle(claimed, {"done": body}), False


def test_the_same_key_and_body_gets_the_first_answer(world: World) -> None:
    actor = world.actor("handler")
    first = deed(actor=actor, request_key="key-number-1", body=[1, 2])

    again = deed(actor=actor, request_key="key-number-1", body=[1, 2])

    assert first == ({"done": [1, 2]}, False)
    assert again == ({"done": [1, 2]}, True)


def test_the_same_key_with_another_body_is_refused(world: World) -> None:
    actor = world.actor("handler")
    deed(actor=actor, request_key="key-number-1", body=[1, 2])

    with pytest.raises(Refusal) as refused:
        deed(actor=actor, request_key="key-number-1", body=[1, 3])

    assert refused.value.code == "request.key_reused"


def test_a_rolled_back_deed_leaves_its_key_free(world: World) -> None:
    actor = world.actor("handler")
    with pytest.raises(Refusal):
        deed(actor=actor, request_key="key-number-1", body=[1], fails=True)

    result = deed(actor=actor, request_key="key-number-1", body=[1])

    assert result == ({"done": [1]}, False)


def test_two_people_may_use_one_key(world: World) -> None:
    deed(actor=world.actor("handler"), request_key="key-number-1", body=[1])

    other = deed(actor=world.actor("handler2"), request_key="key-number-1", body=[2])

    assert other == ({"done": [2]}, False)


@pytest.mark.parametrize("key", ["short", "x" * 201, "with\nnewline1"])
def test_a_malformed_key_is_refused(world: World, key: str) -> None:
    with pytest.raises(Refusal) as refused:
        deed(actor=world.actor("handler"), request_key=key, body=[1])

    assert refused.value.code == "request.key_malformed"


def test_the_hash_does_not_depend_on_the_order_of_keys() -> None:
    assert hash_of({"a": 1, "b": [2, "中"]}) == hash_of({"b": [2, "中"], "a": 1})
    assert hash_of({"a": 1}) != hash_of({"a": 2})
