"""What the books refuse, and how PostgreSQL's error codes of class LG become refusals."""

import json
from typing import Any

from sqlalchemy.exc import DBAPIError

from ledger.chart_of_accounts import CHART_BY_ACCOUNT, Account

# Every code a LedgerRefusal may carry; the mall gives each its words.
REFUSAL_CODES = (
    "ledger.insufficient",
    "ledger.replay_differs",
    "ledger.period_closed",
    "ledger.already_reversed",
    "ledger.date_outside_year",
    "ledger.line_code_taken",
)

_REFUSED = {
    "LG001": "ledger.insufficient",
    "LG002": "ledger.replay_differs",
    "LG003": "ledger.period_closed",
    "LG004": "ledger.already_reversed",
    "LG008": "ledger.date_outside_year",
}
_REFUSED_BY_CONSTRAINT = {
    # Behind the friendly conditional update stands the CHECK; whoever meets it was refused all the same.
    "account_never_leaves_its_side": "ledger.insufficient",
    "budget_line_code_once": "ledger.line_code_taken",
}
_MALFORMED = ("LG005", "LG006")


class LedgerRefusal(Exception):
    """The books say no: `code` from REFUSAL_CODES, `facts` for the sentence. The transaction is aborted: roll back."""

    def __init__(self, code: str, **facts: Any) -> None:
        super().__init__(code, facts)
        self.code = code
        self.facts = facts


class MalformedPosting(ValueError):
    """A posting no template may write: unbalanced, an unknown account or line, fewer than two entries. A bug."""


def translated(error: DBAPIError) -> Exception:
    """The refusal or bug behind a database error, or the error itself when it is none of ours."""
    cause = error.orig
    sqlstate = getattr(cause, "sqlstate", None)
    if sqlstate in _MALFORMED:
        return MalformedPosting(str(cause))
    if sqlstate in _REFUSED:
        return LedgerRefusal(_REFUSED[sqlstate], **_facts(cause.diag.message_detail))
    constraint = getattr(getattr(cause, "diag", None), "constraint_name", None)
    if constraint in _REFUSED_BY_CONSTRAINT:
        return LedgerRefusal(_REFUSED_BY_CONSTRAINT[constraint])
    return error


def _facts(detail: str | None) -> dict[str, Any]:
    facts = json.loads(detail or "{}")
    if "coa" in facts:
        line = CHART_BY_ACCOUNT[Account(facts.pop("coa"))]
        facts |= {"account": line.account.name.lower(), "account_zh": line.name_zh, "account_en": line.name_en}
    return facts
