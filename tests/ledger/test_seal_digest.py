"""The arithmetic of seals, against values computed by hand and against the tree of RFC 6962 written another way."""

import hashlib

import pytest

from ledger import seal_digest
from ledger.seal_digest import AlgorithmMissing, Tree, content_of, fields, hash_of, leaf_of, root_of


def sha(content):
    return hashlib.sha256(content).digest()


def test_fields_carry_their_length_and_nothing_is_not_the_empty_text():
    assert fields("ab", None, "", 7) == b"\0\0\0\2ab" + b"\xff\xff\xff\xff" + b"\0\0\0\0" + b"\0\0\0\1" + b"7"


def test_no_two_rows_of_words_have_the_same_fields():
    assert fields("ab", "c") != fields("a", "bc") != fields("a", "b", "c")


def test_a_leaf_depends_on_its_place_and_on_every_fact():
    lines = {5: fields(5, "line")}
    txn, entries = ("9", 1, "2026-01-01"), [(1, 5, 1100, "", -3), (2, 5, 1200, "order:1", 3)]
    place = {"region_code": 410100, "year": 2026, "seq": 1, "txn_id": 8}
    sound = leaf_of(sha, content_of(txn, entries, lines=lines), **place)

    others = [
        leaf_of(sha, content_of(("9", 1, None), entries, lines=lines), **place),
        leaf_of(sha, content_of(txn, entries[:1], lines=lines), **place),
        leaf_of(sha, content_of(txn, list(reversed(entries)), lines=lines), **place),
        leaf_of(sha, content_of(txn, entries, lines={}), **place),
        *(leaf_of(sha, content_of(txn, entries, lines=lines), **{**place, name: 3}) for name in place),
    ]

    assert len({sound, *others}) == 9


def rfc_6962(leaves):
    """Merkle Tree Hash as the RFC words it, over leaves that are hashes already."""
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha(b"\x01" + rfc_6962(leaves[:half]) + rfc_6962(leaves[half:]))


@pytest.mark.parametrize("count", [1, 2, 3, 4, 5, 6, 7, 8, 9, 31, 32, 33, 1000])
def test_the_root_is_that_of_rfc_6962(count):
    leaves = [sha(str(number).encode()) for number in range(count)]

    assert root_of(sha, leaves) == rfc_6962(leaves)


def test_no_leaves_have_no_root():
    assert Tree(sha).root() == b""


def test_sm3_is_that_of_the_standard():
    # GB/T 32905-2016, example 1.
    assert hash_of("sm3")(b"abc").hex() == "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"


def test_a_hash_that_openssl_lacks_is_refused_by_name(monkeypatch):
    def lacking(name, *_):
        raise ValueError(f"unsupported hash type {name}")

    monkeypatch.setattr(seal_digest.hashlib, "new", lacking)

    with pytest.raises(AlgorithmMissing, match="sm3"):
        hash_of("sm3")


def test_md5_is_not_taken():
    with pytest.raises(AlgorithmMissing, match="md5"):
        hash_of("md5")
