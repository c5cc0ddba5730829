"""Formats other programs read: captions, chapters, and timelines for editors, out and back in.

Imports ``domain`` and ``errors`` only.
"""
