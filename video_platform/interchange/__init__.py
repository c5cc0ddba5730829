"""Formats other programs read: caption files today. Imports ``domain`` only."""
