"""Stored media as answers: whole or in ranges, under a readable name, named by their hash.

Bytes never change under a hash: the hash is the ``ETag``, and what was fetched once may be kept.
"""

import re
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Depends, Header, Request, Response
from fastapi.responses import FileResponse, RedirectResponse, StreamingResponse

from api.problems import MEDIA_TYPE, ApiError
from video_platform.agents.desk import Desk
from video_platform.domain.media import EXTENSIONS, Media
from video_platform.store import MediaStore

LASTING = "private, max-age=31536000, immutable"
_BINARY: dict[str, Any] = {
    "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in EXTENSIONS}
}
RANGE_RESPONSES: dict[int | str, dict[str, Any]] = {
    200: {"description": "All of it.", **_BINARY},
    206: {"description": "The ranges that were asked for.", **_BINARY},
    304: {"description": "What the caller holds is still right."},
    307: {"description": "It is with the network of caches, for hours, at `Location`."},
    416: {
        "description": "The range lies outside the file.",
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
        "headers": {"Content-Range": {"schema": {"type": "string"}}},
    },
}
_RANGE = re.compile(r"bytes=([0-9]{0,15})-([0-9]{0,15})")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of a file a request asks for, and what of it the caller holds."""

    request: Request
    byte_range: str | None
    if_range: str | None
    if_none_match: str | None


def _wanted(
    request: Request,
    byte_range: Annotated[
        str | None, Header(alias="Range", max_length=200, examples=["bytes=0-1023"])
    ] = None,
    if_range: Annotated[str | None, Header(alias="If-Range", max_length=200)] = None,
    if_none_match: Annotated[str | None, Header(alias="If-None-Match", max_length=2000)] = None,
) -> Wanted:
    return Wanted(request, byte_range, if_range, if_none_match)


Ranged = Annotated[Wanted, Depends(_wanted)]


def redirect_to_film(desk: Desk, media: Media, *, name: str = "") -> Response | None:
    """The way to a finished film with the network of caches; nothing where there is none."""
    delivery = desk.studio.store.delivery
    if delivery is None or not desk.assets.is_film(media.sha256):
        return None
    # Signed for this caller: the address is nobody else's to keep.
    headers = {"Cache-Control": "private, no-store"}
    return RedirectResponse(delivery.address(media, name=name).url, 307, headers)


def send_media(desk: Desk, media: Media, wanted: Wanted, *, name: str = "") -> Response:
    """The medium, or the range of it that the request names, to its owner's players and pages.

    Raises:
        MediaMissing: the store lost it.
        ApiError: 416, a range lies outside.
    """
    return send_stored(desk.studio.store, media, wanted, name=name, lasting=LASTING)


def send_stored(
    store: MediaStore, media: Media, wanted: Wanted, *, name: str = "", lasting: str
) -> Response:
    """As ``send_media``, with ``lasting`` as ``Cache-Control``.

    From the disk where the store is this machine's, else piece by piece from where it is: no copy
    of a film has to arrive here before its first second goes out.
    """
    tag = f'"{media.sha256}"'
    headers = {
        "ETag": tag,
        "Cache-Control": lasting,
        "Accept-Ranges": "bytes",
        "X-Content-Type-Options": "nosniff",
    }
    if tag in (wanted.if_none_match or ""):
        return Response(status_code=304, headers=headers)
    _check_range(wanted, media.size_bytes, tag)
    if store.blobs.direct_path(media.key) is None:
        if name:
            headers["Content-Disposition"] = f"attachment; filename*=utf-8''{quote(name)}"
        return _relay(store, media, wanted.request, headers)
    return FileResponse(
        store.path(media),
        media_type=media.media_type,
        headers=headers,
        filename=name or None,
        content_disposition_type="attachment",
    )


def _relay(
    store: MediaStore, media: Media, request: Request, headers: dict[str, str]
) -> StreamingResponse:
    """Bytes on their way from a remote store; what ``_check_range`` left of a range is right."""
    size = media.size_bytes
    found = _RANGE.fullmatch(request.headers.get("range", "").strip())
    first, last = 0, size - 1
    if found:
        begin, end = found.groups()
        first = int(begin) if begin else max(0, size - int(end))
        last = min(int(end), last) if begin and end else last
        headers["Content-Range"] = f"bytes {first}-{last}/{size}"
    headers["Content-Length"] = str(last - first + 1)
    return StreamingResponse(
        store.stream(media, first, last),
        status_code=206 if found else 200,
        media_type=media.media_type,
        headers=headers,
    )


def _check_range(wanted: Wanted, size: int, tag: str) -> None:
    """Refuse a range outside the file; leave out one that is malformed, stale, or one of several.

    A server may answer any range with the whole file, and several ranges at once are a known way
    to make it work for nothing.
    """
    if wanted.byte_range is None:
        return
    found = _RANGE.fullmatch(wanted.byte_range.strip())
    first, last = found.groups() if found else ("", "")
    is_backwards = bool(first and last) and int(last) < int(first)
    is_stale = wanted.if_range not in (None, tag)
    request = wanted.request
    if not (first or last) or is_backwards or is_stale:
        headers = [(name, value) for name, value in request.scope["headers"] if name != b"range"]
        request.scope["headers"] = headers
    elif (int(first) >= size) if first else (int(last) == 0 or size == 0):
        raise ApiError(
            416,
            "range_not_satisfiable",
            f"{wanted.byte_range} lies outside the file's {size} bytes.",
            hint="Ask for bytes it has.",
            headers={"Content-Range": f"bytes */{size}"},
        )
