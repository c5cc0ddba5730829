"""Progress as a number and a sentence, for whoever listens in this process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from video_platform.domain.project import Stage


@dataclass(frozen=True, slots=True)
class StageUpdate:
    """Where a stage stands: ``done`` of ``total`` steps, and what it is doing."""

    stage: Stage
    done: float
    total: float
    sentence: str


Listener = Callable[[StageUpdate], None]


class ProgressBoard:
    """Passes updates to its listeners. Agents post from worker threads; listeners must be quick."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._lock = threading.Lock()

    def post(self, update: StageUpdate) -> None:
        """Tell every listener."""
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener(update)

    @contextmanager
    def listening(self, listener: Listener) -> Iterator[None]:
        """Hear updates for the length of a ``with`` block."""
        with self._lock:
            self._listeners.append(listener)
        try:
            yield
        finally:
            with self._lock:
                self._listeners.remove(listener)


BOARD = ProgressBoard()
"""The board of this process. Runs in other processes are followed through what they record."""
