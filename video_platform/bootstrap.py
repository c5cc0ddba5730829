"""The one place that builds the core from settings. Hosts call it; nothing below it reads them."""

import os
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from filelock import FileLock, Timeout

from video_platform.agents.avatar import AvatarAgent
from video_platform.agents.credentials import Notary
from video_platform.agents.editions import Editions
from video_platform.agents.editor import Editor
from video_platform.agents.footage import Library
from video_platform.agents.frames import FrameTaker
from video_platform.agents.image import ImageAgent
from video_platform.agents.intake import Intake
from video_platform.agents.montage import MontageAgent
from video_platform.agents.music import MusicAgent
from video_platform.agents.presets import Presets
from video_platform.agents.publish import PublishAgent
from video_platform.agents.script import ScriptAgent
from video_platform.agents.studio import Studio
from video_platform.agents.verdicts import VerdictDesk
from video_platform.agents.video import VideoAgent
from video_platform.agents.voice import VoiceAgent
from video_platform.boundaries import arm
from video_platform.db.database import DEFAULT_TENANT, Database, Patience, open_database
from video_platform.db.repositories.accounts import Accounts
from video_platform.db.repositories.assets import Assets
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.generations import Generations
from video_platform.db.repositories.idempotency import IdempotencyKeys
from video_platform.db.repositories.kits import Kits
from video_platform.db.repositories.lifecycle import Lifecycle
from video_platform.db.repositories.projects import Projects
from video_platform.db.repositories.publications import Publications
from video_platform.db.repositories.secrets import Secrets
from video_platform.db.repositories.services import Services
from video_platform.db.repositories.uploads import Uploads
from video_platform.db.repositories.webhooks import Webhooks
from video_platform.domain.manifests import Film
from video_platform.errors import Conflict, NotConfigured
from video_platform.fonts import check_fonts
from video_platform.generation.errands import Errands
from video_platform.generation.ledger import Ledger, LedgerPolicy
from video_platform.generation.reaper import Reaper
from video_platform.generation.turnstile import Turnstile
from video_platform.montage.plan import RenderSettings
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.notifying.courier import Courier
from video_platform.provenance.identity import Identity, operator_identity, self_made_identity
from video_platform.provenance.terms import load_terms
from video_platform.providers.registry import Catalogue
from video_platform.providers.transport import Clock
from video_platform.publishing.accounts import AccountKeeper
from video_platform.publishing.machine import PublicationMachine
from video_platform.publishing.platforms.local_channel import LocalChannel
from video_platform.publishing.registry import Platforms
from video_platform.retention import Collected, Collector, tenants
from video_platform.settings import Settings
from video_platform.store import MediaStore, open_store
from video_platform.vault import Vault, open_vault


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

    def vault(self) -> Vault:
        """What encrypts tokens and secrets."""
        return open_vault(self.settings.secret_keys, self.settings.home)

    def change_keys(self) -> int:
        """Put everything sealed, of all tenants, under the first key; how much was under another.

        Raises:
            NotConfigured: ``secret_unreadable``: one of the keys in use is not among those given.
        """
        return Secrets(self.database).renew(self.vault().reseal)

    def identity(self) -> Identity:
        """Who signs films: the operator's certificate, or this installation's test certificate."""
        return signing_identity(self.settings)

    def courier(self) -> Courier:
        """What brings events to webhooks, of all tenants."""
        webhooks = Webhooks(self.database.system())
        loopback = self.settings.allow_local_webhooks
        return Courier(webhooks, self.vault(), allow_loopback=loopback)

    def intake(self, tenant: str) -> Intake:
        """What takes a tenant's own files in."""
        return Intake(self.studio(tenant), self.settings.home / "uploads")

    def tenants_with_uploads(self) -> list[str]:
        """Tenants that have files on their way in."""
        return Uploads(self.database.system()).tenants()

    def collect_garbage(self, *, is_dry: bool = False) -> Collected:
        """Put unnamed media of all tenants out of the way; see ``retention``.

        Raises:
            Conflict: ``collecting``: another process of this machine is at it.
        """
        settings, total = self.settings, Collected()
        settings.home.mkdir(parents=True, exist_ok=True)
        try:
            with FileLock(settings.home / "collector.lock", timeout=0):
                for tenant in tenants(self.database):
                    total += Collector(
                        database=self.database.of(tenant),
                        blobs=self.studio(tenant).store.blobs,
                        grace=timedelta(days=settings.keep_unused_days),
                        preview_life=timedelta(days=settings.keep_previews_days),
                        is_dry=is_dry,
                    ).collect(datetime.now(UTC))
        except Timeout as error:
            raise Conflict(
                "Garbage is being collected.", hint="Wait for it.", code="collecting"
            ) from error
        return total

    def system_answers(self) -> IdempotencyKeys:
        """Answers kept for repeated requests, of all tenants."""
        return IdempotencyKeys(self.database.system())

    def system_events(self) -> Events:
        """Events of all tenants."""
        return Events(self.database.system())

    def system_commands(self) -> Commands:
        """Commands of all tenants, for sensors."""
        return Commands(self.database.system())

    def system_publications(self) -> Publications:
        """Publications of all tenants, for sensors."""
        return Publications(self.database.system())

    def system_lifecycle(self) -> Lifecycle:
        """How projects of all tenants get on, for sensors."""
        return Lifecycle(self.database.system())

    def system_generations(self) -> Generations:
        """Generations of all tenants, for sensors."""
        return Generations(self.database.system())

    def reaper(self) -> Reaper:
        """What ends generations that were left behind, of all tenants."""
        return Reaper(
            rows=self.system_generations(),
            ledger_of=lambda tenant: self.studio(tenant).ledger,
            find=lambda tenant, capability, name: self.studio(tenant).providers.find(
                capability, name
            ),
            is_unwanted=self.system_lifecycle().is_unwanted,
            answerable=self.providers.answerable(),
        )

    def _build(self, tenant: str) -> Studio:
        settings, database = self.settings, self.database.of(tenant)
        scratch_dir = settings.home / "scratch"
        own = "" if tenant == DEFAULT_TENANT else f"tenants/{tenant}"
        url = f"{settings.resolved_store_url.rstrip('/')}/{own}".rstrip("/")
        store = open_store(
            url,
            cache_dir=settings.home / "cache",
            s3_endpoint_url=settings.s3_endpoint_url,
            cache_bytes=settings.cache_max_bytes,
            cdn_base_url=settings.cdn_base_url,
        )
        generations = Generations(database)
        caps_usd = {"tenant": settings.tenant_cap_usd, "project": settings.project_cap_usd}
        budgets = Budgets(database, caps_usd=caps_usd)
        errands = Errands()
        ledger = Ledger(
            generations,
            budgets,
            store,
            Turnstile(self.services, Clock()),
            probe=probe_media,
            scratch_dir=scratch_dir,
            policy=_policy(settings),
            tenant=tenant,
            errands=errands,
        )
        parallel = settings.max_parallel_agents
        channel = LocalChannel(settings.resolved_channel_dir / own)
        notary = Notary(
            store,
            generations,
            Assets(database),
            identity=self.identity,
            terms=load_terms(settings.licences),
            policy=settings.unknown_licence,
        )
        montage = MontageAgent(
            store,
            self.ffmpeg,
            settings=RenderSettings(),
            scratch_dir=scratch_dir,
            max_workers=settings.render_workers or os.cpu_count() or 1,
            encoder=settings.encoder,
            notary=notary,
        )
        frames = FrameTaker(store, scratch_dir)
        library = Library(Assets(database), frames, draws_words=self.providers.drawing_words)
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
            ledger=ledger,
            services=self.services,
            errands=errands,
            channel=channel,
            script=ScriptAgent(ledger, store),
            image=ImageAgent(ledger, store.path, library, max_parallel=parallel),
            voice=VoiceAgent(ledger, max_parallel=parallel, media_path=store.path),
            music=MusicAgent(ledger),
            avatar=AvatarAgent(ledger, max_parallel=parallel),
            video=VideoAgent(ledger, store.path, library, frames, max_parallel=parallel),
            library=library,
            kits=Kits(database),
            presets=Presets(settings.home / "presets"),
            montage=montage,
            editor=Editor(database, store, montage),
            publish=self._publish_agent(database, store, channel, notary),
        )

    def _publish_agent(
        self, database: Database, store: MediaStore, channel: LocalChannel, notary: Notary
    ) -> PublishAgent:
        platforms = Platforms(self.settings.access_of_network, here={channel.name: channel})
        vault, rows = self.vault(), Publications(database)
        accounts = AccountKeeper(Accounts(database), vault, platforms.connects)

        def may_go_out(project: str, film: Film) -> None:
            notary.check_film(film)
            VerdictDesk(self.studio(database.tenant)).require(project, film)

        editions = Editions(store, lambda name: platforms.find(name).rules, may_go_out=may_go_out)
        machine = PublicationMachine(rows, platforms.find, accounts, editions, vault)
        return PublishAgent(rows, machine, accounts, platforms, editions)


