"""``variant``: a film in another language that shares pictures, clips and music."""

from pathlib import Path
from typing import Annotated

import typer

from cli.briefs import parse_language, parse_providers, read_text
from cli.create import make
from cli.output import say
from video_platform.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(variant)


def variant(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    language: Annotated[str, typer.Option("-l", "--language", help="en, fr or ar.")],
    translation: Annotated[
        str, typer.Option(help="The script in that language, scene by scene; -: stdin.")
    ] = "",
    show_script: Annotated[
        bool, typer.Option("--show-script", help="Print the script to translate, make nothing.")
    ] = False,
    voice: Annotated[str, typer.Option(help="Voice name; default: the provider's own.")] = "",
    provider: Annotated[
        list[str] | None, typer.Option(help="CAPABILITY=NAME; script=NAME translates; repeatable.")
    ] = None,
    share_words: Annotated[
        bool, typer.Option(help="Share pictures with words in the first language, too.")
    ] = False,
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Make a film again in another language: only what speaks or shows words is made anew."""
    from video_platform.agents.variants import VariantWish, open_variant, script_document
    from video_platform.bootstrap import build_studio

    settings = Settings()
    studio = build_studio(settings)
    chosen = parse_language(language)
    if show_script:
        from video_platform.agents.desk import Desk

        typer.echo(script_document(Desk(studio).script(project)))
        return
    wish = VariantWish(
        language=chosen,
        translation=read_text("", translation)[0] if translation else "",
        voice=voice,
        providers=parse_providers(provider or []),
        shares_words=share_words,
    )
    key = open_variant(studio, project, wish)
    if not as_json:
        say(f"Variant of {project}")
    make(settings, studio, key, out=out, publish=publish, as_json=as_json)
