"""How errors look in the API's description: RFC 9457 problems, with the refusal's code and facts."""

from __future__ import annotations

from typing import Any

from flask_openapi3 import APIBlueprint
from flask_openapi3.models.schema import Schema
from pydantic import BaseModel, Field

PROBLEM_TYPE = "application/problem+json"

_WORDS = {
    400: "请求格式不对 / The request is malformed",
    401: "没有令牌或令牌无效 / No token, or one that is no longer good",
    403: "岗位不允许 / The post does not allow it",
    404: "没有，或不可见 / Unknown, or not yours to see",
    405: "不支持这种方法 / Wrong method",
    409: "业务规则不允许 / The rules of purchasing refuse it",
    413: "内容太大 / The body is too big",
    415: "应为 JSON / Not JSON",
    422: "内容有误 / What was sent does not fit",
    429: "请求太频繁 / Too many attempts",
    500: "系统错误 / An error on our side",
    503: "系统繁忙 / Busy, try again",
}


class Problem(BaseModel):
    """An error: what happened, in the language asked for, with a stable code and the facts behind it."""

    type: str = Field(description="A name of this kind of problem")
    title: str = Field(description="What happened, in the language of Accept-Language (zh or en)")
    status: int = Field(description="The HTTP status once more")
    detail: str = Field(description="What happened, with the facts filled in")
    code: str = Field(description="The stable code of the refusal, such as ledger.insufficient")
    facts: dict[str, Any] = Field(description="The facts behind it; amounts in fen; `errors` for fields")
    next: str = Field(description="What to do next")
    request_id: str | None = Field(default=None, description="For the system administrator")


def problems(*statuses: int) -> dict[int, Any]:
    """Response descriptions for these statuses, and for those that every route can end in."""
    return {
        status: {
            "description": _WORDS[status],
            "content": {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        }
        for status in sorted({*statuses, 405, 422, 429, 500, 503})
    }


def describe_problem(api: APIBlueprint) -> APIBlueprint:
    """Put the shape of a problem among the shapes of this blueprint."""
    api.components_schemas["Problem"] = Schema(**Problem.model_json_schema())
    return api
