"""Clips from Runway."""

from decimal import Decimal
from typing import Any, ClassVar

from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability, VideoRequest
from video_platform.errors import ContentRefused, ProviderRequestInvalid
from video_platform.providers._clips import (
    ClipProvider,
    as_data_url,
    beyond,
    first_picture,
    picture_within,
)
from video_platform.providers.base import Produced
from video_platform.providers.faults import Codes
from video_platform.providers.jobs import Job, JobState
from video_platform.providers.limits import Limits
from video_platform.providers.service import Service

_RATIOS = {
    Format.WIDE: "1280:720",
    Format.TALL: "720:1280",
    Format.SQUARE: "960:960",
    Format.PORTRAIT: "832:1104",
}
_WAITING = ("PENDING", "THROTTLED", "RUNNING")
_CREDIT_USD = Decimal("0.01")
_PICTURE_BYTES = 3_900_000
"""A data URL may have 5 MB; base64 makes four bytes of three."""
