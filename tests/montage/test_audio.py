"""The film's sound is judged on its encoded file: loudness, peaks, places, joins."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from tests.loudness import decoded, measured_lufs, measured_peak_dbtp
from tests.montage.films import RATE, make_timeline, music_like, speech_like
from tests.montage.sounds import keep_sound, make_plan
from video_platform.domain.formats import Format
from video_platform.domain.look import Look, Network
from video_platform.domain.loudness import LoudnessTarget
from video_platform.domain.media import Media
from video_platform.domain.timeline import AudioClip
from video_platform.errors import MontageError
from video_platform.montage.audio import Loudness, MixedAudio, measure, mix_audio, opus_of, titled
from video_platform.montage.plan import AudioPlan, RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg
from video_platform.store import MediaStore

SPEECH = ((2_000, 6_000), (9_000, 14_000))
SECONDS = 18


@pytest.fixture
def plan(store: MediaStore) -> AudioPlan:
    """Two stretches of speech with music throughout."""
    voice = tuple(
        AudioClip(
            start_frame=start * 30 // 1000,
            media=keep_sound(store, speech_like((end - start) / 1000, start)),
        )
        for start, end in SPEECH
    )
    music = AudioClip(start_frame=0, frames=SECONDS * 30, media=keep_sound(store, music_like(25)))
    return make_plan(SECONDS, voice=voice, music=(music,), speech=SPEECH)


def mix(plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, directory: Path) -> MixedAudio:
    directory.mkdir()
    return mix_audio(
        plan, RenderSettings(), media_path=store.path, ffmpeg=ffmpeg, directory=directory
    )


def stroke(store: MediaStore, level: float = 0.9) -> Media:
    """A millisecond of a loud tone, with silence after it."""
    samples = np.zeros(4800, np.float32)
    samples[:48] = level * np.sin(np.arange(48) * 2 * np.pi / 16)
    return keep_sound(store, samples)


@pytest.mark.parametrize("lufs", [-14.0, -23.0])
def test_encoded_sound_has_the_target_s_loudness_and_true_peak(
    lufs: float, plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    mixed = mix(replace(plan, target=LoudnessTarget(lufs, -1)), store, ffmpeg, tmp_path / "mix")
    found = measured_lufs(mixed.path), measured_peak_dbtp(mixed.path)
    assert found == (mixed.loudness.integrated_lufs, mixed.loudness.true_peak_dbtp)
    assert abs(found[0] - lufs) <= 0.2
    assert found[1] <= -1.0
    assert len(decoded(mixed.path)) == pytest.approx(SECONDS * RATE, abs=1024)


def test_voice_begins_at_its_frame_to_the_millisecond(
    store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Neither the limiter's look-ahead nor the encoder's own start moves the sound."""
    tone = keep_sound(store, np.sin(np.arange(RATE) * 0.2) * 0.5)
    starts = (45, 200, 480)
    voice = tuple(AudioClip(start_frame=frame, media=tone) for frame in starts)
    mixed = mix(make_plan(SECONDS, voice=voice), store, ffmpeg, tmp_path / "mix")
    sound = np.abs(decoded(mixed.path)[:, 0])
    for frame in starts:
        at = frame * 1600
        loud = np.flatnonzero(sound[at - 2_000 : at + 2_000] > 0.5 * sound.max())
        assert abs(loud[0] - 2_000) <= 48


