"""Brings finished films to the folder the person asked for, and says what they are."""

from pathlib import Path
from typing import Any

from video_platform.agents.studio import Studio
from video_platform.disk import storage_errors, sweep, write_atomically
from video_platform.domain.codec import from_manifest
from video_platform.domain.look import Export
from video_platform.domain.manifests import Film, Montage
from video_platform.domain.media import Media
from video_platform.errors import InvalidInput, StorageFull
from video_platform.settings import Settings

_BYTES_PER_SECOND = 2_500_000
"""Room a second of one format needs while it is made: pictures, segments, film and copy."""


def check_room(settings: Settings, out: Path, *, duration_s: int, formats: int) -> None:
    """Refuse before any work what could not be written at the end."""
    import shutil
    import tempfile

    with storage_errors(settings.home):
        settings.home.mkdir(parents=True, exist_ok=True)
        sweep(settings.home / "scratch")
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
    except OSError as error:
        raise InvalidInput(
            f"{out} cannot be written: {error.strerror or error}.",
            hint="Choose another folder with --out.",
            code="place_unwritable",
        ) from error
    sweep(out)
    needed = max(settings.min_free_bytes, duration_s * formats * _BYTES_PER_SECOND)
    for place in (settings.home, out):
        free = shutil.disk_usage(place).free
        if free < needed:
            raise StorageFull(
                f"{place} has {free // 1_000_000} MB free, and this film needs about "
                f"{needed // 1_000_000} MB.",
                hint="Free some space, or choose other places with VIDEO_PLATFORM_DATA_DIR "
                "and --out.",
            )


def read_montage(studio: Studio, key: str) -> Montage | None:
    """The project's finished films, if there are any."""
    from resources.manifests import manifest_key

    data = studio.store.blobs.read(manifest_key("montage", key))
    return None if data is None else from_manifest(Montage, data)


_EXPORT_ENDINGS = {
    Export.H265: "h265.mp4",
    Export.AV1: "av1.mp4",
    Export.WEBM: "webm",
    Export.GIF: "gif",
    Export.AUDIO: "m4a",
}


def deliver(studio: Studio, key: str, out: Path) -> list[dict[str, Any]]:
    """Write every film and what stands beside it into ``out``; the shapes of ``--json``."""
    montage = read_montage(studio, key)
    return [_deliver(studio, key, film, out) for film in montage.films] if montage else []


def _deliver(studio: Studio, key: str, film: Film, out: Path) -> dict[str, Any]:
    def put(media: Media, ending: str) -> str:
        path = out / f"{key}-{film.format.slug}.{ending}"
        write_atomically(path, studio.store.path(media))
        return str(path.absolute())

    return {
        "format": film.format.value,
        "path": put(film.media, "mp4"),
        "duration_s": film.duration_ms / 1000,
        "sha256": film.media.sha256,
        "captions": {"srt": put(film.srt, "srt"), "vtt": put(film.vtt, "vtt")},
        "poster": put(film.poster, film.poster.extension),
        "contact_sheet": film.contact_sheet
        and put(film.contact_sheet, f"sheet.{film.contact_sheet.extension}"),
        "waveform": film.waveform and put(film.waveform, f"waveform.{film.waveform.extension}"),
        "exports": {
            export.value: put(media, _EXPORT_ENDINGS[export])
            for export, media in film.exports.items()
        },
        "encoder": film.encoder,
    }
