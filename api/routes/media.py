"""Stored media by hash, for those whose material they are, and films while they are rendered."""

import re
from typing import Annotated, Any

from fastapi import APIRouter, Path, Response

from api.desks import WatchingDesk
from api.downloads import LASTING, RANGE_RESPONSES, Ranged, send_media
from api.schemas.base import ProjectKey
from video_platform.domain.formats import Format
from video_platform.errors import MediaMissing
from video_platform.montage.hls import MEDIA_TYPES, PLAYLIST, preview_key

router = APIRouter(tags=["media"])
_NAME = re.compile(r"([0-9a-f]{64})\.([a-z0-9]{2,4})")
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


@router.get(
    "/media/{name}",
    summary="Stored media, with ranges",
    response_class=Response,
    responses=RANGE_RESPONSES,
)
def read_media(name: MediaName, desk: WatchingDesk, wanted: Ranged) -> Response:
    """What an asset of the caller names, and nothing else."""
    found = _NAME.fullmatch(name)
    media = desk.assets.find_media(found[1]) if found else None
    if media is None or found is None or media.extension != found[2]:
        raise MediaMissing(f"There is no media {name}.", hint="Take the `url` of an asset.")
    return send_media(desk, media, wanted)


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
    return Response(
        stored,
        media_type=MEDIA_TYPES[name.rpartition(".")[2]],
        headers={"Cache-Control": "no-cache" if name == PLAYLIST else LASTING},
    )
