"""What a composer elsewhere is told: a mood in plain English, for a bed under narration."""

from typing import Final

_MOODS: Final = {
    "calm": "calm and unhurried, soft felt piano over warm pads, 70 BPM",
    "upbeat": "upbeat and bright, plucked guitar, light drums, claps and bass, 118 BPM",
    "inspiring": "inspiring and hopeful, piano and strings that slowly rise, 96 BPM",
    "dramatic": "dramatic and cinematic, low strings, deep percussion, wide brass, 84 BPM",
    "warm": "warm and intimate, acoustic guitar, gentle strings, soft brushes, 80 BPM",
    "playful": "playful and light, pizzicato strings, marimba, finger snaps, 110 BPM",
    "tense": "tense and restrained, pulsing synth bass, ticking percussion, dark drones, 100 BPM",
    "corporate": "confident and modern, clean electric guitar, piano, steady light drums, 108 BPM",
}
"""The moods scripts are written with, as instruments and tempo: words that models know."""
_BED: Final = "Instrumental background music for a spoken film, no vocals, even level, full mix"
_COLOUR_CHARACTERS: Final = 160


def music_prompt(mood: str) -> str:
    """A prompt of at most 400 characters; ``mood`` is a comma list, the first known word leads.

    The other words colour it, as far as there is room for them.
    """
    words = [word for part in mood.split(",") if (word := " ".join(part.split()))]
    lead = next((word for word in words if word.lower() in _MOODS), "")
    colour = ""
    for word in words:
        if word != lead and len(colour) + len(word) + 2 <= _COLOUR_CHARACTERS:
            colour = f"{colour}, {word}" if colour else word
    told = _MOODS.get(lead.lower()) or ("" if colour else _MOODS["calm"])
    return f"{_BED}. Mood: {', '.join(part for part in (told, colour) if part)}."
