"""Which command each project's work in this process serves, for the ledger to ask about."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Errands:
    """Commands under way in this process; several stages of one run may serve the same one."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._serving: list[tuple[str, int]] = []

    @contextmanager
    def serving(self, project: str, command: int) -> Iterator[None]:
        """Say for the length of a ``with`` block that ``project`` is worked on for ``command``.

        Args:
            command: 0 for work that nobody asked for through the API.
        """
        errand = (project, command)
        with self._lock:
            self._serving.append(errand)
        try:
            yield
        finally:
            with self._lock:
                self._serving.remove(errand)

    def of(self, project: str) -> frozenset[int]:
        """Ids of the commands that work on a project now; none: nobody can cancel it."""
        with self._lock:
            return frozenset(
                command for key, command in self._serving if key == project and command
            )
