"""Shows generations whose sender died: their outcome is unknown until somebody looks."""

import dagster as dg

from resources.studio import StudioResource


@dg.sensor(minimum_interval_seconds=15, default_status=dg.DefaultSensorStatus.RUNNING)
def abandoned_generations(studio: StudioResource) -> dg.SkipReason:
    """Mark as unknown what was being sent by a process that is gone.

    Leases last 30 seconds and this looks every 15: within a minute `video-platform generations`
    and the tick's own words show it. Nothing is sent again.
    """
    found = studio.installation().system_generations().close_abandoned(grace_s=0)
    if found:
        return dg.SkipReason(f"{found} generations of unknown outcome: `generations --unknown`.")
    return dg.SkipReason("Every generation's outcome is known.")
