"""The one Dagster composition root; ``workspace.yaml`` loads ``defs``."""

import dagster as dg

from assets_defs.checks import FILM_CHECKS
from assets_defs.film import FILM_ASSETS
from assets_defs.jobs import JOBS
from assets_defs.publishing import PUBLISHING_JOBS
from assets_defs.upkeep import UPKEEP_JOBS
from resources.manifests import ManifestIOManager
from resources.studio import ProviderResource, StudioResource
from sensors.commands import project_commands
from sensors.generations import abandoned_generations
from sensors.outcomes import run_cancelled, run_failed, run_succeeded
from sensors.publications import PUBLICATION_SCHEDULES, PUBLICATION_SENSORS
from sensors.upkeep import UPKEEP, UPKEEP_SCHEDULES
from sensors.webhooks import webhook_deliveries
from video_platform.domain.generation import Capability
from video_platform.observing.logs import configure_logs
from video_platform.observing.tracing import configure_traces
from video_platform.settings import Settings
from workers.executor import choose_executor

# The UI has every event; the terminal of a run shows what went wrong and no more.
_CONSOLE = dg.colored_console_logger.configured(
    lambda config: {"log_level": config["log_level"]},
    config_schema={"log_level": dg.Field(str, default_value="ERROR")},
)
# Sensors are looked at every five seconds: one that waits for most of them answers at once, one
# that is not back in time is left out of the next look.
_STUDIO = StudioResource(command_wait_s=3.5)
configure_logs("runs")
configure_traces("runs", Settings().otlp_endpoint)

defs = dg.Definitions(
    assets=FILM_ASSETS,
    asset_checks=FILM_CHECKS,
    jobs=[*JOBS, *PUBLISHING_JOBS, *UPKEEP_JOBS],
    schedules=[*PUBLICATION_SCHEDULES, *UPKEEP_SCHEDULES],
    sensors=[
        project_commands,
        run_succeeded,
        run_failed,
        run_cancelled,
        *UPKEEP,
        abandoned_generations,
        webhook_deliveries,
        *PUBLICATION_SENSORS,
    ],
    resources={
        "studio": _STUDIO,
        "manifests": ManifestIOManager(core=_STUDIO),
        **{
            f"{capability.value}_provider": ProviderResource(capability=capability.value)
            for capability in Capability
        },
    },
    executor=choose_executor(),
    loggers={"console": _CONSOLE},
)
