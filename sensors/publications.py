"""Publications at their time: times are rows, so a restarted daemon or a changed plan loses none.

The database's clock says what is due, and one statement claims it. A claim that no run took up ends
after its lease, and the next tick claims it again under another number: it is neither forgotten nor
begun twice.
"""

import dagster as dg

from assets_defs.publishing import publication_metrics, publish_due
from resources.studio import StudioResource

_HAND_OVER_S = 50.0
"""How long a claim waits for its run: a new interpreter, on a busy machine."""
METRICS_EVERY = "*/15 * * * *"


@dg.sensor(
    job=publish_due,
    minimum_interval_seconds=1,
    default_status=dg.DefaultSensorStatus.RUNNING,
)
def due_publications(studio: StudioResource) -> dg.RunRequest | dg.SkipReason:
    """Claim what is due, what was left by a process that died, and what has to be looked up."""
    installation = studio.installation()
    claimed = installation.system_publications().claim_due(
        lease_s=_HAND_OVER_S, at_once=installation.studio().publish.platforms.at_once
    )
    if not claimed:
        return dg.SkipReason("Nothing is due.")
    claims = [f"{one.id}:{one.fence}" for one in claimed]
    return dg.RunRequest(
        run_key=f"publications:{claims[0]}",
        run_config={"ops": {"publish_batch": {"config": {"claims": claims}}}},
        # Before films that are made: those have no hour.
        tags={"video_platform/publications": str(len(claims)), "dagster/priority": "10"},
    )


@dg.sensor(minimum_interval_seconds=3600, default_status=dg.DefaultSensorStatus.RUNNING)
def changed_zones(studio: StudioResource) -> dg.SkipReason:
    """Work out again when planned wall-clock times are: governments change their zones."""
    moved = studio.installation().system_publications().resolve_times()
    return dg.SkipReason(f"{moved} publications moved with their zone.")


@dg.schedule(
    job=publication_metrics,
    cron_schedule=METRICS_EVERY,
    default_status=dg.DefaultScheduleStatus.RUNNING,
)
def metrics_schedule(studio: StudioResource) -> dg.RunRequest | dg.SkipReason:
    """Count views when any are due; see ``db.repositories.metrics`` for how often that is."""
    from video_platform.db.repositories.metrics import PublicationMetrics

    rows = PublicationMetrics(studio.installation().database.system())
    if not rows.due(limit=1):
        return dg.SkipReason("No figures are due.")
    return dg.RunRequest()


PUBLICATION_SENSORS = (due_publications, changed_zones)
PUBLICATION_SCHEDULES = (metrics_schedule,)
