-- Dagster keeps its own tables in a database of its own: both use Alembic, with the same table name.
CREATE DATABASE dagster;
