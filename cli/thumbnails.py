"""``thumbnails``: title variants for a film's publications, and which of them goes out."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.briefs import parse_formats
from cli.output import document, say
from video_platform.settings import Settings

if TYPE_CHECKING:
    from video_platform.agents.covers import Thumbnails
    from video_platform.agents.studio import Studio

_POSTER = -1


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(thumbnails)


def thumbnails(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    title: Annotated[
        list[str] | None, typer.Option(help="Words of one variant; repeatable; default: three.")
    ] = None,
    choose: Annotated[
        int | None, typer.Option(help="Variant that goes out from now on; -1: the film's poster.")
    ] = None,
    ratio: Annotated[str, typer.Option("--format", help="Default: the film's first.")] = "",
    out: Annotated[Path, typer.Option(help="Folder the pictures are put in.")] = Path("films"),
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Draw a film's thumbnails with titles, or choose the one that is published."""
    from video_platform.agents.thumbnails import choose_thumbnail, make_thumbnails
    from video_platform.bootstrap import build_studio

    studio = build_studio(Settings())
    wanted = parse_formats([ratio])[0] if ratio else None
    if choose is None:
        made = make_thumbnails(studio, project, wanted, title or ())
    else:
        made = choose_thumbnail(studio, project, None if choose == _POSTER else choose, wanted)
    rows = _delivered(studio, project, made, out)
    if as_json:
        document({"project": project, "chosen": made.chosen, "thumbnails": rows})
        return
    for row in rows:
        say(f"{'*' if row['number'] == made.chosen else ' '} {row['number']}  {row['title']}")
        say(f"      {row['path']}")


def _delivered(
    studio: "Studio", project: str, made: "Thumbnails", out: Path
) -> list[dict[str, object]]:
    from video_platform.disk import write_atomically

    out.mkdir(parents=True, exist_ok=True)
    rows: list[dict[str, object]] = []
    for number, one in enumerate(made.variants):
        path = out / f"{project}-thumbnail-{number}.jpg"
        write_atomically(path, studio.store.path(one.media))
        rows.append(
            {
                "number": number,
                "title": one.title,
                "scene": one.scene_id,
                "sha256": one.media.sha256,
                "path": str(path.absolute()),
            }
        )
    return rows
