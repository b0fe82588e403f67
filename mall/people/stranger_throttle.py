"""What somebody whom nobody knows may cause: bad tokens, and refusals in the audit, counted per network.

Nobody who is known is counted: a good token works, and a person's refusals are all recorded,
whatever others in the same network do.
"""

from __future__ import annotations

from typing import NoReturn

from mall.errors import Refusal
from mall.people.sign_in_throttle import Budget, network_of, require_budget, reserve

#: within the window of the sign-in's budgets, a quarter of an hour
BAD_TOKENS_MAX = 30
RECORDS_MAX = 100


def refuse_bad_token(*, address: str) -> NoReturn:
    """Raise Refusal "token.invalid", or "token.throttled" with `retry_after` when this network sent too many."""
    try:
        _take(Budget(key=f"token:{network_of(address)}", failures_max=BAD_TOKENS_MAX))
    except Refusal as refusal:
        throttled = Refusal("token.throttled", **refusal.facts)
        # The tokens that used up the budget stand in the audit; without end it would only be filled.
        throttled.recorded = True
        raise throttled from None
    raise Refusal("token.invalid")


def may_be_recorded(*, address: str) -> bool:
    """Whether one more refusal of a visitor is written to the audit; the answer is the same without it."""
    try:
        _take(Budget(key=f"record:{network_of(address)}", failures_max=RECORDS_MAX))
    except Refusal:
        return False
    return True


def _take(budget: Budget) -> None:
    # A used-up budget costs one reading and no writing, however many ask.
    require_budget(budget)
    reserve(budget)
