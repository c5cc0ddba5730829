"""``projects``, ``show`` and ``open``: what there is."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.output import document, say
from video_platform.domain.codec import from_manifest
from video_platform.domain.project import Stage
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.settings import Settings

if TYPE_CHECKING:
    from video_platform.agents.studio import Studio


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(projects)
    app.command()(show)
    app.command("open")(open_project)


def read_script(studio: "Studio", key: str) -> Script | None:
    """The project's current script, if it was written."""
    from resources.manifests import manifest_key

    data = studio.store.blobs.read(manifest_key("script", key))
    return None if data is None else from_manifest(Script, data)


def read_timeline(studio: "Studio", key: str) -> Timeline | None:
    """The project's current timeline, if it was laid out."""
    from resources.manifests import manifest_key

    data = studio.store.blobs.read(manifest_key("timeline", key))
    return None if data is None else from_manifest(Timeline, data)


def check_scenes(studio: "Studio", key: str, scenes: tuple[int, ...]) -> None:
    """Refuse scene ids that the project's script does not have."""
    script = read_script(studio, key)
    for scene in scenes if script else ():
        script.scene(scene)  # type: ignore[union-attr]  # the loop is empty without a script


def finished_stages(studio: "Studio", key: str) -> list[str]:
    """Stages of the project that have a stored value, in order."""
    from resources.manifests import manifest_key

    blobs = studio.store.blobs
    return [stage.value for stage in Stage if blobs.exists(manifest_key(stage.value, key))]


def _summary(studio: "Studio", key: str) -> dict[str, Any]:
    project = studio.projects.get(key)
    stages = finished_stages(studio, key)
    status = "draft"
    if Stage.PUBLICATIONS.value in stages:
        status = "published"
    elif Stage.MONTAGE.value in stages:
        status = "ready"
    elif stages:
        status = "generating"
    return {
        "project": key,
        "title": project.title,
        "status": status,
        "language": project.brief.language.value,
        "formats": [ratio.value for ratio in project.brief.formats],
        "duration_s": project.brief.duration_s,
        "created_at": project.created_at,
        "stages": stages,
    }


def projects(
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """List all projects, newest first."""
    from video_platform.bootstrap import build_studio

    studio = build_studio()
    rows = [_summary(studio, key) for key in studio.projects.list_keys()]
    if as_json:
        document(rows)
        return
    if not rows:
        say("No project yet. Make one: video-platform create 'Your idea in plain words'.")
    for row in rows:
        say(f"{row['status']:<10} {row['language']}  {row['project']}  {row['title']}")


def show(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Show a project's scenes, stages and films."""
    from cli.films import read_montage
    from video_platform.bootstrap import build_studio

    studio = build_studio()
    found = _summary(studio, project)
    script = read_script(studio, project)
    montage = read_montage(studio, project)
    found["scenes"] = [
        {
            "id": scene.id,
            "duration": scene.duration,
            "narration": scene.narration,
            "visual_prompt": scene.visual_prompt,
            "music_mood": scene.music_mood,
            "headline": scene.on_screen.headline,
            "appears": list(scene.appears),
        }
        for scene in (script.scenes if script else ())
    ]
    found["films"] = [
        {
            "format": film.format.value,
            "media": studio.store.url(film.media),
            "sha256": film.media.sha256,
            "duration_s": film.duration_ms / 1000,
            "integrated_lufs": film.integrated_lufs,
            "true_peak_dbtp": film.true_peak_dbtp,
        }
        for film in (montage.films if montage else ())
    ]
    if as_json:
        document(found)
        return
    say(f"{found['title']}  ({found['status']}, {found['language']})")
    for scene in found["scenes"]:
        say(f"{scene['id']:>3}  {scene['duration']:4.1f} s  {scene['narration']}")
    for film in found["films"]:
        say(f"{film['format']}  {film['duration_s']:.1f} s  {film['media']}")


def open_project(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
) -> None:
    """Open a project's first film in the player of this machine; prints where it is."""
    from cli.films import read_montage
    from video_platform.bootstrap import build_studio
    from video_platform.errors import ProjectMissing

    studio = build_studio(Settings())
    studio.projects.get(project)
    montage = read_montage(studio, project)
    if montage is None:
        raise ProjectMissing(
            f"Project {project} has no film yet.", hint="Run its `create` command again."
        )
    path = studio.store.path(montage.films[0].media)
    typer.echo(str(path))
    if typer.get_text_stream("stdout").isatty():
        typer.launch(str(path))
