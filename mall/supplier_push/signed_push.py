"""The guard of the push API's views: each is let in by its signature and then asks the table of permissions."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from flask import current_app, g, request
from flask_openapi3 import APIBlueprint
from flask_openapi3.models.parameter import Parameter
from flask_openapi3.models.schema import Schema

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.guards import everyone
from mall.access.permission_table import PERMISSIONS
from mall.api.read_request import BODY_MAX_BYTES, in_shape, read_body, read_query, request_key
from mall.errors import Refusal
from mall.signed_calls.read_headers import KEY_ID, NONCE, SIGNATURE, TIMESTAMP, signed_headers, signed_path
from mall.supplier_push.admit_push import acting_for, admit_push, require_signature
from mall.suppliers.supplier import Supplier

View = TypeVar("View", bound=Callable[..., Any])

#: the key of a request is kept under the supplier's id, which takes some of its room
REQUEST_KEY_MAX = 160
_WHY = "a supplier's system has no session: every call carries a signature, looked at before anything else"


@dataclass(frozen=True)
class PushCall:
    """A call that was let in."""

    actor: Actor
    supplier: Supplier

    @property
    def request_key(self) -> str | None:
        """The key under which this call may be sent again, told apart from other suppliers' keys.

        Raises Refusal("request.key_malformed").
        """
        given = request_key()
        if given is None:
            return None
        if not 8 <= len(given) <= REQUEST_KEY_MAX:
            raise Refusal("request.key_malformed")
        return f"supplier {self.supplier.id} {given}"


def signed_push(permission: str) -> Callable[[View], View]:
    """Let a call in by its signature and its supplier's post; the view gets it first, then `query` and `body`."""
    if permission not in PERMISSIONS:
        raise KeyError(f"no such permission: {permission}")

    def decorate(view: View) -> View:
        hints = get_type_hints(view)

        @functools.wraps(view)
        def called(**address: Any) -> Any:
            call = _admitted(permission)
            given: dict[str, Any] = {}
            if "query" in hints:
                given["query"] = read_query(hints["query"])
            if "body" in hints:
                given["body"] = in_shape(hints["body"], read_body())
            return view(call, **given)

        # The body is read here, bounded, and before its signature nothing of it is looked at.
        called.__delay_validate_request__ = True  # type: ignore[attr-defined]
        return everyone(_WHY)(called)  # type: ignore[return-value]

    return decorate


def _admitted(permission: str) -> PushCall:
    request.max_content_length = BODY_MAX_BYTES
    body = request.get_data(cache=True)
    signed = signed_headers(is_numbered=False)
    key, supplier = require_signature(
        signed, method=request.method, path=signed_path(), body=body, data_dir=_data_dir()
    )
    actor = acting_for(supplier, key=key)
    g.actor = actor
    assert signed is not None
    admit_push(signed, key=key, supplier=supplier)
    authorize(actor, permission)
    return PushCall(actor=actor, supplier=supplier)


def _data_dir() -> Path:
    found: Path = current_app.config["SUNMALL"].data_dir
    return found


def describe_signature(api: APIBlueprint) -> None:
    """Describe the four headers on every call of this blueprint."""
    for item in api.paths.values():
        for operation in (item.get, item.post):
            if operation is not None:
                operation.parameters = [*(operation.parameters or []), *map(_header, _HEADERS)]


_HEADERS = {
    KEY_ID: "密钥编号 / The key's id",
    TIMESTAMP: "签名时间，UTC，精确到秒 / When it was signed, UTC, to the second",
    NONCE: "随机数，16–64 个字母、数字、- 或 _，只能用一次 / 16 to 64 letters, digits, - or _; used once",
    SIGNATURE: "HMAC-SHA256，小写十六进制，见 docs/supplier-push.md / Lower-case hex; see docs/supplier-push.md",
}


def _header(name: str) -> Parameter:
    return Parameter(
        **{
            "name": name,
            "in": "header",
            "required": True,
            "description": _HEADERS[name],
            "schema": Schema(type="string"),
        }
    )
