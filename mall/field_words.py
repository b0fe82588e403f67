"""What is wrong with a field of a body or a query, in the reader's language: one sentence per kind of error."""

from __future__ import annotations

from typing import Any

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from pydantic import ValidationError

#: by pydantic's type of error; %(...)s are the limits that pydantic names with it
FIELD_WORDS: dict[str, LazyString] = {
    "missing": _("必填，不能省略。"),
    "extra_forbidden": _("没有这个字段，请检查拼写。"),
    "model_type": _("应为一个 JSON 对象。"),
    "dict_type": _("应为一个 JSON 对象。"),
    "list_type": _("应为一个列表。"),
    "tuple_type": _("应为一个列表。"),
    "too_short": _("至少要有 %(min_length)s 项。"),
    "too_long": _("最多 %(max_length)s 项。"),
    "string_type": _("应为文字。"),
    "string_too_short": _("至少 %(min_length)s 个字符。"),
    "string_too_long": _("最多 %(max_length)s 个字符。"),
    "string_pattern_mismatch": _("格式不对，请按接口说明填写。"),
    "string_unicode": _("含有不能使用的字符。"),
    "int_type": _("应为整数，不带引号和小数。"),
    "int_parsing": _("应为整数。"),
    "int_parsing_size": _("数字太大。"),
    "int_from_float": _("应为整数，不带小数。"),
    "digits_only": _("应为整数，只用数字。"),
    "greater_than_equal": _("不能小于 %(ge)s。"),
    "less_than_equal": _("不能大于 %(le)s。"),
    "bool_type": _("应为 true 或 false。"),
    "bool_parsing": _("应为 true 或 false。"),
    "literal_error": _("只能是以下之一：%(choices)s。"),
    "date_type": _("应为日期，例如 2026-03-02。"),
    "date_parsing": _("应为日期，例如 2026-03-02。"),
    "date_from_datetime_parsing": _("应为日期，例如 2026-03-02。"),
    "date_from_datetime_inexact": _("应为日期，不带时刻，例如 2026-03-02。"),
}
#: never pydantic's own English sentence; a test of the house finds the kinds that end here
_OTHER = _("填写的内容不对。")

ERRORS_MAX = 50


def field_errors(error: ValidationError) -> list[dict[str, str]]:
    """The first fifty faults as [{"field": "lines.0.quantity", "message": sentence in the reader's language}]."""
    found = error.errors(include_url=False, include_input=False)[:ERRORS_MAX]
    return [
        {"field": ".".join(str(part) for part in fault["loc"])[:200], "message": _sentence(fault)} for fault in found
    ]


def _sentence(fault: Any) -> str:
    facts = dict(fault.get("ctx", {}))
    if "expected" in facts:
        # pydantic writes "'a', 'b' or 'c'".
        facts["choices"] = str(facts["expected"]).replace(" or ", ", ").replace("'", "")
    return str(FIELD_WORDS.get(fault["type"], _OTHER)) % facts
