"""Dagster resources and IO managers around the core. Imports ``video_platform`` only."""
