"""The montage engine: timeline → plan → segments → one FFmpeg process each → film → probe.

``plan`` is pure; ``runner`` is the only module that starts FFmpeg. Imports ``domain``, ``errors``,
``disk`` and ``fonts``; where media and finished segments are kept is told by whoever calls.
"""
