"""The one place that builds the core from settings. Hosts call it; nothing below it reads them."""

import os
from dataclasses import dataclass, field

from video_platform.agents.avatar import AvatarAgent
from video_platform.agents.image import ImageAgent
from video_platform.agents.montage import MontageAgent
from video_platform.agents.music import MusicAgent
from video_platform.agents.publish import PublishAgent
from video_platform.agents.script import ScriptAgent
from video_platform.agents.studio import Studio
from video_platform.agents.video import VideoAgent
from video_platform.agents.voice import VoiceAgent
from video_platform.db.database import DEFAULT_TENANT, Database, open_database
from video_platform.db.repositories.assets import Assets
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.generations import Generations
from video_platform.db.repositories.lifecycle import Lifecycle
from video_platform.db.repositories.projects import Projects
from video_platform.db.repositories.services import Services
from video_platform.fonts import check_fonts
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.generation.turnstile import Turnstile
from video_platform.montage.plan import RenderSettings
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.providers.registry import Catalogue
from video_platform.providers.transport import Clock
from video_platform.publishing.platforms.local_channel import LocalChannel
from video_platform.settings import Settings
from video_platform.store import open_store


@dataclass(frozen=True, kw_only=True)
class Installation:
    """What all tenants share, and a studio of each: its rows, its part of the store, its budget."""

    settings: Settings
    database: Database
    providers: Catalogue
    services: Services
    ffmpeg: Ffmpeg
    _studios: dict[str, Studio] = field(default_factory=dict, repr=False)

    def studio(self, tenant: str = DEFAULT_TENANT) -> Studio:
        """The studio of a tenant; built on first use and kept."""
        if tenant not in self._studios:
            self._studios[tenant] = self._build(tenant)
        return self._studios[tenant]

    def tenant_of(self, project: str) -> str:
        """Whose project this is, for what knows only its key: runs and sensors.

        Raises:
            ProjectMissing: there is no such project.
        """
        return Projects(self.database.system()).tenant_of(project)

    def system_commands(self) -> Commands:
        """Commands of all tenants, for sensors."""
        return Commands(self.database.system())

    def system_lifecycle(self) -> Lifecycle:
        """How projects of all tenants get on, for sensors."""
        return Lifecycle(self.database.system())

    def system_generations(self) -> Generations:
        """Generations of all tenants, for sensors."""
        return Generations(self.database.system())

    def _build(self, tenant: str) -> Studio:
        settings, database = self.settings, self.database.of(tenant)
        scratch_dir = settings.home / "scratch"
        url = settings.resolved_store_url
        if tenant != DEFAULT_TENANT:
            url = f"{url.rstrip('/')}/tenants/{tenant}"
        store = open_store(
            url, cache_dir=settings.home / "cache", s3_endpoint_url=settings.s3_endpoint_url
        )
        generations = Generations(database)
        caps_usd = {"tenant": settings.tenant_cap_usd, "project": settings.project_cap_usd}
        budgets = Budgets(database, caps_usd=caps_usd)
        ledger = Ledger(
            generations,
            budgets,
            store,
            Turnstile(self.services, Clock()),
            probe=probe_media,
            scratch_dir=scratch_dir,
            policy=_policy(settings),
            tenant=tenant,
        )
        parallel = settings.max_parallel_agents
        return Studio(
            tenant=tenant,
            database=database,
            projects=Projects(database),
            assets=Assets(database),
            events=Events(database),
            lifecycle=Lifecycle(database),
            commands=Commands(database),
            store=store,
            providers=self.providers.over(store.path),
            generations=generations,
            budgets=budgets,
            services=self.services,
            channel=LocalChannel(settings.resolved_channel_dir),
            script=ScriptAgent(ledger, store),
            image=ImageAgent(ledger, max_parallel=parallel),
            voice=VoiceAgent(ledger, max_parallel=parallel, media_path=store.path),
            music=MusicAgent(ledger),
            avatar=AvatarAgent(ledger, max_parallel=parallel),
            video=VideoAgent(ledger, max_parallel=parallel),
            montage=MontageAgent(
                store,
                self.ffmpeg,
                settings=RenderSettings(),
                scratch_dir=scratch_dir,
                max_workers=settings.render_workers or os.cpu_count() or 1,
                encoder=settings.encoder,
            ),
            publish=PublishAgent(store),
        )


def build_installation(settings: Settings | None = None) -> Installation:
    """Everything, wired.

    Raises:
        NotConfigured: a setting cannot work; the message names it.
        FfmpegMissing: no FFmpeg can be used, or it lacks a feature.
    """
    settings = settings or Settings()
    check_fonts()
    database = open_database(settings.resolved_database_url)
    return Installation(
        settings=settings,
        database=database,
        providers=Catalogue(settings.access_of),
        services=Services(database.system()),
        ffmpeg=Ffmpeg(find_ffmpeg(settings.ffmpeg)),
    )


def build_studio(settings: Settings | None = None, tenant: str = DEFAULT_TENANT) -> Studio:
    """The agents of one tenant, on these settings. Errors as ``build_installation``."""
    return build_installation(settings).studio(tenant)


def _policy(settings: Settings) -> LedgerPolicy:
    return LedgerPolicy(
        retry_attempts=settings.retry_attempts,
        repeat_unknown_below_usd=settings.repeat_unknown_below_usd,
        timeout_s=settings.timeout_per_step,
        timeouts_s=settings.timeouts,
        uses_stored=settings.enable_caching,
    )
