"""The local channel publishes each film once and lists it on a page and in a feed."""

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree as Xml

import pytest

from tests.publishing.desks import FakeDesk
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.publishing.base import Post
from video_platform.publishing.platforms.local_channel import LocalChannel

DESK = FakeDesk()


@pytest.fixture
def post(tmp_path: Path) -> Post:
    files = {}
    for name in ("film.mp4", "poster.jpg", "c.srt", "c.vtt"):
        files[name] = tmp_path / name
        files[name].write_bytes(name.encode())
    return Post(
        identity="abc",
        title="<b>خبز</b> & 'co'",
        caption="A film",
        language=Language.ARABIC,
        format=Format.WIDE,
        duration_ms=60_000,
        width=1920,
        height=1080,
        film=files["film.mp4"],
        poster=files["poster.jpg"],
        srt=files["c.srt"],
        vtt=files["c.vtt"],
    )


@pytest.fixture
def channel(tmp_path: Path) -> LocalChannel:
    return LocalChannel(tmp_path / "channel")


def test_prepared_film_is_not_public_before_the_commit(channel: LocalChannel, post: Post) -> None:
    channel.prepare(post, DESK)
    assert channel.look_up(post, DESK).published is None
    channel.refresh()
    assert "abc.mp4" not in (channel.root / "index.html").read_text()


def test_published_film_is_found_and_listed_once(channel: LocalChannel, post: Post) -> None:
    first = channel.commit(post, DESK)
    found = channel.look_up(post, DESK).published
    assert found is not None
    assert (found.url, found.published_at, found.repeated) == (first.url, first.published_at, True)
    page = (channel.root / "index.html").read_text(encoding="utf-8")
    assert page.count('src="films/abc.mp4"') == 1
    assert 'dir="rtl"' in page


def test_title_cannot_break_out_of_page_or_feed(channel: LocalChannel, post: Post) -> None:
    channel.commit(post, DESK)
    assert "<b>" not in (channel.root / "index.html").read_text(encoding="utf-8")
    feed = Xml.parse(channel.root / "feed.xml")
    assert feed.findtext("./channel/item/title") == post.title
    enclosure = feed.find("./channel/item/enclosure")
    assert enclosure is not None
    assert enclosure.attrib == {
        "url": "films/abc.mp4",
        "type": "video/mp4",
        "length": str(post.film.stat().st_size),
    }


def test_page_is_rebuilt_from_posts_alone(channel: LocalChannel, post: Post) -> None:
    """A crash between the post and the page is mended by the next publication."""
    channel.commit(post, DESK)
    (channel.root / "index.html").unlink()
    channel.refresh()
    assert "abc.mp4" in (channel.root / "index.html").read_text()
    assert json.loads((channel.root / "posts" / "abc.json").read_bytes())["title"] == post.title


def test_twenty_at_the_same_time_are_all_on_the_page(channel: LocalChannel, post: Post) -> None:
    posts = [replace(post, identity=f"p{number}") for number in range(20)]

    def publish(one: Post) -> None:
        channel.prepare(one, DESK)
        channel.commit(one, DESK)

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(publish, posts))
    page = (channel.root / "index.html").read_text(encoding="utf-8")
    assert all(f'src="films/p{number}.mp4"' in page for number in range(20))


def test_a_commit_that_is_repeated_changes_nothing(channel: LocalChannel, post: Post) -> None:
    first = channel.commit(post, DESK)
    entry = (channel.root / "posts" / "abc.json").read_bytes()
    assert channel.commit(post, DESK) == replace(first, repeated=True)
    assert (channel.root / "posts" / "abc.json").read_bytes() == entry
