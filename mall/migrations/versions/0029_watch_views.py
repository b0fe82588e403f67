"""The views of the schema `watch`, over all that is there by now."""

from __future__ import annotations

from alembic import context, op

from mall.watch_views import make_views

revision = "0029"
down_revision = "0025"


def upgrade() -> None:
    app_role = context.config.attributes["app_role"]
    for statement in make_views.statements(readers=[app_role]):
        op.get_bind().exec_driver_sql(statement)
