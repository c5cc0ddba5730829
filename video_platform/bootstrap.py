"""The one place that builds the core from settings. Hosts call it; nothing below it reads them."""

import os

from video_platform.agents.avatar import AvatarAgent
from video_platform.agents.image import ImageAgent
from video_platform.agents.montage import MontageAgent
from video_platform.agents.music import MusicAgent
from video_platform.agents.publish import PublishAgent
from video_platform.agents.script import ScriptAgent
from video_platform.agents.studio import Studio
from video_platform.agents.video import VideoAgent
from video_platform.agents.voice import VoiceAgent
from video_platform.db.engine import open_database
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.generations import Generations
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


def build_studio(settings: Settings | None = None) -> Studio:
    """Everything the agents need, wired.

    Raises:
        NotConfigured: a setting cannot work; the message names it.
        FfmpegMissing: no FFmpeg can be used, or it lacks a feature.
    """
    settings = settings or Settings()
    check_fonts()
    engine = open_database(settings.resolved_database_url)
    scratch_dir = settings.home / "scratch"
    store = open_store(
        settings.resolved_store_url,
        cache_dir=settings.home / "cache",
        s3_endpoint_url=settings.s3_endpoint_url,
    )
    caps_usd = {"tenant": settings.tenant_cap_usd, "project": settings.project_cap_usd}
    generations, budgets = Generations(engine), Budgets(engine, caps_usd=caps_usd)
    services = Services(engine)
    ledger = Ledger(
        generations,
        budgets,
        store,
        Turnstile(services, Clock()),
        probe=probe_media,
        scratch_dir=scratch_dir,
        policy=_policy(settings),
    )
    parallel = settings.max_parallel_agents
    return Studio(
        projects=Projects(engine),
        commands=Commands(engine),
        store=store,
        providers=Catalogue(settings.access_of, store.path),
        generations=generations,
        budgets=budgets,
        services=services,
        channel=LocalChannel(settings.resolved_channel_dir),
        script=ScriptAgent(ledger, store),
        image=ImageAgent(ledger, max_parallel=parallel),
        voice=VoiceAgent(ledger, max_parallel=parallel, media_path=store.path),
        music=MusicAgent(ledger),
        avatar=AvatarAgent(ledger, max_parallel=parallel),
        video=VideoAgent(ledger, max_parallel=parallel),
        montage=MontageAgent(
            store,
            Ffmpeg(find_ffmpeg(settings.ffmpeg)),
            settings=RenderSettings(),
            scratch_dir=scratch_dir,
            max_workers=settings.render_workers or os.cpu_count() or 1,
            encoder=settings.encoder,
        ),
        publish=PublishAgent(store),
    )


def _policy(settings: Settings) -> LedgerPolicy:
    return LedgerPolicy(
        retry_attempts=settings.retry_attempts,
        repeat_unknown_below_usd=settings.repeat_unknown_below_usd,
        timeout_s=settings.timeout_per_step,
        timeouts_s=settings.timeouts,
        uses_stored=settings.enable_caching,
    )
