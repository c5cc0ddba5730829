"""``build``: make what a project misses, from what is stored now."""

from pathlib import Path
from typing import Annotated

import typer

from cli.create import make
from video_platform.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(build)


def build(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make what is missing of a project; what is there is reused."""
    from cli.films import check_room
    from video_platform.bootstrap import build_studio

    settings = Settings()
    studio = build_studio(settings)
    brief = studio.projects.get(project).brief
    check_room(settings, out, duration_s=brief.duration_s, formats=len(brief.formats))
    make(settings, studio, project, out=out, publish=publish, as_json=as_json)
