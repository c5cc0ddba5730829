"""``migrate``: bring the database to this release's tables, before anything else starts."""

import typer

from cli.output import say
from video_platform.settings import Settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(migrate)


def migrate() -> None:
    """Bring the product's tables up to date; the data stay. Safe to run at any time."""
    from video_platform.db.database import open_database
    from video_platform.db.migrate import HEAD

    open_database(Settings().resolved_database_url)
    say(f"The tables are at revision {HEAD}.")
