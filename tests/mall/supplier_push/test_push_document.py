"""The examples and tables of docs/supplier-push.md are what the code makes, says and answers."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime

from mall.refusals import REFUSALS
from mall.settings import CHECKOUT
from mall.signed_calls.signature import fits, read_signed, text_to_sign
from mall.supplier_push.push_key import PushSecret
from mall.supplier_push.push_shape import MessageShape
from mall.supplier_push.sku_outcome import OUTCOMES
from mall.supplier_push.supplier_message import KINDS
from tests.mall.supplier_push.pusher import Pusher

DOCUMENT = (CHECKOUT / "docs" / "supplier-push.md").read_text(encoding="utf-8")
KEY = PushSecret(id="push-0123456789abcdef", secret="a secret of the tests")


def example(name: str) -> str:
    found = re.search(rf"```{name}\n(.*?)\n```", DOCUMENT, flags=re.DOTALL)
    assert found, name
    return found.group(1)


def test_the_signature_of_the_document_is_made_with_nothing_but_the_document() -> None:
    scheme, method, path, at, nonce, body_hash = example("signed-text").split("\n")

    assert hashlib.sha256(example("signed-body").encode()).hexdigest() == body_hash
    digest = hmac.new(KEY.secret.encode(), example("signed-text").encode(), hashlib.sha256).hexdigest()
    assert digest == example("signature")
    assert (scheme, method, path) == ("SUNMALL-HMAC-SHA256", "POST", "/api/v1/supplier/prices")
    assert (at, nonce) == ("2026-11-28T15:00:00Z", "8f14e45fceea167a5a36dedd4bea2543")


def test_the_call_of_the_document_fits() -> None:
    first, *lines = example("call").split("\n")
    method, path = first.split(" ")
    headers = dict(line.split(": ", 1) for line in lines)
    body = example("signed-body").encode()

    signed = read_signed(
        key_id=headers["Sunmall-Key"],
        at=headers["Sunmall-Timestamp"],
        sequence_no=None,
        nonce=headers["Sunmall-Nonce"],
        digest=headers["Sunmall-Signature"],
    )

    assert signed is not None and fits(signed, [KEY], method=method, path=path, body=body)
    at = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
    assert example("signed-text") == text_to_sign(
        method=method, path=path, body=body, at=at, sequence_no=None, nonce=signed.nonce
    )


def test_the_body_of_the_document_is_taken(sunny: Pusher) -> None:
    (outcome,) = sunny.call("POST", "/prices", example("signed-body").encode()).json["outcomes"]

    assert outcome["code"] == "push.sku_unknown"


def test_the_message_of_the_document_has_the_shape_of_one() -> None:
    message = json.loads(example("message"))

    assert MessageShape(**message).kind in KINDS
    assert set(message) == set(MessageShape.model_fields)


def test_every_kind_outcome_and_code_stands_in_the_document() -> None:
    own = {code for code in REFUSALS if code.startswith("push.")} - {
        "push.two_keys",
        "push.key_shown",
        "push.unknown_key",
    }

    assert {word for word in {*KINDS, *OUTCOMES, *own} if f"`{word}`" not in DOCUMENT} == set()
    assert {code for code in re.findall(r"`([a-z]+\.[a-z_]+)`", DOCUMENT) if code in REFUSALS} >= own


def test_every_rule_of_the_document_is_a_rule() -> None:
    rules = (CHECKOUT / "mall" / "reference" / "regional_rules.csv").read_text(encoding="utf-8")

    named = set(re.findall(r"the rule `([a-z_.]+)`", DOCUMENT.replace("\n", " ")))
    assert named == {
        "push.overlap_days",
        "push.window_seconds",
        "push.calls_per_minute",
        "push.skus_per_call",
        "push.keep_days",
    }
    assert {rule for rule in named if f"\n{rule}," not in rules} == set()
