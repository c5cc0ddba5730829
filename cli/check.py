"""``check``: what the film gate finds in a file, alone or against the project it belongs to."""

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import document, say
from video_platform.errors import ProjectMissing

if TYPE_CHECKING:
    from video_platform.agents.studio import Studio
    from video_platform.domain.manifests import Film
    from video_platform.quality.findings import Finding, Report
    from video_platform.quality.subtitles import CaptionFile

_SIDECARS = ("srt", "vtt")


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(check)


def check(
    file: Annotated[
        Path, typer.Argument(exists=True, dir_okay=False, help="A film: MP4, MOV or WebM.")
    ],
    project: Annotated[
        str, typer.Option(help="Project it belongs to: its timeline and script are compared.")
    ] = "",
    override: Annotated[
        str, typer.Option(help="Let this rule pass for this very film; needs --reason.")
    ] = "",
    reason: Annotated[str, typer.Option(help="Why the film may go out all the same.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Decode a film to its end and say what is wrong with it, where, and what would mend it.

    Captions beside it (FILE.srt, FILE.vtt) are read, too. Exits with 1 when it may not go out.
    """
    from video_platform.quality.thumbnails import write_thumbnails

    report = _project_report(file, project, override, reason) if project else _file_report(file)
    pictures = write_thumbnails(file, report.failed, file.parent)
    report = report.with_thumbnails((rule, str(file.parent / name)) for rule, name in pictures)
    if as_json:
        document(report.to_json())
    else:
        _show(report)
    if not report.passed:
        raise typer.Exit(1)


def _file_report(file: Path) -> "Report":
    from video_platform.agents.gate import check_file

    return check_file(file, subtitles=_sidecars(file))


def _sidecars(file: Path) -> "list[tuple[str, CaptionFile]]":
    from video_platform.quality.subtitles import read_captions

    beside = ((ending, file.with_suffix(f".{ending}")) for ending in _SIDECARS)
    return [(ending, read_captions(path.read_bytes())) for ending, path in beside if path.is_file()]


def _project_report(file: Path, key: str, override: str, reason: str) -> "Report":
    """The verdict on a file as the film of a project, with what people let pass."""
    from cli.projects import read_script, read_timeline
    from video_platform.agents.gate import GateAgent, check_file, expectation, project_order
    from video_platform.bootstrap import build_studio
    from video_platform.domain.manifests import VoiceTracks
    from video_platform.domain.project import Stage
    from video_platform.quality.override import apply_overrides
    from video_platform.store.manifests import read_current
    from video_platform.store.media import hash_file

    studio = build_studio()
    studio.projects.get(key)
    script, timeline = read_script(studio, key), read_timeline(studio, key)
    if script is None or timeline is None:
        raise ProjectMissing(
            f"Project {key} has no timeline yet.", hint="Run its `create` command again."
        )
    voices = read_current(studio.store.blobs, VoiceTracks, Stage.VOICE_TRACKS, key)
    sha256 = hash_file(file)
    film = _film_of(studio, key, file, sha256)
    order = project_order(studio, key, script, timeline, voices)
    gate = GateAgent(studio.store)
    if override:
        gate.override(key, _decision(override, reason, sha256))
    found = check_file(
        file, expectation(order, film, studio.store.path), _sidecars(file) or _stored(studio, film)
    )
    return apply_overrides(found, sha256, gate.overrides(key))


def _stored(studio: "Studio", film: "Film") -> "list[tuple[str, CaptionFile]]":
    from video_platform.quality.subtitles import read_captions

    pairs = (("srt", film.srt), ("vtt", film.vtt))
    return [(name, read_captions(studio.store.path(media).read_bytes())) for name, media in pairs]


def _film_of(studio: "Studio", key: str, file: Path, sha256: str) -> "Film":
    """The project's film that the file is, by its hash, else by its name, else its first."""
    from cli.films import read_montage

    montage = read_montage(studio, key)
    if montage is None:
        raise ProjectMissing(
            f"Project {key} has no film yet.", hint="Run its `create` command again."
        )
    by_hash = [film for film in montage.films if film.media.sha256 == sha256]
    by_name = [film for film in montage.films if film.format.slug in file.stem]
    return (by_hash or by_name or list(montage.films))[0]


def _decision(rule: str, reason: str, sha256: str) -> Any:
    """An override by whoever works on this machine, who owns what is on it."""
    from datetime import UTC, datetime

    from video_platform.domain.access import Role
    from video_platform.quality.override import Override

    return Override(
        check=rule,
        film=sha256,
        by=getpass.getuser(),
        role=Role.OWNER,
        reason=reason,
        made_at=datetime.now(UTC).isoformat(),
    )


def _show(report: "Report") -> None:
    for finding in report.findings:
        say(_line(finding))
        if not finding.passed:
            for more in (finding.why, finding.hint, finding.thumbnail, finding.overridden):
                if more:
                    say(f"{'':>8}{more}")
    stops = sum(finding.stops for finding in report.findings)
    say("The film may go out." if report.passed else f"{stops} rules stop this film.")


def _line(finding: "Finding") -> str:
    mark = "ok" if finding.passed else "FAILED" if finding.stops else "warning"
    at = "" if finding.passed or finding.at_s is None else f"  at {_clock(finding.at_s)}"
    return f"{mark:<8}{finding.name:<17}{finding.value}{at}"


def _clock(seconds: float) -> str:
    return f"{int(seconds) // 60:02}:{seconds % 60:06.3f}"
