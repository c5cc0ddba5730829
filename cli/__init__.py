"""The command line: one module per command group. In local mode it runs the Dagster assets itself.

A host: it may import everything, and nothing imports it.
"""
