"""Passwords: which are good enough, and how they are compared."""

import pytest

from mall.errors import Refusal
from mall.people.password import hash_password, require_good_password, verify_password


@pytest.mark.parametrize(
    ("password", "code"),
    [
        ("Kurz-2026", "password.too_short"),
        ("A" * 100 + "b-1" * 20, "password.too_long"),
        ("nurkleinbuchstaben", "password.too_plain"),
        ("klein-und-zeichen", "password.too_plain"),
        ("Handler-2026-x", "password.contains_username"),
        ("Password-2026!", "password.well_known"),
        ("QWERTYUIOP-1a"[:-1] + "1", "password.well_known"),
        ("Aa1Aa1Aa1Aa1", "password.well_known"),
    ],
)
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        require_good_password(password, username="handler")

    assert caught.value.code == code


@pytest.mark.parametrize("password", ["Drei-Klassen-genug", "四个汉字-Ab-再加六字", "mit 4 Klassen, Ja!", "Xyz9." * 25])
def test_good_passwords_are_accepted(password: str) -> None:
    require_good_password(password, username="handler")


def test_hash_is_argon2id_with_nineteen_mebibytes(dear_passwords: None) -> None:
    assert hash_password("Drei-Klassen-genug").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


def test_right_password_matches_and_others_do_not() -> None:
    hashed = hash_password("Drei-Klassen-genug")

    assert verify_password(hashed, "Drei-Klassen-genug")
    assert not verify_password(hashed, "drei-Klassen-genug")
    assert not verify_password(None, "Nobody-2026-has-this")
    assert not verify_password("not a hash", "Drei-Klassen-genug")


def test_the_same_characters_typed_composed_or_apart_are_the_same_password() -> None:
    assert verify_password(hash_password("Stra\u00dfe-gr\u00fcn-1"), "Stra\u00dfe-gru\u0308n-1")
