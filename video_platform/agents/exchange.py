"""Exchange: what a project holds, as files for other programs; an edited timeline, back again."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TypeVar

from video_platform.agents.desk import Desk
from video_platform.agents.script import apply_edits
from video_platform.agents.studio import Studio
from video_platform.agents.timeline import build_timeline
from video_platform.disk import storage_errors, write_atomically
from video_platform.domain.cut import Cut, apply_cut
from video_platform.domain.formats import Format, frame_for
from video_platform.domain.manifests import AvatarClips, Clips, Montage, Music, VoiceTracks
from video_platform.domain.media import Media
from video_platform.domain.project import SceneEdit, Stage
from video_platform.domain.script import Script
from video_platform.domain.timeline import Timeline
from video_platform.errors import InvalidInput, MediaMissing
from video_platform.fonts import FAMILY
from video_platform.interchange.chapters import to_chapters
from video_platform.interchange.edited import (
    Edited,
    PlacedClip,
    changes,
    check_scenes,
    clips_of,
    read_edited,
)
from video_platform.interchange.editors import EditorFormat, ending_of, write_timeline
from video_platform.interchange.otio import Sheet, to_otio
from video_platform.interchange.styled import AssLook, to_ass, to_words
from video_platform.interchange.subtitles import to_srt, to_vtt
from video_platform.montage.plan import FilmPlan, RenderSettings, plan_film

ValueT = TypeVar("ValueT")

_ENDINGS = {
    "srt": "srt",
    "vtt": "vtt",
    "ass": "ass",
    "words": "words.json",
    "chapters": "chapters.txt",
    "disclosure": "disclosure.json",
}
KINDS = (*(kind.value for kind in EditorFormat), *_ENDINGS)
"""Everything a project can be exported as."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Export:
    """A file that was written, and what is not in it."""

    path: Path
    loses: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """What an edited timeline changed."""

    order: tuple[int, ...]
    is_reordered: bool
    cut: Cut


