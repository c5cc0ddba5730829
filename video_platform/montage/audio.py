"""The film's sound, from its plan to an encoded file whose loudness and peaks were measured.

It is mixed, levelled and encoded block by block, so that a long film takes no more memory than a
short one.
"""

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from video_platform.disk import storage_errors
from video_platform.domain.loudness import LoudnessTarget
from video_platform.domain.media import MediaPath
from video_platform.errors import MontageError
from video_platform.montage.levelling import find_level
from video_platform.montage.meter import Loudness, measure
from video_platform.montage.mixing import Track, mix_tracks
from video_platform.montage.plan import AudioPlan, RenderSettings
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.segments import link_or_copy
from video_platform.montage.waveform import waveform

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Samples = NDArray[np.float32]
else:
    Samples = Any

__all__ = ["Loudness", "MixedAudio", "measure", "mix_audio", "opus_of", "titled", "waveform"]

_TRIES = 3
_CLOSE_LU = 0.15
_ENCODER_ROOM_DB = 0.7
"""Kept below the ceiling at first, because a lossy encoder moves peaks."""
_ROUNDING_DB = 0.1
"""FFmpeg's figures are given to a tenth."""
_AAC_OPTIONS = {"aac_coder": "fast", "flags": "+bitexact"}
"""On speech over music at 192 kbit/s the fast search took half the time of the usual one and left
less audible noise (noise-to-mask ratio -8.5 dB against -5.3 dB; on music -10.5 against -9.6)."""
_OPUS_BIT_RATE_BPS = 160_000
_OPUS_CLOSE_LU = 0.5
_OPUS_PEAK_DBTP = -1.0
"""What every network allows."""


@dataclass(frozen=True, slots=True)
class MixedAudio:
    """The encoded sound of a film and its figures, measured on this file.

    Its true peak is never above the plan's target. Its loudness is at the target, or below it when
    the film could only be made louder by squashing it (``levelling.MOST_SQUASHED_LU``).
    """

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
    """Mix, level, limit and encode the film's sound as ``sound.m4a`` in ``directory``.

    Raises:
        MontageError: a sound is damaged, or the encoded peaks could not be kept under the ceiling.
        StorageFull: there is no room for the tracks.
    """
    with (
        storage_errors(directory),
        # A gigabyte for half an hour of film, not needed any longer than this.
        tempfile.TemporaryDirectory(dir=directory, prefix="tracks-") as tracks,
    ):
        track = mix_tracks(plan, settings, media_path=media_path, directory=Path(tracks))
        return _encode_at(plan.target, track, settings, ffmpeg, directory)


def _encode_at(
    target: LoudnessTarget, track: Track, settings: RenderSettings, ffmpeg: Ffmpeg, directory: Path
) -> MixedAudio:
    """Encode at the target and measure; what the encoder moved is corrected by a further try."""
    aim = replace(target, true_peak_dbtp=target.true_peak_dbtp - _ENCODER_ROOM_DB)
    path = directory / "sound.m4a"
    for _ in range(_TRIES):
        level = find_level(track, aim)
        encode_aac(level.blocks(track), path, track.rate_hz, settings.audio_bit_rate_bps)
        found = measure(ffmpeg, ["-f", "mov", "-i", path.name], directory)
        over = found.true_peak_dbtp - (target.true_peak_dbtp - _ROUNDING_DB)
        moved = found.integrated_lufs - level.integrated_lufs
        is_off = abs(moved) > _CLOSE_LU and not track.is_silent
        if over <= 0 and not is_off:
            return MixedAudio(path, found)
        aim = LoudnessTarget(
            aim.integrated_lufs - moved if is_off else aim.integrated_lufs,
            aim.true_peak_dbtp - max(0.0, over),
        )
    if over > 0:
        raise MontageError(
            f"The sound's true peak stays at {found.true_peak_dbtp} dBTP after {_TRIES} tries; "
            f"{target.true_peak_dbtp} is allowed.",
            hint="Lower the loudness target, or the level of the loudest sound.",
        )
    return MixedAudio(path, found)


def encode_aac(blocks: Iterable[Samples], path: Path, rate_hz: int, bit_rate_bps: int) -> None:
    """Stereo floats as AAC in an M4A file; its edit list hides the encoder's delay."""
    import av
    import numpy as np

    options = {"fflags": "+bitexact", "movflags": "+faststart", "movie_timescale": str(rate_hz)}
    with av.open(str(path), "w", format="ipod", options=options) as container:
        stream = container.add_stream("aac", rate=rate_hz, layout="stereo", options=_AAC_OPTIONS)
        stream.bit_rate = bit_rate_bps
        at = 0
        for block in blocks:
            planes = np.ascontiguousarray(block.T)
            frame = av.AudioFrame.from_ndarray(planes, format="fltp", layout="stereo")
            frame.rate, frame.pts = rate_hz, at
            at += len(block)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def opus_of(sound: Path, *, ffmpeg: Ffmpeg, directory: Path) -> Path:
    """The film's sound as ``sound.webm`` in ``directory``: Opus, for a WebM film.

    Raises:
        MontageError: it is not as loud as the sound it was made of, or its peaks are higher than
            that sound's and than -1 dBTP.
    """
    link_or_copy(sound, directory / "opus-source.m4a")
    source = ["-f", "mov", "-i", "opus-source.m4a"]
    before = measure(ffmpeg, source, directory)
    ceiling = max(before.true_peak_dbtp, _OPUS_PEAK_DBTP)
    gain_db = 0.0
    for _ in range(_TRIES):
        ffmpeg.run(
            [
                *(*source, "-af", f"volume={gain_db:.2f}dB", "-c:a", "libopus"),
                *("-b:a", str(_OPUS_BIT_RATE_BPS), "-bitexact", "-f", "webm", "sound.webm"),
            ],
            directory=directory,
        )
        found = measure(ffmpeg, ["-f", "matroska", "-i", "sound.webm"], directory)
        over = found.true_peak_dbtp - ceiling
        if over <= 0:
            break
        gain_db -= over + _ROUNDING_DB
    if over > 0 or abs(found.integrated_lufs - before.integrated_lufs) > _OPUS_CLOSE_LU:
        raise MontageError(
            f"As Opus the sound has {found.integrated_lufs} LUFS and {found.true_peak_dbtp} dBTP "
            f"and should have {before.integrated_lufs} LUFS and {ceiling} dBTP at most.",
            hint="Leave out the WebM export, or lower the loudness target.",
        )
    return directory / "sound.webm"


def titled(sound: Path, title: str, *, ffmpeg: Ffmpeg, directory: Path) -> Path:
    """The film's sound with its title in it, copied as ``titled.m4a`` into ``directory``."""
    link_or_copy(sound, directory / "untitled.m4a")
    printable = "".join(letter for letter in title if letter.isprintable())
    ffmpeg.run(
        [
            *("-f", "mov", "-i", "untitled.m4a", "-map", "0:a", "-c", "copy", "-bitexact"),
            *("-metadata", f"title={printable}", "-movflags", "+faststart", "titled.m4a"),
        ],
        directory=directory,
    )
    return directory / "titled.m4a"
