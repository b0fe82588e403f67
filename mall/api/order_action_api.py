"""One route per action of the order's road: same names, same bodies and same use-cases as the pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response
from flask_openapi3 import APIBlueprint, Tag

from mall.access.actor import Actor
from mall.access.guards import current_actor, needs
from mall.api.answer_once import Answer, answered_once
from mall.api.document_routes import refuse_unknown_actions
from mall.api.key_header import answer_response, describe_key
from mall.api.order_shape import OrderShape, whole_order
from mall.api.problem import describe_problem, problems
from mall.api.read_request import NumberPath, order_number, read_body, request_key
from mall.ordering.order_actions import ACTIONS, OrderAction, perform
from mall.web.names import ACTIONS as ACTION_NAMES

api = describe_problem(
    APIBlueprint(
        "api_order_actions",
        __name__,
        url_prefix="/api/v1",
        abp_tags=[Tag(name="order actions", description="订单的办理步骤 / The steps of an order")],
        abp_security=[{"bearer": []}],
    )
)

refuse_unknown_actions(api, "orders", permission="order.read", refusal="order.unknown_action")


def _add_route(action: OrderAction) -> None:
    rule = f"/orders/<number>/{action.name}"
    api.post(
        rule,
        summary=f"{ACTION_NAMES[action.name]} / {action.name.replace('_', ' ').capitalize()}",
        operation_id=f"order_{action.name}",
        responses={200: OrderShape, **problems(400, 401, 403, 404, 409, 413, 415, 429)},
    )(_view(action))
    operation = api.paths[f"/api/v1/orders/{{number}}/{action.name}"].post
    operation.requestBody.required = any(field.is_required() for field in action.body.model_fields.values())


def _view(action: OrderAction) -> Callable[..., Response]:
    """The view of one action. Its shape is only for the description: the use-case's door reads the body itself."""
    do_once = _do_once(action.name)

    def view(number: str) -> Response:
        body = read_body(is_optional=True)
        known = order_number(number)
        answer = do_once(
            actor=current_actor(),
            request_key=request_key(),
            body={"order": known, **body},
            number=known,
            given=body,
        )
        return answer_response(answer, status=200)

    view.__name__ = action.name
    view.__doc__ = "The order afterwards. A repeated call without a key is judged anew and mostly refused."
    view.__annotations__ |= {"path": NumberPath, "body": action.body}
    guarded = needs("order.read")(view)
    guarded.__delay_validate_request__ = True  # type: ignore[attr-defined]
    return guarded


def _do_once(action: str) -> Callable[..., Answer]:
    def deed(*, actor: Actor, number: str, given: dict[str, Any]) -> dict[str, Any]:
        return whole_order(perform(action, actor=actor, number=number, body=given), actor=actor)

    return answered_once(ACTIONS[action].use_case.__name__, deed)


for _action in ACTIONS.values():
    _add_route(_action)
describe_key(api)
