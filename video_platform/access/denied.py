"""Refusals of the door. Their sentences never tell whether an address or a key exists."""

from video_platform.errors import VideoPlatformError


class Unauthenticated(VideoPlatformError):
    """Nobody known: no token, or one that is not valid (any more)."""

    code = "unauthenticated"


class Forbidden(VideoPlatformError):
    """Known, and not allowed to do this."""

    code = "forbidden"
