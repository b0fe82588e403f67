"""The keys that partners and the mall sign with: kept in the data directory, never in the database.

A partner has one key, or two while they are being changed: both are good until the older one's time ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from mall import clock
from mall.access.actor import Actor
from mall.audit.record import record
from mall.database import atomic
from mall.errors import Refusal
from mall.installation.keep_secrets import changing_secrets, read_secrets

TREASURY = "treasury"
#: the place in the file of secrets: {partner: [key, ...]}
_KEPT = "exchange_keys"

#: what both sides know while a key is being changed
KEYS_MAX = 2
OVERLAP_DAYS = 7


@dataclass(frozen=True)
class ExchangeKey:
    """One key of a partner. `id` is public and travels with every signature; `secret` is the key itself."""

    partner: str
    id: str
    secret: str
    made_at: datetime
    ends_at: datetime | None

    @property
    def is_good(self) -> bool:
        return self.ends_at is None or clock.now() < self.ends_at


def keys_of(data_dir: Path, *, partner: str = TREASURY) -> list[ExchangeKey]:
    """The partner's good keys, the newest first; empty as long as none was made."""
    kept = read_secrets(data_dir).get(_KEPT)
    rows = kept.get(partner, []) if isinstance(kept, dict) else []
    # They are kept in the order in which they were made.
    return [key for key in (_key(partner, row) for row in reversed(rows)) if key.is_good]


def key_to_sign_with(data_dir: Path, *, partner: str = TREASURY) -> ExchangeKey | None:
    """The oldest good key: while a new one is handed over, the partner surely knows this one."""
    keys = keys_of(data_dir, partner=partner)
    return keys[-1] if keys else None


def rotate_key(
    data_dir: Path, *, actor: Actor, partner: str = TREASURY, overlap_days: int = OVERLAP_DAYS
) -> ExchangeKey:
    """Make a new key; the one before stays good for `overlap_days`.

    Raises Refusal("exchange.two_keys") while two are good already: a third would make nobody safer.
    """
    now = clock.now()
    made = ExchangeKey(partner, f"{partner}-{secrets.token_hex(4)}", secrets.token_urlsafe(32), now, None)
    with changing_secrets(data_dir) as contents:
        good = _good_rows(contents, partner)
        if len(good) >= KEYS_MAX:
            raise Refusal("exchange.two_keys", partner=partner)
        for row in good:
            row["ends_at"] = (now + timedelta(days=overlap_days)).isoformat()
        _keep(contents, partner, [*good, _row(made)])
    _record_change(actor=actor, action="exchange.rotate_key", key=made)
    return made


def retire_key(data_dir: Path, *, actor: Actor, key_id: str, partner: str = TREASURY) -> None:
    """End a key at once, as when it became known. Raises Refusal("exchange.unknown_key")."""
    with changing_secrets(data_dir) as contents:
        good = _good_rows(contents, partner)
        staying = [row for row in good if row["id"] != key_id]
        if len(staying) == len(good):
            raise Refusal("exchange.unknown_key", key=key_id[:60])
        ended = next(row for row in good if row["id"] == key_id)
        _keep(contents, partner, staying)
    _record_change(actor=actor, action="exchange.retire_key", key=_key(partner, ended))


def ensure_key(data_dir: Path, *, actor: Actor, partner: str = TREASURY) -> ExchangeKey:
    """The key to sign with, made now where there is none: for the demo, whose treasury lives on this machine."""
    found = key_to_sign_with(data_dir, partner=partner)
    return found or rotate_key(data_dir, actor=actor, partner=partner)


@atomic
def _record_change(*, actor: Actor, action: str, key: ExchangeKey) -> None:
    record(actor=actor, action=action, subject=f"exchange_key:{key.id}", facts={"partner": key.partner})


def _good_rows(contents: object, partner: str) -> list[dict[str, str]]:
    kept = contents.get(_KEPT, {})  # type: ignore[attr-defined]
    return [row for row in kept.get(partner, []) if _key(partner, row).is_good]


def _keep(contents: object, partner: str, rows: Iterable[dict[str, str]]) -> None:
    contents[_KEPT] = {**contents.get(_KEPT, {}), partner: list(rows)}  # type: ignore[index,attr-defined]


def _key(partner: str, row: dict[str, str]) -> ExchangeKey:
    ends_at = row.get("ends_at")
    return ExchangeKey(
        partner=partner,
        id=row["id"],
        secret=row["secret"],
        made_at=datetime.fromisoformat(row["made_at"]),
        ends_at=datetime.fromisoformat(ends_at) if ends_at else None,
    )


def _row(key: ExchangeKey) -> dict[str, str]:
    return {"id": key.id, "secret": key.secret, "made_at": key.made_at.isoformat()}
