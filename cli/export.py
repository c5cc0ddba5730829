"""``export`` and ``import``: a project for other programs, and an edited timeline back again."""

from pathlib import Path
from typing import Annotated

import typer

from cli.output import document, say
from video_platform.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(export)
    app.command("import")(take_in)


def export(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    kind: Annotated[
        str,
        typer.Option(
            "--as",
            help="Editors: otio, otioz, fcp7, fcpx, edl. Words: srt, vtt, ass, words. "
            "Facts: chapters, disclosure.",
        ),
    ],
    ratio: Annotated[str, typer.Option("--format", help="Default: the project's first.")] = "",
    out: Annotated[Path, typer.Option(help="Folder the file is put in.")] = Path("films"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Write a project's timeline, captions or facts as a file for other programs."""
    from cli.briefs import parse_formats
    from video_platform.agents.exchange import Exchange
    from video_platform.bootstrap import build_studio

    wanted = parse_formats([ratio])[0] if ratio else None
    made = Exchange(build_studio()).export(project, kind, out, wanted)
    if as_json:
        document({"project": project, "path": str(made.path.absolute()), "loses": [*made.loses]})
        return
    say(str(made.path.absolute()))
    for loss in made.loses:
        say(f"  not in it: {loss}")


def take_in(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    file: Annotated[Path, typer.Argument(help="An .otio file that was exported and edited.")],
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Cut the film as an edited timeline says, and render what changed."""
    from cli.create import make
    from cli.films import check_room
    from video_platform.agents.exchange import Exchange
    from video_platform.bootstrap import build_studio

    settings = Settings()
    studio = build_studio(settings)
    brief = studio.projects.get(project).brief
    check_room(settings, out, duration_s=brief.duration_s, formats=len(brief.formats))
    taken = Exchange(studio).take_in(project, file)
    if not as_json:
        say(f"Order: {', '.join(map(str, taken.order))}. Clips changed: {len(taken.cut.clips)}.")
    make(settings, studio, project, out=out, publish=publish, as_json=as_json)
