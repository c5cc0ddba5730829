"""Who may come in: passwords, tokens, sessions, keys for machines.

Nothing here knows HTTP; ``api.deps`` turns a request into a ``Principal`` with it. Secrets are
stored as hashes only, in ``db.repositories.access``.
"""
