"""The one partition set: a partition is a project."""

import dagster as dg

PROJECTS = dg.DynamicPartitionsDefinition(name="projects")
"""Keys are project keys. They are never reused: a key's history cannot be wiped."""
