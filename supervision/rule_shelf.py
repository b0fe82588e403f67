"""All rules of the shelf, by id."""

from __future__ import annotations

import functools

from mall.shelf import modules_on
from supervision.rule import Rule


@functools.cache
def rules() -> dict[str, Rule]:
    """Every rule by its id, in the order of the ids."""
    found = [module.RULE for module in modules_on("supervision.rules")]
    return {rule.id: rule for rule in sorted(found, key=lambda rule: rule.id)}


def rules_at(stage: str) -> list[Rule]:
    """The rules of one stage, in the order of their ids."""
    return [rule for rule in rules().values() if stage in rule.stages]
