"""The kinds of fund-use plans: new months, money moved between months, months given up."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FundUsePlanKind:
    """One kind. `is_signed`: its amounts may be negative, money taken out of a month."""

    name: str
    is_signed: bool = False
    #: each positive amount says what it is for, and is held against the procurement catalogue
    has_purpose: bool = False
    needs_reason: bool = True


KINDS: dict[str, FundUsePlanKind] = {
    kind.name: kind
    for kind in (
        FundUsePlanKind("plan", has_purpose=True, needs_reason=False),
        FundUsePlanKind("change", is_signed=True),
        FundUsePlanKind("withdrawal"),
    )
}
