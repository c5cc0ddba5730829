"""Runs an agent inside an asset and turns its answer into a materialization."""

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

import dagster as dg

from resources.failures import to_failure
from resources.manifests import manifest_key
from resources.studio import StudioResource
from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.domain.codec import content_hash, to_manifest
from video_platform.domain.project import Stage
from video_platform.errors import VideoPlatformError

ValueT = TypeVar("ValueT")
Describe = Callable[[Any], Mapping[str, Any]]


class SceneSelection(dg.Config):
    """Launchpad config of stages that work scene by scene."""

    only: list[int] = []  # noqa: RUF012 - Dagster's config classes copy their defaults
    """Scene ids to make anew; empty re-makes nothing that is already there."""


def ask_for_takes(
    context: dg.AssetExecutionContext,
    studio: Any,
    stage: Stage,
    selection: SceneSelection,
) -> None:
    """Record the wish for another take of the selected scenes, once per run and its retries."""
    if selection.only:
        cause = context.run.root_run_id or context.run.run_id
        studio.projects.ask_again(context.partition_key, stage, tuple(selection.only), cause)


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
    started = time.monotonic()
    stage = Stage(context.asset_key.path[-1])
    BOARD.post(StageUpdate(stage, 0, 1, ""))
    try:
        studio = studio_resource.studio()
        result = work(studio)
        key = manifest_key(context.asset_key.path[-1], context.partition_key)
        unchanged = studio.store.blobs.read(key) == to_manifest(result.value)
        shown = describe(result.value)
    except VideoPlatformError as error:
        raise to_failure(error) from error
    status = "reused" if unchanged and not result.provider_calls else "made"
    BOARD.post(StageUpdate(stage, 1, 1, status))
    return dg.MaterializeResult(
        value=result.value,
        data_version=dg.DataVersion(content_hash(result.value)[:16]),
        metadata={
            "status": status,
            "provider_calls": result.provider_calls,
            "generations_reused": result.reused,
            "cost_usd": float(result.cost_usd),
            "seconds": round(time.monotonic() - started, 3),
            **shown,
        },
    )
