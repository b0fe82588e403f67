"""The values of a rule's parameters on one day: for one region in a check, for every region in a sweep."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import ibis

from supervision.expressions import literal

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from supervision.rule import Rule


@dataclass(frozen=True)
class Values:
    """`values["window_days"]` is the value where the deed is judged; `values.by_region("limit_fen", column)` the
    value of each row's region, as an expression.

    `here`: name -> value. `elsewhere`: name -> {region code: value} of the regions whose value differs from it.
    """

    here: Mapping[str, int]
    elsewhere: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def __getitem__(self, name: str) -> int:
        return self.here[name]

    def by_region(self, name: str, region_code: ir.IntegerColumn) -> ir.IntegerValue:
        """The value that holds in each row's region. Raises KeyError for an unknown name."""
        default = literal(self.here[name])
        regions: dict[int, list[int]] = {}
        for code, value in sorted(self.elsewhere.get(name, {}).items()):
            regions.setdefault(value, []).append(code)
        if not regions:
            return default
        branches = [(region_code.isin(codes), literal(value)) for value, codes in sorted(regions.items())]
        return ibis.cases(*branches, else_=default)


def default_values(rule: Rule, **changed: int) -> Values:
    """The defaults of a rule, with `changed` ones. Raises KeyError for a name the rule does not have."""
    for name in changed:
        rule.parameter(name)
    return Values({one.name: changed.get(one.name, one.default) for one in rule.parameters})
