"""Golden cases of trade across classes. Eight specialists sell 2, 2, 2, 2, 3, 3, 4, 4 classes: quartiles 2 and 3."""

from __future__ import annotations

from collections.abc import Sequence

from tests.supervision.golden_cases import ON_DAY, SweepCase

_PEERS = (2, 2, 2, 2, 3, 3, 4, 4)
_FEW = {"orders_min": 5, "peers_min": 8}


def _rows(*sold: tuple[int, int], peers: Sequence[int] = _PEERS, kind: str = "", day: int = ON_DAY,
          cancelled_day: int = 0) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """Suppliers 1, 2 ... are the peers; from 101 on `sold` gives classes and orders of those who are looked at."""
    suppliers: list[dict[str, object]] = []
    lines: list[dict[str, object]] = []
    everybody = [(index, classes, 5, "") for index, classes in enumerate(peers, start=1)]
    everybody += [(index, classes, orders, kind) for index, (classes, orders) in enumerate(sold, start=101)]
    for supplier_id, classes, orders, of_kind in everybody:
        suppliers.append({"supplier_id": supplier_id, "region_code": 410100, "kind": of_kind})
        is_peer = supplier_id < 101
        for index in range(max(classes, orders)):
            lines.append({
                "line_id": supplier_id * 100 + index, "order_id": supplier_id * 100 + index % orders,
                "supplier_id": supplier_id, "category_code": f"A02{index % classes:02}0101", "amount_fen": 1_000,
                "submitted_day": ON_DAY if is_peer else day, "cancelled_day": 0 if is_peer else cancelled_day,
            })  # fmt: skip
    return {"supplier": suppliers, "order_line": lines}


def _outcomes(**looked_at: str) -> dict[str, str]:
    peers = {f"supplier:{index}": "clear" for index in range(1, len(_PEERS) + 1)}
    return peers | {f"supplier:{name[1:]}": word for name, word in looked_at.items()}


CASES = (
    SweepCase("hit: nine classes", _rows((9, 9)), _outcomes(s101="hit"), values=_FEW,
              evidence={"supplier:101": {"class_count": 9, "quartile_1": 2, "quartile_3": 4, "peer_count": 9,
                                         "order_count": 9, "amount_fen": 9_000}}),
    SweepCase("boundary: just at the fence", _rows((7, 7)), _outcomes(s101="hit"), values=_FEW),
    SweepCase("boundary: one class less", _rows((6, 6)), _outcomes(s101="clear"), values=_FEW),
    SweepCase("clear: as the others", _rows((3, 6)), _outcomes(s101="clear"), values=_FEW),
    SweepCase("clear: fewer classes than are worth a word", _rows((9, 9)), _outcomes(s101="clear"),
              values={**_FEW, "classes_min": 10}),
    SweepCase("clear: a wider fence", _rows((9, 9)), _outcomes(s101="clear"), values={**_FEW, "fence_percent": 300}),
    SweepCase("exclusion: a general supplier has no peers here", _rows((9, 9), kind="general"),
              _outcomes(s101="not_computable"), values=_FEW),
    SweepCase("exclusion: cancelled orders", _rows((9, 9), cancelled_day=ON_DAY), _outcomes(), values=_FEW),
    SweepCase("boundary: the last day outside the window", _rows((9, 9), day=ON_DAY - 365), _outcomes(), values=_FEW),
    SweepCase("boundary: the first day of the window", _rows((9, 9), day=ON_DAY - 364), _outcomes(s101="hit"),
              values=_FEW),
    SweepCase("not_computable: too few orders", _rows((4, 4)), _outcomes(s101="not_computable"), values=_FEW),
    SweepCase("not_computable: too few peers", _rows((9, 9), peers=()), {"supplier:101": "not_computable"},
              values=_FEW),
)  # fmt: skip
