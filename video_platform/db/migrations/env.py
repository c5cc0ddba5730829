"""Alembic's entry: runs migrations on the connection it was given (see ``db.migrate``)."""

from alembic import context

from video_platform.db.models import Base

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=Base.metadata,
    # SQLite cannot alter most of a table: Alembic makes a new one and moves the rows.
    render_as_batch=connection.dialect.name == "sqlite",
    transactional_ddl=False,
)
context.run_migrations()
