"""Projects, their briefs, and the commands they wait for."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.base import Input, Line, LongText, Name, Output, Text, shown
from api.schemas.kits import DirectionIn
from api.schemas.look import LookIn, LookOut, to_look
from api.schemas.material import Usd
from video_platform.db.repositories.projects import StoredProject
from video_platform.domain.brief import MAX_DURATION_S, MIN_DURATION_S, Brief
from video_platform.domain.command import Command, CommandState
from video_platform.domain.formats import Format
from video_platform.domain.generation import Capability
from video_platform.domain.language import Language
from video_platform.domain.look import Logo, Look
from video_platform.domain.project import ProjectStatus, Stage

_BRIEF = {
    "text": "Why bread rises: the sourdough starter in one minute.",
    "language": "en",
    "duration_s": 60,
    "formats": ["16:9", "9:16"],
    "style": "clean",
}
_SHOWN_BRIEF = {
    **_BRIEF,
    "voice": "",
    "avatar": "",
    "providers": {},
    "source": "",
    "hints": [],
}
_PROJECT = {
    "id": "why-bread-rises-0123456789",
    "title": "Why bread rises",
    "description": "",
    "status": "generating",
    "version": 1,
    "progress": 0.4,
    "sentence": "picture 4 of 8",
    "failure": None,
    "language": "en",
    "duration_s": 60,
    "formats": ["16:9"],
    "copied_from": None,
    "created_at": "2026-11-22T10:00:00Z",
    "updated_at": "2026-11-22T10:00:05Z",
    "archived_at": None,
}
_COMMAND = {
    "id": 12,
    "project": "why-bread-rises-0123456789",
    "kind": "build_project",
    "arguments": {"only": {"scene_images": [3]}},
    "state": "started",
    "failure": None,
    "created_at": "2026-11-22T10:00:00Z",
    "started_at": "2026-11-22T10:00:03Z",
    "finished_at": None,
    "cancel_asked_at": None,
}
STAGES_TO_APPROVE = (
    Stage.SCRIPT,
    Stage.SCENE_IMAGES,
    Stage.VOICE_TRACKS,
    Stage.MUSIC,
    Stage.AVATAR_CLIPS,
    Stage.CLIPS,
    Stage.TIMELINE,
    Stage.MONTAGE,
)


class BriefIn(Input):
    """What the film is about and how it is made."""

    model_config = shown(**_BRIEF)

    text: LongText = Field(min_length=1, description="Article, notes, Markdown or a single line.")
    language: Language = Language.ENGLISH
    duration_s: int = Field(default=60, ge=MIN_DURATION_S, le=MAX_DURATION_S)
    formats: list[Format] = Field(default=[Format.WIDE], min_length=1, max_length=len(Format))
    style: Name = "clean"
    voice: Name = ""
    avatar: Name = ""
    providers: dict[Capability, Name] = Field(
        default_factory=dict,
        max_length=len(Capability),
        description="Provider by capability; several with commas between are asked in turn.",
    )
    source: Line = Field(default="", description="Where the text comes from.")
    look: LookIn = Field(default_factory=LookIn)
    direction: DirectionIn | None = None
    hints: list[Name] = Field(
        default_factory=list,
        max_length=3,
        description="Codes that `GET /hints` gave and the script's writer shall follow.",
    )

    def to_brief(self, logo: Logo | None = None) -> Brief:
        """The brief; ``BriefError`` when it breaks a rule."""
        return Brief(
            text=self.text,
            language=self.language,
            duration_s=self.duration_s,
            formats=tuple(self.formats),
            style=self.style,
            voice=self.voice,
            avatar=self.avatar,
            providers={name.value: provider for name, provider in self.providers.items()},
            source=self.source,
            look=to_look(self.look, logo),
            hints=tuple(self.hints),
        )


class ProjectIn(BriefIn):
    """A film that is asked for."""

    model_config = shown(**_BRIEF, title="Why bread rises", approvals=["script"])

    title: Line = Field(default="", description="Empty: the first line of the text.")
    description: Text = ""
    approvals: list[Stage] = Field(
        default_factory=list,
        max_length=len(STAGES_TO_APPROVE),
        description="Stages after which it waits for a person's yes.",
    )
    cap_usd: Usd | None = Field(
        default=None, description="What it may spend; null: as the operator allows every project."
    )
    begin: bool = Field(default=True, description="False: it stays a draft, and costs nothing.")


class ProjectChange(Input):
    """What is changed of a project; fields left out stay as they are."""

    model_config = shown(title="Why bread rises, again", duration_s=45)

    title: Line | None = Field(default=None, min_length=1)
    description: Text | None = None
    text: LongText | None = Field(default=None, min_length=1)
    language: Language | None = None
    duration_s: int | None = Field(default=None, ge=MIN_DURATION_S, le=MAX_DURATION_S)
    formats: list[Format] | None = Field(default=None, min_length=1, max_length=len(Format))
    style: Name | None = None
    voice: Name | None = None
    avatar: Name | None = None
    providers: dict[Capability, Name] | None = Field(default=None, max_length=len(Capability))
    source: Line | None = None
    look: LookIn | None = Field(default=None, description="Takes the place of the whole look.")
    build: bool = Field(default=True, description="Whether a changed brief is made at once.")

    def on(self, brief: Brief, look: Look | None) -> Brief | None:
        """The brief with its changes; nothing when it has none."""
        given = self.model_dump(
            exclude_none=True, exclude={"title", "description", "build", "look"}
        )
        if "formats" in given:
            given["formats"] = tuple(given["formats"])
        if "providers" in given:
            given["providers"] = {name.value: one for name, one in given["providers"].items()}
        if look is not None:
            given["look"] = look
        return replace(brief, **given) if given else None


class CopyWish(Input):
    """A copy that is asked for."""

    model_config = shown(title="Why bread rises, in French", begin=False)

    title: Line = Field(default="", description="Empty: that of the first.")
    begin: bool = Field(default=False, description="Whether it is made at once.")


class Failure(Output):
    """Why the last run ended."""

    model_config = shown(
        code="provider_quota",
        message="elevenlabs: no credits left.",
        hint="Top the account up, then build again.",
        stage="voice_tracks",
    )

    code: str = ""
    message: str = ""
    hint: str = ""
    stage: str = ""


class BriefOut(Output):
    """A project's brief as it is stored."""

    model_config = shown(**_SHOWN_BRIEF)

    text: str
    language: Language
    duration_s: int
    formats: list[Format]
    style: str
    voice: str
    avatar: str
    providers: dict[str, str]
    source: str
    look: LookOut
    hints: list[str]


