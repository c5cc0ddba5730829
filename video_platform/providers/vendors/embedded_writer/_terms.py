"""Words of a text: tokens, rough stems, and how telling each one is."""

import math
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache
from typing import Final

from video_platform.domain.language import Language
from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon, lexicon

_TOKEN: Final = re.compile(r"[^\W\d_][^\W\d_\u064b-\u0652]*(?:[\u064b-\u0652][^\W\d_]*)*")
_VOWEL_MARKS: Final = re.compile(r"[\u064b-\u0652\u0670]")
_ARABIC_PREFIX: Final = re.compile(r"^(?:[وف]?(?:[بك]?ال|لل)|[وف](?=[^ا]{4}))")
_ARABIC_SUFFIX: Final = re.compile(r"(?:ات|ون|ين|ها|هم|ية|ة|ه|ي)$")
_LATIN_SUFFIX: Final = re.compile(r"(?:ing|ed|ies|es|s|e|aux|x)$")
_ALEF: Final = str.maketrans("أإآىؤئ", "اااييي")


def tokens(text: str) -> list[str]:
    """Words in lower case, without digits, apostrophes and Arabic vowel marks."""
    return [_VOWEL_MARKS.sub("", token) for token in _TOKEN.findall(text.casefold())]


@lru_cache(maxsize=50_000)
def stem(token: str) -> str:
    """A rough stem: enough to see that ``lenses`` and ``lens`` are one word."""
    if "\u0600" <= token[0] <= "\u06ff":
        bare = token.translate(_ALEF)
        cut = _ARABIC_PREFIX.sub("", bare)
        bare = cut if len(cut) >= 3 else bare
        cut = _ARABIC_SUFFIX.sub("", bare)
        return cut if len(cut) >= 3 else bare
    cut = _LATIN_SUFFIX.sub("", token)
    return cut if len(cut) >= 3 else token


def content_stems(text: str, words: Lexicon) -> list[str]:
    """Stems of the words that carry meaning, in order, repeats kept."""
    return [stem(token) for token in tokens(text) if token not in words.stops and len(token) > 1]


def term_weights(texts: Iterable[str], words: Lexicon) -> dict[str, float]:
    """How telling each stem is: how often it comes, dampened, relative to the most frequent."""
    counts = Counter(term for text in texts for term in content_stems(text, words))
    if not counts:
        return {}
    top = math.log1p(max(counts.values()))
    return {term: math.log1p(count) / top for term, count in counts.items()}


def overlap(text: str, other: str, words: Lexicon) -> float:
    """Share of the meaning words of ``text`` that ``other`` has too, 0 to 1."""
    mine = set(content_stems(text, words))
    return len(mine & set(content_stems(other, words))) / len(mine) if mine else 0.0


def detect_language(text: str) -> Language | None:
    """The language a text is plainly in; none where it is short, mixed or something else."""
    sample = text[:6000]
    letters = sum(character.isalpha() for character in sample)
    if letters < 60:
        return None
    arabic = sum("\u0600" <= character <= "\u06ff" for character in sample if character.isalpha())
    if arabic > 0.5 * letters:
        return Language.ARABIC
    found = tokens(sample)
    shares = {
        language: sum(token in lexicon(language).stops for token in found) / max(1, len(found))
        for language in (Language.ENGLISH, Language.FRENCH)
    }
    best = max(shares, key=lambda language: shares[language])
    other = min(shares.values())
    return best if shares[best] > 0.2 and shares[best] > 1.7 * other else None
