"""Stored media by hash, for those whose material they are, and films while they are rendered."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from api.deps import TheAuthority, Viewer
from api.desks import ReadingDesk, WatchingDesk
from api.downloads import LASTING, RANGE_RESPONSES, Ranged, redirect_to_film, send_media
from api.schemas.base import ProjectKey
from api.schemas.media import LinkIn, LinkOut
from video_platform.access.tokens import LIFE, TokenType
from video_platform.agents.desk import Desk
from video_platform.domain.formats import Format
from video_platform.errors import MediaMissing
from video_platform.montage.hls import MEDIA_TYPES, PLAYLIST, preview_key
from video_platform.store import Address

router = APIRouter(tags=["media"])
_PARTS = re.compile(r"^(?!#)(?=.)(.+)$|(?<=URI=\")([^\"]+)", re.MULTILINE)
_NAME = re.compile(r"([0-9a-f]{64})\.([a-z0-9]{2,4})")
_DOWNLOAD = re.compile(r"/(?:assets|videos)/([0-9a-f-]{36})/download")
_FORMATS = {ratio.slug: ratio for ratio in Format}
_PREVIEW: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "A playlist, or a part of the film.",
        "content": {kind: {"schema": {"type": "string"}} for kind in MEDIA_TYPES.values()},
    }
}
MediaName = Annotated[
    str, Path(pattern=r"^[0-9a-f]{64}\.[a-z0-9]{2,4}$", examples=["ab" * 32 + ".mp4"])
]


@router.post("/links", summary="An address that a player can open for hours")
def make_link(wish: LinkIn, who: Viewer, authority: TheAuthority, desk: ReadingDesk) -> LinkOut:
    """It opens this one object, with ranges, until the caller signs out or six hours are over.

    Where a network of caches delivers films, a film's link is an address there, and lasts its six
    to seven hours in any case.
    """
    address = wish.url.removeprefix("/api/v1")
    elsewhere = _delivered(desk, address)
    if elsewhere is not None:
        return LinkOut(url=elsewhere.url, expires_in=elsewhere.expires_in)
    # A preview is a folder of parts; everything else is one file.
    opened = address.removesuffix(f"/{PLAYLIST}")
    ticket = authority.link(who, opened)
    seconds = int(LIFE[TokenType.LINK].total_seconds())
    return LinkOut(url=f"/api/v1{address}?ticket={ticket}", expires_in=seconds)


def _delivered(desk: Desk, address: str) -> Address | None:
    """Where the network of caches has the film behind an address of ours, if it does."""
    delivery = desk.studio.store.delivery
    if delivery is None:
        return None
    if found := _NAME.search(address):
        media = desk.assets.find_media(found[1])
    elif found := _DOWNLOAD.fullmatch(address):
        media = desk.asset(found[1]).media
    else:
        return None
    is_film = media is not None and desk.assets.is_film(media.sha256)
    return delivery.address(media) if media is not None and is_film else None


@router.get(
    "/media/{name}",
    summary="Stored media, with ranges",
    response_class=Response,
    responses=RANGE_RESPONSES,
)
def read_media(
    name: MediaName,
    desk: WatchingDesk,
    wanted: Ranged,
    ticket: Annotated[str, Query(max_length=2000, include_in_schema=False)] = "",
) -> Response:
    """What an asset of the caller names, and nothing else."""
    found = _NAME.fullmatch(name)
    media = desk.assets.find_media(found[1]) if found else None
    if media is None or found is None or media.extension != found[2]:
        raise MediaMissing(f"There is no media {name}.", hint="Take the `url` of an asset.")
    # A player follows to another name; a page's own request would need that name's leave.
    elsewhere = redirect_to_film(desk, media) if ticket else None
    return elsewhere or send_media(desk, media, wanted)


@router.get(
    "/projects/{key}/preview/{slug}/{name}",
    summary="A film as far as it is rendered",
    response_class=Response,
    responses=_PREVIEW,
)
def read_preview(
    key: ProjectKey,
    slug: Annotated[str, Path(max_length=10, examples=["16x9"])],
    name: Annotated[str, Path(max_length=60, examples=[PLAYLIST])],
    desk: WatchingDesk,
    ticket: Annotated[str, Query(max_length=2000, include_in_schema=False)] = "",
) -> Response:
    """An HLS playlist (`index.m3u8`) and its parts; the playlist grows until the film is done."""
    desk.studio.projects.stored(key)
    ratio = _FORMATS.get(slug)
    stored = None
    if ratio is not None:
        stored = desk.studio.store.blobs.read(preview_key(key, ratio, name))
    if stored is None:
        raise MediaMissing(
            f"There is no {name} of a {slug} preview of {key}.",
            hint="A preview begins with the first seconds of the montage; ask again later.",
        )
    if ticket and name == PLAYLIST:
        stored = _PARTS.sub(lambda part: f"{part[0]}?ticket={ticket}", stored.decode()).encode()
    return Response(
        stored,
        media_type=MEDIA_TYPES[name.rpartition(".")[2]],
        headers={"Cache-Control": "no-cache" if name == PLAYLIST else LASTING},
    )
