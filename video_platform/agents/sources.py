"""Sources: what a film is told from, as text: Markdown, Word, PDF, transcripts, web pages.

Files are opened with bounds on their size, their pages and what they unpack to. Pages of the web
are fetched from public addresses only, checked at the moment of connecting and again at every
redirect (``providers.transport.public_only``).
"""

import io
import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import PurePath
from typing import Any
from urllib.parse import urljoin, urlsplit

from video_platform.errors import BriefError

MAX_BYTES = 20_000_000
MAX_UNPACKED_BYTES = 200_000_000
MAX_PAGES = 400
_MAX_REDIRECTS = 5
_TIMEOUT_S = 20.0
_USER_AGENT = "video-platform"
_WEB_TYPES = ("text/html", "application/xhtml+xml", "text/plain", "text/markdown")


@dataclass(frozen=True, slots=True)
class Source:
    """A text, and what a description cites it as."""

    text: str
    cited: str


def is_document(name: str) -> bool:
    """Whether a file of this name has to be read as something else than plain text."""
    return PurePath(name).suffix.lower() in _READERS


def is_address(name: str) -> bool:
    """Whether this is a page of the web."""
    return name.lower().startswith(("http://", "https://"))


def read_document(name: str, data: bytes) -> Source:
    """The text of a file, headings and lists as Markdown.

    Raises:
        BriefError: it is too large, damaged, locked, or holds no text.
    """
    _check_size(name, len(data))
    try:
        text = _READERS[PurePath(name).suffix.lower()](data)
    except BriefError:
        raise
    except Exception as error:
        raise BriefError(
            f"{name} cannot be read: {type(error).__name__}: {str(error)[:200]}.",
            hint="Open and save it again, or give its text.",
            code="source_damaged",
        ) from error
    if not text.strip():
        raise BriefError(
            f"{name} holds no text.",
            hint="A scanned document has pictures of words only; give its text.",
            code="source_empty",
        )
    return Source(text.strip(), PurePath(name).name)


def _check_size(name: str, size: int) -> None:
    if size > MAX_BYTES:
        raise BriefError(
            f"{name} has {size // 1_000_000} MB, more than {MAX_BYTES // 1_000_000}.",
            hint="Give the part the film is about.",
            code="source_too_large",
        )


# --- files ---


def _word(data: bytes) -> str:
    import docx

    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        if sum(entry.file_size for entry in packed.infolist()) > MAX_UNPACKED_BYTES:
            raise BriefError(
                "The Word file unpacks to more than it may.",
                hint="Give its text.",
                code="source_too_large",
            )
    return "\n\n".join(_word_lines(docx.Document(io.BytesIO(data))))


def _word_lines(document: Any) -> Iterator[str]:
    for part in document.iter_inner_content():
        if hasattr(part, "rows"):
            for row in part.rows:
                yield "- " + ": ".join(cell.text.strip() for cell in row.cells)
            continue
        text, style = part.text.strip(), part.style.name or ""
        if text:
            yield next((mark + text for name, mark in _STYLES if style.startswith(name)), text)


_STYLES = (
    ("Title", "# "),
    ("Heading 1", "# "),
    ("Heading", "## "),
    ("List Number", "1. "),
    ("List", "- "),
    ("Quote", "> "),
)
"""How paragraph styles are written in Markdown, the first that fits."""


def _pdf(data: bytes) -> str:
    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(data))
    if reader.is_encrypted and not reader.decrypt(""):
        raise BriefError(
            "The PDF is locked with a password.", hint="Give its text.", code="source_locked"
        )
    if len(reader.pages) > MAX_PAGES:
        raise BriefError(
            f"The PDF has {len(reader.pages)} pages, more than {MAX_PAGES}.",
            hint="Give the part the film is about.",
            code="source_too_large",
        )
    pages = [page.extract_text() for page in reader.pages]
    return "\n\n".join(_unwrapped(page) for page in pages if page.strip())


def _unwrapped(text: str) -> str:
    """Lines of a page as sentences: a hyphen at a line's end joins, and so does a broken line."""
    joined = re.sub(r"(\w)-\n(\w)", r"\1\2", text)
    return re.sub(r"(?<![.!?:؟\n])\n(?=\S)", " ", joined)


def _transcript(data: bytes) -> str:
    """The words of SRT or VTT cues, without times, numbers and repeated lines."""
    lines: list[str] = []
    for line in data.decode("utf-8-sig", "replace").splitlines():
        said = re.sub(r"<[^>]*>", "", line).strip()
        is_noise = not said or said.isdigit() or "-->" in said or said.startswith(_VTT_BLOCKS)
        if not is_noise and (not lines or lines[-1] != said):
            lines.append(said)
    return " ".join(lines)


_VTT_BLOCKS = ("WEBVTT", "NOTE", "STYLE", "REGION", "Kind:", "Language:")


