"""``scene``: versions of one scene's material; go back, lock, release, put an own file there."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.create import make
from cli.output import document, say
from cli.regenerate import parse_stage
from video_platform.settings import Settings

if TYPE_CHECKING:
    from video_platform.agents.takes import SceneDesk
    from video_platform.db.repositories.assets import Asset

app = typer.Typer(help="One scene's pictures, voices, clips and music.", no_args_is_help=True)

ProjectArgument = Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")]
StageOption = Annotated[str, typer.Option(help="image, clip, voice or music.")]
SceneOption = Annotated[int, typer.Option(help="Scene id; music has none.")]
OutOption = Annotated[Path, typer.Option(help="Folder the films are put in.")]
PublishOption = Annotated[bool, typer.Option(help="Publish to the local channel, too.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(parent: typer.Typer) -> None:
    """Add the group."""
    parent.add_typer(app, name="scene")


def _desk() -> "SceneDesk":
    from video_platform.agents.takes import SceneDesk
    from video_platform.bootstrap import build_studio

    return SceneDesk(build_studio(Settings()))


@app.command()
def versions(
    project: ProjectArgument,
    stage: StageOption,
    scene: SceneOption = 0,
    as_json: JsonOption = False,
) -> None:
    """List what was made or uploaded for a scene, the newest first."""
    rows = [_row(one) for one in _desk().takes(project, parse_stage(stage), scene)]
    if as_json:
        document(rows)
        return
    for row in rows:
        mark = "*" if row["current"] else " "
        made = f"take {row['take']}" if row["provider"] != "upload" else "own file"
        say(f"{mark} {made:<9} {row['provider']:<18} {row['format']:<5} {row['sha256'][:12]}")


def _row(asset: "Asset") -> dict[str, Any]:
    return {
        "id": asset.id,
        "take": asset.take,
        "provider": asset.provider,
        "format": asset.format,
        "sha256": asset.media.sha256,
        "cost_usd": asset.cost_microusd / 1_000_000,
        "current": asset.is_current,
        "created_at": asset.created_at.isoformat(),
    }


@app.command()
def pick(
    project: ProjectArgument,
    stage: StageOption,
    take: Annotated[int, typer.Option(help="Number of the take, as `versions` lists it.")],
    scene: SceneOption = 0,
    out: OutOption = Path("films"),
    publish: PublishOption = True,
    as_json: JsonOption = False,
) -> None:
    """Go back to a take, free of charge, and cut the film with it."""
    desk = _desk()
    desk.pick_take(project, parse_stage(stage), scene, take, is_built=False)
    make(Settings(), desk.studio, project, out=out, publish=publish, as_json=as_json)


@app.command()
def lock(project: ProjectArgument, stage: StageOption, scene: SceneOption = 0) -> None:
    """Keep what is there now, whatever is asked for later."""
    _desk().lock(project, parse_stage(stage), scene)
    say(f"{parse_stage(stage).value} of scene {scene} is locked.")


@app.command()
def release(
    project: ProjectArgument,
    stage: StageOption,
    scene: SceneOption = 0,
    build: Annotated[bool, typer.Option(help="Make the film again at once.")] = False,
    out: OutOption = Path("films"),
    publish: PublishOption = True,
    as_json: JsonOption = False,
) -> None:
    """Take a lock or an own file away; the take wished for last comes back with the next build."""
    desk = _desk()
    desk.release(project, parse_stage(stage), scene, is_built=False)
    if build:
        make(Settings(), desk.studio, project, out=out, publish=publish, as_json=as_json)


@app.command()
def replace(
    project: ProjectArgument,
    file: Annotated[Path, typer.Argument(help="Your picture, clip, recording or music.")],
    stage: StageOption,
    scene: SceneOption = 0,
    out: OutOption = Path("films"),
    publish: PublishOption = True,
    as_json: JsonOption = False,
) -> None:
    """Put a file of your own in the place of what was made, and cut the film with it."""
    from video_platform.agents.takes import own_file

    desk, chosen = _desk(), parse_stage(stage)
    desk.studio.projects.stored(project)
    desk.replace_with(project, chosen, scene, own_file(desk.studio, file, project), is_built=False)
    make(Settings(), desk.studio, project, out=out, publish=publish, as_json=as_json)
