"""The cut: tracks of clips, and a person's changes to them."""

from datetime import datetime
from typing import Any

from pydantic import Field

from api.schemas.base import Input, Output, shown
from video_platform.db.repositories.timelines import StoredTimeline
from video_platform.domain.cut import LOUDEST_DB, MAX_LONGER_MS, QUIETEST_DB, ClipCut, Cut
from video_platform.domain.cut import TransitionCut as CoreTransitionCut
from video_platform.domain.look import Fit
from video_platform.domain.timeline import FASTEST_PERCENT, SLOWEST_PERCENT, TransitionKind

_CLIP = {"scene": 2, "longer_ms": -400, "fit": "blur"}
_TRANSITION = {"scene": 2, "kind": "wipe", "frames": 16}
_EDITS = {"clips": [_CLIP], "transitions": [_TRANSITION], "music_db": -3.0}
_TRACK = {
    "type": "video",
    "clips": [
        {
            "scene": 1,
            "start_ms": 0,
            "duration_ms": 7200,
            "media": {"16:9": "ab" * 32 + ".png"},
            "motion": "zoom_in",
            "fit": "crop",
            "source_start_ms": 0,
            "speed_percent": 100,
            "transition": None,
        }
    ],
}


class ClipEdit(Input):
    """A change of one scene's clip; what is left out stays as it was laid."""

    model_config = shown(**_CLIP)

    scene: int = Field(ge=1, le=10_000)
    longer_ms: int | None = Field(
        default=None,
        ge=-MAX_LONGER_MS,
        le=MAX_LONGER_MS,
        description="How much later the scene ends; below zero: earlier, never before its words.",
    )
    source_start_ms: int | None = Field(default=None, ge=0, le=3_600_000)
    speed_percent: int | None = Field(default=None, ge=SLOWEST_PERCENT, le=FASTEST_PERCENT)
    own_sound_db: float | None = Field(default=None, ge=QUIETEST_DB, le=LOUDEST_DB)
    fit: Fit | None = None


class TransitionEdit(Input):
    """A change of the transition that leads into a scene."""

    model_config = shown(**_TRANSITION)

    scene: int = Field(ge=1, le=10_000)
    kind: TransitionKind | None = None
    frames: int | None = Field(default=None, ge=0, le=60)


class TimelineEdits(Input):
    """All changes of a project's cut; they take the place of those before."""

    model_config = shown(**_EDITS, build=True)

    clips: list[ClipEdit] = Field(default_factory=list, max_length=500)
    transitions: list[TransitionEdit] = Field(default_factory=list, max_length=500)
    music_db: float = Field(default=0.0, ge=QUIETEST_DB, le=LOUDEST_DB)
    build: bool = Field(default=True, description="Whether the film is cut anew at once.")

    def to_cut(self) -> Cut:
        """The changes as the core knows them; ``TimelineError`` when one is impossible."""
        return Cut(
            clips={one.scene: ClipCut(**one.model_dump(exclude={"scene"})) for one in self.clips},
            transitions={
                one.scene: CoreTransitionCut(kind=one.kind, frames=one.frames)
                for one in self.transitions
            },
            music_db=self.music_db,
        )


class Track(Output):
    """Clips of one kind, in milliseconds of the film."""

    model_config = shown(**_TRACK)

    type: str = Field(description="video, inset, title, voice, music, effect or caption")
    clips: list[dict[str, Any]]


class EditsOut(Output):
    """A person's changes as they are stored."""

    model_config = shown(**_EDITS)

    clips: list[ClipEdit]
    transitions: list[TransitionEdit]
    music_db: float


class TimelineOut(Output):
    """The cut of a project: what was laid last, and what a person changed since."""

    model_config = shown(
        project="why-bread-rises-0123456789",
        version=1,
        duration_ms=61200,
        tracks=[_TRACK],
        edits=_EDITS,
        render_status="rendered",
        output_path="",
        updated_at="2026-11-22T10:00:00Z",
    )

    project: str
    version: int
    duration_ms: int = Field(description="0: nothing was laid yet")
    tracks: list[Track]
    edits: EditsOut
    render_status: str
    output_path: str
    updated_at: datetime | None


def show_timeline(stored: StoredTimeline) -> TimelineOut:
    """A cut."""
    cut = stored.cut
    return TimelineOut(
        project=stored.project,
        version=stored.version,
        duration_ms=stored.duration_ms,
        tracks=[Track(**track) for track in stored.tracks],
        edits=EditsOut(
            clips=[
                ClipEdit(
                    scene=scene,
                    longer_ms=one.longer_ms,
                    source_start_ms=one.source_start_ms,
                    speed_percent=one.speed_percent,
                    own_sound_db=one.own_sound_db,
                    fit=one.fit,
                )
                for scene, one in sorted(cut.clips.items())
            ],
            transitions=[
                TransitionEdit(scene=scene, kind=one.kind, frames=one.frames)
                for scene, one in sorted(cut.transitions.items())
            ],
            music_db=cut.music_db,
        ),
        render_status=stored.render_status,
        output_path=stored.output_path,
        updated_at=stored.updated_at,
    )
