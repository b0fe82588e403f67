"""The keys of suppliers' systems. The table knows whose a key is and until when; the secret is nowhere in it.

A secret is drawn from the installation's own one and the key's id each time it is needed (docs/decisions/0023).
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import ForeignKey, Index, or_, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.elements import ColumnElement

from mall import clock
from mall.database import Base, Instant, session
from mall.installation.keep_secrets import secret
from mall.suppliers.supplier import Supplier

#: the installation's secret that all suppliers' secrets are drawn from
_ROOT = "supplier_push"

#: a key, and the one that takes its place: a third would make nobody safer
KEYS_MAX = 2


class SupplierPushKey(Base):
    """One key. It is good until `ends_at`, which is set when another one takes its place or it is retired."""

    __tablename__ = "supplier_push_key"
    __table_args__ = (Index("ix_supplier_push_key_supplier", "supplier_id"),)

    id: Mapped[str] = mapped_column(primary_key=True)
    supplier_id: Mapped[int] = mapped_column(ForeignKey("supplier.id"))
    made_by_id: Mapped[int]
    made_at: Mapped[datetime] = mapped_column(Instant)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    last_used_at: Mapped[datetime | None] = mapped_column(Instant)

    @property
    def is_good(self) -> bool:
        return self.ends_at is None or clock.now() < self.ends_at


@dataclass(frozen=True)
class PushSecret:
    """What a signature is made with: the key's public id and the secret itself."""

    id: str
    secret: str


def secret_of(key: SupplierPushKey, *, data_dir: Path) -> PushSecret:
    """The key's secret, 43 characters; the same one each time."""
    root = secret(data_dir, name=_ROOT)
    drawn = hmac.new(root.encode(), f"{key.supplier_id}:{key.id}".encode(), hashlib.sha256).digest()
    return PushSecret(id=key.id, secret=base64.urlsafe_b64encode(drawn).decode().rstrip("="))


def calling_key(key_id: str) -> tuple[SupplierPushKey, Supplier] | None:
    """A good key with its supplier, unless he was removed from the mall."""
    found = session().execute(
        select(SupplierPushKey, Supplier)
        .join(Supplier, Supplier.id == SupplierPushKey.supplier_id)
        .where(SupplierPushKey.id == key_id, is_good_now(), Supplier.state != "removed")
    )
    row = found.first()
    return None if row is None else (row[0], row[1])


def is_good_now() -> ColumnElement[bool]:
    """The condition on a key that it has not ended."""
    return or_(SupplierPushKey.ends_at.is_(None), SupplierPushKey.ends_at > clock.now())


def keys_of(supplier_ids: tuple[int, ...], *, limit: int = 100) -> list[SupplierPushKey]:
    """All keys that these suppliers ever made, the newest first."""
    query = select(SupplierPushKey).where(SupplierPushKey.supplier_id.in_(supplier_ids))
    return list(session().scalars(query.order_by(SupplierPushKey.made_at.desc(), SupplierPushKey.id).limit(limit)))
