"""One use case per agent: script, image, voice, music, avatar, video, timeline, montage, publish.

Agents join the rooms: they know ledger, store, providers, montage and platforms, and nothing of
Dagster, FastAPI or settings. An asset calls one agent and reports what it answers.
"""
