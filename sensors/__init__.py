"""Sensors: what the API wrote down becomes Dagster runs.

Imports ``assets_defs`` (jobs, partitions), ``resources`` and the core; the API never calls Dagster.
"""
