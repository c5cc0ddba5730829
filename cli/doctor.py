"""``doctor``: what this installation can do, what it lacks, and how to mend it."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated

import typer

from cli.output import document, say
from video_platform.errors import FfmpegMissing, NotConfigured, VideoPlatformError
from video_platform.settings import Settings


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """One thing looked at."""

    name: str
    passed: bool
    value: str
    hint: str = ""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(doctor)


def doctor(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Check FFmpeg, fonts, voice, disk, store and database; say how to mend what is missing."""
    settings = Settings()
    found = [_look(name, check, settings) for name, check in CHECKS.items()]
    passed = all(diagnosis.passed for diagnosis in found)
    if as_json:
        document(
            {
                "passed": passed,
                "checks": [
                    {"name": d.name, "passed": d.passed, "value": d.value, "hint": d.hint}
                    for d in found
                ],
            }
        )
    else:
        for diagnosis in found:
            say(f"{'ok  ' if diagnosis.passed else 'MISS'} {diagnosis.name}: {diagnosis.value}")
            if diagnosis.hint and not diagnosis.passed:
                say(f"     {diagnosis.hint}")
    if not passed:
        raise typer.Exit(3)


def _look(name: str, check: Callable[[Settings], str], settings: Settings) -> Diagnosis:
    try:
        return Diagnosis(name, True, check(settings))
    except VideoPlatformError as error:
        return Diagnosis(name, False, error.message, error.hint)


def _python(_settings: Settings) -> str:
    return sys.version.split()[0]


def _ffmpeg(settings: Settings) -> str:
    from video_platform.montage.runner import check_features, find_ffmpeg

    executable = find_ffmpeg(settings.ffmpeg)
    missing = check_features(executable)
    if missing:
        raise FfmpegMissing(
            f"{executable} lacks {', '.join(missing)}.",
            hint="Unset VIDEO_PLATFORM_FFMPEG to use the FFmpeg that is shipped.",
        )
    return str(executable)


def _fonts(_settings: Settings) -> str:
    from video_platform import fonts

    fonts.check_fonts()
    return fonts.FAMILY


def _shaping(_settings: Settings) -> str:
    from PIL import features

    if not features.check("raqm"):
        raise NotConfigured(
            "Pillow was built without Raqm, so Arabic would be drawn in pieces.",
            hint="Install Pillow from its wheel: pip install --force-reinstall pillow.",
        )
    return "Raqm"


def _voice(_settings: Settings) -> str:
    import espeakng_loader

    return str(espeakng_loader.get_library_path())


def _data_dir(settings: Settings) -> str:
    import shutil

    from video_platform.disk import write_atomically

    probe = settings.home / ".doctor"
    write_atomically(probe, b"")
    probe.unlink()
    free = shutil.disk_usage(settings.home).free
    if free < settings.min_free_bytes:
        raise NotConfigured(
            f"{settings.home} has {free // 1_000_000} MB free.", hint="Free some space."
        )
    return f"{settings.home}, {free // 1_000_000} MB free"


def _store(settings: Settings) -> str:
    from video_platform.store import open_blobs

    blobs = open_blobs(settings.resolved_store_url, s3_endpoint_url=settings.s3_endpoint_url)
    blobs.write("doctor/probe", b"ok")
    if blobs.read("doctor/probe") != b"ok":
        raise NotConfigured(f"{settings.resolved_store_url} does not keep what it is given.")
    return settings.resolved_store_url


def _database(settings: Settings) -> str:
    from video_platform.db.database import open_database

    database = open_database(settings.resolved_database_url)
    return database.engine.url.render_as_string(hide_password=True)


def _credentials(settings: Settings) -> str:
    from cli.verify import diagnose
    from video_platform.bootstrap import signing_identity

    return diagnose(signing_identity(settings))


CHECKS: dict[str, Callable[[Settings], str]] = {
    "python": _python,
    "ffmpeg": _ffmpeg,
    "fonts": _fonts,
    "arabic shaping": _shaping,
    "voice": _voice,
    "data directory": _data_dir,
    "media store": _store,
    "database": _database,
    "content credentials": _credentials,
}
