"""Reading a request of the API: bodies and queries by their shapes, keys from their header, or a refusal."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from typing import Annotated, Any, TypeVar, get_type_hints

from flask import request
from flask_babel import gettext as _
from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

from mall.errors import Refusal
from mall.field_words import field_errors

BODY_MAX_BYTES = 1024 * 1024
KEY_HEADER = "Idempotency-Key"
_DEPTH_MAX = 20

Shape = TypeVar("Shape", bound=BaseModel)
View = TypeVar("View", bound=Callable[..., Any])


def _digits(value: Any) -> Any:
    """Only plain digits: int() would take "1_000" and " 7", too."""
    if isinstance(value, str) and not (value.isascii() and value.isdigit()):
        raise PydanticCustomError("digits_only", "digits only")
    return value


#: a whole number in a query
Digits = Annotated[int, BeforeValidator(_digits)]


class NumberPath(BaseModel):
    """The part of an address that names an order."""

    number: str


class Question(BaseModel):
    """A query: misspelt names are refused, so that a filter that does nothing is noticed."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


def reads(view: View) -> View:
    """Give a view its annotated `path`, `query` and `body`.

    The library's own reading takes a body that is no JSON for none at all, and asks for the
    shape's schema at every request.
    """
    shapes = {name: shape for name, shape in get_type_hints(view).items() if name in ("path", "query", "body")}

    @functools.wraps(view)
    def reading(**address: Any) -> Any:
        given: dict[str, Any] = {}
        if "path" in shapes:
            given["path"] = shapes["path"](**address)
        if "query" in shapes:
            given["query"] = read_query(shapes["query"])
        if "body" in shapes:
            given["body"] = in_shape(shapes["body"], read_body())
        return view(**given)

    # The library's word for "this view reads its request itself".
    reading.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return reading  # type: ignore[return-value]


def read_query(shape: type[Shape]) -> Shape:
    """The query in its shape; a name given once for a list is a list of one."""
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        field = shape.model_fields.get(name)
        is_list = field is not None and isinstance(field.default, tuple)
        if not is_list and len(values) > 1:
            raise invalid(name, _("这个参数只能出现一次。"))
        given[name] = values if is_list else values[0]
    _require_clean(given)
    # An empty value is a filter that was left open.
    return in_shape(shape, {name: value for name, value in given.items() if value not in ("", [""])})


def read_body(*, is_optional: bool = False) -> dict[str, Any]:
    """The body as a JSON object; {} for none at all where it may be left out.

    Raises Refusal("request.invalid") and the errors of HTTP 400, 413 and 415.
    """
    request.max_content_length = BODY_MAX_BYTES
    if is_optional and not request.get_data(cache=True):
        return {}
    if not request.is_json:
        raise UnsupportedMediaType
    try:
        body = request.get_json()
    except RecursionError:
        raise BadRequest from None
    if not isinstance(body, dict):
        raise invalid("", _("请求内容应为一个 JSON 对象。"))
    _require_clean(body)
    return body


def in_shape(shape: type[Shape], given: dict[str, Any]) -> Shape:
    """`given` in the shape. Raises Refusal("request.invalid", errors=[{field, message}])."""
    try:
        return shape.model_validate(given)
    except ValidationError as error:
        raise Refusal("request.invalid", errors=field_errors(error)) from None


def request_key() -> str | None:
    """The key under which this request may be sent again, or None."""
    return request.headers.get(KEY_HEADER)


def order_number(text: str) -> str:
    """A number as it may be asked for; what no order can be called is an unknown order."""
    if len(text) > 60 or not text.isascii() or not text.isprintable():
        raise Refusal("order.unknown", number=text.encode("ascii", "replace").decode()[:60].replace("\x00", ""))
    return text


def invalid(field: str, message: str) -> Refusal:
    """The refusal of one field."""
    return Refusal("request.invalid", errors=[{"field": field, "message": message}])


def _require_clean(value: Any, *, field: str = "", depth: int = 0) -> None:
    """Refuse what JSON can say and PostgreSQL cannot hold: NUL, half of a character pair, infinite numbers."""
    if depth > _DEPTH_MAX:
        raise invalid(field, _("嵌套层数过多。"))
    if isinstance(value, dict):
        for name, inner in value.items():
            _require_clean(name, field=field, depth=depth)
            _require_clean(inner, field=f"{field}.{name}" if field else name, depth=depth + 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value):
            _require_clean(inner, field=f"{field}.{place}", depth=depth + 1)
    elif isinstance(value, str) and ("\x00" in value or not _is_encodable(value)):
        raise invalid(_printable(field), _("含有不能使用的字符。"))
    elif isinstance(value, float) and not math.isfinite(value):
        raise invalid(field, _("不是有效的数字。"))


def _is_encodable(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text) if not text.isascii() else True


def _printable(text: str) -> str:
    return text.encode("ascii", "replace").decode().replace("\x00", "?")[:100]
