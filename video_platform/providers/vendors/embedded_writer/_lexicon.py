"""What the writer knows of a language: small word lists and its few fixed phrases."""

from dataclasses import dataclass
from functools import cache

from video_platform.domain.language import Language


def word_set(text: str) -> frozenset[str]:
    """The words of a list written as running text."""
    return frozenset(text.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Seconds the embedded voice takes, fitted on its own recordings at 160 words a minute."""

    letter_s: float
    digit_s: float
    comma_s: float
    sentence_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """Word lists and phrases of one language; all words are lower case.

    Args:
        stops: function words, never telling and never the end of a headline.
        tails: further words that may not end a headline, because they ask for what follows.
        weak: sentence openers that lean on the sentence before.
        firm: openers that begin with a weak word and yet stand alone.
        connectives: openers that may be dropped with their comma.
        joints: words a headline may stop before.
        subordinators: words that begin another clause.
        breaks: a comma and these words part two main clauses.
        contrasts: words between the two sides of a comparison.
        cues: words that mark an important sentence.
        noise: words of calls to action and page furniture.
        units: unit words that belong to a figure.
        labels: words that name the parts of a written script, by part.
    """

    language: Language
    name: dict[Language, str]
    pace: Pace
    stops: frozenset[str]
    tails: frozenset[str]
    weak: frozenset[str]
    firm: tuple[str, ...]
    connectives: tuple[str, ...]
    joints: frozenset[str]
    subordinators: frozenset[str]
    breaks: tuple[str, ...]
    contrasts: tuple[str, ...]
    cues: tuple[str, ...]
    noise: tuple[str, ...]
    abbreviations: frozenset[str]
    months: tuple[str, ...]
    units: tuple[str, ...]
    scales: tuple[str, ...]
    appendices: tuple[str, ...]
    request_openers: tuple[str, ...]
    labels: dict[str, tuple[str, ...]]
    last_joiner: str
    comma: str
    full_stop: str
    quote_marks: tuple[str, str]
    speaker: str
    continued: str
    invitation: str
    thanks: str
    notice_line: str
    notice_short: str
    notice_long: str
    notice_language: str


@cache
def lexicon(language: Language) -> Lexicon:
    """The word lists of ``language``, loaded on first use."""
    if language is Language.FRENCH:
        from video_platform.providers.vendors.embedded_writer._french import FRENCH

        return FRENCH
    if language is Language.ARABIC:
        from video_platform.providers.vendors.embedded_writer._arabic import ARABIC

        return ARABIC
    from video_platform.providers.vendors.embedded_writer._english import ENGLISH

    return ENGLISH
