"""Mixes the film's sounds into one track, block by block: memory does not grow with the film.

The voice is laid down first, because the music's level is set by it; it is never changed by the
ducking. Tracks are files of floats in the attempt's directory.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.domain.media import MediaPath
from video_platform.domain.timeline import AudioClip
from video_platform.montage.meter import SILENT_LUFS, Meter
from video_platform.montage.music import Arrangement, arrange, duck_curve
from video_platform.montage.plan import AudioPlan, FootageSound, RenderSettings
from video_platform.montage.sounds import SoundReader

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

STEP = 48
"""Samples between two points of a gain curve: a millisecond at 48 kHz."""
BLOCK = 1024 * STEP
_FADE_S = 0.012
"""Too short to be heard as one, long enough for no click; below ``sounds.LOOKAHEAD_S``."""
_AUDIBLE = 0.02
"""About -34 dBFS: below this a ringing note is no longer heard under a film."""


@dataclass(frozen=True, slots=True)
class Track:
    """Stereo floats in a file, and what was seen of them when they were written.

    Args:
        length: in samples.
        peaks: the largest sample of either side in every ``STEP`` samples.
        integrated_lufs: -70 for silence.
    """

    path: Path
    rate_hz: int
    length: int
    peaks: Samples
    integrated_lufs: float

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to hear, or too little to have a loudness."""
        return self.integrated_lufs <= SILENT_LUFS

    def blocks(self) -> Iterator[tuple[int, Samples]]:
        """Place and samples of every block, in order."""
        with self.path.open("rb") as file:
            for start in range(0, self.length, BLOCK):
                yield start, _read_floats(file, 2, start, min(start + BLOCK, self.length))

    def read(self, start: int, end: int) -> Samples:
        """Samples from and to a place inside the track, shape (end - start, 2)."""
        with self.path.open("rb") as file:
            return _read_floats(file, 2, start, end)


def _read_floats(file: Any, channels: int, start: int, end: int) -> Samples:
    import numpy as np

    file.seek(4 * channels * start)
    return np.fromfile(file, np.float32, channels * (end - start)).reshape(-1, channels)


def mix_tracks(
    plan: AudioPlan, settings: RenderSettings, *, media_path: MediaPath, directory: Path
) -> Track:
    """Voice, music, effects and the clips' own sound as ``mix.f32``, before any levelling.

    Raises:
        MontageError: one of the sounds is damaged.
    """
    import numpy as np

    rate = settings.sample_rate_hz
    length = plan.rate.samples(plan.frames, rate)
    voice = _lay_voice(plan, length, rate, media_path, directory / "voice.f32")
    music = [
        _Music(clip, plan, settings, voice.level, media_path, directory / f"music-{number}.f32")
        for number, clip in enumerate(plan.music)
    ]
    sources: list[_Music | _Sound] = [
        *music,
        *(_clip_sound(clip, plan, rate, media_path) for clip in plan.effects),
        *(_footage_sound(sound, plan, rate, media_path) for sound in plan.footage),
    ]
    meter, peaks = Meter(rate), []
    path = directory / "mix.f32"
    with path.open("wb") as file, voice.path.open("rb") as spoken:
        for start in range(0, length, BLOCK):
            end = min(start + BLOCK, length)
            block = np.repeat(_read_floats(spoken, 1, start, end), 2, axis=1)
            for source in sources:
                source.add_to(block, start)
            block.tofile(file)
            meter.add(block)
            peaks.append(_peaks(block))
    return Track(path, rate, length, np.concatenate(peaks), meter.integrated_lufs())


def _peaks(block: Samples) -> Samples:
    import numpy as np

    padded = np.pad(block, ((0, -len(block) % STEP), (0, 0))).reshape(-1, STEP * 2)
    peaks: Samples = np.maximum(padded.max(axis=1), -padded.min(axis=1))
    return peaks


def apply_curve(block: Samples, points: Samples) -> Samples:
    """The block with a gain that runs straight from point to point, one every ``STEP`` samples.

    ``points`` has one more than the block has steps, begun ones included.
    """
    import numpy as np

    if np.ptp(points) == 0:
        return block * np.float32(points[0])
    ramp = np.arange(STEP, dtype=np.float32) / STEP
    gain = (points[:-1, None] + np.diff(points)[:, None] * ramp).astype(np.float32, copy=False)
    return block * gain.reshape(-1, 1)[: len(block)]


