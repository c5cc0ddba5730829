"""A person's own files, in pieces: announced, sent, checked, and then an asset.

The offset comes from the server alone: after a lost line, ask for it and send what follows it.
"""

import base64
import binascii
from typing import Annotated

from fastapi import APIRouter, Body, Header, Request, Response

from api.desks import TheIntake
from api.idempotency import ONCE, IdempotentRoute
from api.problems import ApiError
from api.schemas.base import AnyId
from api.schemas.uploads import UploadIn, UploadOut, show_upload
from video_platform.agents.intake import MAX_UPLOAD_BYTES
from video_platform.db.repositories.uploads import Upload
from video_platform.domain.rights import state_terms

router = APIRouter(prefix="/uploads", tags=["uploads"], route_class=IdempotentRoute)
_PIECE_TYPES = ("application/octet-stream", "application/offset+octet-stream")
Offset = Annotated[
    int, Header(alias="Upload-Offset", ge=0, le=MAX_UPLOAD_BYTES, examples=[4194304])
]
Piece = Annotated[
    bytes,
    # Generators of clients read `format`; FastAPI alone writes `contentMediaType`.
    Body(
        media_type=_PIECE_TYPES[0],
        max_length=64 * 1024 * 1024,
        json_schema_extra={"format": "binary"},
    ),
]
Checksum = Annotated[
    str | None,
    Header(
        alias="Upload-Checksum",
        pattern=r"^sha256 [A-Za-z0-9+/]{43}=$",
        description="SHA-256 of the piece in base64, after the word `sha256`.",
        examples=["sha256 47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="],
    ),
]


@router.post("", status_code=201, summary="Announce a file", dependencies=[ONCE])
def begin_upload(wish: UploadIn, intake: TheIntake, response: Response) -> UploadOut:
    """Its pieces go to the `Location`; it is kept for a day."""
    upload = intake.begin(
        name=wish.name,
        media_type=wish.media_type,
        size_bytes=wish.size_bytes,
        sha256=wish.sha256 or "",
        project=wish.project,
        terms=state_terms(wish.licence, wish.source),
    )
    response.headers["Location"] = f"/api/v1/uploads/{upload.id}"
    return _answer(upload, response)


@router.get("/{upload_id:uuid}", summary="How far a file has come")
def read_upload(upload_id: AnyId, intake: TheIntake, response: Response) -> UploadOut:
    """With the offset of the next piece, in the body and as `Upload-Offset`."""
    return _answer(intake.get(str(upload_id)), response)


@router.head("/{upload_id:uuid}", summary="The offset of the next piece", response_class=Response)
def read_offset(upload_id: AnyId, intake: TheIntake) -> Response:
    """As the tus protocol asks for it."""
    upload = intake.get(str(upload_id))
    headers = {
        "Upload-Offset": str(upload.received_bytes),
        "Upload-Length": str(upload.size_bytes),
    }
    return Response(headers=headers)


@router.patch("/{upload_id:uuid}", summary="Send the next piece")
def append_to_upload(
    upload_id: AnyId,
    request: Request,
    intake: TheIntake,
    response: Response,
    offset: Offset,
    piece: Piece,
    checksum: Checksum = None,
) -> UploadOut:
    """After the last piece the file is decoded to its end; the answer says what it became."""
    sent = request.headers.get("content-type", "").partition(";")[0]
    if sent not in _PIECE_TYPES:
        raise ApiError(
            415,
            "media_type_unsupported",
            f"A piece of type {sent[:80]!r} is not taken.",
            hint=f"Send {_PIECE_TYPES[0]}.",
        )
    intake.append(str(upload_id), offset, piece, _digest(checksum))
    return _answer(intake.finish(str(upload_id)), response)


@router.post("/{upload_id:uuid}/check", summary="Check a file whose check was cut short")
def check_upload(upload_id: AnyId, intake: TheIntake, response: Response) -> UploadOut:
    """Changes nothing that is done; needed only where the state stays `checking`."""
    return _answer(intake.finish(str(upload_id)), response)


@router.delete("/{upload_id:uuid}", status_code=204, summary="Forget an unfinished file")
def give_up_upload(upload_id: AnyId, intake: TheIntake) -> None:
    """What became an asset stays."""
    intake.give_up(str(upload_id))


def _digest(checksum: str | None) -> str:
    if checksum is None:
        return ""
    try:
        return base64.b64decode(checksum.partition(" ")[2], validate=True).hex()
    except binascii.Error as error:
        raise ApiError(
            422, "checksum_malformed", "The checksum is not base64.", hint="Send `sha256 BASE64`."
        ) from error


def _answer(upload: Upload, response: Response) -> UploadOut:
    response.headers["Upload-Offset"] = str(upload.received_bytes)
    return show_upload(upload)
