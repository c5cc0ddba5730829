"""Publishing platforms behind one small interface; one file per network in ``platforms``.

Platforms import ``domain``, ``errors`` and ``disk``; never one another.
"""
