"""Suppliers under common control are found by what they share, and not by what everybody shares."""

from __future__ import annotations

import math
import random

from supervision.common_control import HOLDERS_MAX, WEIGHTS, Tie, common_control


def test_weights_are_those_of_the_formula() -> None:
    assert tuple(round(1_000 / math.log(2 + holders)) for holders in range(2, HOLDERS_MAX + 1)) == WEIGHTS


def test_one_legal_person_makes_a_group() -> None:
    found = common_control([(5, "legal_person", "x"), (3, "legal_person", "x"), (4, "legal_person", "y")])

    assert found.group_keys == {3: "G3", 5: "G3"}
    assert found.ties == (Tie(3, 5, 721, ("legal_person",)),)


def test_a_chain_is_one_group_whatever_the_order_of_keys() -> None:
    keys = [(7, "phone", "a"), (9, "phone", "a"), (9, "bank_account", "b"), (2, "bank_account", "b"),
            (2, "device", "c"), (8, "device", "c"), (20, "phone", "d"), (21, "phone", "d")]  # fmt: skip
    expected = {2: "G2", 7: "G2", 8: "G2", 9: "G2", 20: "G20", 21: "G20"}

    for seed in range(20):
        random.Random(seed).shuffle(keys)
        assert common_control(keys).group_keys == expected


def test_three_holders_of_one_key_are_a_group_and_four_are_not() -> None:
    three = [(supplier_id, "phone", "a") for supplier_id in (1, 2, 3)]

    assert set(common_control(three).group_keys.values()) == {"G1"}
    assert common_control([*three, (4, "phone", "a")]).group_keys == {}


def test_two_weak_keys_make_one_strong_tie() -> None:
    """Ten hold the phone (402) and five the certificate (514): the four who hold both are tied by 916."""
    keys = [(supplier_id, "phone", "agent") for supplier_id in range(1, 11)]
    keys += [(supplier_id, "certificate", "c") for supplier_id in (1, 2, 3, 4, 30)]

    found = common_control(keys)

    assert found.group_keys == {1: "G1", 2: "G1", 3: "G1", 4: "G1"}
    assert found.ties[0] == Tie(1, 2, 916, ("certificate", "phone"))


def test_a_shared_kiosk_ties_nobody() -> None:
    """Two hundred firms used one device of the service hall, and gave the address of one office building."""
    keys = [(supplier_id, kind, "hall") for supplier_id in range(200) for kind in ("device", "address", "phone")]

    assert common_control(keys).group_keys == {}


def test_an_address_alone_ties_nobody_but_adds_to_another_key() -> None:
    address = [(1, "address", "a"), (2, "address", "a")]
    phone = [(supplier_id, "phone", "p") for supplier_id in (1, 2, 3, 4, 5, 6)]

    assert common_control(address).group_keys == {}
    assert common_control(phone).group_keys == {}
    assert common_control([*address, *phone]).group_keys == {1: "G1", 2: "G1"}


def test_empty_and_unknown_keys_tie_nobody() -> None:
    keys = [(1, "phone", ""), (2, "phone", ""), (1, "ip", "x"), (2, "ip", "x"), (3, "phone", "z"), (3, "phone", "z")]

    assert common_control(keys).group_keys == {}


def test_a_hundred_thousand_suppliers_take_seconds_and_a_long_chain_no_recursion() -> None:
    keys = [(supplier_id + step, "phone", str(supplier_id)) for supplier_id in range(100_000) for step in (0, 1)]

    assert set(common_control(keys).group_keys.values()) == {"G0"}
