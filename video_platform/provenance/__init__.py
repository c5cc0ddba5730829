"""Content credentials (C2PA): who signs, what is said, and reading it back.

Signing is the last thing that happens to a file: any later remux drops the manifest. Licences and
terms of providers are data here too. Imports ``domain``, ``disk`` and ``errors`` only.
"""
