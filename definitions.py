"""The one Dagster composition root; ``workspace.yaml`` loads ``defs``."""

import dagster as dg

from assets_defs.checks import FILM_CHECKS
from assets_defs.film import FILM_ASSETS
from assets_defs.jobs import JOBS
from resources.manifests import ManifestIOManager
from resources.studio import ProviderResource, StudioResource
from sensors.commands import SENSORS
from sensors.generations import abandoned_generations
from video_platform.domain.generation import Capability

# The UI has every event; the terminal of a run shows what went wrong and no more.
_CONSOLE = dg.colored_console_logger.configured(
    lambda config: {"log_level": config["log_level"]},
    config_schema={"log_level": dg.Field(str, default_value="ERROR")},
)

defs = dg.Definitions(
    assets=FILM_ASSETS,
    asset_checks=FILM_CHECKS,
    jobs=JOBS,
    sensors=[*SENSORS, abandoned_generations],
    resources={
        "studio": StudioResource(),
        "manifests": ManifestIOManager(),
        **{
            f"{capability.value}_provider": ProviderResource(capability=capability.value)
            for capability in Capability
        },
    },
    # A new interpreter per step costs more than most steps; scenes overlap inside their step.
    executor=dg.in_process_executor,
    loggers={"console": _CONSOLE},
)
