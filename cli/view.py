"""The live view of a run: a row per stage, with a bar where there is something to count."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.domain.project import Stage

LABELS: dict[Stage, str] = {
    Stage.SCRIPT: "Script",
    Stage.SCENE_IMAGES: "Pictures",
    Stage.VOICE_TRACKS: "Voice",
    Stage.MUSIC: "Music",
    Stage.AVATAR_CLIPS: "Presenter",
    Stage.CLIPS: "Clips",
    Stage.TIMELINE: "Timeline",
    Stage.MONTAGE: "Montage",
    Stage.PUBLICATIONS: "Publication",
}


@contextmanager
def live_view(*, quiet: bool, stages: Iterable[Stage] = tuple(LABELS)) -> Iterator[None]:
    """Show progress while the block runs: bars on a terminal, a line per stage elsewhere.

    Args:
        stages: those that have a bar, in order.
    """
    if quiet:
        yield
    elif sys.stderr.isatty():
        with _bars(stages):
            yield
    else:
        with BOARD.listening(_print_ends):
            yield


def _print_ends(update: StageUpdate) -> None:
    if update.done >= update.total and update.sentence in ("made", "reused"):
        print(f"{LABELS[update.stage]}: {update.sentence}", file=sys.stderr)  # noqa: T201 - live view


@contextmanager
def _bars(stages: Iterable[Stage]) -> Iterator[None]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    progress = Progress(
        TextColumn("{task.fields[label]:<12}"),
        BarColumn(bar_width=28),
        TextColumn("{task.fields[sentence]}"),
        TimeElapsedColumn(),
        console=Console(stderr=True),
    )
    rows = {
        stage: progress.add_task("", total=1, start=False, label=LABELS[stage], sentence="")
        for stage in stages
    }

    def show(update: StageUpdate) -> None:
        row = rows[update.stage]
        if progress.tasks[row].start_time is None:
            progress.start_task(row)
        progress.update(row, completed=update.done, total=update.total, sentence=update.sentence)
        if update.done >= update.total:
            progress.stop_task(row)

    with progress, BOARD.listening(show):
        yield
