"""A film can be watched while it is made, and what is watched is the film."""

import itertools
import random
import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.factories import make_clips, make_music, make_script, make_voice
from tests.montage.films import SMALL, make_timeline
from video_platform.agents.montage import StoredSegments
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format
from video_platform.domain.manifests import AvatarClips
from video_platform.domain.timing import FrameRate
from video_platform.errors import MontageError
from video_platform.montage.film import render_film
from video_platform.montage.hls import PLAYLIST, HlsWriter, plan_parts
from video_platform.montage.plan import FilmPlan, RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg
from video_platform.store import MediaStore

LENGTHS = (70, 16, 1, 75, 2, 40, 1, 61, 16, 20)
"""Frames of each segment: bodies, transitions, and some shorter than an encoder's delay."""
X264 = "ref=1:bframes=3:b-adapt=0:b-pyramid=none:scenecut=0:open-gop=0"
TICK_S = Fraction(1, 90_000)


def plan_of(lengths: Sequence[int], rate: FrameRate | None = None) -> FilmPlan:
    """A plan whose segments have these lengths."""
    script = make_script()
    timeline = build_timeline(
        script, make_voice(script), make_clips(script), AvatarClips(), make_music()
    )
    plan = plan_film(timeline, Format.WIDE, RenderSettings())
    starts = itertools.accumulate(lengths, initial=0)
    segments = tuple(
        replace(plan.segments[0], start_frame=start, frames=frames)
        for start, frames in zip(starts, lengths, strict=False)
    )
    return replace(plan, segments=segments, frames=sum(lengths), rate=rate or FrameRate())


def luma_of(frame: int) -> int:
    """The grey that a frame of the film is filled with; neighbours differ by far."""
    return 30 + frame * 37 % 180


def make_segments(plan: FilmPlan, ffmpeg: Ffmpeg, directory: Path) -> list[Path]:
    for index, segment in enumerate(plan.segments):
        grey = f"geq=lum='30+mod((N+{segment.start_frame})*37,180)':cb=128:cr=128"
        ffmpeg.run(
            [
                *("-f", "lavfi", "-i", f"color=s=64x64:r={plan.rate},format=yuv420p,{grey}"),
                *("-frames:v", str(segment.frames), "-c:v", "libx264", "-crf", "10", "-g", "60"),
                *("-x264-params", X264, "-video_track_timescale", "30000", f"{index}.mp4"),
            ],
            directory=directory,
        )
    return [directory / f"{index}.mp4" for index in range(len(plan.segments))]


def make_sound(plan: FilmPlan, ffmpeg: Ffmpeg, directory: Path, click_s: float = 0.5) -> Path:
    """A tone as long as the film, silent but for 50 ms from ``click_s`` on."""
    seconds = float(plan.rate.seconds(plan.frames))
    tone = f"aevalsrc='0.5*sin(2*PI*1000*t)*between(t,{click_s},{click_s + 0.05})'"
    ffmpeg.run(
        [
            *("-f", "lavfi", "-i", f"{tone}:s=48000:d={seconds},aformat=channel_layouts=stereo"),
            *("-c:a", "aac", "-b:a", "192k", "sound.m4a"),
        ],
        directory=directory,
    )
    return directory / "sound.m4a"


