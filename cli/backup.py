"""``backup`` and ``restore``: everything into one folder, and back into an empty installation."""

from pathlib import Path
from typing import Annotated, Any

import typer

from cli.output import document, say

Folder = Annotated[Path, typer.Argument(help="Folder of the backup.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(backup)
    app.command()(restore)


def backup(
    folder: Folder,
    verify: Annotated[bool, typer.Option("--verify", help="Only check one that exists.")] = False,
    as_json: AsJson = False,
) -> None:
    """Copy database and media into a new folder, and check every file of it."""
    from video_platform.backup import make_backup, verify_backup

    if not verify:
        make_backup(*_places(), folder)
    _tell(verify_backup(folder), "is whole", folder, as_json)


def restore(folder: Folder, as_json: AsJson = False) -> None:
    """Bring a backup into an empty installation; nothing that may be out is posted again."""
    from video_platform.backup import restore_backup

    _tell(restore_backup(*_places(), folder), "is restored", folder, as_json)


def _places() -> tuple[Any, Any]:
    """The installation's database and its whole store."""
    from video_platform.db.database import open_database
    from video_platform.settings import Settings
    from video_platform.store import open_store

    settings = Settings()
    store = open_store(
        settings.resolved_store_url,
        cache_dir=settings.home / "cache",
        s3_endpoint_url=settings.s3_endpoint_url,
    )
    return open_database(settings.resolved_database_url), store.blobs


def _tell(contents: Any, what: str, folder: Path, as_json: bool) -> None:
    rows, objects = sum(contents["rows"].values()), len(contents["objects"])
    if as_json:
        document({"folder": str(folder), "rows": rows, "objects": objects})
    else:
        say(f"{folder} {what}: {rows} rows, {objects} objects.")
