"""Shows generations whose sender died, and has those that nobody comes for looked at."""

from datetime import UTC, datetime

import dagster as dg

from assets_defs.upkeep import reap
from resources.studio import StudioResource


@dg.sensor(job=reap, minimum_interval_seconds=15, default_status=dg.DefaultSensorStatus.RUNNING)
def abandoned_generations(studio: StudioResource) -> dg.RunRequest | dg.SkipReason:
    """Mark as unknown what was being sent by a process that is gone; begin a look at the rest.

    Leases last 30 seconds and this looks every 15: within a minute `video-platform generations`
    and the tick's own words show it. Nothing is sent again.

    A run of a minute is asked for once. It is not asked whether the one before is under way: rows
    are claimed, and a run that hangs, or that only Dagster believes in, must not stop the next.
    """
    installation = studio.installation()
    found = installation.system_generations().close_abandoned(grace_s=0)
    if installation.reaper().due():
        return dg.RunRequest(run_key=f"reap:{datetime.now(UTC):%Y-%m-%dT%H:%M}")
    if found:
        return dg.SkipReason(f"{found} generations of unknown outcome: `generations --unknown`.")
    return dg.SkipReason("Every generation's outcome is known.")
