"""``hints``: what the publications that fared well had in common."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.output import document, say
from video_platform.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(hints)


def hints(
    platform: Annotated[str, typer.Option(help="Only of this network.")] = "",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Say which openings, lengths and times of day went with more views. Nothing follows from it.

    `create --with-hints` tells them to a language model that writes the script.
    """
    from video_platform.agents.hints import hints_of
    from video_platform.bootstrap import build_studio
    from video_platform.domain.hints import LEAST_POSTS

    found = hints_of(build_studio(Settings()), platform=platform)
    if as_json:
        document(
            {
                "posts": found.posts,
                "is_enough": found.is_enough,
                "hints": [asdict(one) | {"code": one.code} for one in found.hints],
            }
        )
        return
    if not found.is_enough:
        say(f"{found.posts} publications are two days old and counted; {LEAST_POSTS} are needed.")
        return
    for one in found.hints:
        say(f"{one.code}: {one.ratio} times the views ({one.posts} posts, {one.others} others)")
    if not found.hints:
        say(f"None of {found.posts} publications stands out.")
