"""What many projects cost Dagster and our own tables."""
