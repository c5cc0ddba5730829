"""Warm workers: runs and steps as Celery tasks, for more than one machine. Optional: extra
``cluster``."""
