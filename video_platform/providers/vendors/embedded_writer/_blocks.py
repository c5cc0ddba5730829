"""Structure of a text: headings, paragraphs, lists, steps, quotes and tables."""

import re
from dataclasses import dataclass, field
from enum import Enum
from typing import Final

from video_platform.providers.vendors.embedded_writer._clean import (
    find_urls,
    has_speech,
    html_to_markdown,
    normalise,
    speakable,
    strong_terms,
)
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon


class BlockKind(Enum):
    """What a block of text is."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    STEPS = "steps"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block. ``lines`` are raw: paragraph lines, list items, or a quote's lines."""

    kind: BlockKind
    lines: tuple[str, ...]
    level: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """A text taken apart; ``title`` is empty where the text has none."""

    title: str
    blocks: tuple[Block, ...]
    urls: tuple[str, ...] = ()
    strong: tuple[str, ...] = field(default=())


_HEADING: Final = re.compile(r"^ {0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_RULE: Final = re.compile(r"^\s*(?:[-*_]\s*){3,}$|^\s*={3,}\s*$")
_BULLET: Final = re.compile(r"^\s*(?:[-*+•·▪‣◦–—]|\[[ xX]\])\s+(?:\[[ xX]\]\s+)?(.*)$")
_NUMBERED: Final = re.compile(r"^\s*(?:\d{1,3}|[٠-٩]{1,3})[.)\-]\s+(.*)$")
_QUOTED: Final = re.compile(r"^\s*>+\s?(.*)$")
_TABLE_ROW: Final = re.compile(r"^\s*\|(.+)\|\s*$")
_TABLE_RULE: Final = re.compile(r"^[\s|:\-]+$")
_DEFINITION: Final = re.compile(r"^\s*\[[^\[\]]{1,60}\]:\s")
_FENCE: Final = re.compile(r"^\s*(```|~~~)")
_BOLD_LINE: Final = re.compile(r"^\s*(?:\*\*|__)([^*_]{2,80})(?:\*\*|__)\s*:?\s*$")
_STOP_END: Final = re.compile(r"[.!?…؟:;,،؛][\"”»’)\]]*\s*$")
_HARD_WRAP = 60
"""Lines shorter than this were broken on purpose; longer ones by an editor's wrap."""


def parse_document(text: str, words: Lexicon) -> Document:
    """Take a text apart. Code, front matter and appendices (references ...) are left out."""
    plain = html_to_markdown(normalise(text))
    blocks = _without_appendices(_promote_titles(_read_blocks(_body_lines(plain))), words)
    title, blocks = _split_title(blocks)
    return Document(
        title=title, blocks=tuple(blocks), urls=find_urls(plain), strong=strong_terms(plain)
    )


def _body_lines(text: str) -> list[str]:
    lines = text.split("\n")
    if lines and lines[0].strip() == "---" and "---" in (line.strip() for line in lines[1:40]):
        end = next(i for i, line in enumerate(lines[1:], 1) if line.strip() == "---")
        lines = lines[end + 1 :]
    kept: list[str] = []
    in_code = False
    for line in lines:
        if _FENCE.match(line):
            in_code = not in_code
        elif not in_code and not _DEFINITION.match(line):
            kept.append(line)
    return kept if any(has_speech(line) for line in kept) else lines


def _line_kind(line: str) -> tuple[BlockKind | None, str, int]:
    """Kind, content and heading level of one line; no kind for an empty one."""
    if not line.strip() or _RULE.match(line):
        return None, "", 0
    if found := _HEADING.match(line):
        return BlockKind.HEADING, found[2], len(found[1])
    if found := _BOLD_LINE.match(line):
        return BlockKind.HEADING, found[1], 3
    if found := _QUOTED.match(line):
        return BlockKind.QUOTE, found[1], 0
    if found := _BULLET.match(line):
        return BlockKind.LIST, found[1], 0
    if found := _NUMBERED.match(line):
        return BlockKind.STEPS, found[1], 0
    if found := _TABLE_ROW.match(line):
        cells = [cell.strip() for cell in found[1].split("|") if cell.strip()]
        is_rule = bool(_TABLE_RULE.match(line))
        return BlockKind.LIST, "" if is_rule else ": ".join(cells[:2]), 0
    return BlockKind.PARAGRAPH, line, 0


def _read_blocks(lines: list[str]) -> list[Block]:
    blocks: list[Block] = []
    kind: BlockKind | None = None
    content: list[str] = []
    was_empty = True

    def close() -> None:
        nonlocal content, kind
        spoken = tuple(line for line in content if has_speech(speakable(line)))
        if kind is not None and spoken:
            blocks.append(Block(kind=kind, lines=spoken))
        content, kind = [], None

    for position, line in enumerate(lines):
        found, body, level = _line_kind(line)
        if found is None:
            follows = _line_kind(lines[position + 1])[0] if position + 1 < len(lines) else None
            if _is_underline(line) and kind is BlockKind.PARAGRAPH and len(content) == 1:
                blocks.append(
                    Block(kind=BlockKind.HEADING, lines=(content[0],), level=_is_underline(line))
                )
                content, kind = [], None
            elif kind not in (BlockKind.LIST, BlockKind.STEPS) or follows is not kind:
                close()
            was_empty = True
            continue
        if _TABLE_RULE.match(line) and "-" in line and _TABLE_ROW.match(line):
            content = []  # the row above it names the columns
        elif found is BlockKind.HEADING:
            close()
            if has_speech(speakable(body)):
                blocks.append(Block(kind=found, lines=(body,), level=level))
        elif found is BlockKind.PARAGRAPH and kind in (BlockKind.LIST, BlockKind.STEPS):
            if was_empty or not line.startswith(" "):
                close()
                kind, content = found, [body]
            else:
                content[-1] += " " + body.strip()
        elif found is not kind:
            close()
            kind, content = found, [body]
        else:
            content.append(body)
        was_empty = False
    close()
    return blocks


def _is_underline(line: str) -> int:
    """Heading level of a Setext underline, 0 for another line."""
    bare = line.strip()
    if len(bare) >= 3 and set(bare) == {"="}:
        return 1
    return 2 if len(bare) >= 3 and set(bare) == {"-"} else 0


def _promote_titles(blocks: list[Block]) -> list[Block]:
    """Short lines that stand alone above text become headings."""
    promoted: list[Block] = []
    for position, block in enumerate(blocks):
        follows = blocks[position + 1] if position + 1 < len(blocks) else None
        if (
            block.kind is BlockKind.PARAGRAPH
            and follows is not None
            and follows.kind is not BlockKind.HEADING
            and len(block.lines) == 1
            and len(block.lines[0].split()) <= 12
            and not _STOP_END.search(block.lines[0])
        ):
            promoted.append(Block(kind=BlockKind.HEADING, lines=block.lines, level=2))
        else:
            promoted.append(block)
    return promoted


def _without_appendices(blocks: list[Block], words: Lexicon) -> list[Block]:
    kept: list[Block] = []
    skipping = 0
    for block in blocks:
        if block.kind is BlockKind.HEADING:
            name = speakable(block.lines[0]).casefold().rstrip(":. ")
            if skipping and block.level <= skipping:
                skipping = 0
            if not skipping and name in words.appendices:
                skipping = block.level
        if not skipping:
            kept.append(block)
    return kept if any(b.kind is not BlockKind.HEADING for b in kept) else blocks


def _split_title(blocks: list[Block]) -> tuple[str, list[Block]]:
    if blocks and blocks[0].kind is BlockKind.HEADING:
        return speakable(blocks[0].lines[0]).rstrip(":. "), blocks[1:]
    return "", blocks


def paragraph_texts(block: Block) -> tuple[str, ...]:
    """A paragraph's running texts: wrapped lines joined, purposely broken lines kept apart."""
    lines = [line.strip() for line in block.lines]
    is_broken = all(_STOP_END.search(line) for line in lines[:-1]) or (
        max(len(line) for line in lines) < _HARD_WRAP and not any("," in ln[-1:] for ln in lines)
    )
    if len(lines) > 1 and is_broken and all(_starts_sentence(line) for line in lines):
        return tuple(speakable(line) for line in lines)
    return (speakable(" ".join(lines)),)


def _starts_sentence(line: str) -> bool:
    first = next((character for character in line if character.isalnum()), "")
    return not first.islower()