class _Page(HTMLParser):
    """The readable text of a page: what stands in its article, or in the whole body."""

    _SILENT = frozenset({"script", "style", "noscript", "nav", "footer", "aside", "form", "svg"})
    _MARKS: Mapping[str, str] = {"h1": "# ", "h2": "## ", "h3": "## ", "li": "- "}
    _BLOCKS = frozenset({"p", "blockquote", "td", "th", "div", "section", "br", *_MARKS})

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.title = ""
        self.all: list[str] = []
        self.article: list[str] = []
        self._line = ""
        self._silent = 0
        self._articles = 0
        self._in_title = False

    def handle_starttag(self, tag: str, _attrs: list[tuple[str, str | None]]) -> None:
        self._in_title = tag == "title"
        self._silent += tag in self._SILENT
        if tag in ("article", "main"):
            self._end_line()
            self._articles += 1
        if tag in self._BLOCKS:
            self._end_line()
            self._line = self._MARKS.get(tag, "")

    def handle_endtag(self, tag: str) -> None:
        self._in_title = False
        if tag in self._SILENT:
            self._silent = max(0, self._silent - 1)
        if tag in self._BLOCKS or tag in ("article", "main"):
            self._end_line()
        if tag in ("article", "main"):
            self._articles = max(0, self._articles - 1)

    def handle_data(self, data: str) -> None:
        if self._in_title:
            self.title += data
        elif not self._silent:
            self._line += data

    def _end_line(self) -> None:
        said = " ".join(self._line.split())
        if said.lstrip("#- "):
            self.all.append(said)
            if self._articles:
                self.article.append(said)
        self._line = ""

    def close(self) -> None:
        super().close()
        self._end_line()


def _html(data: bytes) -> str:
    return _page_text(_decoded(data))


def _page_text(text: str) -> str:
    page = _Page()
    page.feed(text)
    page.close()
    lines = page.article or page.all
    title = " ".join(page.title.split())
    if title and not any(line.startswith("# ") for line in lines):
        lines = [f"# {title}", *lines]
    return "\n\n".join(lines)


def _decoded(data: bytes, declared: str = "") -> str:
    """Text in the encoding that is declared, else UTF-8 with unreadable signs marked."""
    inside = re.search(rb"<meta[^>]+charset=[\"']?([\w-]+)", data[:4096], re.IGNORECASE)
    for name in (declared, inside[1].decode("ascii") if inside else "", "utf-8"):
        try:
            return data.decode(name) if name else data.decode("utf-8")
        except (LookupError, UnicodeDecodeError):
            continue
    return data.decode("utf-8", "replace")


_READERS: dict[str, Callable[[bytes], str]] = {
    ".docx": _word,
    ".pdf": _pdf,
    ".srt": _transcript,
    ".vtt": _transcript,
    ".html": _html,
    ".htm": _html,
}


# --- pages of the web ---


def fetch_page(url: str, transport: Any = None) -> Source:
    """The text of a page, cited by its address.

    Args:
        transport: an httpx transport; without one only public addresses are connected to.

    Raises:
        BriefError: the address is not public, does not answer, or holds no text.
    """
    import httpx

    from video_platform.providers.transport import public_only

    way = transport or public_only(named="")
    headers = {"User-Agent": _USER_AGENT, "Accept": ", ".join(_WEB_TYPES)}
    try:
        with httpx.Client(transport=way, timeout=_TIMEOUT_S, headers=headers) as client:
            kind, data, charset, found = _follow(client, url)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise _unreachable(url, str(error) or type(error).__name__) from error
    if kind == "application/pdf":
        return Source(read_document("page.pdf", data).text, found)
    if kind not in _WEB_TYPES:
        raise _unreachable(url, f"it is {kind or 'of no kind'}, no text")
    text = _decoded(data, charset)
    told = text if kind in ("text/plain", "text/markdown") else _page_text(text)
    if not told.strip():
        raise _unreachable(url, "it holds no text without a browser")
    return Source(told.strip(), found)


def _follow(client: Any, url: str) -> tuple[str, bytes, str, str]:
    """Media type, body, declared encoding and last address, after redirects."""
    for _ in range(_MAX_REDIRECTS + 1):
        _check_address(url)
        with client.stream("GET", url) as answer:
            if answer.is_redirect:
                url = urljoin(url, answer.headers.get("location", ""))
                continue
            if answer.status_code != 200:
                raise _unreachable(url, f"it answers {answer.status_code}")
            kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
            return kind, _bounded(url, answer), answer.charset_encoding or "", url
    raise _unreachable(url, "it redirects too often")


def _bounded(url: str, answer: Any) -> bytes:
    data = bytearray()
    for piece in answer.iter_bytes():
        data += piece
        _check_size(url, len(data))
    return bytes(data)


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username:
        raise _unreachable(url, "only http and https addresses without a user are fetched")


def _unreachable(url: str, why: str) -> BriefError:
    return BriefError(
        f"{url[:200]} cannot be read: {why}.",
        hint="Open it in a browser and give its text, or a file of it.",
        code="source_unreachable",
    )
