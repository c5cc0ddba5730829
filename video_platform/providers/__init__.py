"""Generation providers behind one small interface; one file per service in ``vendors``.

Providers know their requests and nothing of money, storage or Dagster. They import ``domain`` and
``errors`` only, and never one another.
"""
