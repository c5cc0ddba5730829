"""What people and models write stays text: in captions, titles, pages, files, on terminals."""

import re
import time
import unicodedata
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from cli.output import say, table
from tests.montage.films import SMALL, make_timeline
from tests.publishing.desks import FakeDesk, make_post
from tests.security.canaries import Visits, watching
from tests.security.words import COLOURS, HALVES, hostile_texts
from video_platform.agents.montage import StoredSegments
from video_platform.domain.captions import Cue, group_words
from video_platform.domain.formats import Format
from video_platform.domain.look import CaptionLook, CaptionStyle, Look
from video_platform.domain.timeline import Timeline, Title, TitleKind
from video_platform.domain.timing import Word
from video_platform.errors import BriefError
from video_platform.interchange.styled import AssLook, to_ass
from video_platform.interchange.subtitles import to_srt, to_vtt
from video_platform.montage.film import render_film
from video_platform.montage.plan import RenderSettings, plan_film
from video_platform.montage.runner import Ffmpeg
from video_platform.publishing.platforms.local_channel import LocalChannel
from video_platform.store import MediaStore

_PER_SCENE = 10


@pytest.fixture
def canary(tmp_path: Path) -> Path:
    path = tmp_path / "canary"
    path.write_text("somebody else's words")
    return path


@pytest.fixture
def texts(canary: Path, visits: Visits) -> list[str]:
    found = hostile_texts(canary, visits.url)
    assert len(found) >= 150
    return found


def _timeline(texts: Sequence[str], store: MediaStore, directory: Path) -> Timeline:
    """A film in which all texts are spoken, captioned and shown as titles."""
    scenes = [" ".join(texts[at : at + _PER_SCENE]) for at in range(0, len(texts), _PER_SCENE)]
    made = make_timeline(store, directory, scenes, seconds=4.0)
    step = made.frames // len(texts)
    titles = tuple(
        Title(
            start_frame=number * step,
            frames=step,
            kind=list(TitleKind)[number % len(TitleKind)],
            text=text,
            detail=texts[-number],
        )
        for number, text in enumerate(texts)
    )
    look = Look(captions=CaptionLook(style=CaptionStyle.OUTLINE))
    return replace(made, titles=titles, look=look)


def _rendered_s(
    timeline: Timeline, store: MediaStore, ffmpeg: Ffmpeg, directory: Path
) -> tuple[int, float]:
    """Frames of the film, and how many seconds making it took."""
    directory.mkdir()
    plan = plan_film(timeline, Format.WIDE, RenderSettings(), frame=SMALL)
    began = time.monotonic()
    film = render_film(
        plan,
        media_path=store.path,
        segments=StoredSegments(store.blobs),
        directory=directory,
        ffmpeg=ffmpeg,
        progress=lambda done, total: None,
        max_workers=2,
    )
    assert film.path.stat().st_size > 0
    return plan.frames, time.monotonic() - began


@pytest.mark.slow
def test_hostile_words_are_filmed_like_plain_ones(
    texts: list[str],
    store: MediaStore,
    ffmpeg: Ffmpeg,
    canary: Path,
    visits: Visits,
    tmp_path: Path,
) -> None:
    plain = [re.sub(r"\S", "x", text[:120]) for text in texts]
    plain_s = _rendered_s(
        _timeline(plain, store, tmp_path / "plain"), store, ffmpeg, tmp_path / "attempt-plain"
    )[1]
    hostile = _timeline(texts, store, tmp_path / "hostile")
    with watching([canary]) as opened:
        frames, hostile_s = _rendered_s(hostile, store, ffmpeg, tmp_path / "attempt-hostile")
        assert opened.count() == 0
    assert visits.seen() == 0
    assert frames == hostile.frames
    assert not list(tmp_path.rglob("pwned"))
    # A figure, seen with -s: times on a shared machine prove nothing.
    print(f"{len(texts)} texts: {hostile_s:.1f} s, plain ones {plain_s:.1f} s")  # noqa: T201


@pytest.mark.parametrize("colour", COLOURS)
def test_a_colour_is_six_hexadecimal_digits_and_nothing_else(colour: str) -> None:
    with pytest.raises(BriefError):
        Look(accent=colour)


def _cues(texts: Sequence[str]) -> tuple[Cue, ...]:
    spoken = [part for text in texts for part in text.split()]
    words = [Word(text, n * 300, n * 300 + 300) for n, text in enumerate(spoken)]
    return group_words(words, line_characters=42)


def test_caption_files_hold_no_cue_that_a_text_brought_along(texts: list[str]) -> None:
    cues = _cues(texts)
    srt, vtt = to_srt(cues).decode(), to_vtt(cues).decode()
    times = r"(?m)^[0-9:,.]{12} --> [0-9:,.]{12}$"
    assert len(re.findall(times, srt)) == len(re.findall(times, vtt)) == len(cues)
    assert "<script" not in vtt
    assert "<img" not in vtt
    # Readers end a cue at an empty line: there is one after each and none within.
    assert len([block for block in vtt.split("\n\n") if block.strip()]) == len(cues) + 1


def test_styled_captions_hold_no_event_and_no_tag_of_a_text(texts: list[str]) -> None:
    cues = _cues(texts)
    document = to_ass(
        cues, AssLook(title=texts[0], frame=SMALL, font="x", accent="#FFD050")
    ).decode()
    events = [line for line in document.splitlines() if line.startswith("Dialogue:")]
    assert len(events) == len(cues)
    for event in events:
        for tag in re.findall(r"(?<!\\)\{([^}]*)\}", event):
            assert re.fullmatch(r"\\k\d+|\\[a-z0-9&]+(\(.*\))?", tag), event


def test_the_channel_s_page_and_feed_show_hostile_words_and_obey_none(
    texts: list[str], tmp_path: Path
) -> None:
    channel, desk = LocalChannel(tmp_path / "channel"), FakeDesk()
    post = make_post(tmp_path, size=1000)
    for number, text in enumerate(texts):
        channel.commit(replace(post, identity=f"post{number}", title=text, caption=text), desk)
    page = (channel.root / "index.html").read_text(encoding="utf-8")
    inside = page.partition("<main>")[2]
    tags = set(re.findall(r"<(/?\w+)", inside))
    assert tags <= {
        *("article", "/article", "video", "/video", "source", "track", "h2", "/h2", "p", "/p"),
        *("time", "/time", "/main", "/html"),
    }
    feed = Xml.parse(channel.root / "feed.xml")
    assert len(feed.findall("channel/item")) == len(texts)


def test_nothing_said_on_a_terminal_moves_or_paints_it(
    texts: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    for text in (*texts, *HALVES):
        say(text)
    table("Projects", ["Title"], [[text] for text in texts])
    said = capsys.readouterr().err
    controls = {c for c in said if unicodedata.category(c) == "Cc"} - {"\n", "\t"}
    assert not controls
