"""Taking over from the treasury's statement what no return has brought: by the same road as a return file.

The statement was signed like a return; a row of it settles its payment, or goes to suspense like any other word.
"""

from __future__ import annotations

import csv
import io

from mall.access.actor import Actor
from mall.access.authorize import authorize
from mall.access.place import Place
from mall.errors import Refusal
from mall.exchange.reconcile import difference_in_sight, stated_rows
from mall.exchange.return_file import BOUNCED, IN_HEAD, IN_LINE, OK, tail_line
from mall.exchange.statement_file import PAID
from mall.finance.exchange_treasury import ReturnReport, take_returns

#: what can be taken over: the treasury names a payment and the mall has heard nothing of it
TAKEABLE = ("not_imported", "missing_in_mall", "doubled", "refused_but_paid", "returned_at_treasury", "amount_differs")


def take_from_statement(*, actor: Actor, difference_id: int) -> ReturnReport:
    """Take the row over; taking it twice changes nothing.

    Raises Refusal "reconciliation.unknown", "reconciliation.nothing_to_take", "access.denied".
    """
    run, difference = difference_in_sight(actor, difference_id)
    authorize(actor, "reconciliation.handle", Place(run.region_code))
    rows = [
        (result, reference, amount_fen)
        for result, reference, amount_fen in stated_rows(run, difference.subject)
        if reference == difference.reference
    ]
    if difference.cause not in TAKEABLE or not rows:
        raise Refusal("reconciliation.nothing_to_take")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([IN_HEAD, 1, run.id, len(rows)])
    for result, reference, amount_fen in rows:
        said = OK if result == PAID else BOUNCED
        writer.writerow([IN_LINE, difference.subject, said, amount_fen, reference, "对账单" if said == BOUNCED else ""])
    text = out.getvalue()
    return take_returns(
        actor=actor,
        file_name=f"statement-run{run.id}-{difference.place}.csv",
        content=(text + tail_line(text)).encode(),
    )
