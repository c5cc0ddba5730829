-- Run once, by an empty PostgreSQL: Dagster's records stand beside the product's, which come with
-- the server (POSTGRES_DB).
CREATE DATABASE dagster;
