"""Reads a brief from words, a file or standard input, and says clearly when it cannot."""

import codecs
import sys
from pathlib import Path

from video_platform.domain.brief import MAX_TEXT_CHARACTERS, Brief
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import Look
from video_platform.errors import BriefError

_MAX_BYTES = 4 * MAX_TEXT_CHARACTERS
"""UTF-8 needs at most four bytes a character."""
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)


def read_text(words: str, file: str) -> tuple[str, str]:
    """The brief's text and where it came from: the words, or the file (``-``: standard input).

    A file may be an address of the web, too.
    """
    if words and file:
        raise BriefError(
            "A brief was given both as words and as a file.",
            hint="Give one of them.",
            code="brief_twice",
        )
    if not file:
        return _decode(words.encode("utf-8", "surrogateescape"), "the words given"), ""
    if file != "-":
        found = _source(file)
        if found is not None:
            return found
    name = "standard input" if file == "-" else file
    return _decode(_read_bytes(file), name), "" if file == "-" else Path(file).name


def _source(file: str) -> tuple[str, str] | None:
    """The text of a page of the web, a Word or PDF file or a transcript; none: it is plain text."""
    from video_platform.agents import sources

    if sources.is_address(file):
        page = sources.fetch_page(file)
        return page.text, page.cited
    if not sources.is_document(file):
        return None
    read = sources.read_document(file, _read_bytes(file, sources.MAX_BYTES))
    return read.text, read.cited


def _read_bytes(file: str, most: int = _MAX_BYTES) -> bytes:
    try:
        if file == "-":
            data = sys.stdin.buffer.read(most + 1)
        else:
            with Path(file).open("rb") as reader:
                data = reader.read(most + 1)
    except OSError as error:
        raise unreadable(file, error) from error
    if len(data) > most:
        raise BriefError(
            f"{file} is larger than {most // 1000} kB.",
            hint=f"A brief has at most {MAX_TEXT_CHARACTERS:,} characters; cut it to the part "
            "the film is about.",
            code="brief_too_long",
        )
    return data


def unreadable(file: str, error: OSError) -> BriefError:
    """The refusal of a file that cannot be opened or read."""
    return BriefError(
        f"{file} cannot be read: {error.strerror or error}.",
        hint="Check the path and its permissions.",
        code="file_unreadable",
    )


def _decode(data: bytes, name: str) -> str:
    encoding = next((codec for mark, codec in _MARKS if data.startswith(mark)), "utf-8")
    if encoding != "utf-16" and b"\0" in data:
        raise BriefError(
            f"{name} is not text.",
            hint="Give plain text or Markdown in UTF-8.",
            code="brief_binary",
        )
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise BriefError(
            f"{name} is not UTF-8: byte {error.start} cannot be read.",
            hint=f"Convert it: iconv -f WINDOWS-1252 -t UTF-8 {name} > brief.txt",
            code="brief_encoding",
        ) from error


def parse_language(value: str) -> Language:
    """``en``, ``fr`` or ``ar``."""
    try:
        return Language(value.lower())
    except ValueError as error:
        raise BriefError(
            f"{value!r} is not a language the platform speaks.",
            hint=f"Choose one of {', '.join(Language)}.",
            code="language_unknown",
        ) from error


def parse_formats(values: list[str]) -> tuple[Format, ...]:
    """Aspect ratios, each once, in the order given."""
    formats: list[Format] = []
    for value in values:
        try:
            ratio = Format(value.replace("x", ":"))
        except ValueError as error:
            raise BriefError(
                f"{value!r} is not a format.",
                hint=f"Choose from {', '.join(Format)}.",
                code="format_invalid",
            ) from error
        if ratio not in formats:
            formats.append(ratio)
    return tuple(formats)


def parse_duration(value: str) -> int:
    """Whole seconds; the brief itself checks the bounds."""
    try:
        return round(float(value.removesuffix("s")))
    except (ValueError, OverflowError) as error:
        raise BriefError(
            f"{value!r} is not a duration.",
            hint="Give seconds, such as 60.",
            code="duration_impossible",
        ) from error


def parse_providers(values: list[str]) -> dict[str, str]:
    """``capability=provider`` pairs."""
    choices: dict[str, str] = {}
    for value in values:
        capability, separator, name = value.partition("=")
        if not separator or not name:
            raise BriefError(
                f"{value!r} is not a provider choice.",
                hint="Write CAPABILITY=NAME, such as voice=piper.",
                code="provider_invalid",
            )
        choices[capability] = name
    return choices


def read_brief(
    *,
    words: str,
    file: str,
    language: str,
    duration: str,
    formats: list[str],
    style: str,
    voice: str,
    avatar: str,
    providers: list[str],
    look: Look,
) -> Brief:
    """A brief from what was typed; every refusal names the value and the remedy."""
    chosen_language = parse_language(language)
    duration_s = parse_duration(duration)
    chosen_formats = parse_formats(formats)
    text, source = read_text(words, file)
    return Brief(
        text=text,
        language=chosen_language,
        duration_s=duration_s,
        formats=chosen_formats,
        style=style,
        voice=voice,
        avatar=avatar,
        providers=parse_providers(providers),
        source=source,
        look=look,
    )