class Approval(Output):
    """A stage that waits for a person's yes, or has it."""

    model_config = shown(stage="script", is_given=False)

    stage: Stage
    is_given: bool


class ProjectSummary(Output):
    """A project in a list."""

    model_config = shown(**_PROJECT)

    id: str
    title: str
    description: str
    status: ProjectStatus
    version: int
    progress: float
    sentence: str
    failure: Failure | None
    language: Language
    duration_s: int
    formats: list[Format]
    copied_from: str | None
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None


class ProjectOut(ProjectSummary):
    """A project."""

    model_config = shown(
        **_PROJECT, brief=_SHOWN_BRIEF, approvals=[{"stage": "script", "is_given": False}]
    )

    brief: BriefOut
    approvals: list[Approval]


class CommandOut(Output):
    """Work that was asked for: its status resource."""

    model_config = shown(**_COMMAND)

    id: int
    project: str
    kind: str
    arguments: dict[str, Any]
    state: CommandState
    failure: Failure | None
    created_at: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    cancel_asked_at: datetime | None


def show_failure(failure: Any) -> Failure | None:
    """A stored failure, whatever of its fields is there."""
    if not failure:
        return None
    names = Failure.model_fields
    return Failure(**{name: str(failure.get(name) or "") for name in names})


def summary_fields(stored: StoredProject) -> dict[str, Any]:
    """What lists and single projects both show."""
    return {
        "id": stored.key,
        "title": stored.title,
        "description": stored.description,
        "status": stored.status,
        "version": stored.version,
        "progress": stored.progress,
        "sentence": stored.sentence,
        "failure": show_failure(stored.failure),
        "language": stored.brief.language,
        "duration_s": stored.brief.duration_s,
        "formats": list(stored.brief.formats),
        "copied_from": stored.copied_from,
        "created_at": stored.created_at,
        "updated_at": stored.updated_at,
        "archived_at": stored.archived_at,
    }


def show_brief(brief: Brief) -> BriefOut:
    """A brief."""
    return BriefOut(
        text=brief.text,
        language=brief.language,
        duration_s=brief.duration_s,
        formats=list(brief.formats),
        style=brief.style,
        voice=brief.voice,
        avatar=brief.avatar,
        providers=dict(brief.providers),
        source=brief.source,
        look=LookOut.of(brief.look),
        hints=list(brief.hints),
    )


def show_command(command: Command) -> CommandOut:
    """A command."""
    return CommandOut(
        id=command.id,
        project=command.project,
        kind=command.kind,
        arguments=dict(command.arguments),
        state=command.state,
        failure=show_failure(command.failure),
        created_at=command.created_at,
        started_at=command.started_at,
        finished_at=command.finished_at,
        cancel_asked_at=command.cancel_asked_at,
    )
