"""The HTTP API. A host: it imports the core, never Dagster; what it wants done, it writes down."""
