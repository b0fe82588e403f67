"""Signing: a typed confirmation with the password; when both sides have signed, the order is contracted."""

from __future__ import annotations

from mall import clock
from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.audit.record import request_facts
from mall.contracts.contract import Contract, Signature, contract_of, signatures_of
from mall.contracts.draw_up_contract import content_of
from mall.database import session
from mall.documents.once import hash_of
from mall.errors import Refusal
from mall.ordering.deadlines import take_step
from mall.ordering.order import Order
from mall.ordering.order_action import order_action
from mall.ordering.order_holds import refuse_while_held
from mall.ordering.running_total import take_from_totals
from mall.people.confirm_password import confirm_password


@order_action("sign")
def sign_order(order: Order, *, actor: Actor, password: str) -> None:
    """Sign for one's side. Raises Refusal "sign.wrong_password", "sign.already_signed", "sign.content_changed"."""
    step = order.states.step("sign", order.state)
    # Before the password: whoever may not sign must not learn whether a password is right.
    authorize(actor, step.permission, order)
    contract = contract_of(order.id)
    if contract is None:
        raise Refusal("sign.no_contract", number=order.number)
    if hash_of(content_of(order)) != contract.content_hash:
        raise Refusal("sign.content_changed", number=order.number)
    side = "supplier" if order.supplier_id in actor.supplier_ids else "unit"
    others = signatures_of(contract.id)
    if any(signature.side == side for signature in others):
        raise Refusal("sign.already_signed", side=side)
    if others:
        # The second signature commits the money for good.
        refuse_while_held(order, action="contract")
    confirm_password(actor=actor, password=password)
    take_step(order, "sign", actor, facts={"side": side, "content_hash": contract.content_hash})
    session().add(_signature(contract, side, actor))
    if others:
        _contract(order, contract, actor)


def _signature(contract: Contract, side: str, actor: Actor) -> Signature:
    return Signature(
        contract_id=contract.id,
        side=side,
        user_id=actor.user_id,
        signer_name=actor.name,
        content_hash=contract.content_hash,
        signed_at=clock.now(),
        address=request_facts.get().address,
    )


def _contract(order: Order, contract: Contract, actor: Actor) -> None:
    contract.signed_at = clock.now()
    cheaper: dict[str, int] = {}
    for line in order.lines:
        difference_fen = line.amount_fen - line.contract_amount_fen
        cheaper[line.category_code] = cheaper.get(line.category_code, 0) + difference_fen
    take_step(order, "contract", actor, facts={"contract": contract.number})
    order.total_fen = contract.amount_fen
    take_from_totals(order, cheaper)
