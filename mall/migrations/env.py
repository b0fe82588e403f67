"""Alembic's environment: runs the versions on the connection it is handed."""

from alembic import context

from mall.database import Base
from mall.migrations.all_tables import import_all_tables

import_all_tables()
connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    compare_type=True,
    transaction_per_migration=False,
    include_name=lambda name, kind, parents: kind != "schema" or name is None,
)
with context.begin_transaction():
    context.run_migrations()
