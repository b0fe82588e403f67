"""How often a rule was right: reviewed findings and outside measurements, per category, and what that lets it do.

A rule's precision is the share of its findings that people found true. Wrong data and wrong rules count against it,
whoever is to blame: what a regulator looked at in vain is in vain. Only findings of the rule's present version count.

All of it is integers: shares are millionths, and the bound of Wilson (1927) is rounded down.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from math import isqrt

from sqlalchemy import func, select

from mall.database import session
from supervision.finding import REVIEW_CODES, TRUE_CODES, Finding
from supervision.rule import Rule
from supervision.rule_change import MODES
from supervision.rule_run import RuleMeasurement

MILLION = 1_000_000
#: the square of 1.96, the point of the normal distribution that leaves 2.5 % above it
_Z_SQUARED = Fraction(38416, 10000)
#: the class of a category: the first seven letters of its code
CLASS_LETTERS = 7
#: a category speaks for itself from so many reviewed findings on; below, the whole rule speaks for it
CATEGORY_HITS_MIN = 20
#: before any data a rule counts as if one in five findings had been true, with the weight of five findings: enough
#: to rank its cases behind those of rules that have shown what they can do, too little to outlive twenty reviews
PRIOR_TRUE, PRIOR_HITS = 1, 5
#: the least that Wilson's bound must reach before a rule without a legal basis warns, and before it opens cases
WARN_FROM, CASE_FROM = 300_000, 500_000


@dataclass(frozen=True)
class Precision:
    """So many findings were looked at, so many were true."""

    hit_count: int = 0
    true_count: int = 0

    @property
    def lowest(self) -> int:
        """Wilson's lower bound of the share at 95 %, in millionths; 0 without data."""
        return wilson_lower(self.true_count, self.hit_count)

    @property
    def share(self) -> int:
        """The share in millionths, drawn towards the prior where little is known."""
        return (self.true_count + PRIOR_TRUE) * MILLION // (self.hit_count + PRIOR_HITS)

    def __add__(self, other: Precision) -> Precision:
        return Precision(self.hit_count + other.hit_count, self.true_count + other.true_count)


NOTHING_KNOWN = Precision()


def wilson_lower(true_count: int, hit_count: int) -> int:
    """The lower end of Wilson's 95 % interval for `true_count` of `hit_count`, in millionths, rounded down."""
    if not 0 <= true_count <= hit_count:
        raise ValueError(f"{true_count} of {hit_count}")
    if not true_count:
        return 0
    # (2k + z² - z sqrt(z² + 4k(n - k)/n)) / (2(n + z²)); the root is of z² times that, and rounded up.
    spread = _Z_SQUARED * (_Z_SQUARED + Fraction(4 * true_count * (hit_count - true_count), hit_count))
    exact = 2 * true_count + _Z_SQUARED - _root_above(spread)
    return int(exact / (2 * (hit_count + _Z_SQUARED)) * MILLION)


def _root_above(value: Fraction) -> Fraction:
    """The square root, exact to twelve digits and never below the true one."""
    scale = 10**12
    whole = value.numerator * scale * scale // value.denominator
    root = isqrt(whole)
    return Fraction(root if Fraction(root * root, scale * scale) == value else root + 1, scale)


@dataclass(frozen=True)
class Precisions:
    """The precision of every rule: {(rule, version): precision} and {(rule, version, class of category): precision}."""

    of_rules: dict[tuple[str, int], Precision] = field(default_factory=dict)
    of_classes: dict[tuple[str, int, str], Precision] = field(default_factory=dict)

    def of(self, rule_id: str, *, version: int, category_code: str = "") -> Precision:
        """The category's own where enough of it was reviewed, else the rule's over all categories."""
        own = self.of_classes.get((rule_id, version, category_code[:CLASS_LETTERS]))
        if category_code and own is not None and own.hit_count >= CATEGORY_HITS_MIN:
            return own
        return self.of_rules.get((rule_id, version), NOTHING_KNOWN)


def precisions() -> Precisions:
    """What is known of every rule now, in two questions."""
    of_rules: dict[tuple[str, int], Precision] = defaultdict(Precision)
    of_classes: dict[tuple[str, int, str], Precision] = defaultdict(Precision)
    for rule_id, version, class_code, precision in (*_reviewed(), *_measured()):
        if class_code:
            of_classes[rule_id, version, class_code] += precision
        else:
            of_rules[rule_id, version] += precision
    return Precisions(dict(of_rules), dict(of_classes))


_Row = tuple[str, int, str, Precision]


def _reviewed() -> Iterable[_Row]:
    """Reviewed findings by rule and class, and by rule alone."""
    class_code = func.left(Finding.category_code, CLASS_LETTERS)
    query = (
        select(
            Finding.rule_id,
            Finding.rule_version,
            class_code,
            func.count(),
            func.count().filter(Finding.review_code.in_(TRUE_CODES)),
        )
        .where(Finding.review_code.in_(REVIEW_CODES))
        .group_by(Finding.rule_id, Finding.rule_version, class_code)
    )
    for rule_id, version, code, hits, true in session().execute(query):
        yield rule_id, version, "", Precision(hits, true)
        if code:
            yield rule_id, version, code, Precision(hits, true)


def _measured() -> Iterable[_Row]:
    """Outside measurements: of each source its last word. One over all categories stands before a sum of them."""
    last: dict[tuple[str, int, str, str], Precision] = {}
    query = select(
        RuleMeasurement.rule_id,
        RuleMeasurement.rule_version,
        RuleMeasurement.category_code,
        RuleMeasurement.source,
        RuleMeasurement.hit_count,
        RuleMeasurement.true_count,
    ).order_by(RuleMeasurement.id)
    for rule_id, version, category, source, hits, true in session().execute(query):
        last[rule_id, version, source, category] = Precision(hits, true)
    has_total = {(rule_id, version, source) for rule_id, version, source, category in last if not category}
    for (rule_id, version, source, category), precision in last.items():
        if category:
            yield rule_id, version, category[:CLASS_LETTERS], precision
        if not category or (rule_id, version, source) not in has_total:
            yield rule_id, version, "", precision


def may_warn(rule: Rule, precision: Precision) -> bool:
    """Whether the rule may warn people: the law says so, or it has been right often enough."""
    return bool(rule.legal_basis) or precision.lowest >= WARN_FROM


def may_open_cases(rule: Rule, precision: Precision) -> bool:
    """Whether the rule may open cases: the law says so, or it has been right at least every other time."""
    return bool(rule.legal_basis) or precision.lowest >= CASE_FROM


def standing_of(rule: Rule, mode: str, precision: Precision) -> str:
    """What a finding of this rule can do today: one of supervision.finding.STANDINGS.

    `mode` is what two people decided (off, shadow, on). What a rule that is not on should find is kept in the shadow.
    A rule that is on does what its description says, and no more than it has shown: to hold and to block takes a
    legal basis; without one, holding sinks to a case, a case to a warning, and a warning to information.
    """
    if mode not in MODES:
        raise ValueError(f"mode {mode!r}")
    if mode != "on":
        return "shadow"
    if rule.action == "inform" or rule.legal_basis:
        return rule.action
    if rule.action != "warn" and may_open_cases(rule, precision):
        return "case"
    return "warn" if may_warn(rule, precision) else "inform"
