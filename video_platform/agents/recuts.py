"""Recuts: shorter films and other shapes of the same material, without asking any seller.

A recut is a project of its own whose script says some of the film's sentences. What stands for each
scene is pinned, its voice cut in a pause where not all of it is said::

    film    1 hook. more.   2 statement.   3 aside.   4 figure! aside.   5 ending.
    15 s    1 hook.         2 statement.              4 figure!          5 ending.

In a shape the film was not made in, pictures are cropped around their subject. Pictures with words
drawn into them would lose some, and are drawn anew by the embedded painter, which costs nothing.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryDirectory

from video_platform.agents.desk import BUILD
from video_platform.agents.studio import Studio
from video_platform.agents.timeline import RATE, scene_frames
from video_platform.agents.variants import has_words
from video_platform.domain.brief import MIN_DURATION_S, Brief
from video_platform.domain.excerpt import Passage, choose_passages
from video_platform.domain.formats import Format
from video_platform.domain.manifests import (
    Clips,
    Music,
    SceneClip,
    SceneImage,
    SceneImages,
    VoiceTrack,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.project import Pins, Project, SceneEdit, Stage
from video_platform.domain.script import Scene, Script
from video_platform.domain.timing import Word
from video_platform.errors import InvalidInput, NotFound

_MARK = "recut"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecutWish:
    """Another edit of a film.

    Args:
        seconds: how long it may last at most; 0: as long as the film.
        formats: empty: the film's own.
    """

    seconds: int = 0
    formats: tuple[Format, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Material:
    """What a film is made of, by scene id."""

    script: Script
    images: dict[int, SceneImage]
    clips: dict[int, SceneClip]
    tracks: dict[int, VoiceTrack]
    music: Music


@dataclass(frozen=True, slots=True, kw_only=True)
class Recut:
    """What a recut says: passages of the film's scenes, and about how long it lasts."""

    passages: tuple[Passage, ...]
    said: tuple[str, ...]
    duration_ms: int


def plan_recut(studio: Studio, source_key: str, wish: RecutWish) -> Recut:
    """What the recut would say; nothing is made.

    Raises:
        InvalidInput: ``cut_too_short``, ``cut_length_impossible`` or ``recut_empty``.
        NotFound: the film's material is not made yet.
    """
    source = studio.projects.get(source_key)
    return _planned(_material(studio, source), source, wish)


def open_recut(studio: Studio, source_key: str, wish: RecutWish, *, is_built: bool = False) -> str:
    """The key of this recut's project: the same wish of the same film has the same project.

    Args:
        is_built: whether a sensor is told to build it.

    Raises:
        As ``plan_recut``.
    """
    source = studio.projects.get(source_key)
    material = _material(studio, source)
    recut = _planned(material, source, wish)
    brief = _brief(source, material.script, recut, wish)
    made = studio.open_project(brief, salt=f"{_MARK}:{source_key}")
    edits = {0: SceneEdit(pins=Pins(music=material.music))}
    for number, (passage, words) in enumerate(zip(recut.passages, recut.said, strict=True), 1):
        scene = material.script.scenes[passage.position]
        edits[number] = SceneEdit(
            narration=words,
            headline=scene.on_screen.headline,
            pins=_pins(studio, material, scene, passage, number, brief.formats),
        )
    with studio.database.session() as session, session.begin():
        studio.projects.change(session, made.key, copied_from=source_key)
        for scene_id, edit in edits.items():
            studio.projects.put_edit(session, made.key, scene_id, edit)
        if is_built:
            studio.commands.add(session, made.key, BUILD)
    return made.key


def _planned(material: _Material, source: Project, wish: RecutWish) -> Recut:
    if not wish.seconds and set(wish.formats) <= set(source.brief.formats):
        raise InvalidInput(
            "The recut would be the film itself.",
            hint="Give a length, or a format the film was not made in.",
            code="recut_empty",
        )
    scenes = material.script.scenes
    tracks = [material.tracks[scene.id] for scene in scenes]

    def length_ms(passages: Sequence[Passage]) -> int:
        frames = sum(
            scene_frames(
                _spoken_s(tracks[one.position], one),
                is_first=number == 0,
                is_last=number == len(passages) - 1,
            )
            for number, one in enumerate(passages)
        )
        return round(RATE.seconds(frames) * 1000)

    whole = tuple(Passage(n, 0, len(scene.words)) for n, scene in enumerate(scenes))
    passages = (
        choose_passages(material.script.title, scenes, wish.seconds, length_ms)
        if wish.seconds
        else whole
    )
    return Recut(
        passages=passages,
        said=tuple(" ".join(scenes[p.position].words[p.first : p.end]) for p in passages),
        duration_ms=length_ms(passages),
    )


