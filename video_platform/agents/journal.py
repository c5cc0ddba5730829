"""What a run says of itself while it works: progress, status and a sign of life, in the database.

The work is never slowed: a thread writes at most once a second what was said last.
"""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.db.database import Database
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.lifecycle import Lifecycle
from video_platform.domain.events import EventKind
from video_platform.domain.project import STATUS_OF_STAGE, Stage
from video_platform.generation.errands import Errands

_TICK_S = 1.0
_BEAT_S = 5.0
"""An eighth of the silence after which a run counts as lost; also how soon a cancel is seen."""
_MIN_PACE_S = 5.0
_SHARES = {
    Stage.SCRIPT: (0.0, 0.05),
    Stage.SCENE_IMAGES: (0.05, 0.25),
    Stage.VOICE_TRACKS: (0.25, 0.4),
    Stage.MUSIC: (0.4, 0.45),
    Stage.AVATAR_CLIPS: (0.45, 0.5),
    Stage.CLIPS: (0.5, 0.65),
    Stage.TIMELINE: (0.65, 0.66),
    Stage.MONTAGE: (0.66, 1.0),
    Stage.PUBLICATIONS: (1.0, 1.0),
}
"""Which part of the whole each stage is, by the time it takes in a film of one minute."""


class Journal:
    """Writes down what happens to one project in this process.

    Args:
        command: the command this run serves; 0 for a run that nobody asked for through the API.
        on_cancel: called once, from another thread, when a person wants the run ended.
        errands: where the ledger looks up whom it works for, before it sends anything.
    """

    def __init__(
        self,
        database: Database,
        project: str,
        *,
        command: int = 0,
        on_cancel: Callable[[], None] = lambda: None,
        errands: Errands | None = None,
    ) -> None:
        self._lifecycle = Lifecycle(database)
        self._events = Events(database)
        self._commands = Commands(database)
        self._project = project
        self._command = command
        self._on_cancel = on_cancel
        self._errands = errands or Errands()
        self._said: StageUpdate | None = None

    @contextmanager
    def following(self, stage: Stage) -> Iterator[None]:
        """Follow a stage for the length of a ``with`` block."""
        if stage in STATUS_OF_STAGE:
            self._lifecycle.move(self._project, STATUS_OF_STAGE[stage])
        done = threading.Event()
        thread = threading.Thread(target=self._write, args=(stage, done), daemon=True)
        with (
            self._errands.serving(self._project, self._command),
            BOARD.listening(lambda update: self._hear(stage, update)),
        ):
            thread.start()
            try:
                yield
            finally:
                done.set()
                thread.join()

    @contextmanager
    def living(self) -> Iterator[None]:
        """Give signs of life, and nothing else, for the length of a ``with`` block."""
        done = threading.Event()
        thread = threading.Thread(target=self._write, args=(None, done), daemon=True)
        thread.start()
        try:
            yield
        finally:
            done.set()
            thread.join()

    def ended(self, stage: Stage, facts: dict[str, Any]) -> None:
        """A stage ended well; ``facts`` are its status, seconds, calls and cost."""
        self._lifecycle.progress(self._project, _SHARES[stage][1], f"{stage} {facts['status']}")
        self._events.tell(
            EventKind.STAGE_ENDED, {"stage": stage.value, **facts}, project=self._project
        )

    def _hear(self, stage: Stage, update: StageUpdate) -> None:
        if update.stage is stage:
            self._said = update

    def _write(self, stage: Stage | None, done: threading.Event) -> None:
        began, beaten, written = time.monotonic(), -_BEAT_S, None
        is_wanted = True
        while True:
            now = time.monotonic()
            if self._command and now - beaten >= _BEAT_S:
                beaten = now
                goes_on = self._commands.beat(self._command)
                if is_wanted and not goes_on:
                    is_wanted = False
                    self._on_cancel()
            if stage is not None and self._said is not None and self._said != written:
                written = self._said
                self._tell(stage, written, now - began)
            if done.wait(_TICK_S):
                return

    def _tell(self, stage: Stage, update: StageUpdate, elapsed_s: float) -> None:
        first, last = _SHARES[stage]
        share = min(1.0, update.done / update.total) if update.total else 0.0
        progress = first + (last - first) * share
        sentence = (update.sentence or stage.value.replace("_", " ")) + _rest(share, elapsed_s)
        progress = self._lifecycle.progress(self._project, progress, sentence)
        self._events.tell(
            EventKind.STAGE_PROGRESS,
            {
                "stage": stage.value,
                "done": update.done,
                "total": update.total,
                "progress": round(progress, 4),
                "sentence": sentence,
            },
            project=self._project,
        )


def _rest(share: float, elapsed_s: float) -> str:
    """How long it may still take, once there is a pace to tell from."""
    if not 0 < share < 1 or elapsed_s < _MIN_PACE_S:
        return ""
    rest_s = elapsed_s / share * (1 - share)
    return f", about {rest_s / 60:.0f} min" if rest_s >= 90 else f", about {rest_s:.0f} s"