class _Sound:
    """One sound at its place in the film."""

    def __init__(
        self,
        reader: SoundReader,
        *,
        start: int,
        end: int,
        gain_db: float,
        rate: int,
        fades_in: bool,
    ) -> None:
        self._reader = reader
        self._start = start
        self._end = end
        self._gain = 10 ** (gain_db / 20)
        self._fade = round(_FADE_S * rate)
        self._fades_in = fades_in

    def add_to(self, block: Samples, at: int) -> None:
        """Add what of the sound falls into a block; blocks come in order."""
        first, last = max(at, self._start), min(at + len(block), self._end)
        if first >= last:
            return
        part = self._reader.read(last - first)
        if self._reader.left is not None:
            self._end = min(self._end, first + len(part) + self._reader.left)
        block[first - at : first - at + len(part)] += part * self._gains(first, len(part))
        if last == self._end:
            self._reader.close()

    def _gains(self, first: int, count: int) -> Samples:
        import numpy as np

        place = np.arange(first, first + count)
        # Of a sound as short as a stroke most is left as it is.
        fade = min(self._fade, (self._end - self._start) // 4) + 1
        gains = np.minimum(1, (self._end - place) / fade)
        if self._fades_in:
            gains = np.minimum(gains, (place - self._start + 1) / fade)
        return (self._gain * gains).astype(np.float32)[:, None]


def _clip_sound(clip: AudioClip, plan: AudioPlan, rate: int, media_path: MediaPath) -> _Sound:
    """A clip keeps its own beginning, so that a stroke keeps its attack."""
    last_frame = clip.start_frame + clip.frames if clip.frames else plan.frames
    return _Sound(
        SoundReader(media_path(clip.media), clip.media, rate_hz=rate),
        start=plan.rate.samples(clip.start_frame, rate),
        end=plan.rate.samples(min(last_frame, plan.frames), rate),
        gain_db=clip.gain_db,
        rate=rate,
        fades_in=False,
    )


def _footage_sound(
    sound: FootageSound, plan: AudioPlan, rate: int, media_path: MediaPath
) -> _Sound:
    return _Sound(
        SoundReader(
            media_path(sound.media),
            sound.media,
            rate_hz=rate,
            start_ms=sound.source_start_ms,
            speed_percent=sound.speed_percent,
        ),
        start=plan.rate.samples(sound.start_frame, rate),
        end=plan.rate.samples(min(sound.start_frame + sound.frames, plan.frames), rate),
        gain_db=sound.gain_db,
        rate=rate,
        fades_in=True,
    )


@dataclass(frozen=True, slots=True)
class _Voice:
    """The voice track: one channel, heard in the middle; ``level`` is its RMS while it speaks."""

    path: Path
    level: float


def _lay_voice(
    plan: AudioPlan, length: int, rate: int, media_path: MediaPath, path: Path
) -> _Voice:
    import numpy as np

    sounds = [_clip_sound(clip, plan, rate, media_path) for clip in plan.voice]
    spans = [(start * rate // 1000, end * rate // 1000) for start, end in plan.speech]
    power, count = 0.0, 0
    with path.open("wb") as file:
        for start in range(0, length, BLOCK):
            block = np.zeros((min(BLOCK, length - start), 2), np.float32)
            for sound in sounds:
                sound.add_to(block, start)
            voice = (block[:, 0] + block[:, 1]) / 2
            voice.tofile(file)
            for begin, end in spans:
                part = voice[max(0, begin - start) : max(0, end - start)]
                power += float(part @ part)
                count += len(part)
    return _Voice(path, math.sqrt(power / count) if count else 0.0)


class _Music:
    """One piece of music, fitted to its place and ducked under the voice."""

    def __init__(
        self,
        clip: AudioClip,
        plan: AudioPlan,
        settings: RenderSettings,
        voice_level: float,
        media_path: MediaPath,
        path: Path,
    ) -> None:
        rate = settings.sample_rate_hz
        self._path = path
        self._start = plan.rate.samples(clip.start_frame, rate)
        last_frame = clip.start_frame + clip.frames if clip.frames else plan.frames
        end = plan.rate.samples(min(last_frame, plan.frames), rate)
        reader = SoundReader(media_path(clip.media), clip.media, rate_hz=rate)
        sounding, powers = _copy(reader, path)
        self._arrangement = arrange(
            sounding, end - self._start, bar=clip.bar_ms * rate / 1000, rate_hz=rate
        )
        level = _level_of(self._arrangement, powers)
        self._gain_db = clip.gain_db + _decibels(voice_level / level if voice_level * level else 1)
        self._pauses_db = settings.music_in_pauses_db if voice_level else 0.0
        self._under_db = settings.music_under_voice_db if voice_level else 0.0
        self._speech = plan.speech
        self._step_ms = 1000 * STEP / rate

    def add_to(self, block: Samples, at: int) -> None:
        """Add what of the music falls into a block that begins on a step."""
        import numpy as np

        if at + len(block) <= self._start or at >= self._start + self._arrangement.length:
            return
        with self._path.open("rb") as file:
            part = self._arrangement.render(
                at - self._start,
                at - self._start + len(block),
                lambda start, end: _read_floats(file, 2, start, end),
            )
        count = -(-len(block) // STEP) + 1
        ducking = duck_curve(self._speech, at // STEP * self._step_ms, count, self._step_ms)
        below = self._pauses_db + (self._under_db - self._pauses_db) * ducking
        block += apply_curve(part, (10 ** ((self._gain_db - below) / 20)).astype(np.float32))


def _decibels(ratio: float) -> float:
    return 20 * math.log10(ratio)


def _copy(reader: SoundReader, path: Path) -> "tuple[int, NDArray[np.float64]]":
    """Decode a whole sound into a file.

    Returns its length without the near-silence at its end, on which a film must not end, and the
    power of every ``STEP`` samples.
    """
    import numpy as np

    length, sounding, powers = 0, 0, [np.zeros(0)]
    with path.open("wb") as file:
        while len(block := reader.read(BLOCK)):
            block.tofile(file)
            loud = np.flatnonzero(_peaks(block) > _AUDIBLE)
            sounding = length + STEP * (int(loud[-1]) + 1) if len(loud) else sounding
            whole = block[: len(block) // STEP * STEP].reshape(-1, 2 * STEP)
            powers.append(np.einsum("ij,ij->i", whole, whole).astype(np.float64))
            length += len(block)
    return min(sounding or length, length), np.concatenate(powers)


def _level_of(arrangement: Arrangement, powers: "NDArray[np.float64]") -> float:
    """Root mean square of the arranged music, its fades left out."""
    sums = [powers[start // STEP : end // STEP] for start, end in arrangement.ranges]
    count = sum(map(len, sums))
    power = sum(float(part.sum()) for part in sums)
    return math.sqrt(power / (2 * STEP * count)) if count else 0.0