@pytest.mark.slow
def test_sound_is_in_step_at_the_end_of_ten_minutes_in_aac_and_opus(
    store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    media = stroke(store)
    starts = range(37, 600 * 30 - 15, 1499)
    effects = tuple(AudioClip(start_frame=frame, media=media) for frame in starts)
    plan = make_plan(600, effects=effects, target=LoudnessTarget(-40, -1))
    mixed = mix(plan, store, ffmpeg, tmp_path / "mix")
    for path in (mixed.path, opus_of(mixed.path, ffmpeg=ffmpeg, directory=tmp_path)):
        sound = np.abs(decoded(path)[:, 0])
        assert len(sound) == pytest.approx(600 * RATE, abs=1024)
        for frame in starts:
            near = sound[frame * 1600 - 2400 : frame * 1600 + 2400]
            heard = np.flatnonzero(near > 0.5 * near.max())
            assert abs((heard[0] + heard[-1]) / 2 - 2400 - 24) <= 48


def test_peaks_stay_under_the_ceiling_when_loudness_cannot_be_reached(
    store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Sparse strokes would have to be squashed: they stay soft, and the figures say so."""
    media = stroke(store)
    effects = tuple(AudioClip(start_frame=frame, media=media) for frame in range(0, 300, 15))
    mixed = mix(make_plan(10, effects=effects), store, ffmpeg, tmp_path / "mix")
    assert mixed.loudness.integrated_lufs < -15
    assert mixed.loudness.integrated_lufs == measured_lufs(mixed.path)
    assert measured_peak_dbtp(mixed.path) <= -1.0


@pytest.mark.parametrize("falls", [True, False])
def test_peaks_raised_by_the_encoder_are_lowered_or_refused(
    falls: bool,
    plan: AudioPlan,
    store: MediaStore,
    ffmpeg: Ffmpeg,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An encoder that adds to every peak, at first or always."""
    found: list[Loudness] = []

    def measure_worse(*arguments: Any) -> Loudness:
        found.append(measure(*arguments))
        worse = 3.0 if len(found) == 1 or not falls else 0.0
        return replace(found[-1], true_peak_dbtp=found[-1].true_peak_dbtp + worse)

    monkeypatch.setattr("video_platform.montage.audio.measure", measure_worse)
    effect = AudioClip(start_frame=200, media=stroke(store), gain_db=6)
    loud = replace(plan, effects=(effect,))
    if falls:
        mixed = mix(loud, store, ffmpeg, tmp_path / "mix")
        assert mixed.loudness.true_peak_dbtp < found[0].true_peak_dbtp - 1.5
        assert abs(mixed.loudness.integrated_lufs + 14) <= 0.2
    else:
        with pytest.raises(MontageError, match="is allowed"):
            mix(loud, store, ffmpeg, tmp_path / "mix")


def test_tracks_are_gone_when_the_sound_is_encoded(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    mix(plan, store, ffmpeg, tmp_path / "mix")
    assert not list((tmp_path / "mix").rglob("*.f32"))


def test_one_loud_stroke_does_not_make_the_film_soft(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    effect = AudioClip(start_frame=100, media=stroke(store), gain_db=12)
    mixed = mix(replace(plan, effects=(effect,)), store, ffmpeg, tmp_path / "mix")
    assert abs(mixed.loudness.integrated_lufs + 14) <= 0.2
    assert measured_peak_dbtp(mixed.path) <= -1.0


def test_no_join_clicks_in_the_decoded_film(
    store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Tones that begin at zero, are cut off, and end in the middle of a swing."""
    time = np.arange(3 * RATE) / RATE
    tone = keep_sound(store, 0.3 * np.sin(2 * np.pi * 300.2 * time))
    cut = tuple(AudioClip(start_frame=frame, frames=31, media=tone) for frame in (0, 77, 141))
    whole = AudioClip(start_frame=200, media=tone)
    music = AudioClip(start_frame=0, media=keep_sound(store, music_like(7)), bar_ms=1000)
    plan = make_plan(12, effects=cut, voice=(whole,), music=(music,), speech=((6_666, 9_666),))
    mixed = mix(plan, store, ffmpeg, tmp_path / "mix")
    sound = decoded(mixed.path)[:, 0].astype(np.float64)
    jumps = np.abs(np.diff(sound))
    # The whole voice, between its ends, moves as fast as anything in this film should.
    assert jumps.max() < 1.25 * jumps[8 * RATE : 9 * RATE].max()


def test_same_plan_gives_the_same_file(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    first = mix(plan, store, ffmpeg, tmp_path / "first").path.read_bytes()
    assert mix(plan, store, ffmpeg, tmp_path / "second").path.read_bytes() == first


def test_film_without_music_or_voice_still_has_sound(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    silent = mix(make_plan(SECONDS), store, ffmpeg, tmp_path / "silent")
    assert len(decoded(silent.path)) == pytest.approx(SECONDS * RATE, abs=1024)
    tune = mix(replace(plan, voice=(), speech=()), store, ffmpeg, tmp_path / "tune")
    assert abs(tune.loudness.integrated_lufs + 14) <= 0.2


def test_plan_takes_its_network_s_loudness_unless_told_otherwise(
    store: MediaStore, tmp_path: Path
) -> None:
    timeline = make_timeline(store, tmp_path / "media")
    broadcast = replace(timeline, look=Look(network=Network.BROADCAST))
    own = RenderSettings(loudness=LoudnessTarget(-16, -2))
    plans = [
        plan_film(cut, Format.WIDE, settings).audio
        for cut, settings in (
            (timeline, RenderSettings()),
            (broadcast, RenderSettings()),
            (broadcast, own),
        )
    ]
    assert [plan.target.integrated_lufs for plan in plans] == [-14, -23, -16]
    assert len({plan.key for plan in plans}) == 3


def test_opus_is_as_loud_as_the_sound_it_was_made_of(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    mixed = mix(plan, store, ffmpeg, tmp_path / "mix")
    path = opus_of(mixed.path, ffmpeg=ffmpeg, directory=tmp_path)
    with av.open(str(path), format="matroska") as container:
        assert container.streams.audio[0].codec_context.name in ("opus", "libopus")
    assert abs(measured_lufs(path) + 14) <= 0.5
    assert measured_peak_dbtp(path) <= -1.0


def test_title_is_added_without_touching_the_sound(
    plan: AudioPlan, store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    mixed = mix(plan, store, ffmpeg, tmp_path / "mix")
    title = "L'été: «=;\\ -y» فيلم"
    path = titled(mixed.path, title + "\x00\n", ffmpeg=ffmpeg, directory=tmp_path)
    with av.open(str(path), format="mov") as container:
        assert container.metadata["title"] == title
    assert np.array_equal(decoded(path), decoded(mixed.path))
    assert measure(ffmpeg, ["-f", "mov", "-i", path.name], tmp_path) == mixed.loudness
