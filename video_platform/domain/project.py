"""A project: one brief, its key, and the wishes a person added later."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

from video_platform.domain.brief import Brief
from video_platform.domain.manifests import Music, SceneClip, SceneImage, VoiceTrack
from video_platform.errors import Conflict

_SLUG_LENGTH = 40


class Stage(StrEnum):
    """The stages of a film, in order; each is one Dagster asset of the same name."""

    SCRIPT = "script"
    SCENE_IMAGES = "scene_images"
    VOICE_TRACKS = "voice_tracks"
    MUSIC = "music"
    AVATAR_CLIPS = "avatar_clips"
    CLIPS = "clips"
    TIMELINE = "timeline"
    MONTAGE = "montage"
    PUBLICATIONS = "publications"


class ProjectStatus(StrEnum):
    """Where a project is in its life."""

    DRAFT = "draft"  # stored, nothing was begun
    SCRIPTING = "scripting"  # its script is being written
    AWAITING_APPROVAL = "awaiting_approval"  # a person has to say yes before it goes on
    GENERATING = "generating"  # pictures, voices, music and clips are being made
    RENDERING = "rendering"  # the films are being cut
    READY = "ready"  # the films are there, and published nowhere
    SCHEDULED = "scheduled"  # a publication waits for its time
    PUBLISHED = "published"  # at least one film is out
    FAILED = "failed"  # a run ended; the project says why
    CANCELLED = "cancelled"  # a person ended it


STATUS_OF_STAGE = {
    Stage.SCRIPT: ProjectStatus.SCRIPTING,
    Stage.SCENE_IMAGES: ProjectStatus.GENERATING,
    Stage.VOICE_TRACKS: ProjectStatus.GENERATING,
    Stage.MUSIC: ProjectStatus.GENERATING,
    Stage.AVATAR_CLIPS: ProjectStatus.GENERATING,
    Stage.CLIPS: ProjectStatus.GENERATING,
    Stage.TIMELINE: ProjectStatus.RENDERING,
    Stage.MONTAGE: ProjectStatus.RENDERING,
}
"""What a project is while a stage is being made; publishing leaves it as it is."""


PIN_OF_STAGE = {
    Stage.SCENE_IMAGES: "image",
    Stage.VOICE_TRACKS: "voice",
    Stage.CLIPS: "clip",
    Stage.MUSIC: "music",
}
"""Where in ``Pins`` a stage's material stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pins:
    """Material a scene keeps whatever is made around it: a locked take, or a person's own file.

    Args:
        music: of scene 0, which stands for the whole film.
        locked: stages of which another take is refused, not only left out.
    """

    image: SceneImage | None = None
    voice: VoiceTrack | None = None
    clip: SceneClip | None = None
    music: Music | None = None
    locked: tuple[Stage, ...] = ()

    def of(self, stage: Stage) -> Any:
        """What is pinned of a stage; ``None``: nothing."""
        return getattr(self, PIN_OF_STAGE[stage]) if stage in PIN_OF_STAGE else None

    def put(self, stage: Stage, value: Any, *, is_locked: bool = False) -> "Pins":
        """With this value of a stage pinned, or none."""
        others = tuple(one for one in self.locked if one is not stage)
        locked = (*others, stage) if is_locked else others
        pinned: dict[str, Any] = {PIN_OF_STAGE[stage]: value}
        return replace(self, **pinned, locked=locked)


@dataclass(frozen=True, slots=True, kw_only=True)
class SceneEdit:
    """A person's change to one scene of the script; ``None`` leaves a field as written.

    ``pins`` are replaced as a whole.
    """

    narration: str | None = None
    visual_prompt: str | None = None
    headline: str | None = None
    appears: tuple[str, ...] | None = None
    """Names of the reference sheets of who and what is seen."""
    continues: bool | None = None
    """Whether its clip goes on from the one before."""
    position: int | None = None
    """Where it stands in the film, from 0; a scene that says none keeps its written place."""
    pins: Pins | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """What is stored about a project.

    Args:
        key: partition key: readable, unique, never reused.
        takes: how often another result was asked for, by ``stage`` and scene id; scene 0 is the
            whole stage.
        edits: script edits by scene id.
        picks: the take a person chose, by stage and scene id, where it is not the newest.
    """

    key: str
    title: str
    brief: Brief
    created_at: str
    takes: Mapping[str, Mapping[int, int]] = field(default_factory=dict)
    edits: Mapping[int, SceneEdit] = field(default_factory=dict)
    picks: Mapping[str, Mapping[int, int]] = field(default_factory=dict)

    def take(self, stage: Stage, scene_id: int = 0) -> int:
        """The take of this scene that is wanted, from 0: the one picked, else the newest."""
        picked = self.picks.get(stage, {}).get(scene_id)
        if picked is not None:
            return picked
        takes = self.takes.get(stage, {})
        return takes.get(scene_id, 0) + (takes.get(0, 0) if scene_id else 0)

    def pins(self, scene_id: int) -> Pins:
        """What a scene keeps."""
        edit = self.edits.get(scene_id)
        return (edit.pins if edit else None) or Pins()

    def refuse_locked(self, stage: Stage, scene_ids: Iterable[int]) -> None:
        """Refuse to make anew what a person locked.

        Raises:
            Conflict: ``scene_locked``, with the scene.
        """
        for scene_id in scene_ids:
            if stage in self.pins(scene_id).locked:
                raise Conflict(
                    f"{stage.value} of scene {scene_id} is locked.",
                    hint="Release it first: video-platform scene release.",
                    code="scene_locked",
                )

    @property
    def seed(self) -> int:
        """A number that is the same whenever this project is made."""
        return int.from_bytes(hashlib.sha256(self.key.encode()).digest()[:4], "big")


def title_of(text: str) -> str:
    """The first line that says something, without Markdown marks, at most 80 characters.

    A script given as JSON names its title itself.
    """
    for line in (_json_title(text) or text).splitlines():
        stripped = re.sub(r"^[#>*\-\s]+|[*_`]+", "", line).strip()
        if stripped:
            return stripped if len(stripped) <= 80 else stripped[:79].rsplit(" ", 1)[0] + "…"
    return "Untitled"


def _json_title(text: str) -> str:
    if not text.lstrip().startswith("{"):
        return ""
    try:
        title = json.loads(text).get("title", "")
    except (ValueError, RecursionError):
        return ""
    return title if isinstance(title, str) else ""


def project_key(title: str, identity: str) -> str:
    """A readable key from a title and a hash that makes it unique: ``the-quiet-grid-3f9a1c2e``.

    Letters outside ASCII are folded where they can be and dropped where not; the hash alone keeps
    the key unique.
    """
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:_SLUG_LENGTH].strip("-")
    return f"{slug or 'film'}-{identity[:10]}"
