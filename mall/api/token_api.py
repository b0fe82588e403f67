"""Tokens in the API: username and password in, a bearer token out."""

from __future__ import annotations

from typing import Annotated, Any

from flask import Response, jsonify
from flask_openapi3 import APIBlueprint, Tag
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from mall.access.actor import Actor
from mall.access.guards import everyone
from mall.api.problem import describe_problem, problems
from mall.api.read_request import reads
from mall.people.api_token import TOKEN_LIFE, actor_of_token
from mall.people.issue_token import issue_token
from mall.web.identify import visitor_address
from mall.web.names import role_name

api = describe_problem(
    APIBlueprint(
        "api_tokens",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="tokens", description="令牌 / Bearer tokens")],
    )
)


class Credentials(BaseModel):
    """Who asks. `post_id` narrows the token to one of the person's posts."""

    model_config = ConfigDict(extra="forbid")

    username: Annotated[str, Field(min_length=1, max_length=100)]
    password: Annotated[str, Field(min_length=1, max_length=1000)]
    post_id: Annotated[StrictInt, Field(ge=1, le=2**63 - 1)] | None = None


class PostShape(BaseModel):
    """One post that the token may act in."""

    post_id: int
    role: str
    role_name: str
    organisation_id: int
    organisation: str
    region_code: int


class TokenShape(BaseModel):
    """A token, told only this once: send it as `Authorization: Bearer smt_...`."""

    token: str
    token_type: str
    expires_in_seconds: int
    username: str
    name: str
    posts: list[PostShape]


@api.post(
    "/tokens",
    summary="取得令牌 / Get a token",
    operation_id="createToken",
    responses={200: TokenShape, **problems(400, 401, 413, 415, 429)},
)
@everyone("this is how a program signs in; wrong passwords are counted and slowed down")
@reads
def create(body: Credentials) -> Response:
    """The token belongs to the person, and to one post if asked for; it ends after 12 hours, or with the account."""
    token = issue_token(username=body.username, password=body.password, address=visitor_address(), post_id=body.post_id)
    actor = actor_of_token(token)
    # It was good a moment ago; only an account disabled in between leaves nobody behind it.
    posts = _posts(actor) if actor is not None else []
    return jsonify(
        token=token,
        token_type="Bearer",
        expires_in_seconds=int(TOKEN_LIFE.total_seconds()),
        username=actor.username if actor is not None else body.username,
        name=actor.name if actor is not None else "",
        posts=posts,
    )


def _posts(actor: Actor) -> list[dict[str, Any]]:
    return [
        {
            "post_id": post.post_id,
            "role": post.role,
            "role_name": role_name(post.role),
            "organisation_id": post.organisation_id,
            "organisation": post.organisation_name,
            "region_code": post.region_code,
        }
        for post in actor.posts
    ]
