"""Round trips through every format: what comes back is what went in, but for the named losses."""

import zipfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import opentimelineio as otio
import pytest

from video_platform.domain.timeline import Timeline
from video_platform.domain.timing import FrameRate
from video_platform.errors import VideoPlatformError
from video_platform.interchange.editors import EditorFormat, ending_of, write_timeline
from video_platform.interchange.otio import OWN, Sheet, to_otio

WHOLE = (EditorFormat.OTIO, EditorFormat.FCP7)


def back(timeline: Timeline, sheet: Sheet, kind: EditorFormat, folder: Path) -> Any:
    """The timeline as the format's own adapter reads it from the file that was written."""
    path = folder / f"film.{ending_of(kind)}"
    write_timeline(timeline, sheet, kind, path)
    options = {"rate": float(timeline.rate.fraction)} if kind is EditorFormat.EDL else {}
    found = otio.adapters.read_from_file(str(path), **options)
    return found[0] if isinstance(found, otio.schema.SerializableCollection) else found


def shape(track: Any) -> list[tuple[str, float]]:
    """Kinds and lengths in frames; of a transition, both its halves."""
    return [
        ("Transition", (item.in_offset + item.out_offset).value)
        if isinstance(item, otio.schema.Transition)
        else (type(item).__name__, item.duration().value)
        for item in track
    ]


PICTURES = [
    ("Clip", 90.0),
    ("Transition", 16.0),
    ("Clip", 60.0),
    ("Transition", 10.0),
    ("Clip", 75.0),
]
VOICE = [
    *(("Gap", 20.0), ("Clip", 36.0), ("Gap", 44.0)),
    *(("Clip", 36.0), ("Gap", 24.0), ("Clip", 36.0)),
]


@pytest.mark.parametrize("kind", WHOLE)
def test_clips_transitions_durations_and_voice_come_back(
    timeline: Timeline, sheet: Sheet, tmp_path: Path, kind: EditorFormat
) -> None:
    found = back(timeline, sheet, kind, tmp_path)
    assert found.duration().value == timeline.frames
    assert shape(found.video_tracks()[0]) == PICTURES
    assert [clip.name for clip in found.video_tracks()[0].find_clips()] == [
        "scene 1",
        "scene 2",
        "scene 3",
    ]
    voice, music = found.audio_tracks()
    assert shape(voice) == VOICE
    assert shape(music) == [("Clip", 225.0)]


@pytest.mark.parametrize("kind", [EditorFormat.FCP7, EditorFormat.FCPX])
def test_every_clip_still_names_its_file(
    timeline: Timeline, sheet: Sheet, tmp_path: Path, kind: EditorFormat
) -> None:
    found = back(timeline, sheet, kind, tmp_path)
    named = [clip.media_reference.target_url for clip in found.video_tracks()[0].find_clips()]
    media = [clip.media[sheet.format] for clip in timeline.video]
    assert named == [sheet.media_url(one) for one in media]


def test_otio_keeps_titles_overlays_speeds_and_where_footage_begins(
    timeline: Timeline, sheet: Sheet, tmp_path: Path
) -> None:
    found = back(timeline, sheet, EditorFormat.OTIO, tmp_path)
    pictures, overlays, titles = found.video_tracks()
    assert shape(overlays) == [("Gap", 95.0), ("Clip", 50.0)]
    assert [clip.name for clip in titles.find_clips()] == ["Bread", "Gas"]
    footage = list(pictures.find_clips())[1]
    assert footage.source_range.start_time.value == 45
    assert footage.effects[0].time_scalar == 2
    assert [one.metadata[OWN]["kind"] for one in pictures if hasattr(one, "in_offset")] == [
        "wipe",
        "dissolve",
    ]
    assert [(m.name, m.marked_range.start_time.value) for m in pictures.markers] == [
        ("Yeast", 0),
        ("Gas", 90),
        ("Heat", 150),
    ]


def test_all_our_facts_stand_under_one_key(timeline: Timeline, sheet: Sheet) -> None:
    made = to_otio(timeline, sheet)
    items = [made, *made.find_children()]
    assert {key for item in items for key in item.metadata} == {OWN}


def test_every_clip_says_how_much_media_there_is(timeline: Timeline, sheet: Sheet) -> None:
    for clip in to_otio(timeline, sheet).find_clips():
        there, used = clip.media_reference.available_range, clip.source_range
        assert there.start_time <= used.start_time, clip.name
        assert used.end_time_exclusive() <= there.end_time_exclusive(), clip.name


def test_overlapping_layers_get_tracks_of_their_own(timeline: Timeline, sheet: Sheet) -> None:
    twice = replace(timeline, titles=(*timeline.titles, timeline.titles[0]))
    titles = [t for t in to_otio(twice, sheet).video_tracks() if t.name == "Titles"]
    assert [len(list(track.find_clips())) for track in titles] == [2, 1]


