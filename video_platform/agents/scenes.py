"""Work on all scenes of a stage at once, and tell what failed only when all are done."""

from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.domain.project import Stage
from video_platform.errors import ScenesFailed, StorageFull, VideoPlatformError
from video_platform.tracing import carried, span

ItemT = TypeVar("ItemT")
ReturnT = TypeVar("ReturnT")


def for_each_scene(
    stage: Stage,
    items: Sequence[tuple[int, ItemT]],
    work: Callable[[ItemT], ReturnT],
    *,
    noun: str,
    max_parallel: int,
) -> list[ReturnT]:
    """Apply ``work`` to every ``(scene id, item)`` pair, at most ``max_parallel`` at once.

    A scene's failure does not stop the others: what they make is stored and reused next time. The
    results come in the order of the items.

    Raises:
        ScenesFailed: at least one scene failed; all others were tried.
        StorageFull: no point in trying the others.
    """

    def traced(scene_id: int, item: ItemT) -> ReturnT:
        with span("scene", scene=scene_id, stage=stage.value):
            return work(item)

    causes: dict[int, Exception] = {}
    pool = ThreadPoolExecutor(max_workers=max_parallel, thread_name_prefix=stage.value)
    try:
        futures: list[Future[ReturnT]] = [
            pool.submit(carried(traced), scene_id, item) for scene_id, item in items
        ]
        pending = set(futures)
        BOARD.post(StageUpdate(stage, 0, len(items), f"{noun} 0 of {len(items)}"))
        while pending:
            _, pending = wait(pending, return_when=FIRST_COMPLETED)
            done = len(items) - len(pending)
            BOARD.post(StageUpdate(stage, done, len(items), f"{noun} {done} of {len(items)}"))
        for (scene_id, _), future in zip(items, futures, strict=True):
            error = future.exception()
            if isinstance(error, StorageFull) or (
                error is not None and not isinstance(error, VideoPlatformError)
            ):
                raise error
            if isinstance(error, VideoPlatformError):
                causes[scene_id] = error
    finally:
        # After an interrupt, scenes not yet begun must not begin.
        pool.shutdown(wait=True, cancel_futures=True)
    if causes:
        raise ScenesFailed(stage.value, causes)
    return [future.result() for future in futures]
