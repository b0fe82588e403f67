"""Throws away what the push API needs no longer: nonces past their window, messages long acknowledged."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import select

from mall import clock
from mall.database import session
from mall.regions.regional_rule import rule
from mall.supplier_push.admit_push import WINDOW_RULE
from mall.supplier_push.push_call import forget_nonces
from mall.supplier_push.supplier_message import purge_acknowledged
from mall.suppliers.supplier import Supplier

#: a window that was made longer since must not let a call in whose nonce is gone
SPARE = 2


def purge_push() -> int:
    """Returns how many rows went, in transactions of a bounded size. The worker calls it."""
    gone = purge_acknowledged()
    seconds = [rule(WINDOW_RULE, region_code=code, on=clock.today()).value for code in _regions()]
    if seconds:
        signed_before = clock.now() - timedelta(seconds=SPARE * max(seconds))
        while went := forget_nonces(signed_before=signed_before):
            gone += went
    return gone


def _regions() -> list[int]:
    return list(session().scalars(select(Supplier.region_code).distinct()))
