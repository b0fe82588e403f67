"""Category codes in sweeps and checks: their class, what of a code counts, and what lies below what.

A code is a letter and pairs of digits: A02010105. Pairs of zeros at its end say nothing (A02000000 is all of A02), and
a code may be written short (A0201).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import ibis
import ibis.expr.types as ir

from supervision.expressions import left_join, literal

#: a class of categories, by which purchases are added up: level three, A020101
CLASS_LENGTH = 7
#: computers and networks differ so much below one code that five letters are too wide
FINE_BRANCHES = ("A0201",)
_LENGTHS = (3, 5, 7, 9)


def class_code(category_code: ir.StringColumn) -> ir.StringValue:
    return category_code.substr(0, CLASS_LENGTH)


def significant(category_code: ir.StringColumn) -> ir.StringValue:
    """The code without the pairs of zeros at its end."""
    return ibis.cases(
        (category_code.substr(3, 6) == "000000", category_code.substr(0, 3)),
        (category_code.substr(5, 4) == "0000", category_code.substr(0, 5)),
        (category_code.substr(7, 2) == "00", category_code.substr(0, 7)),
        else_=category_code,
    )


def branch(category_code: ir.StringColumn) -> ir.StringValue:
    """What a budget line's category grants: its branch of five letters, of seven below FINE_BRANCHES."""
    code = significant(category_code)
    return ibis.ifelse(code.substr(0, 5).isin(FINE_BRANCHES), code.substr(0, 7), code.substr(0, 5))


def lies_below(table: ir.Table, granted: ir.Table, *, by: Sequence[str], name: str) -> ir.Table:
    """`table` with the flag `name`: whether its `category_code` begins with the significant part of a `category_code`
    that `granted` holds for the same `by`. One equality join of distinct codes per length of a code."""
    begins = granted.select(*by, _begins=significant(granted.category_code)).distinct()
    wanted = table.select(*by, "category_code").distinct()
    found = []
    for length in _LENGTHS:
        here = wanted.mutate(_begins=wanted.category_code.substr(0, length))
        keys = begins.filter(begins._begins.length() == length)
        keys = keys.select(**{f"_on_{column}": keys[column] for column in (*by, "_begins")})
        pairs = here.join(keys, [here[column] == keys[f"_on_{column}"] for column in (*by, "_begins")])
        found.append(pairs.select(*by, "category_code"))
    flagged = ibis.union(*found, distinct=True).mutate(**{name: literal(1)})
    return left_join(table, flagged, (*by, "category_code"))


def significant_part(category_code: str) -> str:
    """`significant` for one code."""
    while len(category_code) > 1 and category_code.endswith("00") and len(category_code) % 2:
        category_code = category_code[:-2]
    return category_code


def is_within_branches(category_code: str, granted: Iterable[str]) -> bool:
    """Whether the code lies in the branch of one of the granted ones (`branch`, for one code)."""
    parts = [significant_part(code) for code in granted]
    return any(category_code.startswith(part[:7] if part.startswith(FINE_BRANCHES) else part[:5]) for part in parts)
