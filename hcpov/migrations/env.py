"""How Alembic reaches the database: through the running application, one process at a time."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from hcpov.extensions import db


def run() -> None:
    """Applies migrations in one transaction, with the writer's lock taken first, so that two processes never race."""
    options = current_app.extensions["migrate"].configure_args
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            # A column is dropped by making the table anew; with foreign keys on, that would empty what points at it.
            connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # the driver begins none for DDL
        else:
            connection.execute(text("SELECT pg_advisory_xact_lock(4809231)"))
        context.configure(connection=connection, target_metadata=db.metadata, user_module_prefix="", **options)
        with context.begin_transaction():
            context.run_migrations()
        if connection.dialect.name == "sqlite" and (
            broken := connection.exec_driver_sql("PRAGMA foreign_key_check").all()
        ):
            connection.rollback()
            raise RuntimeError(f"{len(broken)} rows would point at nothing after this migration; nothing was changed")
        connection.commit()
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA foreign_keys = ON")


run()
