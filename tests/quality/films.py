"""Small real films for the gate: spoken by the embedded voice, cut by the real montage."""

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.factories import ORIGIN, make_film, make_scene, make_script
from tests.montage.films import music_like, picture, write_sound
from video_platform.agents.gate import Order, check_file, expectation
from video_platform.agents.montage import StoredSegments
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format, Frame, frame_for
from video_platform.domain.generation import Capability, ImageRequest, VoiceRequest
from video_platform.domain.language import Language
from video_platform.domain.look import Look
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Film,
    Motion,
    MotionKind,
    Music,
    SceneClip,
    VoiceTrack,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.script import OnScreen, OnScreenKind, Scene
from video_platform.domain.timeline import Timeline
from video_platform.domain.timing import Word
from video_platform.interchange.subtitles import to_srt, to_vtt
from video_platform.montage.film import RenderedFilm, render_film
from video_platform.montage.plan import FilmPlan, RenderSettings, plan_film
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.providers.registry import find_provider
from video_platform.quality.expectation import Expectation
from video_platform.quality.findings import Report
from video_platform.quality.subtitles import CaptionFile, read_captions
from video_platform.store import MediaStore, open_store

TEXTS: dict[Language, tuple[str, str]] = {
    Language.ENGLISH: (
        "The wind turns the wheels of the mill.",
        "At night the miller counts every sack of flour.",
    ),
    Language.FRENCH: (
        "Le vent fait tourner les ailes du moulin.",
        "Le soir, le meunier compte chaque sac de farine.",
    ),
    Language.ARABIC: ("الريح تدير عجلات الطاحونة القديمة.", "في الليل يعد الطحان أكياس الدقيق."),
}
_MOVES = (MotionKind.ZOOM_IN, MotionKind.PAN_RIGHT, MotionKind.ZOOM_OUT, MotionKind.PAN_UP)


def small_frame(ratio: Format, shorter_px: int) -> Frame:
    """The format's frame with its shorter side so long."""
    frame = frame_for(ratio, Look().network)
    factor = shorter_px / min(frame.width_px, frame.height_px)
    width, height = (round(side * factor / 2) * 2 for side in (frame.width_px, frame.height_px))
    return replace(frame, width_px=width, height_px=height)


@dataclass(frozen=True, kw_only=True)
class MadeFilm:
    """A finished film with all that the gate may know of it."""

    path: Path
    film: Film
    order: Order
    frame: Frame
    store: MediaStore
    srt: bytes
    vtt: bytes

    @property
    def texts(self) -> tuple[str, ...]:
        """What each scene says."""
        return tuple(scene.narration for scene in self.order.script.scenes)

    @property
    def expected(self) -> Expectation:
        """What it should be."""
        return expectation(self.order, self.film, self.store.path, self.frame)

    def subtitles(self, srt: bytes = b"", vtt: bytes = b"") -> list[tuple[str, CaptionFile]]:
        """Its caption files, or others in their place."""
        return [("srt", read_captions(srt or self.srt)), ("vtt", read_captions(vtt or self.vtt))]

    def judge(self, path: Path | None = None, **subtitles: bytes) -> Report:
        """The verdict on it, or on another file in its place."""
        return check_file(path or self.path, self.expected, self.subtitles(**subtitles))