class Exchange:
    """Exports and imports of one tenant's projects."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._desk = Desk(studio)

    def export(self, key: str, kind: str, out: Path, ratio: Format | None = None) -> Export:
        """Write a project's timeline, captions or facts into the folder ``out``.

        Raises:
            InvalidInput: ``export_unknown``, ``format_missing``.
            MediaMissing: what is asked for was not made yet.
        """
        if kind not in KINDS:
            raise InvalidInput(
                f"{kind!r} is nothing a project can be exported as.",
                hint=f"Choose from {', '.join(KINDS)}.",
                code="export_unknown",
            )
        chosen = self._format(key, ratio)
        stem = f"{key}-{chosen.slug}"
        with storage_errors(out):
            out.mkdir(parents=True, exist_ok=True)
        if kind in set(EditorFormat):
            return self._timeline(key, EditorFormat(kind), chosen, out, stem)
        path = out / f"{stem}.{_ENDINGS[kind]}"
        write_atomically(path, self._document(key, kind, chosen))
        return Export(path=path)

    def take_in(self, key: str, path: Path) -> TakenIn:
        """Cut a project as an edited ``.otio`` says; nothing is built yet.

        Raises:
            TimelineError: the file cannot be read, lacks a scene, cuts a word, or leaves a
                transition no room; nothing was changed.
        """
        now = self._made(Timeline, Stage.TIMELINE, key)
        edited = read_edited(path, now.rate)
        script = self._desk.script(key)
        scenes = [scene.id for scene in script.scenes]
        check_scenes(edited, scenes)
        laid = self._laid(key, script, edited)
        before = self._desk.timelines.cut_of(key)
        cut = changes(
            edited.clips,
            self._placed(key, laid),
            before,
            rate=laid.rate,
            footage=_footage(laid),
        )
        apply_cut(laid, cut)  # refuses what has no room, before anything is stored
        is_reordered = list(edited.order) != scenes
        if is_reordered:
            self._desk.reorder(key, edited.order, is_built=False)
        self._desk.change_cut(key, cut, version=None, is_built=False)
        return TakenIn(order=edited.order, is_reordered=is_reordered, cut=cut)

    def _timeline(
        self, key: str, kind: EditorFormat, ratio: Format, out: Path, stem: str
    ) -> Export:
        timeline = self._made(Timeline, Stage.TIMELINE, key)
        path = out / f"{stem}.{ending_of(kind)}"
        written = write_timeline(timeline, self._sheet(key, ratio), kind, path)
        return Export(path=written.path, loses=written.loses)

    def _sheet(self, key: str, ratio: Format) -> Sheet:
        def url(media: Media) -> str:
            return self._studio.store.path(media).absolute().as_uri()

        headlines = self._headlines(key)
        return Sheet(project=key, format=ratio, media_url=url, headlines=headlines)

    def _document(self, key: str, kind: str, ratio: Format) -> bytes:
        if kind == "disclosure":
            return self._disclosure(key, ratio)
        timeline = self._made(Timeline, Stage.TIMELINE, key)
        plan = plan_film(timeline, ratio, RenderSettings())
        written: Mapping[str, Callable[[], bytes]] = {
            "srt": partial(to_srt, plan.cues),
            "vtt": partial(to_vtt, plan.cues),
            "ass": partial(to_ass, plan.cues, _ass_look(timeline, plan)),
            "words": partial(to_words, timeline.words, plan.cues, timeline.language),
            "chapters": partial(to_chapters, timeline, self._headlines(key)),
        }
        return written[kind]()

    def _disclosure(self, key: str, ratio: Format) -> bytes:
        films = self._made(Montage, Stage.MONTAGE, key).films
        told = next((film.credentials for film in films if film.format is ratio), None)
        if told is None:
            raise MediaMissing(
                f"The {ratio.value} film of {key} was made before films were signed.",
                hint="Make it again: video-platform regenerate.",
            )
        return self._studio.store.read(told.disclosure)

    def _headlines(self, key: str) -> dict[int, str]:
        script = self._made(Script, Stage.SCRIPT, key)
        return {scene.id: scene.on_screen.headline for scene in script.scenes}

    def _laid(self, key: str, script: Script, edited: Edited) -> Timeline:
        """The timeline of the scenes in the edited order, without any cut."""
        places = {scene: SceneEdit(position=at) for at, scene in enumerate(edited.order)}
        return build_timeline(
            apply_edits(script, places),
            self._made(VoiceTracks, Stage.VOICE_TRACKS, key),
            self._made(Clips, Stage.CLIPS, key),
            self._made(AvatarClips, Stage.AVATAR_CLIPS, key),
            self._made(Music, Stage.MUSIC, key),
            self._studio.projects.get(key).brief.look,
        )

    def _placed(self, key: str, timeline: Timeline) -> tuple[PlacedClip, ...]:
        """Our own clips, as they would come back from an editor who changed nothing."""
        ratio = self._format(key, None)
        return clips_of(to_otio(timeline, self._sheet(key, ratio)), timeline.rate)

    def _format(self, key: str, wanted: Format | None) -> Format:
        formats = self._studio.projects.get(key).brief.formats
        if wanted is not None and wanted not in formats:
            raise InvalidInput(
                f"{key} is not made in {wanted.value}.",
                hint=f"Its formats: {', '.join(formats)}.",
                code="format_missing",
            )
        return wanted or formats[0]

    def _made(self, kind: type[ValueT], stage: Stage, key: str) -> ValueT:
        value = self._studio.made(kind, stage, key)
        if value is None:
            raise MediaMissing(f"{key} has no {stage.value} yet.", hint="Build the project first.")
        return value


def _footage(timeline: Timeline) -> frozenset[int]:
    """Scenes of video that begins where a person may choose; a presenter waits for the voice."""
    return frozenset(
        clip.scene_id
        for clip in timeline.video
        if clip.motion is None and clip.source_start_ms >= 0
    )


def _ass_look(timeline: Timeline, plan: FilmPlan) -> AssLook:
    frame = frame_for(plan.format, timeline.look.network)
    return AssLook(title=timeline.title, frame=frame, font=FAMILY, accent=timeline.look.accent)
