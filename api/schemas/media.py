"""Addresses of media that a browser or player opens by itself."""

from typing import Annotated

from pydantic import Field, StringConstraints

from api.schemas.base import Input, Output, shown

_URL = (
    r"^(/api/v1)?(/media/[0-9a-f]{64}\.[a-z0-9]{2,4}"
    r"|/(assets|videos)/[0-9a-f-]{36}/download"
    r"|/projects/[a-z0-9-]{1,80}/preview/[0-9x]{3,10}/index\.m3u8)$"
)


class LinkIn(Input):
    """What is going to be watched."""

    model_config = shown(url="/media/" + "ab" * 32 + ".mp4")

    url: Annotated[str, StringConstraints(max_length=200, pattern=_URL)] = Field(
        description="The `url` of an asset, a download, or the playlist of a preview."
    )


class LinkOut(Output):
    """An address that needs no header."""

    model_config = shown(url="/api/v1/media/" + "ab" * 32 + ".mp4?ticket=eyJ...", expires_in=21600)

    url: str
    expires_in: int = Field(description="Seconds; signing out ends it before.")
