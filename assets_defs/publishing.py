"""What publishes at its time: one run takes a whole batch, for a run costs more than a post."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import dagster as dg

from resources.studio import StudioResource
from video_platform.domain.project import Stage
from workers.settings import PUBLISH, UPLOAD, on_queue

MAX_RUNTIME_S = 6 * 3600
_AT_ONCE = 32
"""Threads of a batch: each waits for a network most of the time, and all share one database."""
_MAX_RUNTIME = {"dagster/max_runtime": str(MAX_RUNTIME_S)}


class Claims(dg.Config):
    """Publications that were claimed for this run, each as ``id:fence``."""

    claims: list[str]


@dg.op(tags=on_queue(UPLOAD))
def publish_batch(
    context: dg.OpExecutionContext, config: Claims, studio: StudioResource
) -> dict[str, str]:
    """Bring each claimed publication as far as it goes; says what became of each.

    One whose claim is gone by now is another run's.
    """
    installation = studio.installation()
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        ended = list(pool.map(lambda claim: _publish(context, installation, claim), config.claims))
    for publication in filter(None, ended):
        context.log_event(_observed(publication))
    return {publication.id: publication.state.value for publication in filter(None, ended)}


def _publish(context: dg.OpExecutionContext, installation: Any, claim: str) -> Any:
    """The publication as it is then; nothing when the claim is another's by now."""
    publication_id, _, fence = claim.partition(":")
    try:
        held = installation.system_publications().take_over(publication_id, int(fence))
        if held is None:
            return None
        return installation.studio(held.tenant).publish.machine.work_on(held)
    except Exception:
        # One that meets a fault of ours must not end the others.
        context.log.exception(f"Publication {publication_id} met something unforeseen.")
        return None


def _observed(publication: Any) -> dg.AssetObservation:
    """What became of it, beside the films of its project."""
    return dg.AssetObservation(
        asset_key=Stage.PUBLICATIONS.value,
        partition=publication.project,
        metadata={
            "publication": publication.id,
            "platform": publication.platform,
            "state": publication.state.value,
            "url": publication.url,
            "why": publication.error or publication.late_why,
        },
    )


@dg.job(tags=_MAX_RUNTIME)
def publish_due() -> None:
    """Publications whose time has come, and those whose outcome has to be looked up."""
    publish_batch()


@dg.op(tags=on_queue(PUBLISH))
def count_views(studio: StudioResource) -> int:
    """Figures of what is out, from all networks; returns how many posts were counted."""
    from video_platform.db.repositories.metrics import PublicationMetrics
    from video_platform.publishing.metrics import BATCH, collect

    installation = studio.installation()
    due = PublicationMetrics(installation.database.system()).due(limit=BATCH)
    counted = 0
    for tenant in dict.fromkeys(one.tenant for one in due):
        publish = installation.studio(tenant).publish
        rows = PublicationMetrics(installation.database.of(tenant))
        own = [one for one in due if one.tenant == tenant]
        counted += collect(rows, own, publish.platforms.find, publish.accounts)
    return counted


@dg.job(tags={"dagster/max_runtime": "900"})
def publication_metrics() -> None:
    """Views, likes, comments and shares of what is out."""
    count_views()


PUBLISHING_JOBS = (publish_due, publication_metrics)
