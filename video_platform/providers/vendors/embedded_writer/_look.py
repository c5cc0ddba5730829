"""Mood of the music and description of the picture, from the words of the film."""

from collections.abc import Sequence
from typing import Final

from video_platform.domain.script import OnScreenKind
from video_platform.providers.vendors.embedded_writer._terms import tokens

_MOOD_WORDS: Final[dict[str, str]] = {
    "dramatic": (
        "war wars battle disaster storm dread dreaded shipwreck danger dangerous death fire "
        "volcano guerre bataille catastrophe tempête danger mort volcan حرب معركة كارثة عاصفة خطر "
        "موت بركان"
    ),
    "tense": (
        "crisis threat attack hacker hackers fraud crime urgent warning crise menace attaque "
        "fraude crime أزمة تهديد هجوم جريمة تحذير"
    ),
    "corporate": (
        "company companies market markets business customer customers sales revenue product "
        "strategy management startup software entreprise entreprises marché clients ventes "
        "produit stratégie gestion شركة شركات سوق أعمال عملاء مبيعات منتج استراتيجية إدارة"
    ),
    "playful": (
        "fun game games play toy toys cartoon joke birthday puppy kitten jeu jeux jouer jouet "
        "amusant blague anniversaire chaton لعبة ألعاب مرح لعب نكتة"
    ),
    "warm": (
        "family home bread kitchen mother grandmother love friend friends tradition recipe heart "
        "famille maison pain levain cuisine mère amour amis tradition recette cœur خبز عائلة أسرة "
        "بيت أم حب أصدقاء تقاليد وصفة قلب قهوة"
    ),
    "inspiring": (
        "invention inventor discovery dream dreams hope future space explore light star stars "
        "first wonder wonders science lens invention découverte rêve espoir avenir espace lumière "
        "étoile premier science اختراع اكتشاف حلم أمل مستقبل فضاء ضوء نجوم أول علم"
    ),
    "upbeat": (
        "sport music dance festival travel win record fast energy sport musique danse fête voyage "
        "victoire record rapide énergie رياضة موسيقى رقص مهرجان سفر فوز سرعة"
    ),
    "calm": (
        "water nature forest sea sleep night garden river slow quiet meditation eau nature forêt "
        "mer sommeil nuit jardin rivière lent silence ماء مياه طبيعة غابة بحر نوم ليل حديقة نهر "
        "هدوء أفلاج فلج"
    ),
}
_SECOND: Final[dict[str, str]] = {
    "calm": "documentary",
    "upbeat": "bright",
    "inspiring": "documentary",
    "dramatic": "cinematic",
    "warm": "acoustic",
    "playful": "light",
    "tense": "pulsing",
    "corporate": "modern",
}
_BY_KIND: Final[dict[OnScreenKind, str]] = {
    OnScreenKind.TITLE: "opening",
    OnScreenKind.NUMBER: "curious",
    OnScreenKind.QUOTE: "reflective",
    OnScreenKind.STEPS: "steady",
    OnScreenKind.LIST: "steady",
    OnScreenKind.COMPARISON: "curious",
    OnScreenKind.CLOSING: "hopeful",
}
_LIGHT: Final[dict[str, str]] = {
    "calm": "soft natural light, muted blues and greens",
    "upbeat": "bright daylight, vivid saturated colours",
    "inspiring": "golden-hour light, wide sense of space",
    "dramatic": "strong contrast, low-key light",
    "warm": "warm window light, earthy tones",
    "playful": "cheerful even light, candy colours",
    "tense": "cold side light, deep shadows",
    "corporate": "clean bright light, blue and white palette",
}
_ABSTRACT: Final = frozenset(
    [
        "idea",
        "list",
        "question",
        "check",
        "warning",
        "arrow",
        "quote",
        "time",
        "growth",
        "chart",
        "location",
    ]
)
"""Concepts that have an icon but no look."""
_SHOTS: Final = (
    "Wide establishing shot",
    "Detailed close-up",
    "Medium shot at eye level",
    "View from above",
    "Macro detail with shallow depth of field",
    "Wide shot with strong leading lines",
    "Three-quarter view",
    "Low-angle shot",
)
_SHOT_BY_KIND: Final[dict[OnScreenKind, str]] = {
    OnScreenKind.TITLE: "Wide establishing shot",
    OnScreenKind.QUOTE: "Quiet, uncluttered scene with empty space",
    OnScreenKind.COMPARISON: "Split composition with two contrasting halves",
    OnScreenKind.LIST: "Neat arrangement of the subjects seen from above",
    OnScreenKind.CLOSING: "Wide closing shot with open horizon",
}


def film_mood(texts: Sequence[str]) -> str:
    """The mood the words speak for; calm when they hardly speak."""
    counts = dict.fromkeys(_MOOD_WORDS, 0)
    owners = {word: mood for mood, line in _MOOD_WORDS.items() for word in line.split()}
    for text in texts:
        for token in tokens(text):
            if mood := owners.get(token) or owners.get(token.removeprefix("ال")):
                counts[mood] += 1
    best = max(counts, key=lambda mood: counts[mood])
    return best if counts[best] > 1 else "calm"


def scene_mood(mood: str, kind: OnScreenKind) -> str:
    """The film's mood, coloured by what the scene does."""
    colour = _BY_KIND.get(kind, "")
    return ", ".join(word for word in (mood, _SECOND[mood], colour) if word)


def visual_prompt(
    *,
    subject: str,
    title: str,
    keywords: Sequence[str],
    style: str,
    mood: str,
    kind: OnScreenKind,
    turn: int,
) -> str:
    """A description for an image generator: shot, subject, topic, style, light; no lettering."""
    shot = _SHOT_BY_KIND.get(kind) or _SHOTS[turn % len(_SHOTS)]
    parts = [f"{shot}: {subject.rstrip('.!?؟… ')}."]
    if title and title.casefold() not in subject.casefold():
        parts.append(f"Film about “{title}”.")
    motifs = [word for word in keywords if word not in _ABSTRACT][:3]
    if motifs:
        parts.append(f"Visible motifs: {', '.join(motifs)}.")
    parts.append(f"{style.strip().capitalize() or 'Clean'} style, {mood} mood, {_LIGHT[mood]}.")
    parts.append("No text, letters, numbers or logos.")
    return " ".join(parts)