class Published:
    """What a viewer can fetch, as it was when it was published."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir()
        self.directory = directory
        self.names: list[str] = []
        self.playlists: list[str] = []
        self._busy = threading.Lock()

    def __call__(self, name: str, path: Path) -> None:
        assert self._busy.acquire(blocking=False), "two files published at once"
        self.names.append(name)
        (self.directory / name).write_bytes(path.read_bytes())
        if name == PLAYLIST:
            self.playlists.append(path.read_text())
        self._busy.release()

    @property
    def parts(self) -> list[str]:
        return [name for name in self.names if name != PLAYLIST]


class Stage:
    """A plan, its finished files, and a writer that publishes into a directory."""

    def __init__(self, plan: FilmPlan, ffmpeg: Ffmpeg, directory: Path, **sound: float) -> None:
        self.plan = plan
        self.segments = make_segments(plan, ffmpeg, directory)
        self.sound = make_sound(plan, ffmpeg, directory, **sound)
        self.published = Published(directory / "published")
        place = directory / "writer"
        place.mkdir()
        self.writer = HlsWriter(plan, None, self.published, place)

    def finish(self) -> Path:
        """Everything is ready, in the order it comes; the finished playlist."""
        self.writer.sound_ready(self.sound)
        for index, path in enumerate(self.segments):
            self.writer.segment_ready(index, path)
        self.writer.finish()
        return self.published.directory / PLAYLIST


@pytest.fixture
def stage(ffmpeg: Ffmpeg, tmp_path: Path) -> Stage:
    return Stage(plan_of(LENGTHS), ffmpeg, tmp_path)


def open_playlist(path: Path) -> Any:
    options = {"protocol_whitelist": "file", "live_start_index": "0"}
    return av.open(str(path), format="hls", options=options)


def shown(path: Path) -> tuple[list[int], list[Fraction]]:
    """The grey of every frame that a player gets, and the time it shows it at."""
    with open_playlist(path) as player:
        frames = [(f.to_ndarray()[:64], f.pts * f.time_base) for f in player.decode(video=0)]
    return [round(float(luma.mean())) for luma, _ in frames], [time for _, time in frames]


def heard(path: Path) -> tuple[np.ndarray, list[Fraction]]:
    """The left channel, and where each packet of it begins."""
    with open_playlist(path) as player:
        frames = [(f.to_ndarray()[0], f.pts * f.time_base) for f in player.decode(audio=0)]
    return np.concatenate([samples for samples, _ in frames]), [time for _, time in frames]


@pytest.mark.parametrize("rate", [FrameRate(30), FrameRate(30_000, 1001), FrameRate(25)], ids=str)
def test_playlist_shows_every_frame_once_at_its_time(
    rate: FrameRate, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    plan = plan_of(LENGTHS, rate)
    greys, times = shown(Stage(plan, ffmpeg, tmp_path).finish())
    assert [abs(grey - luma_of(frame)) <= 2 for frame, grey in enumerate(greys)] == (
        [True] * plan.frames
    )
    late = [time - times[0] - rate.seconds(frame) for frame, time in enumerate(times)]
    assert max(map(abs, late)) <= TICK_S


def test_decoding_times_never_step_back_at_a_join(stage: Stage) -> None:
    """Segments of one frame come from the encoder without the delay that longer ones have."""
    with open_playlist(stage.finish()) as player:
        times = [packet.dts for packet in player.demux(video=0) if packet.size]
    assert {after - before for before, after in itertools.pairwise(times)} == {3000}


def test_sound_is_complete_and_without_a_gap(stage: Stage) -> None:
    playlist = stage.finish()
    with av.open(str(stage.sound), format="mov") as sound:
        source = [bytes(packet) for packet in sound.demux(audio=0) if packet.size]
    with open_playlist(playlist) as player:
        # The transport stream puts a header of 7 bytes before each packet.
        copied = [bytes(packet)[7:] for packet in player.demux(audio=0) if packet.size]
    assert copied == source
    _, times = heard(playlist)
    steps = {after - before for before, after in itertools.pairwise(times)}
    assert max(abs(step - Fraction(1024, 48_000)) for step in steps) <= TICK_S


def test_sound_is_in_time_at_the_end(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    plan = plan_of(LENGTHS)
    click_s = 9.5
    playlist = Stage(plan, ffmpeg, tmp_path, click_s=click_s).finish()
    _, frames = shown(playlist)
    samples, packet_times = heard(playlist)
    first = int(np.argmax(np.abs(samples) > 0.2))
    at = packet_times[first // 1024] + Fraction(first % 1024, 48_000) - frames[0]
    assert abs(float(at) - click_s) < 0.002


def test_parts_come_in_order_whatever_order_segments_come_in(stage: Stage) -> None:
    order = list(enumerate(stage.segments))
    random.Random(5).shuffle(order)
    stage.writer.sound_ready(stage.sound)
    for index, path in order:
        stage.writer.segment_ready(index, path)
    stage.writer.finish()
    assert stage.published.parts == [part.name for part in plan_parts(stage.plan)]
    greys, _ = shown(stage.published.directory / PLAYLIST)
    assert len(greys) == stage.plan.frames


def test_part_is_there_before_the_playlist_lists_it(stage: Stage) -> None:
    stage.finish()
    names = stage.published.names
    assert names[0::2] == [*stage.published.parts, PLAYLIST]
    assert set(names[1::2]) == {PLAYLIST}


def test_part_waits_for_nothing_but_its_own_segments_and_the_sound(stage: Stage) -> None:
    writer, published = stage.writer, stage.published
    parts = plan_parts(stage.plan)
    for index in parts[0].segments:
        writer.segment_ready(index, stage.segments[index])
    assert published.names == []
    writer.sound_ready(stage.sound)
    assert published.parts == [parts[0].name]
    for index in parts[2].segments:
        writer.segment_ready(index, stage.segments[index])
    assert published.parts == [parts[0].name]
    for index in parts[1].segments:
        writer.segment_ready(index, stage.segments[index])
    assert published.parts == [part.name for part in parts[:3]]


def test_unfinished_film_plays_as_far_as_it_is_made(stage: Stage) -> None:
    parts = plan_parts(stage.plan)
    stage.writer.sound_ready(stage.sound)
    for index in (*parts[0].segments, *parts[1].segments):
        stage.writer.segment_ready(index, stage.segments[index])
    (listed,) = stage.published.playlists[-1:]
    assert "#EXT-X-ENDLIST" not in listed
    assert "#EXT-X-PLAYLIST-TYPE:EVENT" in listed
    # A player would now wait for more; the mark keeps this one from it.
    playlist = stage.published.directory / "now.m3u8"
    playlist.write_text(f"{listed}#EXT-X-ENDLIST\n")
    greys, _ = shown(playlist)
    assert len(greys) == parts[1].start_frame + parts[1].frames
    samples, _ = heard(playlist)
    assert abs(len(samples) - 1600 * len(greys)) <= 2 * 1024


def test_playlist_only_grows_and_is_ended_once(stage: Stage) -> None:
    stage.finish()
    *growing, ended = stage.published.playlists
    for before, after in itertools.pairwise([*growing, ended]):
        assert after.startswith(before)
    assert ended == f"{growing[-1]}#EXT-X-ENDLIST\n"


def test_lengths_in_the_playlist_are_the_parts_own(stage: Stage) -> None:
    text = stage.finish().read_text()
    lengths = [float(line[8:-1]) for line in text.splitlines() if line.startswith("#EXTINF:")]
    assert sum(lengths) == pytest.approx(stage.plan.frames / 30, abs=1e-4)
    assert f"#EXT-X-TARGETDURATION:{-int(-max(lengths) // 1)}\n" in text
    for name, length in zip(stage.published.parts, lengths, strict=True):
        with av.open(str(stage.published.directory / name), format="mpegts") as part:
            assert sum(1 for p in part.demux(video=0) if p.size) / 30 == pytest.approx(length)


def test_every_part_begins_with_a_picture_that_needs_no_other(stage: Stage) -> None:
    stage.finish()
    for name in stage.published.parts:
        with av.open(str(stage.published.directory / name), format="mpegts") as part:
            assert next(part.demux(video=0)).is_keyframe


def test_transport_counters_run_on_over_the_joins(stage: Stage) -> None:
    """Otherwise receivers take the joins for lost packets."""
    stage.finish()
    data = b"".join((stage.published.directory / n).read_bytes() for n in stage.published.parts)
    rows = np.frombuffer(data, np.uint8).reshape(-1, 188)
    assert set(rows[:, 0].tolist()) == {0x47}
    with_payload = rows[rows[:, 3] & 0x10 != 0]
    streams = (with_payload[:, 1] & 0x1F).astype(int) << 8 | with_payload[:, 2]
    for stream in set(streams.tolist()):
        counters = with_payload[streams == stream, 3].astype(int) & 0x0F
        assert set((np.diff(counters) % 16).tolist()) <= {1}, stream


def test_segments_may_come_from_many_threads(stage: Stage) -> None:
    stage.writer.sound_ready(stage.sound)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(stage.writer.segment_ready, itertools.count(), stage.segments))
    stage.writer.finish()
    assert stage.published.parts == [part.name for part in plan_parts(stage.plan)]


def test_same_film_gives_the_same_parts(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """A part is never another one under the same name, so it may be kept for ever."""
    found = []
    for attempt in ("a", "b"):
        place = tmp_path / attempt
        place.mkdir()
        stage = Stage(plan_of(LENGTHS[:4]), ffmpeg, place)
        stage.finish()
        directory = stage.published.directory
        found.append({name: (directory / name).read_bytes() for name in stage.published.parts})
    assert found[0] == found[1]


def test_film_with_a_missing_segment_is_not_ended(stage: Stage) -> None:
    stage.writer.sound_ready(stage.sound)
    stage.writer.segment_ready(0, stage.segments[0])
    with pytest.raises(MontageError, match=r"1 of \d parts"):
        stage.writer.finish()
    assert all("ENDLIST" not in text for text in stage.published.playlists)


def test_damaged_segment_is_an_error_with_the_part_s_name(stage: Stage, tmp_path: Path) -> None:
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"not a film")
    stage.writer.sound_ready(stage.sound)
    with pytest.raises(MontageError, match=plan_parts(stage.plan)[0].name):
        stage.writer.segment_ready(0, broken)


def test_rendered_film_and_what_was_watched_meanwhile_are_the_same(
    store: MediaStore, ffmpeg: Ffmpeg, tmp_path: Path
) -> None:
    """Also the second time, when every segment comes from the store at once."""
    timeline = make_timeline(store, tmp_path / "media")
    plan = plan_film(timeline, Format.WIDE, RenderSettings(), frame=SMALL)
    for attempt in ("new", "kept"):
        directory = tmp_path / attempt
        (directory / "hls").mkdir(parents=True)
        (directory / "film").mkdir()
        published = Published(directory / "published")
        writer = HlsWriter(plan, None, published, directory / "hls")
        film = render_film(
            plan,
            media_path=store.path,
            segments=StoredSegments(store.blobs),
            directory=directory / "film",
            ffmpeg=ffmpeg,
            progress=lambda done, total: None,
            max_workers=2,
            audience=writer,
        )
        writer.finish()
        with open_playlist(published.directory / PLAYLIST) as player:
            watched = [frame.to_ndarray().tobytes() for frame in player.decode(video=0)]
        with av.open(str(film.path), format="mov") as container:
            shown_later = [frame.to_ndarray().tobytes() for frame in container.decode(video=0)]
        assert watched == shown_later
        assert len(watched) == plan.frames


@given(lengths=st.lists(st.integers(1, 400), min_size=1, max_size=30))
def test_parts_cover_the_film_and_are_long_enough(lengths: list[int]) -> None:
    plan = plan_of(lengths)
    parts = plan_parts(plan)
    assert [i for part in parts for i in part.segments] == list(range(len(lengths)))
    at = 0
    for part in parts:
        assert part.start_frame == at
        at += part.frames
    assert at == plan.frames
    assert all(part.frames >= 60 for part in parts[:-1])
