"""A partner's side of the API without session or token: every call is signed with his key, numbered and dated."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Response, current_app, g, request

from mall.access.actor import Actor
from mall.access.guards import everyone
from mall.exchange.admit_call import admit_call, require_signature
from mall.exchange.exchange_key import keys_of
from mall.exchange.return_file import FILE_BYTES_MAX
from mall.signed_calls.read_headers import signed_headers, signed_path


@dataclass(frozen=True)
class PartnerCall:
    """A call that was let in."""

    body: bytes
    key_id: str


View = Callable[..., Response]


def signed_call(*, partner: str, actor: Actor, why: str) -> Callable[[View], View]:
    """Let calls of this partner in by their signature, or refuse them; the view gets the call as its first argument.

    `actor`: the partner as it stands in the audit. `why`: the reason why no right is asked for, kept with the route.
    """

    def admitting(view: View) -> View:
        @functools.wraps(view)
        def called(**address: Any) -> Response:
            return view(_admitted(partner, actor), **address)

        # The body need not be JSON and is read here, bounded.
        called.__delay_validate_request__ = True  # type: ignore[attr-defined]
        return everyone(why)(called)

    return admitting


def exchange_data_dir() -> Path:
    """Where the application keeps the partners' keys."""
    return Path(current_app.config["SUNMALL"].data_dir)


def _admitted(partner: str, actor: Actor) -> PartnerCall:
    request.max_content_length = FILE_BYTES_MAX
    body, path = request.get_data(cache=False), signed_path()
    signed = signed_headers(is_numbered=True)
    keys = keys_of(exchange_data_dir(), partner=partner)
    good = require_signature(signed, keys, method=request.method, path=path, body=body)
    g.actor = actor
    admit_call(actor=actor, partner=partner, signed=good, method=request.method, path=path, body=body)
    return PartnerCall(body=body, key_id=good.key_id)
