"""Taking in a person's own files: in pieces, resumable, and looked at before they are used."""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from video_platform.agents.studio import Studio
from video_platform.db.repositories.assets import UPLOADED, Asset, Assets, Item
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.uploads import Upload, Uploads, UploadState
from video_platform.disk import storage_errors, write_atomically
from video_platform.domain.codec import from_manifest, to_manifest
from video_platform.domain.events import EventKind
from video_platform.domain.rights import UNSTATED, Terms
from video_platform.errors import (
    Conflict,
    InvalidInput,
    NotFound,
    UnsupportedMedia,
    VideoPlatformError,
)
from video_platform.montage.intake import MEDIA_TYPES, examine_upload
from video_platform.store.media import hash_file

MAX_UPLOAD_BYTES = 2_000_000_000
MAX_CHUNK_BYTES = 16 * 1024 * 1024


class Intake:
    """Uploads of one tenant.

    Args:
        directory: where unfinished files lie; every process that takes pieces must see it.
    """

    def __init__(self, studio: Studio, directory: Path) -> None:
        self._studio = studio
        self._directory = directory / studio.tenant
        self._uploads = Uploads(studio.database)
        self._assets = Assets(studio.database)
        self._events = Events(studio.database)

    def begin(
        self,
        *,
        name: str,
        media_type: str,
        size_bytes: int,
        sha256: str,
        project: str | None,
        terms: Terms = UNSTATED,
    ) -> Upload:
        """A new upload.

        Args:
            terms: what its sender says of its licence; see ``domain.rights.state_terms``.

        Raises:
            UnsupportedMedia: a kind that is not taken.
            InvalidInput: too large.
            ProjectMissing: there is no such project.
        """
        if media_type not in MEDIA_TYPES:
            raise UnsupportedMedia(
                f"{media_type!r} is not taken.", hint=f"Send {', '.join(MEDIA_TYPES)}."
            )
        if not 0 < size_bytes <= MAX_UPLOAD_BYTES:
            raise InvalidInput(
                f"A file of {size_bytes} bytes is not taken.",
                hint=f"Send 1 to {MAX_UPLOAD_BYTES} bytes.",
                code="upload_size",
            )
        if project:
            self._studio.projects.stored(project)
        upload = self._uploads.begin(
            name=name,
            media_type=media_type,
            size_bytes=size_bytes,
            sha256=sha256,
            project=project or None,
        )
        if terms.licence:
            write_atomically(self._terms_path(upload), to_manifest(terms))
        return upload

    def get(self, upload_id: str) -> Upload:
        """An upload; ``NotFound`` when there is none."""
        found = self._uploads.get(upload_id)
        if found is None:
            raise NotFound(f"There is no upload {upload_id}.", hint="Begin one: POST /uploads.")
        return found

    def append(self, upload_id: str, offset: int, chunk: bytes, sha256: str = "") -> Upload:
        """Write the next piece; the file is checked after the last one (``finish``).

        Args:
            offset: where the sender believes it belongs; the stored one decides.
            sha256: of the piece; empty: not given.

        Raises:
            Conflict: another offset is the next, somebody else writes, or it is finished.
            InvalidInput: it would grow past its size, or the checksum differs.
        """
        upload = self.get(upload_id)
        self._refuse(upload, offset, chunk, sha256)
        with self._alone(upload) as path:
            with storage_errors(path), path.open("r+b") as target:
                target.seek(offset)
                target.write(chunk)
                target.truncate(offset + len(chunk))
            if not self._uploads.advance(upload.id, offset, offset + len(chunk)):
                raise _wrong_offset(self.get(upload_id))
        return self.get(upload_id)

    def finish(self, upload_id: str) -> Upload:
        """Check a file whose bytes are all there, and make it an asset.

        Called again, after a crash too, it changes nothing that was done.
        """
        upload = self.get(upload_id)
        is_whole = upload.received_bytes == upload.size_bytes
        if not is_whole or upload.state not in (UploadState.OPEN, UploadState.CHECKING):
            return upload
        with self._alone(upload) as path:
            self._move(upload, UploadState.OPEN, UploadState.CHECKING)
            try:
                self._take_in(upload)
            except VideoPlatformError:
                self._move(upload, UploadState.CHECKING, UploadState.REFUSED)
                path.unlink(missing_ok=True)
                self._terms_path(upload).unlink(missing_ok=True)
                raise
            path.unlink(missing_ok=True)
            self._terms_path(upload).unlink(missing_ok=True)
        return self.get(upload_id)

    def give_up(self, upload_id: str) -> None:
        """Forget an upload that is not finished."""
        upload = self.get(upload_id)
        if self._move(upload, UploadState.OPEN, UploadState.GONE):
            self._path(upload).unlink(missing_ok=True)
            self._terms_path(upload).unlink(missing_ok=True)

    def sweep(self) -> int:
        """Forget what nobody finished in time; returns how many."""
        expired = self._uploads.expired(datetime.now(UTC))
        for upload in expired:
            self.give_up(upload.id)
        return len(expired)

    def _take_in(self, upload: Upload) -> Asset:
        path = self._path(upload)
        if upload.sha256 and hash_file(path) != upload.sha256:
            raise InvalidInput(
                f"{upload.name} is not the file that was announced.",
                hint="Send it again.",
                code="checksum_mismatch",
            )
        probe = examine_upload(path, upload.media_type)
        media = self._studio.store.put(path, upload.media_type, probe)
        terms = self._terms(upload)
        item = Item(
            kind=upload.media_type.partition("/")[0], media=media, facts={"name": upload.name}
        )
        with self._studio.database.session() as session, session.begin():
            asset = self._assets.add(session, item, project=upload.project, stage=UPLOADED)
            if terms.licence:
                # Of a file that was there already, too: what was said last counts.
                self._assets.state_terms(session, asset.id, terms)
            self._uploads.move(
                session, upload.id, UploadState.CHECKING, UploadState.DONE, asset=asset.id
            )
            self._events.add(
                session,
                EventKind.ASSET_ADDED,
                {"asset": asset.id, "kind": asset.kind},
                project=upload.project,
            )
        return asset

    def _refuse(self, upload: Upload, offset: int, chunk: bytes, sha256: str) -> None:
        if upload.state is not UploadState.OPEN or upload.expires_at < datetime.now(UTC):
            raise Conflict(
                f"Upload {upload.id} is {upload.state.value} and takes nothing more.",
                hint="Begin another one: POST /uploads.",
                code="upload_closed",
            )
        if offset != upload.received_bytes:
            raise _wrong_offset(upload)
        if len(chunk) > MAX_CHUNK_BYTES or offset + len(chunk) > upload.size_bytes:
            raise InvalidInput(
                f"A piece of {len(chunk)} bytes at {offset} does not fit.",
                hint=f"The file was announced with {upload.size_bytes} bytes; "
                f"send at most {MAX_CHUNK_BYTES} at once.",
                code="upload_overrun",
            )
        if sha256 and hashlib.sha256(chunk).hexdigest() != sha256:
            raise InvalidInput(
                "The piece does not match its checksum.",
                hint="Send it again.",
                code="checksum_mismatch",
            )

    def _move(self, upload: Upload, before: UploadState, after: UploadState) -> bool:
        with self._studio.database.session() as session, session.begin():
            return self._uploads.move(session, upload.id, before, after)

    def _terms(self, upload: Upload) -> Terms:
        path = self._terms_path(upload)
        return from_manifest(Terms, path.read_bytes()) if path.is_file() else UNSTATED

    def _terms_path(self, upload: Upload) -> Path:
        return self._directory / f"{upload.id}.licence.json"

    def _path(self, upload: Upload) -> Path:
        return self._directory / f"{upload.id}.part"

    @contextmanager
    def _alone(self, upload: Upload) -> Iterator[Path]:
        """The unfinished file, held against every other process that takes pieces."""
        path = self._path(upload)
        with storage_errors(self._directory):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch()
        try:
            with FileLock(path.with_suffix(".lock"), timeout=0):
                yield path
        except Timeout as error:
            raise Conflict(
                f"Another piece of upload {upload.id} is being written.",
                hint="Ask for the offset, then send the next piece.",
                code="upload_busy",
            ) from error


def _wrong_offset(upload: Upload) -> Conflict:
    return Conflict(
        f"The next piece of upload {upload.id} begins at {upload.received_bytes}.",
        hint="Ask for the offset (HEAD), then send what follows it.",
        code="upload_offset",
    )
