"""Golden cases of quotes of the same origin: suppliers 1, 2 and 3 in quotation X-1."""

from __future__ import annotations

from tests.supervision.golden_cases import ON_DAY, CheckCase, SweepCase

_SUBJECT = "sourcing:X-1"
_KEYS = ("legal_key", "bank_key", "phone_key", "device_key", "certificate_key", "ip_key")
_QUOTE = {"sourcing_number": "X-1", "unit_id": 7, "region_code": 410100, "category_code": "A02010105",
          "closed_day": ON_DAY - 3, "is_valid": 1}  # fmt: skip


def _rows(*, groups: tuple[str, ...] = ("", "", ""), users: int = 0, common: dict[str, object] | None = None,
          **shared: str) -> dict[str, list[dict[str, object]]]:  # fmt: skip
    """`shared`: keys that suppliers 1 and 2 have alike; `users`: others who use the same elsewhere."""
    quotes: list[dict[str, object]] = []
    for supplier_id in (1, 2, 3):
        own = {name: f"{name}{supplier_id}" for name in _KEYS}
        alike = shared if supplier_id < 3 else {}
        quotes.append({**_QUOTE, **own, **alike, "supplier_id": supplier_id, "price_fen": supplier_id * 1_000,
                       **(common or {})})  # fmt: skip
    for supplier_id in range(100, 100 + users):
        quotes.append({**_QUOTE, "sourcing_number": f"Z-{supplier_id}", "supplier_id": supplier_id, "legal_key": "z",
                       "price_fen": 5_000, **shared})  # fmt: skip
    suppliers = [{"supplier_id": index, "group_key": group} for index, group in enumerate(groups, start=1)]
    return {"quote": quotes, "supplier": suppliers}


def _said(word: str, users: int) -> dict[str, str]:
    return {_SUBJECT: word} | {f"sourcing:Z-{number}": "not_computable" for number in range(100, 100 + users)}


def _given(*, public: tuple[str, ...] = (), groups: tuple[str, ...] = ("", "", ""), **shared: str) -> dict[str, object]:
    given: dict[str, object] = {f"{name}s": [shared.get(name, f"{name}1"), shared.get(name, f"{name}2"), f"{name}3"]
                                for name in _KEYS}  # fmt: skip
    return {**given, "supplier_ids": [2, 1, 3], "totals_fen": [2_000, 1_000, 3_000], "group_keys": list(groups),
            "public_keys": list(public)}  # fmt: skip


CASES = (
    SweepCase("hit: one legal person", _rows(legal_key="x"), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"supplier_id": 1, "other_supplier_id": 2, "shared_kind": "legal_person",
                                   "shared_count": 1, "pair_count": 1, "quote_count": 3, "amount_fen": 1_000,
                                   "document": "X-1", "unit_id": 7}}),
    SweepCase("hit: account and device", _rows(bank_key="x", device_key="y"), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"shared_kind": "bank_account", "shared_count": 2}}),
    SweepCase("hit: one certificate", _rows(certificate_key="x"), {_SUBJECT: "hit"}),
    SweepCase("hit: all three from one device", _rows(common={"device_key": "x"}), {_SUBJECT: "hit"},
              evidence={_SUBJECT: {"pair_count": 3}}),
    SweepCase("clear: everybody his own", _rows(), {_SUBJECT: "clear"}),
    SweepCase("hit: the phone of a third with the same text is not counted", _rows(bank_key="phone_key3"),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"shared_kind": "bank_account", "pair_count": 1}}),
    SweepCase("exclusion: the same network address alone", _rows(ip_key="x"), {_SUBJECT: "clear"}),
    SweepCase("hit: the same network address within one group", _rows(ip_key="x", groups=("G1", "G1", "")),
              {_SUBJECT: "hit"}, evidence={_SUBJECT: {"shared_kind": "ip"}}),
    SweepCase("clear: one group, but nothing shared here", _rows(groups=("G1", "G1", "")), {_SUBJECT: "clear"}),
    SweepCase("clear: the same address, two groups", _rows(ip_key="x", groups=("G1", "G2", "")), {_SUBJECT: "clear"}),
    SweepCase("boundary: ten suppliers use the device", _rows(device_key="x", users=8), _said("hit", 8)),
    SweepCase("exclusion: eleven use it", _rows(device_key="x", users=9), _said("clear", 9)),
    SweepCase("hit: eleven use one account", _rows(bank_key="x", users=9), _said("hit", 9)),
    SweepCase("exclusion: quotes that are not valid", _rows(common={"is_valid": 0}, legal_key="x"), {}),
    SweepCase("boundary: closed a year ago", _rows(common={"closed_day": ON_DAY - 365}, legal_key="x"), {}),
    SweepCase("not_computable: nothing was recorded", _rows(common=dict.fromkeys(_KEYS, "")),
              {_SUBJECT: "not_computable"}),
    CheckCase("hit: one device", _given(device_key="x"), "hit", amount_fen=1_000,
              facts={"supplier_id": 1, "other_supplier_id": 2, "shared_kind": "device", "shared_count": 1,
                     "pair_count": 1}),
    CheckCase("hit: the same network address within one group at close",
              _given(ip_key="x", groups=("G1", "G1", "")), "hit", facts={"shared_kind": "ip"}),
    CheckCase("clear: everybody his own at close", _given(), "clear"),
    CheckCase("exclusion: a public device at close", _given(device_key="x", public=("x",)), "clear"),
    CheckCase("hit: an account is never public", _given(bank_key="x", public=("x",)), "hit"),
    CheckCase("exclusion: the same network address alone at close", _given(ip_key="x"), "clear"),
    CheckCase("not_computable: no keys recorded at close",
              {**_given(), **{f"{name}s": ["", "", ""] for name in _KEYS}}, "not_computable"),
)  # fmt: skip
