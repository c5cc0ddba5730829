"""``gc``: remove media that nothing names any more."""

from dataclasses import asdict
from typing import Annotated

import typer

from cli.output import document, say


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(gc)


def gc(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Put unnamed media out of the way, and remove what was put there a grace period ago."""
    from video_platform.bootstrap import build_installation

    done = build_installation().collect_garbage(is_dry=dry_run)
    if as_json:
        document({"dry_run": dry_run, **asdict(done)})
        return
    say(
        f"{done.put_away} media put out of the way, {done.taken_back} taken back, {done.removed} "
        f"removed ({done.removed_bytes} bytes), {done.previews} previews forgotten"
        f"{' (dry run: nothing was changed)' if dry_run else ''}."
    )
