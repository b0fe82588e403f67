"""Which duties of one order are carried by different people, and why: the one list behind guards, notices and CHECK.

Source of the reasons: the internal control standard for public bodies (财会〔2012〕21号: asking and approving,
approving a payment and making it, dealing and book-keeping are kept apart) and the guidance on internal control
of government purchasing (财库〔2016〕99号: wanting and approving, contracting and accepting, accepting and keeping).
"""

from __future__ import annotations

from typing import Any

#: the columns of an order in which the carriers of its duties stand
DUTIES = ("handler_id", "approver_id", "leader_id", "receiver_id", "acceptor_id", "accountant_id", "finance_id")

_BUYS = "who wants the goods and signs the contract does not approve the purchase"
_TAKES_IN = "who chose the supplier and signed does not find the delivery good"
_PAYS_OWN = "who bought does not ask for the money of the purchase, nor release it"
_TWO_LEVELS = "two levels of approval are two opinions"
_APPROVES = "who allowed the purchase does not attest that it came"
_APPROVES_MONEY = "who allowed the purchase keeps no book of it and releases no money for it"
_FOUR_EYES = "two acceptors are two pairs of eyes"
_GOODS_AND_MONEY = "who takes the goods in has no hand in the money paid for them"
_ASKS_AND_RELEASES = "who asks for a payment does not release it"

#: every pair that must differ in one order, with the reason; today that is every pair there is
SEPARATE_PEOPLE: dict[tuple[str, str], str] = {
    ("handler_id", "approver_id"): _BUYS,
    ("handler_id", "leader_id"): _BUYS,
    ("handler_id", "receiver_id"): _TAKES_IN,
    ("handler_id", "acceptor_id"): _TAKES_IN,
    ("handler_id", "accountant_id"): _PAYS_OWN,
    ("handler_id", "finance_id"): _PAYS_OWN,
    ("approver_id", "leader_id"): _TWO_LEVELS,
    ("approver_id", "receiver_id"): _APPROVES,
    ("approver_id", "acceptor_id"): _APPROVES,
    ("approver_id", "accountant_id"): _APPROVES_MONEY,
    ("approver_id", "finance_id"): _APPROVES_MONEY,
    ("leader_id", "receiver_id"): _APPROVES,
    ("leader_id", "acceptor_id"): _APPROVES,
    ("leader_id", "accountant_id"): _APPROVES_MONEY,
    ("leader_id", "finance_id"): _APPROVES_MONEY,
    ("receiver_id", "acceptor_id"): _FOUR_EYES,
    ("receiver_id", "accountant_id"): _GOODS_AND_MONEY,
    ("receiver_id", "finance_id"): _GOODS_AND_MONEY,
    ("acceptor_id", "accountant_id"): _GOODS_AND_MONEY,
    ("acceptor_id", "finance_id"): _GOODS_AND_MONEY,
    ("accountant_id", "finance_id"): _ASKS_AND_RELEASES,
}


def separate_people_sql() -> str:
    """The CHECK behind the guards. A comparison with nobody is unknown, and a CHECK lets the unknown pass."""
    return " and ".join(f"{one} <> {other}" for one, other in SEPARATE_PEOPLE)


def people_kept_from(duty: str, *, subject: Any) -> set[int]:
    """Who must not carry `duty` of this document: whoever carries, or carried before, a duty that excludes it.

    A receiver who is named on the order counts as its receiver from the beginning.
    """
    kept: set[int | None] = set()
    for pair in SEPARATE_PEOPLE:
        if duty in pair:
            other = pair[1] if pair[0] == duty else pair[0]
            kept.add(getattr(subject, other))
            kept.update((subject.earlier_people or {}).get(other, ()))
            if other == "receiver_id":
                kept.add(subject.named_receiver_id)
    return {user_id for user_id in kept if user_id is not None}
