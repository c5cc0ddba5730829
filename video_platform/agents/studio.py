"""All agents of one installation, ready to work; hosts get it from ``bootstrap``."""

import json
from dataclasses import dataclass
from typing import Any, TypeVar

from video_platform.agents.avatar import AvatarAgent
from video_platform.agents.editor import Editor
from video_platform.agents.footage import Library
from video_platform.agents.image import ImageAgent
from video_platform.agents.journal import Journal
from video_platform.agents.montage import MontageAgent
from video_platform.agents.music import MusicAgent
from video_platform.agents.presets import Presets
from video_platform.agents.publish import PublishAgent
from video_platform.agents.script import ScriptAgent
from video_platform.agents.video import VideoAgent
from video_platform.agents.voice import VoiceAgent
from video_platform.db.database import DEFAULT_TENANT, Database
from video_platform.db.repositories.assets import Assets
from video_platform.db.repositories.budgets import Budgets
from video_platform.db.repositories.commands import Commands
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.generations import Entry, Generations, GenerationState
from video_platform.db.repositories.kits import Kits
from video_platform.db.repositories.lifecycle import Lifecycle
from video_platform.db.repositories.projects import Projects
from video_platform.db.repositories.services import Services
from video_platform.domain.brief import Brief
from video_platform.domain.codec import content_hash, to_json
from video_platform.domain.generation import Capability
from video_platform.domain.project import Project, Stage, project_key, title_of
from video_platform.errors import BriefError
from video_platform.generation.errands import Errands
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import OffersChoices
from video_platform.providers.registry import DEFAULTS, Catalogue
from video_platform.publishing.base import Platform
from video_platform.store import MediaStore
from video_platform.store.manifests import read_current

ValueT = TypeVar("ValueT")


@dataclass(frozen=True, kw_only=True)
class Studio:
    """The core, built: repositories, store, agents and the platform films go to by default."""

    tenant: str
    database: Database
    projects: Projects
    assets: Assets
    events: Events
    lifecycle: Lifecycle
    commands: Commands
    store: MediaStore
    providers: Catalogue
    generations: Generations
    budgets: Budgets
    ledger: Ledger
    services: Services
    errands: Errands
    channel: Platform
    script: ScriptAgent
    image: ImageAgent
    voice: VoiceAgent
    music: MusicAgent
    avatar: AvatarAgent
    video: VideoAgent
    montage: MontageAgent
    publish: PublishAgent
    editor: Editor
    library: Library
    kits: Kits
    presets: Presets

    def open_project(self, brief: Brief, *, salt: str = "", command: str = "") -> Project:
        """The project of this brief: the same brief always has the same project.

        Look and direction are no part of what it is: the same brief with others is the same film
        made otherwise. A ``salt`` makes another project of an equal brief. A ``command`` (the name
        of a job) is stored with a new project for the sensor to run.
        """
        check_choices(self.dressed(brief), self.providers)
        title = title_of(brief.text)
        # The default tenant's keys stay what they were before there were tenants.
        whose = (salt,) if self.tenant == DEFAULT_TENANT else (salt, self.tenant)
        bare = json.loads(to_json(brief.bare))
        identity = content_hash((bare, *whose))
        return self.projects.add(project_key(title, identity), title, brief, command=command)

    def dressed(self, brief: Brief) -> Brief:
        """The brief in the brand kit it names.

        Raises:
            NotFound: ``kit_missing``.
        """
        name = brief.direction.kit
        return self.kits.get(name).kit.dress(brief) if name else brief

    def made(self, kind: type[ValueT], stage: Stage, project: str) -> ValueT | None:
        """A stage's latest value; nothing before it was made."""
        return read_current(self.store.blobs, kind, stage, project)

    def journal(self, project: str, **options: Any) -> Journal:
        """The journal of one run of a project; ``options`` as its constructor takes them."""
        return Journal(self.database, project, errands=self.errands, **options)

    def decide(self, entry: Entry, *, was_paid: bool) -> None:
        """Settle a generation of unknown outcome: it may be sent again, its money is settled."""
        held = self.generations.reopen(entry, GenerationState.SENDING, lease_s=30)
        if not held.is_mine:
            raise BriefError(
                f"Generation {entry.key[:12]} was changed a moment ago.",
                hint="List it again with `video-platform generations`.",
                code="generation_changed",
            )
        cost = entry.held_microusd if was_paid else 0
        self.generations.failed(
            *(held.key, held.fence, "decided", "A person decided its outcome."), cost_microusd=cost
        )

    def service_health(self, service: str) -> str:
        """How a service fares: ``ok``, or for how long it is left alone."""
        closed_s = self.services.closed_for(service)
        return f"left alone for {closed_s:.0f} s" if closed_s else "ok"


def check_choices(brief: Brief, catalogue: Catalogue) -> None:
    """Refuse, before anything is made, what no provider of this brief can serve.

    Raises:
        BriefError: an unknown capability, style or voice; the hint lists the known ones.
        NotConfigured: a provider that cannot be had.
    """
    for name in brief.providers:
        if name not in {capability.value for capability in Capability}:
            raise BriefError(
                f"{name!r} is not something a provider makes.",
                hint=f"Choose from {', '.join(Capability)}.",
                code="capability_unknown",
            )
    for capability in DEFAULTS.keys() | {Capability(name) for name in brief.providers}:
        provider = catalogue.find(capability, brief.providers.get(capability.value, ""))
        name = provider.name
        if not isinstance(provider, OffersChoices):
            continue
        for field, known in provider.choices(brief.language).items():
            wanted = getattr(brief, field)
            if wanted and wanted not in known:
                raise BriefError(
                    f"{name} has no {field} {wanted!r} for {brief.language.value}.",
                    hint=f"Choose from {', '.join(known)}.",
                    code=f"{field}_unknown",
                )
