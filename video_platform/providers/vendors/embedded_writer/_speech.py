"""How long the embedded voice takes to say a text."""

import re
from typing import Final

from video_platform.providers.vendors.embedded_writer._lexicon import Lexicon

SCENE_PAUSE_S: Final = 0.9
"""Breath between two scenes."""
EDGES_S: Final = 1.5
"""What a film's opening and closing take beyond a breath each."""
_COMMAS: Final = re.compile(r"[,،;؛:–—](?!\d)")
_STOPS: Final = re.compile(r"[.!?؟…](?=[\s»”\"’)]*\s\S)")
_SIGNS: Final = re.compile(r"[%€$£°+=×±]")
_EDGE_S = 0.1
"""Silence the voice keeps around its speech."""
_SIGN_S = 0.34


def speech_seconds(text: str, words: Lexicon) -> float:
    """Seconds of speech, without the pause after it; right to about 5 % over a whole film."""
    pace = words.pace
    letters = sum(map(str.isalpha, text))
    digits = sum(map(str.isdigit, text))
    return (
        letters * pace.letter_s
        + digits * pace.digit_s
        + len(_COMMAS.findall(text)) * pace.comma_s
        + len(_STOPS.findall(text)) * pace.sentence_s
        + len(_SIGNS.findall(text)) * _SIGN_S
        + _EDGE_S
    )


def scene_seconds(narration: str, words: Lexicon) -> float:
    """Seconds of a scene: its speech and the pause after it, to a tenth."""
    return round(speech_seconds(narration, words) + SCENE_PAUSE_S, 1)


def characters_in(seconds: float, words: Lexicon) -> int:
    """About how many characters are said in so many seconds."""
    return int(seconds / (words.pace.letter_s * 0.86))
