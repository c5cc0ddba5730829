"""``montage``: what a render would do and why, a quick look at a film, and encoders."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import document, say, table
from video_platform.domain.formats import Format
from video_platform.domain.project import Project, Stage
from video_platform.errors import BriefError, ProjectMissing
from video_platform.settings import Settings

if TYPE_CHECKING:
    from video_platform.agents.studio import Studio
    from video_platform.domain.timeline import Timeline
    from video_platform.montage.explain import PlanState, SegmentState

montage = typer.Typer(
    name="montage",
    help="See what would be rendered and why, preview a film, try this machine's encoders.",
    no_args_is_help=True,
)


def register(app: typer.Typer) -> None:
    """Add the group."""
    app.add_typer(montage)


ProjectArgument = Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


@montage.command()
def plan(project: ProjectArgument, as_json: JsonOption = False) -> None:
    """Show what making the film again would keep and render, segment by segment, and why."""
    from video_platform.bootstrap import build_studio

    studio = build_studio()
    chosen = studio.projects.get(project)
    states = studio.montage.explain(chosen, _timeline(studio, project))
    films = [describe_plan(ratio, state) for ratio, state in states.items()]
    if as_json:
        document({"project": project, "films": films})
        return
    for film in films:
        _show_plan(film)


def describe_plan(ratio: Format, state: "PlanState") -> dict[str, Any]:
    """A film's explained plan as ``--json`` prints it."""
    rendered = [] if state.is_film_kept else [s for s in state.segments if not s.is_kept]
    return {
        "format": ratio.value,
        "segments": [_describe_segment(segment) for segment in state.segments],
        "sound": "kept" if state.is_sound_kept else "mix",
        "film": "kept" if state.is_film_kept else "join",
        "frames": sum(segment.frames for segment in state.segments),
        "frames_to_render": sum(segment.frames for segment in rendered),
        "segments_to_render": len(rendered),
    }


def _describe_segment(segment: "SegmentState") -> dict[str, Any]:
    why = [] if segment.is_kept else list(segment.changed) or ["new"]
    return {
        "number": segment.index + 1,
        "kind": segment.kind.value,
        "scenes": list(segment.scenes),
        "start_s": round(segment.start_s, 3),
        "frames": segment.frames,
        "state": "kept" if segment.is_kept else "render",
        "why": why,
    }


def _show_plan(film: Mapping[str, Any]) -> None:
    table(
        film["format"],
        ("#", "kind", "scenes", "from", "frames", "", "why"),
        [
            (
                str(segment["number"]),
                segment["kind"],
                " > ".join(map(str, segment["scenes"])),
                f"{segment['start_s']:.2f} s",
                str(segment["frames"]),
                segment["state"],
                ", ".join(segment["why"]),
            )
            for segment in film["segments"]
        ],
    )
    say(f"Sound: {film['sound']}. Film: {film['film']}.")
    say(
        f"{film['frames_to_render']} of {film['frames']} frames in {film['segments_to_render']} of "
        f"{len(film['segments'])} segments will be rendered."
    )


@montage.command()
def preview(
    project: ProjectArgument,
    ratio: Annotated[
        str, typer.Option("--format", help="Which of its formats; default: the first.")
    ] = "",
    out: Annotated[Path, typer.Option(help="Folder the preview is put in.")] = Path("films"),
    as_json: JsonOption = False,
) -> None:
    """Render the whole film small and quickly, to look at before or beside the real one."""
    from cli.films import check_room
    from cli.view import live_view
    from video_platform.bootstrap import build_studio

    settings = Settings()
    studio = build_studio(settings)
    chosen = studio.projects.get(project)
    wanted = _format_of(chosen, ratio)
    timeline = _timeline(studio, project)
    check_room(settings, out, duration_s=chosen.brief.duration_s, formats=1)
    target = out / f"{project}-{wanted.slug}.preview.mp4"
    with live_view(quiet=as_json, stages=(Stage.MONTAGE,)):
        studio.montage.preview(timeline, wanted, target)
    if as_json:
        document({"project": project, "format": wanted.value, "path": str(target.absolute())})
    else:
        say(f"{wanted.value}  {timeline.duration_ms / 1000:.1f} s  {target.absolute()}")


@montage.command()
def encoders(as_json: JsonOption = False) -> None:
    """Try this machine's hardware encoders on a short film, beside x264; takes some seconds."""
    from video_platform.disk import private_directory
    from video_platform.montage.hardware import HARDWARE, SOFTWARE, probe_hardware
    from video_platform.montage.runner import Ffmpeg, find_ffmpeg

    settings = Settings()
    ffmpeg = Ffmpeg(find_ffmpeg(settings.ffmpeg))
    with private_directory(settings.home / "scratch", "encoders") as directory:
        results = probe_hardware(ffmpeg, directory)
    titles = {SOFTWARE: "x264", **{name: family.title for name, family in HARDWARE.items()}}
    found = [
        {
            "name": result.name,
            "title": titles[result.name],
            "encoder": result.encoder,
            "works": result.works,
            "frames_per_s": round(result.frames_per_s, 1),
            "reason": result.reason,
        }
        for result in results
    ]
    if as_json:
        document(found)
    else:
        _show_encoders(found)


def _show_encoders(found: list[dict[str, Any]]) -> None:
    table(
        "1080p, H.264",
        ("name", "encoder", "frames/s", ""),
        [
            (
                encoder["name"],
                encoder["title"],
                f"{encoder['frames_per_s']:.0f}" if encoder["works"] else "-",
                encoder["reason"] or "works",
            )
            for encoder in found
        ],
    )


def _timeline(studio: "Studio", key: str) -> "Timeline":
    from cli.projects import read_timeline

    timeline = read_timeline(studio, key)
    if timeline is None:
        raise ProjectMissing(
            f"Project {key} has no timeline yet.", hint="Run its `create` command again."
        )
    return timeline


def _format_of(project: Project, value: str) -> Format:
    """The format asked for, or the brief's first."""
    from cli.briefs import parse_formats

    formats = project.brief.formats
    (wanted,) = parse_formats([value]) if value else formats[:1]
    if wanted not in formats:
        raise BriefError(
            f"Project {project.key} is not made in {wanted.value}.",
            hint=f"Its formats: {', '.join(formats)}.",
            code="format_invalid",
        )
    return wanted
