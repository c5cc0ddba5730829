"""Entry point: commands, and the one place where errors become sentences and exit codes."""

import os
import sys
import warnings
from typing import Annotated

import typer

from cli import (
    art,
    backup,
    batch,
    build,
    check,
    create,
    doctor,
    export,
    gate,
    gc,
    generations,
    hints,
    mcp_server,
    metrics,
    migrate,
    montage,
    projects,
    providers,
    publications,
    recut,
    regenerate,
    remote,
    scene,
    serve,
    thumbnails,
    variant,
    verify,
)
from cli.output import document, say
from video_platform.errors import (
    InvalidInput,
    NotConfigured,
    ProjectError,
    Stopped,
    VideoPlatformError,
)

EXIT_CODES: tuple[tuple[type[BaseException], int], ...] = (
    (InvalidInput, 2),
    (NotConfigured, 3),
    (ProjectError, 4),
    (Stopped, 130),
    (VideoPlatformError, 1),
)
"""Exit status by kind of error; 130 is what shells give a command stopped by Ctrl-C."""

app = typer.Typer(
    name="video-platform",
    help="From a brief in plain words to a finished, published film.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for module in (
    check,
    gate,
    create,
    build,
    batch,
    projects,
    regenerate,
    scene,
    art,
    variant,
    recut,
    thumbnails,
    montage,
    publications,
    providers,
    generations,
    remote,
    mcp_server,
    serve,
    export,
    verify,
    hints,
    metrics,
    backup,
    gc,
    migrate,
    doctor,
):
    module.register(app)


def _show_version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"video-platform {version('video-platform')}")
        raise typer.Exit


@app.callback()
def options(
    _version: Annotated[
        bool, typer.Option("--version", callback=_show_version, is_eager=True, help="Show version.")
    ] = False,
) -> None:
    """From a brief in plain words to a finished, published film."""


def run() -> None:
    """Run the command line; never shows a traceback unless VIDEO_PLATFORM_DEBUG is set."""
    warnings.filterwarnings("ignore", module="dagster")
    try:
        app()
    except Exception as error:
        if os.environ.get("VIDEO_PLATFORM_DEBUG"):
            raise
        sys.exit(_report(error))


def _report(error: Exception) -> int:
    """Say what happened, as a sentence and with ``--json`` as a document; the exit status."""
    if not isinstance(error, VideoPlatformError):
        error = VideoPlatformError(
            f"Something unforeseen happened: {type(error).__name__}: {error}.",
            hint="Set VIDEO_PLATFORM_DEBUG=1 and run the command again to see where.",
        )
    if "--json" in sys.argv:
        document({"error": {"code": error.code, "message": error.message, "hint": error.hint}})
    say(f"error [{error.code}]: {error}")
    return next(code for kind, code in EXIT_CODES if isinstance(error, kind))


if __name__ == "__main__":
    run()
