"""Which findings wait for this person: an accountant's to explain, a budget officer's to decide."""

from __future__ import annotations

from dataclasses import dataclass

from mall.access.actor import Actor
from mall.access.authorize import may
from mall.payment_watch.list_payments import open_findings
from mall.payment_watch.payment_finding import PaymentFinding
from mall.people.organisation import organisation_names

SHOWN = 5


@dataclass(frozen=True)
class FindingTodo:
    """One finding that waits for the reader, and what she is to do: "explain" or "accept"."""

    finding: PaymentFinding
    action: str
    unit_name: str


def payment_todo_for(actor: Actor) -> tuple[list[FindingTodo], int]:
    """(the most urgent ones, how many there are); nothing for those who only read."""
    explains, decides = may(actor, "payment_finding.explain"), may(actor, "payment_finding.decide")
    if not (explains or decides):
        return [], 0
    found = open_findings(actor, states=("open", "explained"), limit=500)
    waiting = [(finding, action) for finding in found if (action := _hers(finding, actor))]
    shown = waiting[:SHOWN]
    names = organisation_names({finding.unit_id for finding, _ in shown})
    return [FindingTodo(finding, action, names.get(finding.unit_id, "")) for finding, action in shown], len(waiting)


def _hers(finding: PaymentFinding, actor: Actor) -> str:
    if finding.state == "open" and may(actor, "payment_finding.explain", finding):
        return "explain"
    if finding.state == "explained" and may(actor, "payment_finding.decide", finding):
        return "accept"
    return ""
