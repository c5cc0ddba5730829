"""Frozen values and pure functions of the field; imports nothing but ``errors``.

No network, disk, clock or process lives here. Everyone may import it.
"""
