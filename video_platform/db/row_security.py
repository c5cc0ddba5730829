"""PostgreSQL's row-level security: the second wall between tenants, below every query of ours.

A connection names its tenant in a setting of the transaction (``database.TENANT_SETTING``); one
that names none sees nothing. It holds for the owner of the tables too, but never for a superuser:
the application must not connect as one.
"""

from collections.abc import Iterable

_POLICY = "tenants_apart"
_TENANT = "current_setting('app.tenant', true)"


def guard(tables: Iterable[str], *, column: str = "tenant") -> list[str]:
    """Statements that close these tables to other tenants."""
    return [
        statement
        for table in tables
        for statement in (
            f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY",
            f"CREATE POLICY {_POLICY} ON {table} "
            f"USING ({_TENANT} = '*' OR {column} = {_TENANT}) "
            f"WITH CHECK ({_TENANT} = '*' OR {column} = {_TENANT})",
        )
    ]


def unguard(tables: Iterable[str]) -> list[str]:
    """Statements that open them again."""
    return [
        statement
        for table in tables
        for statement in (
            f"DROP POLICY {_POLICY} ON {table}",
            f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY",
            f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY",
        )
    ]
