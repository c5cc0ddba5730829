"""Small films for the montage tests: pictures that move measurably, a tone that speaks, music."""

import wave
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tests.factories import make_scene, make_script
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format, Frame
from video_platform.domain.language import Language
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Motion,
    MotionKind,
    Music,
    Origin,
    SceneClip,
    VoiceTrack,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.timeline import Timeline
from video_platform.domain.timing import Word
from video_platform.montage.probe import probe_media
from video_platform.store import MediaStore

SMALL = Frame(320, 180, 0.06, 0.06, 0.72, 0.96)
RATE = 48_000
_ORIGIN = Origin(provider="test", generation="0" * 64)


def write_sound(path: Path, samples: np.ndarray) -> Path:
    """A 16-bit WAV of floats, shape (samples,) or (samples, 2)."""
    with wave.open(str(path), "wb") as writer:
        writer.setnchannels(1 if samples.ndim == 1 else samples.shape[1])
        writer.setsampwidth(2)
        writer.setframerate(RATE)
        writer.writeframes((np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes())
    return path


def speech_like(seconds: float, seed: int = 1) -> np.ndarray:
    """Noise in syllables of a voice's band at about -20 LUFS."""
    rng = np.random.default_rng(seed)
    time = np.arange(int(seconds * RATE)) / RATE
    carrier = sum(np.sin(2 * np.pi * f * time + rng.uniform(0, 6)) for f in (180, 420, 900, 1800))
    return (carrier * (0.55 + 0.45 * np.sin(2 * np.pi * 4 * time)) * 0.08).astype(np.float32)


def music_like(seconds: float) -> np.ndarray:
    """A steady stereo chord."""
    time = np.arange(int(seconds * RATE)) / RATE
    left = sum(np.sin(2 * np.pi * f * time) for f in (110, 165, 220)) * 0.1
    return np.stack([left, np.roll(left, 40)], axis=1).astype(np.float32)


def picture(seed: int, size: tuple[int, int] = (352, 198)) -> Image.Image:
    """A picture full of edges, different for every seed."""
    rng = np.random.default_rng(seed)
    image = Image.new("RGB", size, tuple(int(v) for v in rng.integers(30, 200, 3)))
    draw = ImageDraw.Draw(image)
    for _ in range(40):
        x, y, r = (int(v) for v in (*rng.integers(0, size[0], 2), rng.integers(4, 30)))
        draw.ellipse((x, y % size[1], x + r, y % size[1] + r), fill=tuple(rng.integers(0, 255, 3)))
    return image


def make_timeline(
    store: MediaStore,
    directory: Path,
    narrations: Sequence[str] = ("Alpha beta gamma.", "Delta epsilon zeta.", "Eta theta iota."),
    *,
    language: Language = Language.ENGLISH,
    pictures: Sequence[int] = (),
    seconds: float = 1.2,
) -> Timeline:
    """A film of short scenes with real media in ``store``."""
    directory.mkdir(parents=True, exist_ok=True)
    script = make_script(
        [make_scene(n, text) for n, text in enumerate(narrations, 1)], language=language
    )
    seeds = list(pictures) or [scene.id for scene in script.scenes]
    kinds = (MotionKind.ZOOM_IN, MotionKind.PAN_RIGHT, MotionKind.ZOOM_OUT, MotionKind.PAN_UP)
    clips = []
    voices = []
    for scene, seed in zip(script.scenes, seeds, strict=True):
        path = directory / f"{scene.id}.png"
        picture(seed).save(path)
        media = store.put(path, "image/png", probe_media(path, "image/png"))
        motion = Motion(kind=kinds[scene.id % len(kinds)], strength=0.08)
        clips.append(
            SceneClip(scene_id=scene.id, media={Format.WIDE: media}, motion=motion, origin=_ORIGIN)
        )
        sound = write_sound(directory / f"{scene.id}.wav", speech_like(seconds, scene.id))
        voice = store.put(sound, "audio/wav", probe_media(sound, "audio/wav"))
        voices.append(_track(scene.id, scene.words, voice, seconds))
    tune = write_sound(directory / "music.wav", music_like(6))
    music = store.put(tune, "audio/wav", probe_media(tune, "audio/wav"))
    return build_timeline(
        script,
        VoiceTracks(tracks=tuple(voices)),
        Clips(clips=tuple(clips)),
        AvatarClips(),
        Music(media=music, mood="calm", licence="CC0-1.0", bar_ms=1000, origin=_ORIGIN),
    )


def _track(scene_id: int, texts: Sequence[str], media: Media, seconds: float) -> VoiceTrack:
    step = round(seconds * 1000 / len(texts))
    words = tuple(Word(text, n * step, (n + 1) * step) for n, text in enumerate(texts))
    return VoiceTrack(
        scene_id=scene_id, media=media, words=words, timing="engine_events", origin=_ORIGIN
    )
