"""A painter that needs no key: it designs infographic frames from shapes, icons and type.

``palette`` and ``styles`` choose the film's colours and manner, ``page`` knows the zones,
``typography`` sets text, ``canvas`` draws, ``backgrounds``, ``scenery`` and ``icons`` hold the
artwork, and ``layouts`` has one module per kind of frame. Only ``provider`` is imported up front.
"""

from video_platform.providers.vendors.embedded_painter.provider import EmbeddedPainter
from video_platform.providers.vendors.embedded_painter.styles import STYLES

PROVIDERS = (EmbeddedPainter,)

__all__ = ["PROVIDERS", "STYLES", "EmbeddedPainter"]
