"""Timelines that come back: edits made with the reference library become changes of the cut."""

import copy
from collections.abc import Callable
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from tests.interchange.conftest import RATE
from video_platform.domain.cut import ClipCut, Cut, TransitionCut, apply_cut
from video_platform.domain.look import Fit
from video_platform.domain.timeline import Timeline, TransitionKind
from video_platform.errors import TimelineError
from video_platform.interchange.edited import (
    Edited,
    changes,
    check_scenes,
    clips_of,
    read_edited,
)
from video_platform.interchange.editors import EditorFormat, write_timeline
from video_platform.interchange.otio import OWN, Sheet, to_otio

FOOTAGE = frozenset({2})


def frames(count: float, rate: float = 30) -> Any:
    return otio.opentime.RationalTime(count, rate)


@pytest.fixture
def edit(
    timeline: Timeline, sheet: Sheet, tmp_path: Path
) -> Callable[[Callable[[Any, Any], None]], Edited]:
    """Export, change with the reference library, write with it, read back."""

    def go(change: Callable[[Any, Any], None]) -> Edited:
        path = tmp_path / "film.otio"
        write_timeline(timeline, sheet, EditorFormat.OTIO, path)
        found = otio.adapters.read_from_file(str(path))
        change(found, found.video_tracks()[0])
        otio.adapters.write_to_file(found, str(path))
        return read_edited(path, RATE)

    return go


def cut_of(edited: Edited, timeline: Timeline, sheet: Sheet, before: Cut = Cut()) -> Cut:  # noqa: B008 - frozen
    laid = clips_of(to_otio(timeline, sheet), RATE)
    return changes(edited.clips, laid, before, rate=RATE, footage=FOOTAGE)


def trim(track: Any, number: int, *, start: int = 0, shorter: int = 0) -> None:
    clip = list(track.find_clips())[number]
    place = clip.source_range
    clip.source_range = otio.opentime.TimeRange(
        place.start_time + frames(start), place.duration - frames(shorter)
    )


def swap(track: Any, first: int, second: int) -> None:
    one, other = list(track)[first], list(track)[second]
    kept = copy.deepcopy(one), copy.deepcopy(other)
    track[first], track[second] = kept[1], kept[0]


def test_an_unchanged_file_changes_nothing(edit: Any, timeline: Timeline, sheet: Sheet) -> None:
    edited = edit(lambda *_: None)
    assert edited.project == "bread-1"
    assert edited.order == (1, 2, 3)
    assert cut_of(edited, timeline, sheet) == Cut()


def test_a_trimmed_clip_makes_its_scene_shorter_by_just_as_much(
    edit: Any, timeline: Timeline, sheet: Sheet
) -> None:
    edited = edit(lambda _, track: trim(track, 0, shorter=20))
    cut = cut_of(edited, timeline, sheet)
    assert set(cut.clips) == {1}
    changed = apply_cut(timeline, cut)
    assert [clip.frames for clip in changed.video] == [70, 60, 75]
    assert changed.frames == 205


@pytest.mark.parametrize("shorter", range(-31, 9))
def test_every_length_is_met_to_the_frame(
    edit: Any, timeline: Timeline, sheet: Sheet, shorter: int
) -> None:
    cut = cut_of(edit(lambda _, track: trim(track, 2, shorter=shorter)), timeline, sheet)
    assert apply_cut(timeline, cut).video[2].frames == 75 - shorter


def test_footage_that_begins_later_begins_later(
    edit: Any, timeline: Timeline, sheet: Sheet
) -> None:
    cut = cut_of(edit(lambda _, track: trim(track, 1, start=15)), timeline, sheet)
    assert cut.clips == {2: ClipCut(source_start_ms=2000)}


def test_where_a_still_begins_means_nothing(edit: Any, timeline: Timeline, sheet: Sheet) -> None:
    assert cut_of(edit(lambda _, track: trim(track, 0, start=7)), timeline, sheet) == Cut()


def test_swapped_clips_are_another_order(edit: Any) -> None:
    assert edit(lambda _, track: swap(track, 0, 4)).order == (3, 2, 1)


def test_transitions_come_back_in_kind_and_length(
    edit: Any, timeline: Timeline, sheet: Sheet
) -> None:
    def change(_: Any, track: Any) -> None:
        into_second, into_third = (one for one in track if hasattr(one, "in_offset"))
        into_second.metadata[OWN]["kind"] = "circle"
        into_second.in_offset = into_second.out_offset = frames(6)
        track.remove(into_third)

    cut = cut_of(edit(change), timeline, sheet)
    assert cut.transitions == {
        2: TransitionCut(kind=TransitionKind.CIRCLE, frames=12),
        3: TransitionCut(kind=TransitionKind.CUT, frames=0),
    }
    assert [one.frames for one in apply_cut(timeline, cut).transitions] == [12, 0]


def test_what_a_file_does_not_hold_stays_as_it_was(
    edit: Any, timeline: Timeline, sheet: Sheet
) -> None:
    before = Cut(clips={2: ClipCut(own_sound_db=-12.0, fit=Fit.BLUR)}, music_db=-3.0)
    cut = cut_of(edit(lambda _, track: trim(track, 1, shorter=3)), timeline, sheet, before)
    assert cut.music_db == -3.0
    assert cut.clips[2] == ClipCut(own_sound_db=-12.0, fit=Fit.BLUR, longer_ms=-100)


def test_an_editor_of_another_rate_is_understood(edit: Any) -> None:
    def change(_: Any, track: Any) -> None:
        clip = next(iter(track.find_clips()))
        zero = frames(0, 24)
        clip.source_range = otio.opentime.TimeRange(zero, frames(48, 24))

    assert edit(change).clips[0].frames == 60


def test_a_scene_left_out_or_there_twice_is_refused(edit: Any) -> None:
    for change, code in (
        (lambda _, track: track.remove(track[4]), "scene_left_out"),
        (lambda _, track: track.append(copy.deepcopy(track[0])), "scene_twice"),
    ):
        with pytest.raises(TimelineError) as caught:
            check_scenes(edit(change), [1, 2, 3])
        assert caught.value.code == code


def test_a_clip_of_no_scene_and_a_hole_are_refused(edit: Any) -> None:
    gap = otio.schema.Gap(source_range=otio.opentime.TimeRange(frames(0), frames(9)))
    stranger = otio.schema.Clip("holiday", None, otio.opentime.TimeRange(frames(0), frames(30)))
    for item, code in ((gap, "track_unusable"), (stranger, "clip_unknown")):
        with pytest.raises(TimelineError) as caught:
            edit(lambda _, track, item=item: track.append(item))
        assert caught.value.code == code


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"[]",
        b"\xff\xfe\x00",
        b'{"OTIO_SCHEMA": "Clip.2"}',
        b'{"OTIO_SCHEMA": "Timeline.1", "tracks": 7}',
        b'{"OTIO_SCHEMA": "Nonsense.9"}',
        b"[" * 100_000,
    ],
)
def test_a_file_that_is_no_timeline_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "film.otio"
    path.write_bytes(content)
    with pytest.raises(TimelineError) as caught:
        read_edited(path, RATE)
    assert caught.value.code in ("timeline_unreadable", "track_unusable")


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TimelineError) as caught:
        read_edited(tmp_path / "none.otio", RATE)
    assert caught.value.code == "timeline_unreadable"
