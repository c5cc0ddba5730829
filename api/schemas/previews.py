"""Films that can be watched before they are complete."""

import re

from pydantic import Field

from api.schemas.base import Output, shown
from video_platform.domain.formats import Format
from video_platform.montage.hls import PLAYLIST

_LENGTH = re.compile(r"^#EXTINF:([0-9.]+)", re.MULTILINE)
_END = "#EXT-X-ENDLIST"


class PreviewOut(Output):
    """A film as far as it is rendered."""

    model_config = shown(
        format="16:9",
        url=f"/projects/why-bread-rises-0123456789/preview/16x9/{PLAYLIST}",
        seconds=12.4,
        is_growing=True,
    )

    format: Format
    url: str = Field(description="An HLS playlist (RFC 8216); ask `POST /links` to play it.")
    seconds: float = Field(description="How much of the film can be watched now.")
    is_growing: bool = Field(description="False: the film was completed, or its rendering before.")


def show_preview(key: str, ratio: Format, playlist: str) -> PreviewOut:
    """A preview, by its playlist."""
    return PreviewOut(
        format=ratio,
        url=f"/projects/{key}/preview/{ratio.slug}/{PLAYLIST}",
        seconds=round(sum(float(found) for found in _LENGTH.findall(playlist)), 3),
        is_growing=_END not in playlist,
    )