def _material(studio: Studio, source: Project) -> _Material:
    """Everything the film is made of.

    Raises:
        NotFound: something is not made yet.
    """
    script = studio.made(Script, Stage.SCRIPT, source.key)
    images = studio.made(SceneImages, Stage.SCENE_IMAGES, source.key)
    clips = studio.made(Clips, Stage.CLIPS, source.key)
    voice = studio.made(VoiceTracks, Stage.VOICE_TRACKS, source.key)
    music = studio.made(Music, Stage.MUSIC, source.key)
    if script is None or images is None or clips is None or voice is None or music is None:
        raise NotFound(
            f"{source.key} has no material to cut anew yet.",
            hint="Make its film first.",
            code="material_missing",
        )
    return _Material(
        script=script,
        images={one.scene_id: one for one in images.images},
        clips={one.scene_id: one for one in clips.clips},
        tracks={one.scene_id: one for one in voice.tracks},
        music=music,
    )


def _brief(source: Project, script: Script, recut: Recut, wish: RecutWish) -> Brief:
    """The brief of the recut: its script, written out."""
    scenes = [
        {
            "id": number,
            "duration": round(script.scenes[passage.position].duration, 1),
            "narration": words,
            "visual_prompt": script.scenes[passage.position].visual_prompt,
            "music_mood": script.scenes[passage.position].music_mood,
        }
        for number, (passage, words) in enumerate(zip(recut.passages, recut.said, strict=True), 1)
    ]
    document = {"title": script.title, "scenes": scenes}
    formats = wish.formats or source.brief.formats
    kept_whole = all(
        p.end - p.first == len(script.scenes[p.position].words) for p in recut.passages
    )
    is_same_speech = kept_whole and set(formats) <= set(source.brief.formats)
    # A presenter would be filmed, and paid, anew for other speech or another shape.
    left_out = {"script"} if is_same_speech else {"script", "avatar"}
    providers = {k: v for k, v in source.brief.providers.items() if k not in left_out}
    return replace(
        source.brief,
        text=json.dumps(document, ensure_ascii=False, indent=1),
        language=script.language,
        duration_s=max(MIN_DURATION_S, -(-recut.duration_ms // 1000)),
        formats=formats,
        providers={**providers, "script": "embedded_writer"},
    )


def _pins(
    studio: Studio,
    material: _Material,
    scene: Scene,
    passage: Passage,
    number: int,
    formats: Sequence[Format],
) -> Pins:
    """What stands for a scene of the recut."""
    image, clip = material.images[scene.id], material.clips[scene.id]
    is_new_shape = not set(formats) <= set(image.media)
    redrawn = is_new_shape and has_words(studio, image)
    return Pins(
        image=None if redrawn else _reshaped(image, number, formats),
        # A still that moves is the picture itself.
        clip=None
        if redrawn and clip.motion is not None
        else replace(clip, scene_id=number, media=_each(clip.media, formats)),
        voice=_voice(studio, material.tracks[scene.id], scene, passage, number),
    )


def _reshaped(image: SceneImage, number: int, formats: Sequence[Format]) -> SceneImage:
    other = next(iter(image.origin.values()), None)
    origin = {ratio: image.origin.get(ratio, other) for ratio in formats}
    return SceneImage(
        scene_id=number,
        media=_each(image.media, formats),
        origin={ratio: one for ratio, one in origin.items() if one is not None},
    )


def _each(media: Mapping[Format, Media], formats: Sequence[Format]) -> dict[Format, Media]:
    """The media of each format; where there is none, of the largest picture that there is."""
    largest = max(media.values(), key=lambda one: one.probe.width_px * one.probe.height_px)
    return {ratio: media.get(ratio, largest) for ratio in formats}


# --- the voice ---


def _bounds_ms(track: VoiceTrack, passage: Passage) -> tuple[int, int]:
    """From when to when a passage is heard: its cuts lie in the middle of the pauses around it."""
    words, end_ms = track.words, track.media.probe.duration_ms
    first, last = words[passage.first], words[passage.end - 1]
    before = words[passage.first - 1].end_ms if passage.first else 0
    after = words[passage.end].start_ms if passage.end < len(words) else end_ms
    start = (before + first.start_ms) // 2 if passage.first else 0
    end = (last.end_ms + after) // 2 if passage.end < len(words) else end_ms
    return start, max(start + 1, min(end, end_ms))


def _spoken_s(track: VoiceTrack, passage: Passage) -> Fraction:
    start, end = _bounds_ms(track, passage)
    return Fraction(end - start, 1000)


def _voice(
    studio: Studio, track: VoiceTrack, scene: Scene, passage: Passage, number: int
) -> VoiceTrack:
    """The track, or the part of it that is said."""
    if passage.end - passage.first == len(scene.words):
        return replace(track, scene_id=number)
    start, end = _bounds_ms(track, passage)
    with TemporaryDirectory() as folder:
        media = _cut(studio, track, start, end, Path(folder) / "part.wav")
    words = track.words[passage.first : passage.end]
    return replace(
        track,
        scene_id=number,
        media=media,
        words=tuple(_within(word, start, end) for word in words),
    )


def _cut(studio: Studio, track: VoiceTrack, start: int, end: int, target: Path) -> Media:
    from video_platform.montage.cutting import cut_sound
    from video_platform.montage.probe import probe_media

    cut_sound(studio.store.path(track.media), track.media, start, end, target)
    return studio.store.put(target, "audio/wav", probe_media(target, "audio/wav"))


def _within(word: Word, start: int, end: int) -> Word:
    return Word(word.text, max(0, word.start_ms - start), min(end, word.end_ms) - start)
