"""A walker who knows no road: at every crossing he takes an action that somebody may take, rather one never seen.

He acts through the use-cases of the house, as the people of the small province, and lets the treasury pay, refuse and
send back as it likes, and days go by.
"""

from __future__ import annotations

import random
from collections import Counter, deque
from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any

from mall import clock
from mall.access.actor import SYSTEM, Actor
from mall.database import close_reading
from mall.errors import Refusal
from mall.exchange.decide_suspense import act_on_suspense
from mall.finance.exchange_treasury import export_batch
from mall.finance.invoice import invoices_of
from mall.finance.refund_claim import refund_claims_of
from mall.finance.settlement import settlement_of
from mall.jobs.sweep_deadlines import sweep_deadlines
from mall.ordering.order import Order, order_numbered
from mall.ordering.order_actions import ACTIONS, perform, possible
from mall.ordering.order_states import ENDED, ORDER_STATES
from tests.journeys.story import Story
from tests.world import PASSWORD

PEOPLE = ("handler", "approver", "leader", "receiver", "acceptor", "accountant", "finance", "supplier", "centre")
REASON = "随机走一走"
#: the straight road of an order, on which a walker in haste goes on
ROAD = ("approve", "confirm", "sign", "ship", "receive", "accept", "accept_second", "invoice", "request_payment",
        "approve_payment")  # fmt: skip


