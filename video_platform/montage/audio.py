"""The film's sound: voice where it was planned, music ducked under it, loudness to the target.

The mix is made in numpy: voice and sum on files mapped into memory, the music whole (about 25 MB a
minute). FFmpeg limits, encodes and measures. The voice is never changed by the ducking: because it
is known when someone speaks, the music follows a drawn curve instead of a compressor, and cannot
pump.
"""

import itertools
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.timeline import AudioClip
from video_platform.errors import MontageError
from video_platform.montage.plan import AudioPlan, RenderSettings
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.segments import MediaPath

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

_FALL_MS = 250
"""The music has gone down when the first word begins."""
_RISE_MS = 600
_HOLD_MS = 150
_FADE_IN_MS = 300
_FADE_OUT_MS = 900
_JOIN_MS = 40
"""Cross-fade where bars of the music are joined."""
_TAIL_MS = 12_000
"""The music's own ending that is kept when it is fitted to the film."""
_AUDIBLE = 0.02
"""About -34 dBFS: below this a ringing note is no longer heard under a film."""
_LOUDNESS_TRIES = 5
_LOUDNESS_CLOSE_LU = 0.15
_BLOCK = 1 << 18


@dataclass(frozen=True, slots=True)
class Loudness:
    """EBU R 128 figures of a file."""

    integrated_lufs: float
    true_peak_dbtp: float


@dataclass(frozen=True, slots=True)
class MixedAudio:
    """The encoded sound of a film and its measured figures."""

    path: Path
    loudness: Loudness


def mix_audio(
    plan: AudioPlan,
    settings: RenderSettings,
    *,
    media_path: MediaPath,
    ffmpeg: Ffmpeg,
    directory: Path,
) -> MixedAudio:
    """Mix, level, limit and encode the film's sound as ``sound.m4a`` in ``directory``."""
    rate = settings.sample_rate_hz
    length = plan.rate.samples(plan.frames, rate)
    voice = _new_track(directory / "voice.f32", length, 1)
    for clip in plan.voice:
        _place(voice, clip, plan, media_path, rate)
    mix = _new_track(directory / "mix.f32", length, 2)
    _add_music(mix, voice, plan, settings, media_path)
    for start in range(0, length, _BLOCK):
        mix[start : start + _BLOCK] += voice[start : start + _BLOCK]
    mix.flush()  # type: ignore[attr-defined]  # a numpy.memmap
    return _level(ffmpeg, settings, directory)


def _new_track(path: Path, length: int, channels: int) -> Samples:
    import numpy as np

    return np.memmap(path, np.float32, "w+", shape=(length, channels))


def read_sound(path: Path, rate: int, channels: int) -> Samples:
    """A sound file as floats at ``rate``, shape (samples, channels)."""
    import av
    import numpy as np

    layout = "mono" if channels == 1 else "stereo"
    blocks = []
    with av.open(str(path), options={"protocol_whitelist": "file"}) as container:
        resampler = av.AudioResampler(format="flt", layout=layout, rate=rate)
        for frame in container.decode(audio=0):
            blocks += [
                part.to_ndarray().reshape(-1, channels) for part in resampler.resample(frame)
            ]
        blocks += [part.to_ndarray().reshape(-1, channels) for part in resampler.resample(None)]
    return np.concatenate(blocks) if blocks else np.zeros((0, channels), np.float32)


def _place(
    track: Samples, clip: AudioClip, plan: AudioPlan, media_path: MediaPath, rate: int
) -> None:
    sound = read_sound(media_path(clip.media), rate, 1)
    start = plan.rate.samples(clip.start_frame, rate)
    end = min(start + len(sound), len(track))
    track[start:end] += sound[: end - start]


def _level_of(sound: Samples, spans: list[tuple[int, int]]) -> float:
    """Root mean square over the spans (sample positions); 0 when there is nothing."""
    import numpy as np

    power, count = 0.0, 0
    for start, end in spans:
        for begin in range(start, min(end, len(sound)), _BLOCK):
            block = sound[begin : min(begin + _BLOCK, end)].astype(np.float64)
            power += float(np.square(block).sum())
            count += block.size
    return float(np.sqrt(power / count)) if count else 0.0


