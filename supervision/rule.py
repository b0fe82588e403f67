"""What a rule is: one self-describing file on the shelf `supervision/rules/`, found by looking.

A rule file defines `RULE`. A rule *checks* one deed at the moment it is done (`check`, a plain function of plain
values), or *sweeps* the history (`find`, an Ibis expression over the tables of `supervision.facts`), or does both.
Either way it ends in one of four outcomes, and "could not be computed" is never shown as "nothing found".

Golden cases stand in `tests/supervision/golden/<same file name>.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import ibis.expr.types as ir

    from supervision.facts import Facts
    from supervision.values import Values

HIT, CLEAR, NOT_APPLICABLE, NOT_COMPUTABLE = "hit", "clear", "not_applicable", "not_computable"
OUTCOMES = (HIT, CLEAR, NOT_APPLICABLE, NOT_COMPUTABLE)

FAMILIES = ("funds", "splitting", "prices", "standards", "suppliers", "competition", "delivery")
#: order: an order is submitted; listing: a listing is published or repriced; payment: a payment is asked for;
#: plan: a fund-use plan is submitted; quotes: a quotation ends; nightly and monthly: sweeps
STAGES = ("order", "listing", "payment", "plan", "quotes", "nightly", "monthly")
#: 4 breach of a statute, 3 strong, 2 warning, 1 information
SEVERITIES = (1, 2, 3, 4)
#: block: refuse; hold: ask for a reason; warn: say so; case: open a case; inform: show only
ACTIONS = ("block", "hold", "warn", "case", "inform")
#: fen; basis_points: hundredths of a percent; percent; days; working_days; weeks; hours; minutes; count
UNITS = ("fen", "basis_points", "percent", "days", "working_days", "weeks", "hours", "minutes", "count")
#: the source of a parameter that no law gives
UNCONFIRMED = "本系统设定，待确认"
#: how evidence is shown: the units, a day number (days since 1970-01-01), the id of a party or thing, plain text
SHOWN_AS = (*UNITS, "day", "unit", "supplier", "product", "listing", "order", "category", "region", "person", "text")


@dataclass(frozen=True)
class Words:
    """The same sentence in both languages."""

    zh: str
    en: str


@dataclass(frozen=True)
class Parameter:
    """A number that the rule is judged by: dated, per region, changed in the parameter table and never in code.

    `default` holds where no row says otherwise. A lower level may only tighten, in the direction `tightens` ("lower":
    a smaller number is stricter; "higher"; "" where it may not be changed below the province), and nobody beyond
    `lowest` and `highest`. With `regional_rule` the value is the mall's own number of the law of that code, and
    `default` is used only where there is none. `by_region=False`: one value for the province, such as a window that
    all regions must share to be comparable.
    """

    name: str
    default: int
    unit: str
    words: Words
    tightens: str = ""
    lowest: int = 0
    highest: int = 10**15
    regional_rule: str = ""
    by_region: bool = False
    source: str = ""


@dataclass(frozen=True)
class Evidence:
    """One value a hit is shown with: a column of the sweep or a key of the check's facts."""

    name: str
    shown_as: str
    words: Words


@dataclass(frozen=True)
class Verdict:
    """What a check says: the outcome, what of the deed it was, and the values that were compared.

    `amount_fen`: the money at stake. `facts`: values for `Rule.evidence`, by name. `action`: where this hit asks for
    less than the rule's own action (a warning before the limit, a hold at it); "" for the rule's own.
    """

    outcome: str
    amount_fen: int = 0
    facts: Mapping[str, Any] = field(default_factory=dict)
    action: str = ""


#: the columns of a sweep, before those of `Rule.evidence`. `subject` is unique among the rows of one sweep;
#: 0 and "" stand where there is no such party; `day` is the day of the deed, by which findings are merged
SWEEP_COLUMNS = (
    "subject", "outcome", "region_code", "unit_id", "supplier_id", "category_code", "product_id", "document", "day",
    "amount_fen",
)  # fmt: skip

