"""The generation ledger: every call of a provider goes through it, so none is made twice.

Imports ``domain``, ``errors`` and the shapes of ``providers.base``; database and store are given
to it.
"""
