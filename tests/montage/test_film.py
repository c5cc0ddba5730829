"""The rendered film, looked at frame by frame."""

import hashlib
import itertools
import re
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from tests.factories import make_clips, make_music, make_scene, make_script, make_voice
from tests.montage.conftest import Render
from tests.montage.films import SMALL, make_timeline
from video_platform.agents.timeline import build_timeline
from video_platform.domain.formats import Format
from video_platform.domain.manifests import AvatarClips
from video_platform.domain.timeline import Timeline, Transition, TransitionKind
from video_platform.domain.timing import FrameRate
from video_platform.montage.drawing import Material, draw_segment
from video_platform.montage.film import _concat_list
from video_platform.montage.plan import (
    EncoderSettings,
    FilmPlan,
    RenderSettings,
    SegmentKind,
    plan_film,
)
from video_platform.montage.probe import probe_media
from video_platform.montage.stills import StillCache
from video_platform.store import MediaStore


def decode(path: Path) -> tuple[list[np.ndarray], list[int]]:
    """Luma of every frame, and its time in ticks of the stream."""
    with av.open(str(path)) as container:
        frames = [
            (f.to_ndarray(format="yuv420p")[: f.height], f.pts) for f in container.decode(video=0)
        ]
    return [luma for luma, _ in frames], [pts for _, pts in frames]


def planned_luma(plan: FilmPlan, store: MediaStore) -> list[np.ndarray]:
    """What the film should show, drawn without any encoder."""
    material = Material(stills=StillCache(), media_path=store.path)
    drawn = []
    for segment in plan.segments:
        for frame in draw_segment(segment, plan, material):
            drawn.append(frame.planes[0].copy())
    return drawn


@pytest.fixture
def timeline(store: MediaStore, tmp_path: Path) -> Timeline:
    return make_timeline(store, tmp_path / "media")


def test_film_shows_every_planned_frame_once_at_its_time(
    render: Render, timeline: Timeline, store: MediaStore
) -> None:
    """No frame is lost, doubled or moved at a join: each is nearest to the one planned for it."""
    fine = RenderSettings(encoder=EncoderSettings(crf=4))  # so that noise hides no motion
    plan, film = render(replace(timeline, words=()), settings=fine)
    shown, times = decode(film.path)
    planned = planned_luma(plan, store)
    assert len(shown) == len(planned) == timeline.frames
    assert np.diff(times).tolist() == [times[1] - times[0]] * (len(times) - 1)
    assert times[0] == 0
    for index, luma in enumerate(shown):
        errors = {
            other: float(np.abs(luma.astype(int) - planned[other]).mean())
            for other in range(max(0, index - 1), min(len(planned), index + 2))
        }
        assert min(errors, key=errors.__getitem__) == index, (index, errors)


def test_same_plan_gives_the_same_pictures(
    render: Render, timeline: Timeline, store: MediaStore
) -> None:
    def digest(path: Path) -> str:
        return hashlib.sha256(b"".join(luma.tobytes() for luma in decode(path)[0])).hexdigest()

    _, first = render(timeline)
    for key in list(store.blobs.keys("segments/")):
        path = store.blobs.direct_path(key)
        assert path is not None
        path.unlink()
    _, second = render(timeline)
    assert second.segments_reused == 0
    assert digest(first.path) == digest(second.path)
    assert first.path.read_bytes() == second.path.read_bytes()


def test_second_render_encodes_nothing(render: Render, timeline: Timeline) -> None:
    _, first = render(timeline)
    _, second = render(timeline)
    assert (first.segments_reused, second.segments_rendered) == (0, 0)
    assert first.path.read_bytes() == second.path.read_bytes()


def test_changed_caption_renders_one_segment(
    render: Render, store: MediaStore, tmp_path: Path, timeline: Timeline
) -> None:
    render(timeline)
    texts = ("Alpha beta gamma.", "Delta other zeta.", "Eta theta iota.")
    _, film = render(make_timeline(store, tmp_path / "media", texts))
    assert film.segments_rendered == 1