Find = Callable[["Facts", "Values"], "ir.Table"]
Check = Callable[[Mapping[str, Any], "Values"], Verdict]


@dataclass(frozen=True)
class Rule:
    """One rule. `id` is `family.name` and, with the dot as an underscore, the name of its file.

    `version` goes up whenever the same facts could be judged differently. `find(facts, values)` gives a table with
    `SWEEP_COLUMNS` and the columns of `evidence`, one row per subject looked at, whatever its outcome; `documents`
    gives what the subjects rest on. `check(given, values)` gets the facts named in `needs` and says a Verdict; where
    one of them is None it must say "not_computable". `subject`: what kind of thing is judged. `legal_basis`: only a
    rule that has one may block. `accepted`: what would have been accepted; `answer`: how to answer.
    """

    id: str
    version: int
    name: Words
    family: str
    stages: tuple[str, ...]
    severity: int
    action: str
    subject: str
    formula: Words
    accepted: Words
    answer: Words
    source: str
    parameters: tuple[Parameter, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    exclusions: tuple[Words, ...] = ()
    legal_basis: str = ""
    tables: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    find: Find | None = None
    documents: Find | None = None
    check: Check | None = None

    @property
    def file_name(self) -> str:
        return self.id.replace(".", "_")

    def parameter(self, name: str) -> Parameter:
        """Raises KeyError for a name the rule does not have."""
        for one in self.parameters:
            if one.name == name:
                return one
        raise KeyError(f"{self.id} has no parameter {name}")


def faults_of(rule: Rule) -> list[str]:
    """What is wrong with the description of a rule; empty for a good one."""
    found = []
    known = {"family": FAMILIES, "severity": SEVERITIES, "action": ACTIONS}
    found += [
        f"{name} {getattr(rule, name)!r}" for name, allowed in known.items() if getattr(rule, name) not in allowed
    ]
    found += [f"stage {stage!r}" for stage in rule.stages if stage not in STAGES]
    if not rule.stages or not rule.id.startswith(f"{rule.family}."):
        found.append("it needs a stage, and an id that begins with its family")
    sweeps = {"nightly", "monthly"} & set(rule.stages)
    if bool(sweeps) != (rule.find is not None) or bool(set(rule.stages) - sweeps) != (rule.check is not None):
        found.append("sweeps need `find`, other stages need `check`")
    if rule.find is not None and not rule.tables:
        found.append("a sweep says which tables it reads")
    if rule.check is not None and not rule.needs:
        found.append("a check says which facts it needs")
    if rule.action == "block" and not rule.legal_basis:
        found.append("only a rule with a legal basis may block")
    if rule.action == "block" and rule.severity < 4:
        found.append("only the breach of a statute is blocked")
    words = [rule.name, rule.formula, rule.accepted, rule.answer, *rule.exclusions]
    words += [part.words for part in (*rule.parameters, *rule.evidence)]
    found += [f"words {one}" for one in words if not one.zh or not one.en or _has_chinese(one.en)]
    found += [f"unit {one.unit!r} of {one.name}" for one in rule.parameters if one.unit not in UNITS]
    found += [f"{one.name} is shown as {one.shown_as!r}" for one in rule.evidence if one.shown_as not in SHOWN_AS]
    found += [
        f"{one.name} outside its bounds" for one in rule.parameters if not one.lowest <= one.default <= one.highest
    ]
    found += [
        f"{one.name} tightens {one.tightens!r}"
        for one in rule.parameters
        if one.tightens not in ("", "lower", "higher")
    ]
    if "违规" in rule.name.zh or "违规" in rule.formula.zh:
        found.append("before a person has decided it is 疑似")
    return found


def _has_chinese(text: str) -> bool:
    return any("\u4e00" <= letter <= "\u9fff" for letter in text)
