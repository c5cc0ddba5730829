"""Runs an agent inside an asset and turns its answer into a materialization."""

import logging
import os
import signal
import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import dagster as dg

from assets_defs.traces import place_of_run
from resources.failures import to_failure
from resources.manifests import manifest_key
from resources.studio import StudioResource
from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.domain.codec import content_hash, to_manifest
from video_platform.domain.formats import Format
from video_platform.domain.project import SceneEdit, Stage
from video_platform.errors import VideoPlatformError
from video_platform.observing.logs import measured
from video_platform.tracing import note, span

_log = logging.getLogger(__name__)
COMMAND_TAG = "video_platform/command"
"""On each run that serves a command: the command's id."""

ATTEMPT_TAG = "video_platform/attempt"
"""On each such run: which attempt of its command it is; Dagster's own retries of it keep it."""

ValueT = TypeVar("ValueT")
_Context = dg.AssetExecutionContext | dg.AssetCheckExecutionContext
Describe = Callable[[Any], Mapping[str, Any]]


class SceneSelection(dg.Config):
    """Launchpad config of stages that work scene by scene; the music is scene 0."""

    only: list[int] = []  # noqa: RUF012 - Dagster's config classes copy their defaults
    """Scene ids to make anew; empty re-makes nothing that is already there."""
    pick: dict[str, int] = {}  # noqa: RUF012
    """Takes to go back to, by scene id: `{"4": 0}`."""
    lock: list[int] = []  # noqa: RUF012
    """Scene ids whose material stays as it is now."""
    release: list[int] = []  # noqa: RUF012
    """Scene ids whose lock or own file goes away."""
    own: dict[str, str] = {}  # noqa: RUF012
    """Uploaded assets to use in place of what was made, by scene id."""


class PictureSelection(SceneSelection):
    """Launchpad config of pictures and clips."""

    candidates: int = 0
    """How many are made of each scene from now on, the best of which is used; 0: as before."""


class ScriptSelection(SceneSelection):
    """Launchpad config of the script."""

    appears: dict[str, list[str]] = {}  # noqa: RUF012
    """Names of the reference sheets of who is seen, by scene id: `{"4": ["Mara"]}`."""
    continues: dict[str, bool] = {}  # noqa: RUF012
    """Whether a scene's clip goes on from the one before, by scene id."""


class FormatSelection(dg.Config):
    """Launchpad config of the montage."""

    formats: list[str] = []  # noqa: RUF012 - Dagster's config classes copy their defaults
    """Formats to cut now, as `16:9`; empty: all of the brief."""

    def chosen(self) -> tuple[Format, ...]:
        """The formats as values."""
        return tuple(Format(name) for name in self.formats)


def ask_for_takes(
    context: dg.AssetExecutionContext,
    studio: Any,
    stage: Stage,
    selection: SceneSelection,
) -> None:
    """Record what the config wishes for single scenes; another take once per run and its retries.

    Picks, locks and own files written again change nothing.
    """
    from video_platform.agents.takes import SceneDesk

    desk, key = SceneDesk(studio), context.partition_key
    for scene_id in selection.lock:
        desk.lock(key, stage, scene_id)
    for scene_id in selection.release:
        desk.release(key, stage, scene_id, is_built=False)
    for scene, asset in selection.own.items():
        desk.replace_with(key, stage, int(scene), desk.asset(asset), is_built=False)
    for scene, take in selection.pick.items():
        desk.pick_take(key, stage, int(scene), take, is_built=False)
    if isinstance(selection, PictureSelection) and selection.candidates:
        _direct(studio, key, **{_CANDIDATES[stage]: selection.candidates})
    if isinstance(selection, ScriptSelection) and (edits := _edits(selection)):
        desk.edit_scenes(key, edits, is_built=False)
    if selection.only:
        cause = context.run.root_run_id or context.run.run_id
        studio.projects.ask_again(context.partition_key, stage, tuple(selection.only), cause)


_CANDIDATES = {Stage.SCENE_IMAGES: "images", Stage.CLIPS: "clips"}


def _direct(studio: Any, key: str, **wished: Any) -> None:
    from video_platform.agents.looks import DirectionForm, LookDesk

    desk = LookDesk(studio)
    desk.direct(key, DirectionForm(**wished), desk.uploaded, is_built=False)


def _edits(selection: ScriptSelection) -> dict[int, SceneEdit]:
    appears, continues = selection.appears, selection.continues
    return {
        int(scene): SceneEdit(
            appears=tuple(appears[scene]) if scene in appears else None,
            continues=continues.get(scene),
        )
        for scene in appears.keys() | continues.keys()
    }


def report_stage(
    context: dg.AssetExecutionContext,
    studio_resource: StudioResource,
    work: Callable[[Any], Any],
    describe: Describe,
) -> dg.MaterializeResult[Any]:
    """Call ``work`` with the studio; report its ``StageResult`` with bill, time and preview.

    The status is ``reused`` when nothing was generated and the value is the one already stored.
    The data version is the value's hash, so an equal value leaves everything below it fresh.
    """
    stage, project = Stage(context.asset_key.path[-1]), context.partition_key
    with span(
        f"stage {stage.value}",
        parent=place_of_run(context.run),
        project_id=project,
        stage=stage.value,
        run_id=context.run.run_id,
    ):
        return _report(context, studio_resource, stage, work, describe)


def _report(
    context: dg.AssetExecutionContext,
    studio_resource: StudioResource,
    stage: Stage,
    work: Callable[[Any], Any],
    describe: Describe,
) -> dg.MaterializeResult[Any]:
    started, project = time.monotonic(), context.partition_key
    try:
        studio = studio_resource.studio(project)
        journal = journal_of(context, studio)
        following = journal.following(stage)
        with measured(_log, f"Stage {stage.value}", agent=stage.value, project=project), following:
            BOARD.post(StageUpdate(stage, 0, 1, ""))
            result = work(studio)
            unchanged = studio.store.blobs.read(manifest_key(stage, project)) == to_manifest(
                result.value
            )
            shown = describe(result.value)
        status = "reused" if unchanged and not result.provider_calls else "made"
        facts = {
            "status": status,
            "provider_calls": result.provider_calls,
            "cost_usd": float(result.cost_usd),
            "seconds": round(time.monotonic() - started, 3),
        }
        note(cost_usd=facts["cost_usd"], reused=status == "reused")
        studio.assets.record(project, stage, result.value)
        journal.ended(stage, facts)
    except VideoPlatformError as error:
        raise to_failure(error) from error
    BOARD.post(StageUpdate(stage, 1, 1, status))
    return dg.MaterializeResult(
        value=result.value,
        data_version=dg.DataVersion(content_hash(result.value)[:16]),
        metadata={**facts, "generations_reused": result.reused, **shown},
    )


def journal_of(context: _Context, studio: Any) -> Any:
    """What this run says of itself to whoever asked for it."""
    command = int(context.run.tags.get(COMMAND_TAG, 0))
    return studio.journal(
        context.partition_key, command=command, on_cancel=lambda: _interrupt(context)
    )


def _interrupt(context: _Context) -> None:
    """End this run as a person's wish, like its cancel button; FFmpeg goes with it."""
    context.instance.report_run_canceling(context.run)
    os.kill(os.getpid(), signal.SIGINT)
