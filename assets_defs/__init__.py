"""Thin assets: each calls one agent and reports metadata people look at.

Imports ``resources`` and ``video_platform``; business rules live in the agents.
"""
