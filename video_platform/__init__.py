"""The core of the video platform: it knows neither Dagster nor FastAPI.

Hosts (``assets_defs``, ``resources``, ``sensors``, ``api``, ``cli``) call it through
``bootstrap``; inside it the rooms import ``domain`` and are joined by ``agents``.
"""