@dataclass
class Walker:
    """One walk over some orders; `seen` counts (document, action, state) over all walks of the session."""

    story: Story
    random: random.Random
    seen: Counter[tuple[str, str, str]]
    orders: list[str] = field(default_factory=list)
    actors: dict[str, Actor] = field(default_factory=dict)
    steps: int = 0
    refusals: Counter[str] = field(default_factory=Counter)
    #: how often an action was tried in a state
    tried: Counter[tuple[str, str]] = field(default_factory=Counter)
    #: how often he goes straight on instead of looking for what he never saw
    haste: float = 0.0
    _remembered_id: int = 0

    def begin(self) -> None:
        self.actors = {who: self.story.world.actor(who) for who in PEOPLE}
        self.haste = self.random.choice((0.0, 0.5, 0.8, 0.95))
        ((self._remembered_id,),) = self.story.ask("select coalesce(max(id), 0) from document_step")
        for goods, quantity, line in self.random.sample(
            [("paper", 40, "school_office"), ("printer", 3, "school_machines"), ("computer", 24, "school_machines"),
             ("paper", 1, "school_office")], 2,
        ):  # fmt: skip
            self.orders.append(self.story.place(self.story.wanted(goods, quantity, line)))

    def go(self, steps: int) -> None:
        """Take so many steps, each by whoever may take it."""
        for _ in range(steps):
            self.steps += 1
            clock.advance_frozen(timedelta(minutes=self.random.choice((1, 1, 1, 30))))
            if self.random.random() < 0.12:
                self.random.choice(
                    (self.treasury_batch, self.treasury_answers, self.days_go_by, self.bank_sends_back)
                )()
            else:
                self.somebody_acts()
            close_reading()
            self.remember()

    def remember(self) -> None:
        """What came to pass since the last look, in all documents of the story."""
        for step_id, document, action, before in self.story.ask(
            "select id, split_part(document, ':', 1), action, before from document_step"
            " where id > %s and action <> '' order by id", self._remembered_id,
        ):  # fmt: skip
            self._remembered_id = step_id
            self.seen[(document, action, before)] += 1

    def somebody_acts(self) -> None:
        number = self.random.choice(self.orders)
        order = order_numbered(number)
        choices = [(who, action) for who in PEOPLE for action in possible(order, self.actors[who])]
        close_reading()
        if not choices:
            self.treasury_batch()
            self.treasury_answers()
            return
        onward = [choice for choice in choices if choice[1] in ROAD]
        in_haste = bool(onward) and self.random.random() < self.haste
        who, action = onward[0] if in_haste else self.rather_new(choices, order.state)
        self.tried[action, order.state] += 1
        body = self.body_of(action, order)
        if body is not None:
            self.attempt(lambda: perform(action, actor=self.actors[who], number=number, body=body))

    def rather_new(self, choices: list[tuple[str, str]], state: str) -> tuple[str, str]:
        """A step never seen before any other; else one that leads to where such steps begin."""
        far = self.distances()

        def weight(choice: tuple[str, str]) -> float:
            names = ACTIONS[choice[1]].steps or (choice[1],)
            steps = [step for step in ORDER_STATES.steps_from(state) if step.action in names]
            is_new = any(not self.seen[("order", step.action, state)] for step in steps)
            nearest = min((far.get(step.after, 9) for step in steps), default=far.get(state, 9))
            # What ends an order ends its walk: seldom, once it has been seen.
            dull = 0.05 if not is_new and any(step.after in ENDED for step in steps) else 1.0
            often = self.tried[choice[1], state]
            return dull * (8 / (1 + often) if is_new else 1 / (1 + often) ** 0.3) / (1 + nearest) ** 2

        return self.random.choices(choices, weights=[weight(choice) for choice in choices])[0]

    def distances(self) -> dict[str, int]:
        """{state of an order: the fewest steps to a state from which some step was never seen}."""
        near = deque(
            state
            for state in ORDER_STATES.states
            if any(not self.seen[("order", step.action, state)] for step in ORDER_STATES.steps_from(state))
        )
        far = dict.fromkeys(near, 0)
        while near:
            state = near.popleft()
            for step in ORDER_STATES.steps:
                if step.after == state and step.before not in far:
                    far[step.before] = far[state] + 1
                    near.append(step.before)
        return far

    def attempt(self, deed: Callable[[], Any]) -> None:
        try:
            deed()
        except Refusal as refusal:
            self.refusals[refusal.code] += 1

    def treasury_batch(self) -> None:
        self.attempt(lambda: export_batch(actor=SYSTEM))

    def treasury_answers(self) -> None:
        """Some of what was sent comes back: paid, refused, or, long after, sent back by the payee's bank."""
        rows = self.story.ask("select number, amount_fen from payment_request where state = 'sent'")
        lines = [
            (number, self.random.choice(("OK", "OK", "REFUSED")), amount_fen, f"GK{self.bits() % 10**14:014d}", "无")
            for number, amount_fen in rows
            if self.random.random() < 0.7
        ]
        if lines:
            self.story.treasury_says(*lines, name=f"walk-{self.steps}-{self.bits()}.csv")

    def bank_sends_back(self) -> None:
        """Long after it was paid, money comes back from the payee's bank, and two people say what it was."""
        paid = self.story.ask("select number, amount_fen from payment_request where state = 'paid'")
        if not paid:
            return
        payment, amount_fen = self.random.choice(paid)
        voucher = f"TP{self.bits() % 10**14:014d}"
        self.story.treasury_says((payment, "BOUNCED", amount_fen, voucher, "销户"), name=f"back-{self.bits()}.csv")
        for (number,) in self.story.ask("select number from suspense_item where treasury_reference = %s", voucher):
            for who, action in (("budget-city", "propose"), ("budget", "approve")):
                body = {"decision": "bounce", "note": REASON} if action == "propose" else {}
                actor = self.story.world.actor(who)
                self.attempt(partial(act_on_suspense, actor=actor, number=number, action=action, body=body))

    def days_go_by(self) -> None:
        clock.advance_frozen(timedelta(days=self.random.choice((1, 3, 12))))
        sweep_deadlines()

    def bits(self) -> int:
        return self.random.getrandbits(128)

    def some(self, lines: dict[int, int]) -> list[dict[str, int]]:
        """Some pieces of some lines, {line number: pieces that are possible}."""
        chosen = {
            no: most if self.random.random() < max(0.5, self.haste) else self.random.randint(1, most)
            for no, most in lines.items()
            if most
        }
        return [{"line_no": line_no, "quantity": quantity} for line_no, quantity in chosen.items()]

    def body_of(self, action: str, order: Order) -> dict[str, Any] | None:
        """What somebody would write on the form; None where there is nothing to write about."""
        make = getattr(self, f"_{action}", None)
        if make is not None:
            return make(order)
        return {"reason": REASON} if "reason" in self.body_fields(action) else {}

    def body_fields(self, action: str) -> Collection[str]:
        return ACTIONS[action].body.model_fields.keys()

    def _edit(self, order: Order) -> dict[str, Any]:
        line = order.lines[0]
        return {"lines": [{"line_no": line.line_no, "quantity": max(1, line.quantity - 1)}]}

    def _sign(self, order: Order) -> dict[str, Any]:
        return {"password": PASSWORD}

    def _confirm(self, order: Order) -> dict[str, Any]:
        if self.random.random() < 0.5:
            return {}
        return {"lines": [{"line_no": line.line_no, "price_fen": line.price_fen - 1} for line in order.lines]}

    def _ship(self, order: Order) -> dict[str, Any]:
        return {"lines": self.some({line.line_no: line.to_ship for line in order.lines})}

    def _receive(self, order: Order) -> dict[str, Any]:
        return {"lines": self.some({line.line_no: line.to_receive for line in order.lines})}

    def _refuse(self, order: Order) -> dict[str, Any]:
        return self._receive(order) | {"reason": REASON}

    def _request_short(self, order: Order) -> dict[str, Any]:
        return {"lines": self.some({line.line_no: line.to_ship for line in order.lines}), "reason": REASON}

    def _accept(self, order: Order) -> dict[str, Any]:
        return {"lines": self.some({line.line_no: line.to_accept for line in order.lines})}

    def _dispute(self, order: Order) -> dict[str, Any]:
        return self._accept(order) | {"reason": REASON}

    def _answer_dispute(self, order: Order) -> dict[str, Any]:
        return {"answer": REASON}

    def _settle_dispute(self, order: Order) -> dict[str, Any]:
        return {"outcome": self.random.choice(("accept", "replace", "release")), "decision": REASON}

    def _invoice(self, order: Order) -> dict[str, Any] | None:
        due_fen = settlement_of(order).to_invoice_fen
        if not due_fen:
            return None
        return {"number": self.invoice_number(), "issued_on": clock.today().isoformat(), "amount_fen": due_fen}

    def invoice_number(self) -> str:
        return f"24412000{self.bits() % 10**12:012d}"

    def _credit_note(self, order: Order) -> dict[str, Any] | None:
        figures, invoices = settlement_of(order), invoices_of(order.id)
        amount_fen = figures.credit_due_fen or figures.creditable_fen
        if not invoices or not amount_fen:
            return None
        invoice = self.random.choice(invoices)
        return {
            "number": self.invoice_number(), "invoice": invoice.number, "issued_on": clock.today().isoformat(),
            "amount_fen": min(amount_fen, invoice.amount_fen), "reason": REASON,
        }  # fmt: skip

    def _request_payment(self, order: Order) -> dict[str, Any] | None:
        most_fen = settlement_of(order).to_request_fen
        if not most_fen:
            return None
        amount_fen = self.random.choice((most_fen, max(1, most_fen // 2), max(1, most_fen // 3)))
        return {"amount_fen": amount_fen, "reason": REASON if amount_fen < most_fen else ""}

    def _approve_payment(self, order: Order) -> dict[str, Any] | None:
        return self.one_payment(order, "requested")

    def _return_payment(self, order: Order) -> dict[str, Any] | None:
        body = self.one_payment(order, "requested", "approved")
        return body and body | {"reason": REASON}

    def one_payment(self, order: Order, *states: str) -> dict[str, Any] | None:
        rows = self.story.ask(
            "select number from payment_request where order_id = %s and state = any(%s)", order.id, list(states)
        )
        return {"payment": self.random.choice(rows)[0]} if rows else None

    def _offset_refund(self, order: Order) -> dict[str, Any] | None:
        return self.one_claim(order, "agreed", everywhere=True)

    def _receive_refund(self, order: Order) -> dict[str, Any] | None:
        body = self.one_claim(order, "agreed")
        return body and body | {"reference": f"TK{self.bits() % 10**12}"}

    def _give_up_refund(self, order: Order) -> dict[str, Any] | None:
        body = self.one_claim(order, "agreed")
        return body and body | {"reason": REASON}

    def one_claim(self, order: Order, state: str, *, everywhere: bool = False) -> dict[str, Any] | None:
        orders = [order_numbered(number) for number in self.orders] if everywhere else [order]
        claims = [claim for one in orders for claim in refund_claims_of(one.id) if claim.state == state]
        return {"refund": self.random.choice(claims).number} if claims else None

    def _ask_price_cut(self, order: Order) -> dict[str, Any] | None:
        line = self.random.choice(order.lines)
        return {"lines": [{"line_no": line.line_no, "amount_fen": self.random.randint(1, 500)}], "reason": REASON}

    def _ask_return(self, order: Order) -> dict[str, Any] | None:
        pieces = self.some({line.line_no: line.accepted for line in order.lines})
        return (pieces and {"lines": pieces, "reason": REASON, "to_replace": self.random.random() < 0.5}) or None

    def _ask_retention(self, order: Order) -> dict[str, Any]:
        due_on = clock.today() + timedelta(days=self.random.choice((1, 20)))
        return {"amount_fen": self.random.randint(1, 60), "due_on": due_on.isoformat(), "reason": REASON}

    def _claim_refund(self, order: Order) -> dict[str, Any] | None:
        line = self.random.choice(order.lines)
        claimed = {"line_no": line.line_no, "amount_fen": self.random.randint(1, 500)}
        if self.random.random() < 0.5 and line.accepted:
            claimed = {"line_no": line.line_no, "quantity": self.random.randint(1, line.accepted)}
        return {"lines": [claimed], "reason": REASON}

    def _rate(self, order: Order) -> dict[str, Any]:
        return {"goods": 5, "delivery": 4, "service": 3}
