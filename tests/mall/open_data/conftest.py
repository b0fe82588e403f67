"""Sealed books of a small province, and a way to wait for what has not settled."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest
from sqlalchemy import text

from mall.database import close_reading, session
from mall.open_data.seal_ledger import seal_settled
from tests.world import World


@pytest.fixture
def seal_everything(world: World) -> Callable[[], int]:
    """Seal until nothing waits, and say how many postings are sealed; strangers on the server may hold it up."""

    def seal() -> int:
        gives_up_at = time.monotonic() + 80
        while True:
            seal_settled(algorithm="sha256")
            posted, sealed = (
                session()
                .execute(text("select (select count(*) from ledger.txn), (select count(*) from ledger.sealed_txn)"))
                .one()
            )
            close_reading()
            if posted == sealed:
                return int(sealed)
            assert time.monotonic() < gives_up_at, f"only {sealed} of {posted} settled"
            time.sleep(0.05)

    return seal
