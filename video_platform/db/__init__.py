"""The product's own tables. The database is the only truth; queues and manifests carry ids.

Imports ``domain`` and ``errors``; repositories return domain values, never rows.
"""
