#!/bin/sh
# Runs once, in an empty PostgreSQL. The platform's role is no superuser: row-level security holds for
# it. Dagster has a database of its own, for both use Alembic with the same table name.
set -eu
psql -v ON_ERROR_STOP=1 --username postgres --set=password="$PLATFORM_PASSWORD" <<'SQL'
CREATE ROLE platform LOGIN PASSWORD :'password';
CREATE DATABASE video_platform OWNER platform;
CREATE DATABASE dagster OWNER platform;
SQL
