"""Passages: the smallest pieces a scene is made of, each with its own narration and worth."""

import re
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from video_platform.providers.vendors.embedded_writer._blocks import (
    Block,
    BlockKind,
    Document,
    paragraph_texts,
)
from video_platform.providers.vendors.embedded_writer._clean import (
    has_speech,
    speakable,
    strong_terms,
)
from video_platform.providers.vendors.embedded_writer._headlines import ITEM_CHARACTERS, fit
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon
from video_platform.providers.vendors.embedded_writer._sentences import (
    finish,
    leans_on_previous,
    split_long,
    split_sentences,
    without_parentheticals,
)
from video_platform.providers.vendors.embedded_writer._speech import characters_in, speech_seconds

SENTENCE_LIMIT_S: Final = 11.0
_CHUNK_S: Final = 8.5
_MAX_ITEMS: Final = 4
_MOST_ITEMS: Final = 400
_MOST_PASSAGES: Final = 5000
_LONG_LIST_S: Final = 13.0
_ATTRIBUTION: Final = re.compile(r"^\s*(?:—|–|--|-|~|―)\s*(.+)$")
_INLINE_ATTRIBUTION: Final = re.compile(r"^(.*\S)\s*(?:—|–|―|--)\s*([^—–.!?]{3,80})$", re.S)
_LABELLED: Final = re.compile(r"^(.{2,45}?)\s*(?::\s|\s[—–]\s|\s-\s)(.+)$")
_INTRO_END: Final = re.compile(r"\s*[:：]\s*$")


class PassageKind(Enum):
    """What a passage holds."""

    SENTENCE = "sentence"
    LIST = "list"
    STEPS = "steps"
    QUOTE = "quote"


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """Narration for part of a scene.

    Args:
        section: counts headings from 0.
        paragraph: counts blocks; passages of one block may lean on one another.
        needs_previous: makes no sense without the passage before it.
        items: what a list or steps passage shows.
        speaker: who a quote is from, in full.
        lead: the line that introduces a list, without its colon.
        chunk: counts the passages of one list, which belong together.
    """

    kind: PassageKind
    text: str
    section: int
    heading: str
    paragraph: int
    place: int = 0
    needs_previous: bool = False
    items: tuple[str, ...] = ()
    speaker: str = ""
    lead: str = ""
    chunk: int = 0
    strong: tuple[str, ...] = ()
    seconds: float = 0.0
    score: float = 0.0


@dataclass(slots=True)
class _Reader:
    """Turns blocks into passages, one section after another."""

    words: Lexicon
    names: frozenset[str]
    budget_s: float
    passages: list[Passage]
    section: int = 0
    heading: str = ""
    paragraph: int = 0

    def add(self, kind: PassageKind, text: str, **more: object) -> None:
        text = text.strip()
        if not has_speech(text):
            return
        passage = Passage(
            kind=kind,
            text=text,
            section=self.section,
            heading=self.heading,
            paragraph=self.paragraph,
            seconds=speech_seconds(text, self.words),
        )
        self.passages.append(replace(passage, **more))  # type: ignore[arg-type]  # field names


