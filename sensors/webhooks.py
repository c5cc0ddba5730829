"""Brings events to the webhooks that want them."""

import dagster as dg

from resources.studio import StudioResource


@dg.sensor(minimum_interval_seconds=1, default_status=dg.DefaultSensorStatus.RUNNING)
def webhook_deliveries(studio: StudioResource) -> dg.SkipReason:
    """Try every delivery that is due once; what fails comes back later (`domain.webhook`)."""
    tried = studio.installation().courier().deliver_due()
    return dg.SkipReason(f"{tried} deliveries tried." if tried else "Nobody waits to be told.")