@dataclass
class Studio:
    """Makes films in one folder; voices, pictures and segments are shared among them."""

    folder: Path
    voices: dict[tuple[Language, str], VoiceTrack] = field(default_factory=dict)
    pictures: dict[tuple[int, Format, bool], Media] = field(default_factory=dict)
    count: int = 0

    def __post_init__(self) -> None:
        self.store = open_store((self.folder / "store").as_uri(), cache_dir=self.folder / "cache")
        self.ffmpeg = Ffmpeg(find_ffmpeg())
        tune = write_sound(self.folder / "music.wav", music_like(12))
        self.music = self.store.put(tune, "audio/wav", probe_media(tune, "audio/wav"))

    def make(
        self,
        language: Language,
        ratio: Format,
        *,
        look: Look | None = None,
        shorter_px: int = 480,
        texts: Sequence[str] = (),
        designed: bool = False,
    ) -> MadeFilm:
        """A film of two scenes of some three seconds each."""
        script = make_script(
            [make_scene(n, text) for n, text in enumerate(texts or TEXTS[language], 1)],
            language=language,
        )
        timeline = build_timeline(
            script,
            VoiceTracks(tracks=tuple(self.voice(scene, language) for scene in script.scenes)),
            Clips(
                clips=tuple(self._clip(scene, ratio, designed, language) for scene in script.scenes)
            ),
            AvatarClips(),
            Music(media=self.music, mood="calm", licence="CC0-1.0", bar_ms=1000, origin=ORIGIN),
            look or Look(),
        )
        frame = small_frame(ratio, shorter_px)
        rendered, plan = self.cut(timeline, ratio, frame)
        return MadeFilm(
            path=rendered.path,
            film=replace(make_film(), format=ratio, plan=plan.key),
            order=Order(script=script, timeline=timeline),
            frame=frame,
            store=self.store,
            srt=to_srt(plan.cues),
            vtt=to_vtt(plan.cues),
        )

    def cut(self, timeline: Timeline, ratio: Format, frame: Frame) -> tuple[RenderedFilm, FilmPlan]:
        """The film of a timeline, with its plan."""
        plan = plan_film(timeline, ratio, RenderSettings(), frame=frame)
        self.count += 1
        directory = self.folder / f"film-{self.count}"
        directory.mkdir()
        rendered = render_film(
            plan,
            media_path=self.store.path,
            segments=StoredSegments(self.store.blobs),
            directory=directory,
            ffmpeg=self.ffmpeg,
            progress=lambda done, total: None,
            max_workers=2,
        )
        return rendered, plan

    def voice(self, scene: Scene, language: Language) -> VoiceTrack:
        """The scene spoken by the embedded voice, once."""
        known = self.voices.get((language, scene.narration))
        if known is not None:
            return replace(known, scene_id=scene.id)
        folder = self.folder / f"voice-{len(self.voices)}"
        folder.mkdir()
        request = VoiceRequest(text=scene.narration, language=language)
        made = find_provider(Capability.VOICE).generate(request, folder)
        media = self.store.put(made.path, "audio/wav", probe_media(made.path, "audio/wav"))
        words = tuple(
            Word(one["text"], one["start_ms"], one["end_ms"]) for one in made.details["words"]
        )
        track = VoiceTrack(
            scene_id=scene.id, media=media, words=words, timing="engine_events", origin=ORIGIN
        )
        self.voices[language, scene.narration] = track
        return track

    def _clip(self, scene: Scene, ratio: Format, designed: bool, language: Language) -> SceneClip:
        key = (scene.id, ratio, designed)
        if key not in self.pictures:
            self.pictures[key] = self._picture(scene, ratio, designed, language)
        motion = Motion(kind=_MOVES[scene.id % len(_MOVES)], strength=0.08)
        return SceneClip(
            scene_id=scene.id, media={ratio: self.pictures[key]}, motion=motion, origin=ORIGIN
        )

    def _picture(self, scene: Scene, ratio: Format, designed: bool, language: Language) -> Media:
        path = self.folder / f"{scene.id}-{ratio.slug}-{designed}.png"
        if designed:
            shutil.move(self._design(scene, ratio, language), path)
        else:
            frame = small_frame(ratio, 540)
            image = picture(scene.id + 7, (frame.width_px, frame.height_px))
            image.save(path)
        return self.store.put(path, "image/png", probe_media(path, "image/png"))

    def _design(self, scene: Scene, ratio: Format, language: Language) -> Path:
        """A picture of the embedded painter."""
        folder = self.folder / f"design-{scene.id}-{ratio.slug}"
        folder.mkdir()
        request = ImageRequest(
            prompt=scene.visual_prompt,
            on_screen=OnScreen(kind=OnScreenKind.STATEMENT, headline="1 450 km"),
            format=ratio,
            language=language,
            style="clean",
            mood="calm",
            position=scene.id,
            count=2,
            project_seed=5,
            seed=scene.id,
        )
        return find_provider(Capability.IMAGE).generate(request, folder).path


def run_ffmpeg(source: Path, target: Path, *arguments: str) -> Path:
    """FFmpeg from one file to another."""
    subprocess.run(
        [str(find_ffmpeg()), "-v", "error", "-y", "-i", str(source), *arguments, str(target)],
        check=True,
        timeout=60,
        capture_output=True,
    )
    return target


def failed(report: Report) -> list[str]:
    """Names of the rules that stop the film."""
    return [finding.name for finding in report.findings if finding.stops]
