"""The local channel: a folder that any web server can serve, with a page and a feed.

Layout: ``films/<id>.mp4`` with poster and captions beside it, ``posts/<id>.json`` once a film is
public, and ``index.html`` and ``feed.xml`` made from the posts. Writing the post file is the one
step that publishes.
"""

import json
import os
import re
import string
from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from pathlib import Path
from typing import Any, ClassVar

from video_platform.disk import storage_errors, write_atomically
from video_platform.domain.formats import Format
from video_platform.publishing.base import (
    Account,
    Desk,
    Finding,
    Metrics,
    Outcome,
    Post,
    Published,
    Rules,
)

_PAGE = string.Template("""<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Local channel</title>
<link rel="alternate" type="application/rss+xml" href="feed.xml">
<style>
:root { color-scheme: light dark; font-family: system-ui, sans-serif; }
body { margin: 0 auto; max-width: 72rem; padding: 2rem 1rem; }
main { display: grid; gap: 2rem; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); }
video { width: 100%; max-height: 24rem; background: #000; border-radius: .5rem; }
h2 { font-size: 1.1rem; margin: .6rem 0 .2rem; }
p { margin: .2rem 0; opacity: .8; font-size: .9rem; }
</style>
<h1>Local channel</h1>
<main>
$posts
</main>
</html>
""")
_POST = string.Template("""<article lang="$language" dir="$direction">
<video controls preload="none" poster="films/$id.$poster">
<source src="films/$id.mp4" type="video/mp4">
<track kind="captions" src="films/$id.vtt" srclang="$language">
</video>
<h2>$title</h2>
<p>$description</p>
<p>$format · $seconds s · <time datetime="$published_at">$published_at</time></p>
</article>""")


_NO_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Characters that XML cannot hold, not even escaped: one in a title would break the whole feed."""


class LocalChannel:
    """Publishes into a folder of this machine."""

    name: ClassVar[str] = "local_channel"
    rules: ClassVar[Rules] = Rules(
        # A folder takes everything; the limits are what a page can show.
        formats=tuple(Format),
        min_ms=0,
        max_ms=24 * 3600_000,
        max_bytes=1 << 40,
        title_chars=500,
        caption_chars=20_000,
        hashtags=100,
        max_width=16_384,
    )

    def __init__(self, root: Path) -> None:
        self.root = root

    def look_up(self, post: Post, desk: Desk) -> Finding:
        """See ``Platform``; the post's file tells."""
        path = self.root / "posts" / f"{post.identity}.json"
        if not path.is_file():
            return Finding(outcome=Outcome.NOT_PUBLISHED, why="The channel has no such post.")
        entry = json.loads(path.read_bytes())
        published = Published(
            url=self._url(post.identity),
            published_at=entry["published_at"],
            external_id=post.identity,
            repeated=True,
        )
        return Finding(outcome=Outcome.PUBLISHED, why="Its post is there.", published=published)

    def prepare(self, post: Post, desk: Desk) -> bool:
        """Copy film, poster and captions; they are not listed yet."""
        for source in (post.film, post.poster, post.srt, post.vtt):
            write_atomically(self.root / "films" / f"{post.identity}{source.suffix}", source)
        return True

    def commit(self, post: Post, desk: Desk) -> Published:
        """Write the post, then the page and the feed that list it."""
        known = self.look_up(post, desk).published
        if known is not None:
            return known
        published_at = datetime.now(UTC).isoformat(timespec="seconds")
        entry = {
            "id": post.identity,
            "title": post.title,
            "description": post.caption,
            "language": post.language.value,
            "direction": "rtl" if post.language.is_rtl else "ltr",
            "format": post.format.value,
            "seconds": round(post.duration_ms / 1000),
            "size_bytes": post.film.stat().st_size,
            "poster": post.poster.suffix.lstrip("."),
            "published_at": published_at,
        }
        document = json.dumps(entry, ensure_ascii=False, indent=1).encode()
        write_atomically(self.root / "posts" / f"{post.identity}.json", document)
        self.refresh()
        return Published(
            url=self._url(post.identity), published_at=published_at, external_id=post.identity
        )

    def metrics(self, published_id: str, account: Account) -> Metrics:
        """Nothing: a folder counts no views."""
        return Metrics()

    def refresh(self) -> None:
        """Rebuild page and feed from the posts; safe to call at any time."""
        from filelock import FileLock

        # One who read the posts before another's was written must not write the page after it.
        with storage_errors(self.root):
            self.root.mkdir(parents=True, exist_ok=True)
            with FileLock(self.root / ".refresh.lock"):
                self._write_page()

    def _write_page(self) -> None:
        posts = sorted(self._posts(), key=lambda post: str(post["published_at"]), reverse=True)
        shown = [{name: escape(str(value)) for name, value in post.items()} for post in posts]
        page = _PAGE.substitute(posts="\n".join(_POST.substitute(post) for post in shown))
        write_atomically(self.root / "index.html", page.encode())
        write_atomically(self.root / "feed.xml", _feed(posts).encode())

    def _posts(self) -> Iterator[dict[str, Any]]:
        for path in (self.root / "posts").glob("*.json"):
            yield json.loads(path.read_bytes())

    def _url(self, identity: str) -> str:
        return (self.root / "films" / f"{identity}.mp4").as_uri()


def _feed(posts: list[dict[str, Any]]) -> str:
    """RSS 2.0 with one enclosure per film."""
    from xml.etree import ElementTree as Xml

    rss = Xml.Element("rss", version="2.0")
    channel = Xml.SubElement(rss, "channel")
    Xml.SubElement(channel, "title").text = "Local channel"
    Xml.SubElement(channel, "link").text = "index.html"
    Xml.SubElement(channel, "description").text = "Films published on this machine"
    for post in posts:
        item = Xml.SubElement(channel, "item")
        Xml.SubElement(item, "title").text = _NO_XML.sub(" ", post["title"])
        Xml.SubElement(item, "description").text = _NO_XML.sub(" ", post["description"])
        Xml.SubElement(item, "guid", isPermaLink="false").text = post["id"]
        moment = datetime.fromisoformat(post["published_at"])
        Xml.SubElement(item, "pubDate").text = format_datetime(moment)
        Xml.SubElement(
            item,
            "enclosure",
            url=f"films/{post['id']}.mp4",
            type="video/mp4",
            length=str(post["size_bytes"]),
        )
    return '<?xml version="1.0" encoding="utf-8"?>' + os.linesep + Xml.tostring(rss, "unicode")
