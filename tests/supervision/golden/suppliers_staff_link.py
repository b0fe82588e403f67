"""Golden cases of links between staff and suppliers: unit 7 buys from supplier 5."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, SweepCase

_SUBJECT = "unit:7:5"
_STAFF, _SUPPLIER = ("staff", 31, 7), ("supplier", 5, 0)


def _rows(*keys: tuple[tuple[str, int, int], str, str], day: int = ON_DAY - 20,
          cancelled_day: int = 0) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`keys`: whose, kind, key. Both always have a phone of their own."""
    everything = [(_STAFF, "phone", "p-staff"), (_SUPPLIER, "phone", "p-supplier"), *keys]
    return {
        "order_line": [
            {"unit_id": 7, "region_code": 410100, "supplier_id": 5, "order_id": index, "number": f"DD-{index}",
             "amount_fen": 50_000, "submitted_day": day, "cancelled_day": cancelled_day}
            for index in (1, 2)
        ],
        "identity_key": [
            {"party": party, "party_id": party_id, "unit_id": unit_id, "kind": kind, "key": key}
            for (party, party_id, unit_id), kind, key in everything
        ],
    }  # fmt: skip


def _only(*parties: str) -> dict[str, list[dict[str, object]]]:
    rows = _rows()
    return rows | {"identity_key": [row for row in rows["identity_key"] if row["party"] in parties]}


_SHARED = ((_STAFF, "phone", "x"), (_SUPPLIER, "phone", "x"))
_OTHERS = tuple((("staff", number, 9), "phone", "x") for number in (40, 41, 42))
CASES = (
    SweepCase("hit: one phone", _rows(*_SHARED), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"link_kind": "phone", "link_count": 1, "staff_count": 1, "order_count": 2,
                                   "amount_fen": 100_000, "unit_id": 7, "supplier_id": 5}},
              documents={_SUBJECT: ["DD-1", "DD-2"]}),
    SweepCase("hit: legal person and account", _rows((_STAFF, "legal_person", "a"), (_SUPPLIER, "legal_person", "a"),
              (_STAFF, "bank_account", "b"), (_SUPPLIER, "bank_account", "b")), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"link_count": 2, "staff_count": 1}}),
    SweepCase("clear: nothing shared", _rows(), {_SUBJECT: "clear"}),
    SweepCase("clear: the same text is another kind", _rows((_STAFF, "phone", "x"), (_SUPPLIER, "bank_account", "x")),
              {_SUBJECT: "clear"}),
    SweepCase("clear: somebody of another unit", _rows((("staff", 40, 9), "phone", "x"), (_SUPPLIER, "phone", "x")),
              {_SUBJECT: "clear"}),
    SweepCase("boundary: five share the phone", _rows(*_SHARED, *_OTHERS), {_SUBJECT: "hit"}),
    SweepCase("exclusion: six share the phone", _rows(*_SHARED, *_OTHERS, (("supplier", 6, 0), "phone", "x")),
              {_SUBJECT: "clear"}),
    SweepCase("exclusion: only the address", _rows((_STAFF, "address", "x"), (_SUPPLIER, "address", "x")),
              {_SUBJECT: "clear"}),
    SweepCase("exclusion: cancelled orders", _rows(*_SHARED, cancelled_day=ON_DAY), {}),
    SweepCase("boundary: a year ago", _rows(*_SHARED, day=ON_DAY - 365), {}),
    SweepCase("boundary: a day less", _rows(*_SHARED, day=ON_DAY - 364), {_SUBJECT: "hit"}),
    SweepCase("not_computable: nothing known of the staff", _only("supplier"), {_SUBJECT: "not_computable"}),
    SweepCase("not_computable: nothing known of the supplier", _only("staff"), {_SUBJECT: "not_computable"}),
)  # fmt: skip
