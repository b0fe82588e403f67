"""Passwords: how they are hashed and compared, and which ones are good enough."""

from __future__ import annotations

import threading
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from mall.errors import Refusal

LENGTH_MIN = 10
LENGTH_MAX = 128
CLASSES_MIN = 3

# 19 MiB, 2 passes: the OWASP profile. The library's default takes 64 MiB, and a flood of sign-ins all memory.
_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
_few_at_once = threading.BoundedSemaphore(2)
# Somebody must be compared with when there is no such account, or the time would tell.
_nobody_s_hash = _hasher.hash("Nobody-2026-has-this")

#: what everybody tries first; compared without case, digits and signs at the ends
BLOCKED = frozenset(
    (
        "password",
        "passw0rd",
        "p@ssw0rd",
        "p@ssword",
        "admin",
        "administrator",
        "qwerty",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "1qaz2wsx",
        "1q2w3e4r",
        "abc",
        "abcd",
        "abcdef",
        "iloveyou",
        "welcome",
        "letmein",
        "changeme",
        "default",
        "guest",
        "root",
        "test",
        "sunmall",
        "caigou",
        "zhengfu",
        "henan",
        "zhengzhou",
        "dianzimaichang",
        "zhengfucaigou",
        "woaini",
        "nihao",
        "aini",
        "mima",
    )
)


def hash_password(password: str) -> str:
    """argon2id of the password; few at once."""
    with _few_at_once:
        return _hasher.hash(_normal(password))


def verify_password(password_hash: str | None, password: str) -> bool:
    """Compare; takes the same time and gives the same answer when there is no account or no password yet."""
    with _few_at_once:
        try:
            _hasher.verify(password_hash or _nobody_s_hash, _normal(password))
        except (VerificationError, InvalidHashError):
            return False
    return password_hash is not None


def needs_new_hash(password_hash: str) -> bool:
    """Whether the hash was made with other parameters than today's."""
    return _hasher.check_needs_rehash(password_hash)


def require_good_password(password: str, *, username: str) -> None:
    """Raise Refusal "password.too_short|too_long|too_plain|contains_username|well_known"."""
    normal = _normal(password)
    if len(normal) < LENGTH_MIN:
        raise Refusal("password.too_short", length_min=LENGTH_MIN)
    if len(normal) > LENGTH_MAX:
        raise Refusal("password.too_long", length_max=LENGTH_MAX)
    if _classes(normal) < CLASSES_MIN:
        raise Refusal("password.too_plain", classes_min=CLASSES_MIN)
    if username.lower() in normal.lower():
        raise Refusal("password.contains_username")
    core = normal.lower().strip("0123456789!@#$%^&*()-_=+.,?~")
    if normal.lower() in BLOCKED or core in BLOCKED or len(set(normal)) < 5:
        raise Refusal("password.well_known")


def _classes(password: str) -> int:
    """How many of lower case, upper case, digits and everything else it has."""
    kinds = {
        "lower" if c.islower() else "upper" if c.isupper() else "digit" if c.isdigit() else "other" for c in password
    }
    return len(kinds)


def _normal(password: str) -> str:
    # The same characters typed on another keyboard may arrive composed differently.
    return unicodedata.normalize("NFKC", password)
