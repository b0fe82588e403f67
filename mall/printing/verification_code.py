"""This file knows the short code on a document by which anyone may ask whether the paper is genuine."""

import hashlib
import json
import unicodedata

from stdnum.exceptions import ValidationError
from stdnum.iso7064 import mod_37_36

from mall.errors import Refusal

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no I, L, O (read as 1, 1, 0) and no U."""

_HASH_CHARACTERS = 15
_GROUP = 4
_READ_AS = str.maketrans("OIL", "011")


def code_for(kind: str, number: str, content_hash: str) -> str:
    """The code of one document, for example 7Q4K-90XD-2M8T-VC3H: 75 bits of SHA-256 and a check character.

    The same document always has the same code; another content, number or kind has another one.
    `content_hash` is the hexadecimal hash of what was printed; it keeps the code from being guessed out of the number.
    """
    named = json.dumps([kind, number, content_hash], ensure_ascii=False).encode()
    bits = int.from_bytes(hashlib.sha256(named).digest()) >> (256 - 5 * _HASH_CHARACTERS)
    characters = "".join(ALPHABET[bits >> 5 * place & 31] for place in reversed(range(_HASH_CHARACTERS)))
    # ISO/IEC 7064 in its hybrid form, over 32 characters: finds every single wrong character.
    return _grouped(characters + mod_37_36.calc_check_digit(characters, alphabet=ALPHABET))


def parse_code(typed: str) -> str:
    """The code a person meant: any case, full-width characters, blanks, any dashes or none, O for 0, I and L for 1.

    Raises Refusal printing.code_mistyped when no document can have it.
    """
    characters = "".join(
        character
        for character in unicodedata.normalize("NFKC", typed).upper().translate(_READ_AS)
        if not character.isspace() and unicodedata.category(character) not in ("Pd", "Cf") and character != "−"
    )
    if len(characters) != _HASH_CHARACTERS + 1 or not set(characters) <= set(ALPHABET):
        raise Refusal("printing.code_mistyped", typed=typed[:40])
    try:
        mod_37_36.validate(characters, alphabet=ALPHABET)
    except ValidationError as wrong_check_character:
        raise Refusal("printing.code_mistyped", typed=typed[:40]) from wrong_check_character
    return _grouped(characters)


def _grouped(characters: str) -> str:
    return "-".join(characters[start : start + _GROUP] for start in range(0, len(characters), _GROUP))
