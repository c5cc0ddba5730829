"""The same film by moviepy, in an environment of its own: moviepy needs an older Pillow than ours.

Run as a program, with ``job.json`` (see ``job.describe``) in the working directory::

    python with_moviepy.py direct|layered
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from moviepy import (
    AudioFileClip,
    CompositeAudioClip,
    CompositeVideoClip,
    ImageClip,
    TextClip,
    VideoClip,
    VideoFileClip,
    afx,
    vfx,
)

_MUSIC_SHARE = 0.2
"""Music this loud all through: moviepy has nothing that ducks it."""

Job = dict[str, Any]


def render_direct(job: Job) -> None:
    """Everything composed once, encoded once."""
    film = CompositeVideoClip([*_joined(job, _scene), *_captions(job)], size=_size(job))
    _write(film.with_audio(_sound(job)), job, "film.mp4")


def render_layered(job: Job) -> None:
    """The way of popular generators: each step writes a file that the next one reads."""
    for number, scene in enumerate(job["scenes"]):
        alone = CompositeVideoClip([_scene(job, scene)], size=_size(job))
        _write(alone, job, f"scene-{number}.mp4")

    def written(job: Job, scene: Job) -> VideoClip:
        return VideoFileClip(f"scene-{job['scenes'].index(scene)}.mp4")

    _write(CompositeVideoClip(_joined(job, written), size=_size(job)), job, "joined.mp4")
    pictures = VideoFileClip("joined.mp4").with_audio(_sound(job))
    _write(pictures, job, "sounding.mp4")
    sounding = VideoFileClip("sounding.mp4")
    _write(CompositeVideoClip([sounding, *_captions(job)], size=_size(job)), job, "film.mp4")


def _size(job: Job) -> tuple[int, int]:
    return job["width"], job["height"]


def _joined(job: Job, make: Callable[[Job, Job], VideoClip]) -> list[VideoClip]:
    """The scenes at their times, each faded in over the one before."""
    clips = []
    for scene in job["scenes"]:
        clip = make(job, scene).with_start(scene["start_frame"] / job["fps"])
        fade = scene["overlap"] / job["fps"]
        clips.append(clip.with_effects([vfx.CrossFadeIn(fade)]) if fade else clip)
    return clips


def _scene(job: Job, scene: Job) -> VideoClip:
    """A picture resized anew for each frame, or moved over the frame."""
    seconds = scene["frames"] / job["fps"]
    strength, kind = scene["strength"], scene["motion"]
    picture = ImageClip(scene["picture"], duration=seconds)
    covering = max(job["width"] / picture.w, job["height"] / picture.h)
    if kind in ("zoom_in", "zoom_out"):
        begin, change = (1, strength) if kind == "zoom_in" else (1 + strength, -strength)
        return picture.resized(lambda t: covering * (begin + change * t / seconds)).with_position(
            "center"
        )
    larger = picture.resized(covering * (1 + strength))
    spare_x, spare_y = larger.w - job["width"], larger.h - job["height"]
    across, down = {"pan_left": (-1, 0), "pan_right": (1, 0), "pan_up": (0, -1)}.get(kind, (0, 1))

    def place(t: float) -> tuple[float, float]:
        share = t / seconds - 0.5
        return -spare_x * (0.5 + across * share), -spare_y * (0.5 + down * share)

    return larger.with_position(place)


def _captions(job: Job) -> list[VideoClip]:
    """One clip of text for each group of words."""
    clips = []
    for cue in job["captions"]:
        start = cue["lines"][0][0][1]
        text = TextClip(
            font=job["font"],
            text="\n".join(" ".join(word for word, _ in line) for line in cue["lines"]),
            font_size=round(job["height"] * 0.05),
            color="white",
            bg_color=(12, 18, 28, 200),
            text_align="center",
            # moviepy measures text without what hangs below the last line.
            margin=(20, 10, 20, 10 + round(job["height"] * 0.02)),
            duration=cue["end_s"] - start,
        )
        bottom = round(job["height"] * job["caption_bottom"])
        clips.append(text.with_start(start).with_position(("center", bottom - text.h)))
    return clips


def _sound(job: Job) -> CompositeAudioClip:
    seconds = job["frames"] / job["fps"]
    voices = [AudioFileClip(voice["path"]).with_start(voice["start_s"]) for voice in job["voice"]]
    loop = [afx.AudioLoop(duration=seconds), afx.MultiplyVolume(_MUSIC_SHARE)]
    return CompositeAudioClip([AudioFileClip(job["music"]).with_effects(loop), *voices])


def _write(clip: VideoClip, job: Job, name: str) -> None:
    """Encode at the settings everyone has here, for exactly the frames there should be."""
    clip.write_videofile(
        name,
        fps=job["fps"],
        codec="libx264",
        preset="veryfast",
        audio_codec="aac",
        ffmpeg_params=["-crf", "21"],
        logger=None,
    )


_WAYS = {"direct": render_direct, "layered": render_layered}


if __name__ == "__main__":
    _WAYS[sys.argv[1]](json.loads(Path("job.json").read_text()))
