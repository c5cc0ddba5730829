"""From any text to speakable text: markup, links, emoji and control characters go."""

import html
import re
import unicodedata
from typing import Final

_URL: Final = re.compile(r"(?:https?://|www\.)[^\s<>\"'«»“”]+", re.IGNORECASE)
_URL_TAIL: Final = ".,;:!?)]}*_،؛؟"
_ESCAPES: Final = re.compile(r"\\([\\`*_{}\[\]()#+\-.!|>~])")
_HIDDEN: Final = (("<!--", "-->"), ("<script", "</script"), ("<style", "</style"))
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>\n]{0,500}>")
_IMAGE: Final = re.compile(r"!\[[^\[\]\n]{0,300}\]\([^()\n]{0,500}\)")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,500})\](?:\([^()\n]{0,1000}\)|\[[^\[\]\n]{0,100}\])")
_FOOTNOTE: Final = re.compile(
    r"\[(?:\^[^\[\]\n]{1,40}|\d{1,3}|citation needed|réf\.[^\]\n]{0,20})\]"
)
_STRONG: Final = re.compile(r"(\*\*|__)(?=\S)([^*_\n]{1,200}?\S?)\1")
_EMPHASIS: Final = re.compile(r"(?<![\w*])([*_])(?=\S)([^*_\n]{1,300}?)\1(?![\w*])")
_MARKS: Final = re.compile(r"[`^|~<>{}\\#_*]|-{2,}(?=\s*$)")
_SPACES: Final = re.compile(r"\s+")
_SPACE_BEFORE_STOP: Final = re.compile(r"(?<=\S) +(?=[.,،؛؟](?!\d))")
_EMPTY_PAIR: Final = re.compile(r"\(\s*[,;:.]?\s*\)|\[\s*\]|“\s*”|«\s*»")
_KEEP_SYMBOLS: Final = frozenset("°№")
_DROP_CATEGORIES: Final = frozenset(("Cc", "Cs", "Co", "Cn", "So", "Sk", "Zl", "Zp"))
_BETWEEN_DIGITS: Final = re.compile(
    r"(?<=\d)[\u00ad\u061c\u0640\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufe00-\ufe0f\ufeff]+(?=\d)"
)
"""Invisible marks whose loss would make one number of two."""
_LINE_ENDS: Final = re.compile(r"\r\n?|[\x0b\x0c\x85\u2028\u2029]")


def normalise(text: str) -> str:
    """NFC text with plain line ends and spaces, without control, bidi or emoji characters."""
    text = _BETWEEN_DIGITS.sub(" ", _LINE_ENDS.sub("\n", text))
    text = unicodedata.normalize("NFC", text).replace("ـ", "")
    kept = {character: _kept(character) for character in set(text)}
    return text.translate({ord(key): value for key, value in kept.items() if key != value})


def _kept(character: str) -> str:
    if character in "\n" or character in _KEEP_SYMBOLS:
        return character
    category = unicodedata.category(character)
    if category == "Zs" or character == "\t":
        return " "
    if category == "Cf" or "\ufe00" <= character <= "\ufe0f" or character == "\u20e3":
        return ""
    return " " if category in _DROP_CATEGORIES else character


def find_urls(text: str) -> tuple[str, ...]:
    """Web addresses in order of appearance, each once, without trailing punctuation."""
    found = (match.rstrip(_URL_TAIL) for match in _URL.findall(text))
    return tuple(dict.fromkeys(url for url in found if len(url) > len("https://")))


def html_to_markdown(text: str) -> str:
    """Text whose HTML blocks became Markdown ones; text without tags is returned unchanged."""
    if not _TAG.search(text):
        return text
    text = _without_hidden(text)
    text = re.sub(r"<h([1-6])\b[^<>]*>", lambda m: "\n\n" + "#" * int(m[1]) + " ", text, flags=re.I)
    text = re.sub(r"<li\b[^<>]*>", "\n- ", text, flags=re.I)
    text = re.sub(r"<blockquote\b[^<>]*>\s*(?:<p\b[^<>]*>)?", "\n\n> ", text, flags=re.I)
    text = re.sub(r"<br\s*/?>", "\n", text, flags=re.I)
    text = re.sub(
        r"</?(?:p|div|h[1-6]|ul|ol|section|article|blockquote|table|tr)\b[^<>]*>",
        "\n\n",
        text,
        flags=re.I,
    )
    return _TAG.sub(" ", text)


def _without_hidden(text: str) -> str:
    """Text without comments, scripts and style sheets; an unclosed one hides nothing."""
    for opening, closing in _HIDDEN:
        kept: list[str] = []
        folded = text.lower() if len(text.lower()) == len(text) else text
        start = 0
        while (found := folded.find(opening, start)) >= 0:
            end = folded.find(closing, found)
            if end < 0:
                break
            kept += [text[start:found], " "]
            start = folded.find(">", end) + 1 or len(text)
        text = "".join([*kept, text[start:]])
    return text


def strong_terms(text: str) -> tuple[str, ...]:
    """What the author set in bold, in order: the best headline there is."""
    found = (speakable(match[1]).rstrip(":.,؛،") for match in _STRONG.findall(text))
    return tuple(dict.fromkeys(term for term in found if term))


def speakable(text: str) -> str:
    """One line of plain words: no Markdown, links, footnote marks, tags or addresses."""
    text = _ESCAPES.sub(r"\1", html.unescape(text)) if "&" in text or "\\" in text else text
    text = _IMAGE.sub(" ", text)
    text = _FOOTNOTE.sub("", _LINK.sub(r"\1", text))
    text = _TAG.sub("", _URL.sub(_after_url, text))
    text = _EMPHASIS.sub(r"\2", _STRONG.sub(r"\2", text))
    text = _EMPTY_PAIR.sub(" ", _MARKS.sub(" ", text))
    text = _SPACE_BEFORE_STOP.sub("", _SPACES.sub(" ", text))
    return text.strip()


def _after_url(match: re.Match[str]) -> str:
    """The punctuation that ends a sentence, not its address."""
    return " " + match[0][len(match[0].rstrip(_URL_TAIL)) :]


def has_speech(text: str) -> bool:
    """Whether a voice would say anything: at least one letter or digit."""
    return any(character.isalnum() for character in text)
