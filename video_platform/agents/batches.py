"""Batches: a CSV or JSONL file of briefs, a film for each line that can be one.

A line names its own options; the words come from ``text``, a ``file`` beside the batch, a ``url``,
or a ``template`` and its ``fields`` (in CSV: columns ``field.NAME``).
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from video_platform.agents.sources import is_address
from video_platform.agents.templates import Templates
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import CaptionLook, CaptionStyle, Look
from video_platform.errors import BriefError, VideoPlatformError

MAX_LINES = 1_000
MAX_BYTES = 50_000_000
_FIELD = "field."

ReadFile = Callable[[str], tuple[str, str]]
"""Text of a file or a page of the web, and what to cite it as."""


def _parts(value: Any) -> Any:
    return value.split() if isinstance(value, str) else value


class Row(BaseModel):
    """One line, as it was written."""

    model_config = ConfigDict(extra="forbid")

    text: str = ""
    file: str = ""
    url: str = ""
    template: str = ""
    fields: dict[str, str] = {}
    language: Language = Language.ENGLISH
    duration_s: int | None = None
    formats: Annotated[list[Format] | None, BeforeValidator(_parts)] = None
    style: str = ""
    voice: str = ""
    avatar: str = ""
    captions: CaptionStyle | None = None
    providers: dict[str, str] = Field(default={}, max_length=20)
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A line of a batch: its brief, or why it is none."""

    number: int
    brief: Brief | None = None
    error: VideoPlatformError | None = None


def read_batch(path: Path, templates: Templates, read_file: ReadFile) -> list[Line]:
    """Every line, in order; a bad one does not stop the others.

    Raises:
        BriefError: the file cannot be read, is of another kind, too long, or empty.
    """
    values = list(_values(path))
    if not 0 < len(values) <= MAX_LINES:
        raise BriefError(
            f"{path.name} has {len(values)} briefs.",
            hint=f"Give 1 to {MAX_LINES}.",
            code="batch_size",
        )
    return [
        _line(number, value, path.parent, templates, read_file)
        for number, value in enumerate(values, start=1)
    ]


def _values(path: Path) -> Iterator[Any]:
    try:
        if path.stat().st_size > MAX_BYTES:
            raise ValueError(f"it is larger than {MAX_BYTES} bytes")
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        raise BriefError(
            f"{path.name} cannot be read: {error}.",
            hint="Give a CSV or JSONL file in UTF-8.",
            code="file_unreadable",
        ) from error
    if path.suffix.lower() == ".csv":
        yield from _csv_rows(path, text)
    elif path.suffix.lower() in (".jsonl", ".ndjson"):
        yield from (line for line in text.splitlines() if line.strip())
    else:
        raise BriefError(
            f"{path.name} is neither .csv nor .jsonl.",
            hint="Name it for what it is.",
            code="batch_kind",
        )


def _csv_rows(path: Path, text: str) -> Iterator[dict[str, Any]]:
    try:
        for row in csv.DictReader(io.StringIO(text), strict=True):
            yield _from_csv(row)
    except csv.Error as error:
        raise BriefError(
            f"{path.name} is no CSV: {error}.",
            hint='Put texts with commas or line breaks in "quotes".',
            code="batch_kind",
        ) from error


def _from_csv(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A row without its empty cells; cells beyond the header keep the key that refuses them."""
    given = {str(name): value for name, value in row.items() if value}
    fields = {
        name.removeprefix(_FIELD): value for name, value in given.items() if _FIELD in name[:6]
    }
    others = {name: value for name, value in given.items() if _FIELD not in name[:6]}
    return {**others, "fields": fields} if fields else others


def _line(number: int, value: Any, folder: Path, templates: Templates, read_file: ReadFile) -> Line:
    try:
        try:
            row = Row.model_validate(json.loads(value) if isinstance(value, str) else value)
        except (ValueError, RecursionError) as error:
            raise BriefError(
                f"Line {number} is no brief: {_why(error)}",
                hint=f"Its options: {', '.join(Row.model_fields)}.",
                code="batch_line",
            ) from error
        return Line(number=number, brief=_brief(row, folder, templates, read_file))
    except VideoPlatformError as error:
        return Line(number=number, error=error)


def _why(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors()[:3]
        )
    return str(error)


def _brief(row: Row, folder: Path, templates: Templates, read_file: ReadFile) -> Brief:
    if sum(map(bool, (row.text, row.file, row.url, row.template))) != 1:
        raise BriefError(
            "A line needs exactly one of text, file, url and template.",
            hint="Give one of them.",
            code="brief_twice",
        )
    template = templates.find(row.template) if row.template else None
    text, source = row.text, row.source
    if template:
        text = template.fill(row.fields, row.language)
    elif row.file or row.url:
        text, cited = read_file(_page(row.url) if row.url else str(_beside(folder, row.file)))
        source = source or cited
    look = Look()
    captions = row.captions or (template.captions if template else None)
    if captions is not None:
        look = replace(look, captions=CaptionLook(style=captions))
    if template:
        look = replace(look, presenter=template.presenter)
    formats = row.formats or (template.formats if template else [Format.WIDE])
    return Brief(
        text=text,
        language=row.language,
        duration_s=row.duration_s or (template.duration_s if template else 60),
        formats=tuple(formats),
        style=row.style or (template.style if template else "clean"),
        voice=row.voice,
        avatar=row.avatar,
        providers=row.providers,
        source=source,
        look=look,
    )


def _page(url: str) -> str:
    """An address, and never a file of this machine."""
    if not is_address(url):
        raise BriefError(
            f"{url[:200]!r} is no address of the web.",
            hint="Begin it with https://, or name a file beside the batch.",
            code="source_unreachable",
        )
    return url


def _beside(folder: Path, name: str) -> Path:
    """A file beside the batch; a line must not read what is elsewhere on the machine."""
    path = (folder / name).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise BriefError(
            f"{name} is not in the folder of the batch.",
            hint="Put it beside the batch file.",
            code="file_elsewhere",
        )
    return path
