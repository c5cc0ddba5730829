"""Editor: lays the timeline, with what a person changed of the cut, and previews it."""

from typing import TypeVar

from video_platform.agents.bookends import with_bookends
from video_platform.agents.montage import MontageAgent
from video_platform.agents.result import StageResult
from video_platform.agents.timeline import build_timeline
from video_platform.db.database import Database
from video_platform.db.repositories.assets import Asset, Assets, Item
from video_platform.db.repositories.timelines import Timelines
from video_platform.domain.cut import apply_cut
from video_platform.domain.formats import Format
from video_platform.domain.manifests import AvatarClips, Clips, Montage, Music, VoiceTracks
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.errors import MediaMissing
from video_platform.store import MediaStore
from video_platform.store.manifests import read_current

ValueT = TypeVar("ValueT")

PREVIEW = "preview"
"""Stands where the stage of a made asset is named."""


class Editor:
    """Lays timelines of one tenant's projects."""

    def __init__(self, database: Database, store: MediaStore, montage: MontageAgent) -> None:
        self._database = database
        self._timelines = Timelines(database)
        self._assets = Assets(database)
        self._store = store
        self._montage = montage

    def lay(
        self,
        project: Project,
        script: Script,
        voice: VoiceTracks,
        clips: Clips,
        avatars: AvatarClips,
        music: Music,
    ) -> StageResult[Timeline]:
        """The timeline of this material, cut as the person wants it, and kept for them to see.

        Raises:
            TimelineError: a scene lacks its voice or its clip, or an edit has no room.
        """
        laid = build_timeline(script, voice, clips, avatars, music, project.brief.look)
        timeline = with_bookends(apply_cut(laid, self._timelines.cut_of(project.key)))
        self._timelines.record(project.key, timeline)
        return StageResult(value=timeline)

    def rendered(self, project: Project, montage: Montage) -> None:
        """Note beside the timeline that its films are there."""
        first = montage.films[0].media.key if montage.films else ""
        self._timelines.rendered(project.key, "rendered", first)

    def preview(self, project: Project, formats: tuple[Format, ...]) -> list[Asset]:
        """A small version of each whole film, from the material that is there.

        Raises:
            MediaMissing: a stage before the timeline was not made yet.
        """
        timeline = self.lay(
            project,
            self._made(Script, Stage.SCRIPT, project),
            self._made(VoiceTracks, Stage.VOICE_TRACKS, project),
            self._made(Clips, Stage.CLIPS, project),
            self._made(AvatarClips, Stage.AVATAR_CLIPS, project),
            self._made(Music, Stage.MUSIC, project),
        ).value
        return [self._keep(project, ratio, timeline) for ratio in formats or project.brief.formats]

    def _keep(self, project: Project, ratio: Format, timeline: Timeline) -> Asset:
        media = self._montage.preview_media(timeline, ratio)
        item = Item(kind="video", media=media, format=ratio, role=PREVIEW)
        with self._database.session() as session, session.begin():
            return self._assets.add(session, item, project=project.key, stage=PREVIEW)

    def _made(self, kind: type[ValueT], stage: Stage, project: Project) -> ValueT:
        value = read_current(self._store.blobs, kind, stage, project.key)
        if value is None:
            raise MediaMissing(
                f"{project.key} has no {stage.value} yet.",
                hint="Build the project first; a preview shows what is there.",
            )
        return value