def _add_music(
    mix: Samples, voice: Samples, plan: AudioPlan, settings: RenderSettings, media_path: MediaPath
) -> None:
    """Lay the music under the voice: so many decibels below it, up again in the pauses."""
    rate = settings.sample_rate_hz
    speech = [(start * rate // 1000, end * rate // 1000) for start, end in plan.speech]
    voice_level = _level_of(voice, speech)
    for clip in plan.music:
        start = plan.rate.samples(clip.start_frame, rate)
        length = plan.rate.samples(clip.frames, rate) if clip.frames else len(mix) - start
        music = fit_music(
            read_sound(media_path(clip.media), rate, 2),
            min(length, len(mix) - start),
            bar=clip.bar_ms * rate / 1000,
            rate=rate,
        )
        level = _level_of(music, [(0, len(music))])
        if level == 0:
            continue
        # Without a voice the music carries the film at its own level.
        reference = voice_level / level if voice_level else 1.0
        under, pauses = settings.music_under_voice_db, settings.music_in_pauses_db
        for begin in range(0, len(music), _BLOCK):
            part = music[begin : begin + _BLOCK]
            at = start + begin
            ducking = duck_curve(plan.speech, at, len(part), rate)
            decibels = -(pauses + (under - pauses) * ducking) if voice_level else 0 * ducking
            gain = reference * 10 ** (decibels / 20)
            mix[at : at + len(part)] += part * gain[:, None].astype("float32")


def duck_curve(
    speech: tuple[tuple[int, int], ...], start: int, length: int, rate: int
) -> "NDArray[np.float64]":
    """How far the music is ducked, 0 to 1, for ``length`` samples from sample ``start``.

    Down within ``_FALL_MS`` before each stretch of speech, up within ``_RISE_MS`` after it, along
    raised cosines, so that neither end of a ramp is heard.
    """
    import numpy as np

    time_ms = (np.arange(start, start + length) * (1000 / rate)).astype(np.float64)
    depth = np.zeros(length)
    for begin, end in speech:
        if end + _HOLD_MS + _RISE_MS < time_ms[0] or begin - _FALL_MS > time_ms[-1]:
            continue
        down = np.clip((time_ms - (begin - _FALL_MS)) / _FALL_MS, 0, 1)
        up = np.clip((time_ms - (end + _HOLD_MS)) / _RISE_MS, 0, 1)
        shape = (0.5 - 0.5 * np.cos(np.pi * down)) * (0.5 + 0.5 * np.cos(np.pi * up))
        np.maximum(depth, shape, out=depth)
    return depth


def fit_music(music: Samples, length: int, *, bar: float, rate: int) -> Samples:
    """The music at exactly ``length`` samples: its own ending, and whole bars before it.

    ``bar`` is the length of a bar in samples, 0 when unknown. Bars in the middle are dropped or
    repeated; joins lie on the beat and are cross-faded.
    """
    import numpy as np

    if len(music) == 0 or length <= 0:
        return np.zeros((max(length, 0), 2), np.float32)
    music = music[: _sounding(music)]
    unit = bar if bar >= rate / 4 else 1.0
    if len(music) != length:
        ending = min(_TAIL_MS * rate // 1000, len(music) // 3, length // 2)
        # The ending begins on a bar, so that whatever is joined before it keeps the beat.
        at = max(int((len(music) - ending) // unit * unit), len(music) - length + 1)
        ranges = [*_bars(at, length - (len(music) - at), unit, rate), (at, len(music))]
        music = _assemble(music, ranges, _JOIN_MS * rate // 1000)
    fitted = np.array(music[:length], np.float32)
    fade_in, fade_out = _FADE_IN_MS * rate // 1000, _FADE_OUT_MS * rate // 1000
    fade_in, fade_out = min(fade_in, length // 2), min(fade_out, length // 2)
    fitted[:fade_in] *= np.linspace(0, 1, fade_in, dtype=np.float32)[:, None]
    fitted[length - fade_out :] *= np.linspace(1, 0, fade_out, dtype=np.float32)[:, None] ** 0.5
    return fitted


def _sounding(music: Samples) -> int:
    """Length without the near-silence at the end: the film must not end on it."""
    import numpy as np

    loud = np.flatnonzero(np.abs(music).max(axis=1) > _AUDIBLE)
    return int(loud[-1]) + 1 if len(loud) else len(music)


def _bars(available: int, length: int, unit: float, rate: int) -> list[tuple[int, int]]:
    """Ranges of the first ``available`` samples that make up ``length`` and end with a bar."""
    whole = max(int(available // unit * unit), 1)
    # Starting inside the first bar makes the last one end on the beat.
    ranges = [(int(-length % unit), whole)]
    # What is repeated leaves out the music's introduction.
    loop_start = int(min(whole // 2, max(4 * unit, 4 * rate)) // unit * unit)
    while _total(ranges) < length:
        ranges.append((loop_start, whole))
    start, end = ranges.pop()
    return [*ranges, (start, end - (_total([*ranges, (start, end)]) - length))]


def _total(ranges: list[tuple[int, int]]) -> int:
    return sum(end - start for start, end in ranges)


def _assemble(music: Samples, ranges: list[tuple[int, int]], overlap: int) -> Samples:
    """The ranges one after the other; what leads up to each is faded in over the one before.

    The blend lies before the join, so that a beat that begins a range keeps its attack.
    """
    import numpy as np

    result = np.concatenate([music[start:end] for start, end in ranges])
    edge = 0
    for (before, end), (start, _) in itertools.pairwise(ranges):
        edge += end - before
        blend = min(overlap, end - before, start)
        if blend > 1:
            ramp = np.linspace(0, 1, blend, dtype=np.float32)[:, None]
            result[edge - blend : edge] = (
                result[edge - blend : edge] * (1 - ramp) + music[start - blend : start] * ramp
            )
    return result


def _level(ffmpeg: Ffmpeg, settings: RenderSettings, directory: Path) -> MixedAudio:
    """Encode at the target loudness, measured on the encoded file; adjust until it holds.

    Limiting and encoding both move loudness and peaks, so each try corrects what the last one
    measured.
    """
    rate = settings.sample_rate_hz
    source = ["-f", "f32le", "-ar", str(rate), "-ac", "2", "-i", "mix.f32"]
    before = measure(ffmpeg, source, directory)
    if before.integrated_lufs < -69:
        # Silence has no loudness to normalise.
        return MixedAudio(_encode(ffmpeg, source, settings, directory, 0.0, -1.5), before)
    gain = settings.loudness_lufs - before.integrated_lufs
    ceiling = settings.true_peak_dbtp - 0.7
    best: tuple[float, Path, Loudness] | None = None
    for _ in range(_LOUDNESS_TRIES):
        path = _encode(ffmpeg, source, settings, directory, gain, ceiling)
        found = measure(ffmpeg, ["-i", path.name], directory)
        miss = settings.loudness_lufs - found.integrated_lufs
        over = max(0.0, found.true_peak_dbtp - (settings.true_peak_dbtp - 0.1))
        if abs(miss) <= _LOUDNESS_CLOSE_LU and over == 0:
            return MixedAudio(path, found)
        worth = abs(miss) + 10 * over
        if best is None or worth < best[0]:
            best = (worth, path.rename(directory / "best.m4a"), found)
        gain += miss
        ceiling -= over
    if best is None:
        raise MontageError("The sound could not be levelled.")
    return MixedAudio(best[1], best[2])


def _encode(
    ffmpeg: Ffmpeg,
    source: list[str],
    settings: RenderSettings,
    directory: Path,
    gain_db: float,
    ceiling_dbtp: float,
) -> Path:
    limit = 10 ** (ceiling_dbtp / 20)
    # Limiting at four times the rate catches peaks between the samples.
    chain = (
        f"volume={gain_db:.3f}dB,aresample={4 * settings.sample_rate_hz},"
        f"alimiter=limit={limit:.6f}:attack=4:release=60:level=disabled:latency=1,"
        f"aresample={settings.sample_rate_hz}"
    )
    ffmpeg.run(
        [
            *source,
            *("-af", chain, "-c:a", "aac", "-b:a", str(settings.audio_bit_rate_bps)),
            *("-bitexact", "sound.m4a"),
        ],
        directory=directory,
    )
    return directory / "sound.m4a"


def measure(ffmpeg: Ffmpeg, source: list[str], directory: Path) -> Loudness:
    """Integrated loudness and true peak of an input, by EBU R 128."""
    words = ffmpeg.run(
        [*source, "-af", "ebur128=peak=true:framelog=quiet", "-f", "null", "-"],
        directory=directory,
    )
    loudness = re.findall(r"I:\s+(-?[\d.]+|-inf|nan) LUFS", words)
    peak = re.findall(r"Peak:\s+(-?[\d.]+|-inf|nan) dBFS", words)
    if not loudness or not peak:
        raise MontageError("FFmpeg gave no loudness figures.", hint=words[-300:])
    return Loudness(_number(loudness[-1]), _number(peak[-1]))


def _number(text: str) -> float:
    return -99.0 if text in ("-inf", "nan") else float(text)
