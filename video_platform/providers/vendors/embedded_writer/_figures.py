"""Figures in a sentence: the number as written, its unit, and what it counts."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from video_platform.domain.language import Language
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, lexicon

_NUMBER: Final = r"(?:\d{1,2}/\d{1,3}|\d{1,3}(?:[ .,’']\d{3})+(?!\d)(?:[.,]\d+)?|\d+(?:[.,٫]\d+)?)"
_SYMBOLS: Final = (
    r"%|٪|‰|°C|°F|°|km/h|km²|km2|km|kWh|kW|MW|GW|TW|TWh|GWh|MWh|mph|m²|m³|kg|mg|cm|mm|µm|nm|ml|mL"
    r"|ha|Hz|kHz|MHz|GHz|kB|MB|GB|TB|dB|hPa|€|\$|£|h|g|m|t|L"
)
_MAX_NOTE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A number worth showing. ``strength`` above 1 means striking; ``span`` is its place."""

    text: str
    strength: float
    span: tuple[int, int]
    is_date: bool = False


@lru_cache(maxsize=4)
def _pattern(language: Language) -> re.Pattern[str]:
    words = lexicon(language)
    units = "|".join(re.escape(unit) for unit in sorted(words.units, key=len, reverse=True))
    scales = "|".join(re.escape(scale) for scale in sorted(words.scales, key=len, reverse=True))
    months = "|".join(re.escape(month) for month in words.months)
    return re.compile(
        rf"(?<![\w/.,:\-])(?:"
        rf"(?P<date>(?:\d{{1,2}}(?:er|st|nd|rd|th)?\s+)(?:{months})(?:\s+\d{{4}})?"
        rf"|(?:{months})\s+\d{{1,2}}(?:,\s*\d{{4}})?)"
        rf"|(?P<amount>(?P<money>[$€£]\s?)?(?P<number>{_NUMBER})"
        rf"(?P<scale>\s(?:{scales})(?!\w))?"
        rf"(?P<unit>\s?(?:{_SYMBOLS})(?![\w])|[\s-](?:d[’\']|de\s)?(?:{units})(?!\w))?"
        rf"(?P<era>\s(?:BC|BCE|AD|CE|av\. J\.-C\.|قبل الميلاد)(?!\w))?)"
        rf")(?![\w])",
        re.IGNORECASE if language is not Language.ARABIC else 0,
    )


def find_figures(sentence: str, words: Lexicon) -> list[Figure]:
    """Figures of a sentence, the most striking first."""
    found = []
    for match in _pattern(words.language).finditer(sentence):
        if match["date"]:
            figure = Figure(text=match[0], strength=1.4, span=match.span(), is_date=True)
        else:
            figure = _amount(match)
        if figure.strength > 0:
            found.append(figure)
    return sorted(found, key=lambda figure: (-figure.strength, figure.span))


def _amount(match: re.Match[str]) -> Figure:
    number = match["number"]
    digits = sum(character.isdigit() for character in number)
    unit = (match["unit"] or "").strip()
    is_year = digits == 4 and number.isdecimal() and not unit and 1000 <= int(number) <= 2100
    if match["money"] or unit in ("%", "٪", "€", "$", "£") or "cent" in unit or "مئة" in unit:
        strength = 3.0
    elif match["scale"]:
        strength = 2.8
    elif match["era"]:
        strength = 1.3
    elif is_year:
        strength = 1.2
    elif unit:
        strength = 2.2 + 0.1 * min(digits, 5)
    elif "/" in number:
        strength = 2.0
    elif digits >= 3:
        strength = 2.0 + 0.1 * min(digits, 5)
    else:
        strength = 0.8 if digits == 2 else 0.0
    return Figure(
        text=match[0].strip(),
        strength=strength,
        span=match.span(),
        is_date=(is_year or bool(match["era"])) and not match["money"],
    )


def words_after(sentence: str, figure: Figure) -> str:
    """What follows the figure up to the next clause mark."""
    rest = sentence[figure.span[1] :]
    return re.split(r"[,،;:؛.!?؟…—–()«»“”](?:\s|$)|\s[—–]", rest, maxsplit=1)[0].strip()
