"""Seals over the books: what settled postings are hashed into, and the one function that writes it."""

from __future__ import annotations

from alembic import context, op

from ledger.seal_schema import install_sealing

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    install_sealing(op.get_bind(), app_role=context.config.attributes["app_role"])