def test_otioz_carries_the_media(timeline: Timeline, sheet: Sheet, tmp_path: Path) -> None:
    files = {}

    def file_of(media: Any) -> str:
        path = tmp_path / f"{media.sha256[:8]}.{media.extension}"
        path.write_bytes(media.sha256.encode())
        files[path.name] = path.read_bytes()
        return path.as_uri()

    path = tmp_path / "film.otioz"
    write_timeline(timeline, replace(sheet, media_url=file_of), EditorFormat.OTIOZ, path)
    with zipfile.ZipFile(path) as archive:
        packed = {Path(name).name: archive.read(name) for name in archive.namelist()}
    assert files.items() <= packed.items()
    found = otio.adapters.read_from_file(str(path))
    assert shape(found.video_tracks()[0]) == PICTURES
    assert shape(found.audio_tracks()[0]) == VOICE


def test_fcpx_loses_transitions_and_keeps_every_frame(
    timeline: Timeline, sheet: Sheet, tmp_path: Path
) -> None:
    found = back(timeline, sheet, EditorFormat.FCPX, tmp_path)
    assert found.duration().value == timeline.frames
    pictures = found.video_tracks()[0]
    assert shape(pictures) == [one for one in PICTURES if one[0] == "Clip"]
    assert shape(found.audio_tracks()[0]) == VOICE


def test_edl_holds_the_pictures_alone_at_the_films_own_rate(
    timeline: Timeline, sheet: Sheet, tmp_path: Path
) -> None:
    found = back(timeline, sheet, EditorFormat.EDL, tmp_path)
    assert found.duration().value == timeline.frames
    assert not found.audio_tracks()
    (pictures,) = found.video_tracks()
    assert [clip.name for clip in pictures.find_clips()] == ["SCENE1", "SCENE2", "SCENE3"]
    assert [length for kind, length in shape(pictures) if kind == "Transition"] == [16, 10]


@pytest.mark.parametrize("kind", [kind for kind in EditorFormat if kind is not EditorFormat.FCPX])
def test_a_film_at_a_broken_rate_keeps_its_length(
    timeline: Timeline, sheet: Sheet, tmp_path: Path, kind: EditorFormat
) -> None:
    def file_of(media: Any) -> str:
        path = tmp_path / f"{media.sha256[:8]}.{media.extension}"
        path.touch()
        return path.as_uri()

    ntsc = replace(timeline, rate=FrameRate(30000, 1001))
    found = back(ntsc, replace(sheet, media_url=file_of), kind, tmp_path)
    duration = found.duration()
    seconds = Fraction(duration.value) / Fraction(duration.rate)
    assert abs(seconds - ntsc.rate.seconds(ntsc.frames)) < Fraction(1, 30)


def test_an_edl_cuts_into_footage_that_has_nothing_before_its_start_and_says_so(
    timeline: Timeline, sheet: Sheet, tmp_path: Path
) -> None:
    at_once = [replace(clip, source_start_ms=0) for clip in timeline.video]
    begun = replace(timeline, video=tuple(at_once))
    made = write_timeline(begun, sheet, EditorFormat.EDL, tmp_path / "film.edl")
    assert any(loss.startswith("transitions into footage") for loss in made.loses)
    (pictures,) = back(begun, sheet, EditorFormat.EDL, tmp_path).video_tracks()
    assert [length for kind, length in shape(pictures) if kind == "Transition"] == [10]


def test_a_rate_that_fcpx_has_no_word_for_is_refused(
    timeline: Timeline, sheet: Sheet, tmp_path: Path
) -> None:
    ntsc = replace(timeline, rate=FrameRate(30000, 1001))
    with pytest.raises(VideoPlatformError) as caught:
        write_timeline(ntsc, sheet, EditorFormat.FCPX, tmp_path / "film.fcpxml")
    assert caught.value.code == "export_failed"
    assert not (tmp_path / "film.fcpxml").exists()


@pytest.mark.parametrize(
    ("kind", "lost"),
    [
        (EditorFormat.OTIO, ()),
        (EditorFormat.FCP7, ("titles over the picture", "every transition becomes")),
        (EditorFormat.FCPX, ("titles over the picture", "transitions", "the order of tracks")),
        (EditorFormat.EDL, ("titles over the picture", "voice, music", "pictures over")),
    ],
)
def test_every_format_says_what_it_loses(
    timeline: Timeline, sheet: Sheet, tmp_path: Path, kind: EditorFormat, lost: tuple[str, ...]
) -> None:
    made = write_timeline(timeline, sheet, kind, tmp_path / f"film.{ending_of(kind)}")
    for words in lost:
        assert any(loss.startswith(words) for loss in made.loses), words
    assert any(loss.startswith("speeds") for loss in made.loses) is bool(lost)
    plain = replace(timeline, titles=(), transitions=(), insets=())
    less = write_timeline(plain, sheet, kind, tmp_path / f"film.{ending_of(kind)}")
    assert not any(loss.startswith(("titles", "transitions", "every")) for loss in less.loses)