def _patience(settings: Settings) -> Patience:
    return Patience(
        settings.database_connect_timeout,
        settings.database_statement_timeout,
        settings.database_lock_timeout,
    )


def build_installation(settings: Settings | None = None) -> Installation:
    """Everything, wired.

    Raises:
        NotConfigured: a setting cannot work; the message names it.
        FfmpegMissing: no FFmpeg can be used, or it lacks a feature.
    """
    settings = settings or Settings()
    check_fonts()
    _arm_fault_points(settings)
    database = open_database(settings.resolved_database_url, patience=_patience(settings))
    return Installation(
        settings=settings,
        database=database,
        providers=Catalogue(settings.access_of),
        services=Services(database.system()),
        ffmpeg=Ffmpeg(find_ffmpeg(settings.ffmpeg)),
    )


def _arm_fault_points(settings: Settings) -> None:
    if settings.fault_points is None:
        return
    if not settings.allow_faults:
        raise NotConfigured(
            f"VIDEO_PLATFORM_FAULT_POINTS is {settings.fault_points}, where processes may be told "
            "to die, and VIDEO_PLATFORM_ALLOW_FAULTS does not allow it.",
            hint="Unset it; only tests of what a death leaves behind need it.",
            code="faults_not_allowed",
        )
    arm(settings.fault_points)


def build_studio(settings: Settings | None = None, tenant: str = DEFAULT_TENANT) -> Studio:
    """The agents of one tenant, on these settings. Errors as ``build_installation``."""
    return build_installation(settings).studio(tenant)


def signing_identity(settings: Settings) -> Identity:
    """The certificate films are signed with.

    Raises:
        NotConfigured: ``certificate_invalid``.
    """
    if settings.signing_certificate is None:
        return self_made_identity(settings.home / "credentials")
    return operator_identity(
        settings.signing_certificate,
        key=settings.signing_key,
        command=settings.signing_command,
        timestamp_url=settings.timestamp_url,
    )


def _policy(settings: Settings) -> LedgerPolicy:
    return LedgerPolicy(
        retry_attempts=settings.retry_attempts,
        repeat_unknown_below_usd=settings.repeat_unknown_below_usd,
        timeout_s=settings.timeout_per_step,
        timeouts_s=settings.timeouts,
        uses_stored=settings.enable_caching,
    )
