"""Golden cases of common control. The groups come from a step of its own, tested beside: here they are read."""

from __future__ import annotations

from collections.abc import Mapping

from supervision.common_control import common_control
from tests.supervision.golden_cases import ON_DAY, SweepCase


def _rows(keys: Mapping[int, str], **line: object) -> dict[str, list[dict[str, object]]]:
    """Suppliers with their phones, "" for none; each sold for 100 yuan."""
    groups = common_control((supplier_id, "phone", key) for supplier_id, key in keys.items()).group_keys
    return {
        "supplier": [{"supplier_id": supplier_id, "region_code": 410100, "group_key": groups.get(supplier_id, "")}
                     for supplier_id in keys],
        "identity_key": [{"party": "supplier", "party_id": supplier_id, "kind": "phone", "key": key}
                         for supplier_id, key in keys.items()],
        "order_line": [{"supplier_id": supplier_id, "amount_fen": 10_000, "submitted_day": ON_DAY - 5, **line}
                       for supplier_id in keys],
    }  # fmt: skip


def _all(word: str, *supplier_ids: int) -> dict[str, str]:
    return {f"supplier:{supplier_id}": word for supplier_id in supplier_ids}


CASES = (
    SweepCase("hit: two with one phone", _rows({1: "x", 2: "x", 3: "y"}), _all("hit", 1, 2) | _all("clear", 3),
              evidence={"supplier:2": {"group_key": "G1", "group_size": 2, "amount_fen": 20_000, "sold_fen": 10_000}}),
    SweepCase("clear: everybody has his own", _rows({1: "x", 2: "y"}), _all("clear", 1, 2)),
    SweepCase("boundary: three with one phone", _rows({1: "x", 2: "x", 3: "x"}), _all("hit", 1, 2, 3)),
    SweepCase("boundary: four with one phone", _rows({1: "x", 2: "x", 3: "x", 4: "x"}), _all("clear", 1, 2, 3, 4)),
    SweepCase("exclusion: thirty with the phone of one agent", _rows(dict.fromkeys(range(1, 31), "x")),
              _all("clear", *range(1, 31))),
    SweepCase("boundary: a group smaller than is asked for", _rows({1: "x", 2: "x"}), _all("clear", 1, 2),
              values={"group_min": 3}),
    SweepCase("clear: sales of last year only", _rows({1: "x"}, submitted_day=ON_DAY - 365), _all("clear", 1)),
    SweepCase("hit: a group without sales", _rows({1: "x", 2: "x"}, cancelled_day=ON_DAY), _all("hit", 1, 2),
              evidence={"supplier:1": {"amount_fen": 0}}),
    SweepCase("not_computable: nothing known of the supplier", _rows({1: ""}), _all("not_computable", 1)),
)  # fmt: skip