def test_picture_and_sound_are_equally_long(render: Render, timeline: Timeline) -> None:
    plan, film = render(timeline)
    probe = probe_media(film.path, "video/mp4")
    assert probe.frames == plan.frames
    assert (probe.sample_rate_hz, probe.channels) == (48_000, 2)
    with av.open(str(film.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        lengths = [float(stream.duration * stream.time_base) for stream in (video, audio)]
        starts = [float((stream.start_time or 0) * stream.time_base) for stream in (video, audio)]
    assert abs(lengths[0] - lengths[1]) < 0.03
    assert max(map(abs, starts)) < 0.03


def test_file_is_tagged_and_starts_fast(render: Render, timeline: Timeline) -> None:
    _, film = render(timeline)
    data = film.path.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")
    with av.open(str(film.path)) as container:
        context = container.streams.video[0].codec_context
        assert (context.name, context.pix_fmt, context.profile) == ("h264", "yuv420p", "High")
        assert (context.color_primaries, context.color_trc, context.colorspace) == (1, 1, 1)
        assert context.color_range == 1


@pytest.mark.parametrize("kind", list(TransitionKind))
def test_every_transition_begins_with_the_old_and_ends_with_the_new_picture(
    render: Render, timeline: Timeline, store: MediaStore, kind: TransitionKind
) -> None:
    cut = timeline.video[1].start_frame
    timeline = replace(timeline, transitions=(Transition(at_frame=cut, frames=16, kind=kind),))
    plan, film = render(replace(timeline, words=()))
    (segment,) = [s for s in plan.segments if s.kind is SegmentKind.TRANSITION]
    shown, _ = decode(film.path)
    begin, end = segment.start_frame, segment.start_frame + segment.frames

    def difference(a: int, b: int) -> float:
        return float(np.abs(shown[a].astype(int) - shown[b]).mean())

    assert difference(begin, begin - 1) < difference(begin, end) / 2
    assert difference(end - 1, end) < difference(end - 1, begin - 1) / 2


def test_colours_survive(render: Render, store: MediaStore, tmp_path: Path) -> None:
    timeline = make_timeline(store, tmp_path / "media", ("Colour.",))
    colours = [(200, 60, 40), (40, 160, 90), (30, 60, 200), (128, 128, 128)]
    image = Image.new("RGB", (352, 198))
    for index, colour in enumerate(colours):
        image.paste(colour, (index * 88, 0, index * 88 + 88, 198))
    path = tmp_path / "colours.png"
    image.save(path)
    media = store.put(path, "image/png", probe_media(path, "image/png"))
    clip = replace(timeline.video[0], media={Format.WIDE: media}, motion=None)
    _, film = render(replace(timeline, video=(clip,), words=()))
    with av.open(str(film.path)) as container:
        frame = next(container.decode(video=0))
        shown = frame.to_ndarray(format="rgb24", src_colorspace="ITU709", dst_colorspace="ITU709")
    for index, colour in enumerate(colours):
        found = shown[60:110, 40 + index * 80 : 60 + index * 80].reshape(-1, 3).mean(axis=0)
        assert np.abs(found - colour).max() <= 4, (colour, found)


def test_ntsc_frames_are_exactly_even(render: Render, timeline: Timeline) -> None:
    plan, film = render(replace(timeline, rate=FrameRate(30000, 1001), words=()))
    with av.open(str(film.path)) as container:
        stream = container.streams.video[0]
        ticks = [frame.pts for frame in container.decode(video=0)]
        assert ticks == [n * 1001 for n in range(plan.frames)]
        assert stream.time_base == Fraction(1, 30000)


def test_joins_do_not_drift_over_a_hundred_scenes() -> None:
    """FFmpeg is told each segment's length so that even the last one starts on its microsecond.

    Header lengths are whole milliseconds; their rounding would add up to frames in a long film.
    """
    script = make_script([make_scene(n, f"Scene {n}.") for n in range(1, 101)])
    timeline = build_timeline(
        script,
        make_voice(script, duration_ms=1777),
        make_clips(script),
        AvatarClips(),
        make_music(),
    )
    plan = plan_film(timeline, Format.WIDE, RenderSettings())
    lengths = [int(us) for us in re.findall(r"duration (\d+)us", _concat_list(plan))]
    assert len(lengths) == len(plan.segments) == 199
    for segment, start in zip(plan.segments, itertools.accumulate([0, *lengths]), strict=False):
        assert abs(start - float(plan.rate.seconds(segment.start_frame)) * 1e6) <= 1


def test_frame_size_is_the_plan_s(render: Render, timeline: Timeline) -> None:
    _, film = render(timeline)
    probe = probe_media(film.path, "video/mp4")
    assert (probe.width_px, probe.height_px) == (SMALL.width_px, SMALL.height_px)
