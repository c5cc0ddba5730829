"""The core as a Dagster resource, and each provider choice as one of its own."""

from functools import lru_cache
from pathlib import Path
from typing import Any

import dagster as dg

from video_platform.domain.generation import Capability
from video_platform.domain.project import Project


@lru_cache(maxsize=8)
def _build(overrides: tuple[tuple[str, Any], ...]) -> Any:
    # The core imports SQLAlchemy; definitions must load without it.
    from video_platform.bootstrap import build_installation
    from video_platform.settings import Settings

    return build_installation(Settings(**dict(overrides)))


class StudioResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic in the stubs only
    """Gives assets the agents. Empty fields come from the environment (``VIDEO_PLATFORM_*``)."""

    data_dir: str = ""
    store_url: str = ""
    s3_endpoint_url: str = ""
    database_url: str = ""
    ffmpeg: str = ""
    max_parallel_agents: int = 0
    render_workers: int = 0
    command_wait_s: float = 0.0
    """How long a tick of ``project_commands`` waits for a command when there is none."""

    def installation(self) -> Any:
        """The ``Installation`` of this process; built on first use."""
        fields = {name: value for name, value in self._fields().items() if value}
        return _build(tuple(sorted(fields.items())))

    def studio(self, project: str) -> Any:
        """The ``Studio`` of the tenant whose project this is: its rows and its part of the store.

        Raises:
            ProjectMissing: there is no such project.
        """
        installation = self.installation()
        return installation.studio(installation.tenant_of(project))

    def _fields(self) -> dict[str, Any]:
        return {
            "data_dir": Path(self.data_dir) if self.data_dir else "",
            "store_url": self.store_url,
            "s3_endpoint_url": self.s3_endpoint_url,
            "database_url": self.database_url,
            "ffmpeg": self.ffmpeg,
            "max_parallel_agents": self.max_parallel_agents,
            "render_workers": self.render_workers,
        }


class ProviderResource(dg.ConfigurableResource):  # type: ignore[type-arg]  # generic in the stubs only
    """The client of one capability. A project's own choice goes before ``provider``."""

    capability: str
    provider: str = ""

    def client(self, project: Project, catalogue: Any) -> Any:
        """The provider for this project from the studio's ``providers``.

        ``NotConfigured`` when it cannot be had.
        """
        capability = Capability(self.capability)
        return catalogue.find(
            capability, project.brief.providers.get(capability.value) or self.provider
        )

    def wanted_client(self, project: Project, catalogue: Any) -> Any:
        """As ``client``; nothing where nobody chose a provider."""
        return self.client(project, catalogue) if self.is_wanted(project) else None

    def is_wanted(self, project: Project) -> bool:
        """Whether anyone chose a provider: optional stages are skipped otherwise."""
        return bool(project.brief.providers.get(self.capability) or self.provider)
