"""``recut``: a shorter film, or another shape, from what a film is made of."""

from pathlib import Path
from typing import Annotated

import typer

from cli.briefs import parse_formats
from cli.create import make
from cli.output import document, say
from video_platform.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(recut)


def recut(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    seconds: Annotated[
        int, typer.Option(help="Longest it may last, such as 15, 30 or 60; 0: the whole film.")
    ] = 0,
    formats: Annotated[
        list[str] | None,
        typer.Option("-F", "--format", help="16:9, 9:16, 1:1, 4:5; repeatable; default: as made."),
    ] = None,
    show: Annotated[
        bool, typer.Option("--show", help="Print what it would say, make nothing.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Cut a teaser, or the film in other shapes, from its own material: no seller is asked."""
    from cli.films import check_room
    from video_platform.agents.recuts import RecutWish, open_recut, plan_recut
    from video_platform.bootstrap import build_studio

    settings = Settings()
    studio = build_studio(settings)
    wish = RecutWish(seconds=seconds, formats=parse_formats(formats) if formats else ())
    if show:
        planned = plan_recut(studio, project, wish)
        if as_json:
            document({"duration_s": planned.duration_ms / 1000, "said": list(planned.said)})
            return
        for said in planned.said:
            say(said)
        say(f"{planned.duration_ms / 1000:.1f} s")
        return
    key = open_recut(studio, project, wish)
    brief = studio.projects.get(key).brief
    check_room(settings, out, duration_s=brief.duration_s, formats=len(brief.formats))
    if not as_json:
        say(f"Recut of {project}")
    make(settings, studio, key, out=out, publish=publish, as_json=as_json)