def read_passages(document: Document, words: Lexicon, budget_s: float) -> list[Passage]:
    """All passages of a document in order; lists are kept short enough for ``budget_s``."""
    reader = _Reader(words, _names(document), budget_s, [])
    blocks = document.blocks
    for position, block in enumerate(blocks):
        reader.paragraph = position
        follows = blocks[position + 1] if position + 1 < len(blocks) else None
        if block.kind is BlockKind.HEADING:
            reader.section += 1
            reader.heading = speakable(block.lines[0]).rstrip(":. ")
        elif block.kind is BlockKind.PARAGRAPH:
            _read_paragraph(reader, block, follows)
        elif block.kind is BlockKind.QUOTE:
            _read_quote(reader, block)
        else:
            before = blocks[position - 1] if position else None
            _read_list(reader, block, before)
    if not reader.passages:  # nothing but headings
        reader.section, reader.heading = 0, ""
        for block in blocks:
            reader.add(PassageKind.SENTENCE, finish(speakable(block.lines[0]), words))
    found = reader.passages
    if len(found) > _MOST_PASSAGES:  # a book of fragments: its beginning and its end will do
        found = found[: _MOST_PASSAGES // 2] + found[-_MOST_PASSAGES // 2 :]
    return [replace(p, place=place) for place, p in enumerate(found)]


def _introduces(text: str) -> bool:
    return bool(_INTRO_END.search(text))


def _is_list(block: Block | None) -> bool:
    return block is not None and block.kind in (BlockKind.LIST, BlockKind.STEPS)


def _read_paragraph(reader: _Reader, block: Block, follows: Block | None) -> None:
    strong = tuple(term for line in block.lines for term in strong_terms(line))
    limit = characters_in(SENTENCE_LIMIT_S, reader.words)
    for text in paragraph_texts(block):
        for raw in split_sentences(text, reader.words):
            if (
                _introduces(raw)
                and _is_list(follows)
                and raw == _last_sentence(block, reader.words)
            ):
                continue  # the list says it
            sentence = finish(without_parentheticals(raw), reader.words)
            for number, piece in enumerate(split_long(sentence, reader.words, limit)):
                reader.add(
                    PassageKind.SENTENCE,
                    piece,
                    needs_previous=number > 0 or leans_on_previous(piece, reader.words),
                    strong=tuple(term for term in strong if term in piece),
                )


def _last_sentence(block: Block, words: Lexicon) -> str:
    sentences = split_sentences(paragraph_texts(block)[-1], words)
    return sentences[-1] if sentences else ""


def _read_quote(reader: _Reader, block: Block) -> None:
    lines = [speakable(line) for line in block.lines]
    speaker = ""
    if len(lines) > 1 and (found := _ATTRIBUTION.match(lines[-1])):
        speaker, lines = found[1].strip(), lines[:-1]
    quote = " ".join(lines).strip('“”"«» ')
    if not speaker and (found := _INLINE_ATTRIBUTION.match(quote)):
        quote, speaker = found[1].strip('“”"«» '), found[2].strip()
    if not speaker or speech_seconds(quote, reader.words) > 2 * SENTENCE_LIMIT_S:
        _read_paragraph(reader, Block(kind=BlockKind.PARAGRAPH, lines=(quote,)), None)
        return
    opening, closing = reader.words.quote_marks
    said = reader.words.speaker.format(
        name=re.split(r"[,،(]", speaker)[0].strip(),
        quote=opening + finish(quote, reader.words) + closing,
    )
    reader.add(PassageKind.QUOTE, said, speaker=speaker, items=(quote,))


def _read_list(reader: _Reader, block: Block, before: Block | None) -> None:
    """A list in passages: told in full where time allows, else its leading words only."""
    words = reader.words
    kind = PassageKind.STEPS if block.kind is BlockKind.STEPS else PassageKind.LIST
    lead = ""
    if before is not None and before.kind is BlockKind.PARAGRAPH:
        last = _last_sentence(before, words)
        lead = _INTRO_END.sub("", last) if _introduces(last) else ""
    lines = [without_parentheticals(line) for line in block.lines[:_MOST_ITEMS]]
    is_labelled = all(_lead_of(line) for line in lines)
    shown = [_item_line(line, words, is_labelled=is_labelled) for line in lines]
    told = [_strip_end(speakable(line)) for line in lines]
    seconds = sum(speech_seconds(item, words) for item in [lead, *told])
    leads = [_lead_of(line) for line in lines]
    is_one_scene = len(told) < _MAX_ITEMS and seconds > _LONG_LIST_S
    if all(leads) and (is_one_scene or seconds > max(0.17 * reader.budget_s, _CHUNK_S)):
        told = leads
    as_sentences = kind is PassageKind.STEPS or not all(_fits_in_row(item) for item in told)
    for number, chunk in enumerate(_chunks(told, lead, words)):
        items = [told[i] for i in chunk]
        if not as_sentences:
            items = [items[0] if not lead else _in_row(items[0], reader.names)] + [
                _in_row(item, reader.names) for item in items[1:]
            ]
        text = _tell(items, lead or reader.heading, words, is_first=not number, split=as_sentences)
        reader.add(
            kind,
            text,
            needs_previous=number > 0,
            items=tuple(shown[i] or fit(told[i], words, ITEM_CHARACTERS) for i in chunk),
            lead=lead,
            chunk=number,
        )


def _strip_end(item: str) -> str:
    bare = item.strip()
    if re.search(r"(?:\b\w\.){2,}$", bare):  # p.m.
        return bare
    inner = bare[:-1]
    return inner.rstrip() if bare.endswith((".", ";", "؛", ",", "،")) else bare


def _fits_in_row(item: str) -> bool:
    """Whether an item can stand in a row with commas: short, and without marks of its own."""
    return len(item.split()) <= 14 and not re.search(r"[,،;؛:.!?؟](?:\s|$)", item)


def _lead_of(line: str) -> str:
    """The few words an item can be told by: its label, or what it opens with in bold."""
    strong = strong_terms(line)
    opens = strong and _strip_end(speakable(line)).startswith(strong[0])
    return _label_of(line) or (strong[0] if opens else "")


def _label_of(line: str) -> str:
    """The label before an item's colon or dash (``Label: explanation``), if it has one."""
    found = _LABELLED.match(_strip_end(speakable(line)))
    return found[1].strip() if found else ""


def _item_line(line: str, words: Lexicon, *, is_labelled: bool) -> str:
    """What the screen shows of an item: its bold or labelled lead, or the item cut short."""
    plain = _strip_end(speakable(line))
    strong = strong_terms(line)
    if strong and plain.startswith(strong[0]) and len(strong[0]) <= ITEM_CHARACTERS:
        return strong[0]
    if is_labelled and (label := _label_of(line)):
        return label if len(label) <= ITEM_CHARACTERS else fit(label, words, ITEM_CHARACTERS)
    return plain if len(plain) <= ITEM_CHARACTERS else fit(plain, words, ITEM_CHARACTERS)


def _chunks(items: list[str], lead: str, words: Lexicon) -> list[list[int]]:
    """Item numbers by scene: at most four each, about nine seconds each, evenly filled."""
    total = sum(speech_seconds(item, words) + 0.2 for item in [*items, lead])
    count = max(-(-len(items) // _MAX_ITEMS), round(total / _CHUNK_S), 1)
    count = min(count, max(1, len(items) // 2, -(-len(items) // _MAX_ITEMS)))
    size, extra = divmod(len(items), count)
    chunks: list[list[int]] = []
    start = 0
    for number in range(count):
        end = start + size + (1 if number < extra else 0)
        chunks.append(list(range(start, end)))
        start = end
    return chunks


def _tell(items: list[str], lead: str, words: Lexicon, *, is_first: bool, split: bool) -> str:
    colon = (
        " : "
        if words.comma == ", " and words.full_stop == "." and words.last_joiner == " et "
        else ": "
    )
    if split:
        body = " ".join(finish(item, words) for item in items)
        return f"{finish(lead, words)} {body}" if lead and is_first else body
    is_wordy = max(len(item.split()) for item in items) > 4 and words.last_joiner == " and "
    joiner = "," + words.last_joiner if is_wordy else words.last_joiner
    joined = items[0] if len(items) == 1 else words.comma.join(items[:-1]) + joiner + items[-1]
    if not is_first:
        return finish(words.continued.format(items=joined), words)
    return finish(f"{lead}{colon}{joined}" if lead else joined, words)


def _names(document: Document) -> frozenset[str]:
    """Words the text writes with a capital inside its sentences."""
    return frozenset(
        word
        for block in document.blocks
        if block.kind is BlockKind.PARAGRAPH
        for line in block.lines
        for word in re.findall(r"(?<=[a-zà-ÿ,’'] )[A-ZÀ-Þ][\w-]+|(?<=[’'])[A-ZÀ-Þ][\w-]+", line)
    )


def _in_row(item: str, names: frozenset[str]) -> str:
    """An item inside a sentence: no capital, unless it is a name or nothing but capitals."""
    first, _, rest = item.partition(" ")
    is_name = first in names or (not first[1:].islower() and first not in ("A", "À"))
    return item if is_name or (rest and rest[0].isupper()) else item[0].lower() + item[1:]
