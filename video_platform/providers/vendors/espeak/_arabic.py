"""Short vowels for Arabic words that the engine would otherwise say as bare consonants.

Arabic is written without them. The engine knows the vowels of many stems, but not of verbs, of
``li`` before the article, or of a word joined to ``wa``: it says ``jstxdm`` for ``yastakhdim``.
Frequent words are listed; the commonest verb and noun shapes are filled in by pattern. A word
that is neither, or already vowelled, goes to the engine as it is.
"""

import re
from typing import Final

_MARKS: Final = re.compile("[\u064b-\u0652\u0670]")
_WORD: Final = re.compile(r"(?P<open>\W*)(?P<word>[\u0621-\u064a]+)(?P<close>\W*)")

_FREQUENT: Final = (
    "أَنَّ إِنَّ كَانَت كَان يُمكِن لَيْسَ لَيْسَت قَد لَقَد تَمَّ لَدَى لِذٰلِكَ لِأَنَّ بِأَنَّ فَإِنَّ كَأَنَّ"
    " دُوَل سَنَوَات مِليُون مِليَار ثَلَاث ثَلَاثَة أَربَعَة خَمسَة سِتَّة سَبعَة ثَمَانِيَة تِسعَة عَشَرَة"
    " شَرِكَة شَرِكَات تِقنِيَة تِقنِيَات خِدمَة خِدمَات نِصف رُبع ثُلث أَسعَارهَا سِعر نُمُوّ صِحَّة قُدرَة"
    " فُرصَة فُرَص طُرُق مُدُن بَلَغَ بَدَأَ بَدَأَت أَصبَحَ أَصبَحَت ظَهَرَ وَصَلَ يَعنِي يَجِب يَجرِي تَجرِي"
    " يَكفِي يَمُرّ يَقِلّ يَتِمّ تَتِمّ يَصِل تَصِل يَزدَاد تَزدَاد يُعَدّ تُعَدّ يُعتَبَر تُعتَبَر مُرتَفِعا"
    # The engine knows these; they are here for the prefixes.
    " من على في إلى عن مع هذا هذه التي الذي ذلك لا لم لن كل قبل بعد هو هي هم نحن كما عند بين"
)
_LISTED: Final = {_MARKS.sub("", word): word for word in _FREQUENT.split()}
# C is a letter that is always a consonant.
_SHAPES: Final = tuple(
    (re.compile(shape.replace("C", "([بتثجحخدذرزسشصضطظعغفقكلمنهأئؤ])")), filled)
    for shape, filled in (
        ("([يتن])ستCCC(|ون|ها|ه)", r"\1َستَ\2\3ِ\4\5"),  # yastakhdim
        ("([يتن])CتCC(|ون|ها|ه)", r"\1َ\2تَ\3ِ\4\5"),  # ya'tamid
        ("([يتن])نCCC", r"\1َن\2َ\3ِ\4"),  # yankhafid
        ("انCCC", r"اِن\1َ\2َ\3"),
        ("انCCCت", r"اِن\1َ\2َ\3َت"),
        ("اCتCC", r"اِ\1تَ\2َ\3"),
        ("اCتCCت", r"اِ\1تَ\2َ\3َت"),
        ("استCCC", r"اِستَ\1\2َ\3"),
        ("استCCCت", r"اِستَ\1\2َ\3َت"),
        ("أCCCت", r"أَ\1\2َ\3َت"),
        ("CCCت", r"\1َ\2َ\3َت"),
        ("تCCيC(|ها|ه)", r"تَ\1\2ِي\3\4"),  # tahqiq
        ("مCتCC(|ة)", r"مُ\1تَ\2ِ\3\4"),
        ("([يت])CوC", r"\1َ\2ُو\3"),  # yaqul
        ("([يت])CيC", r"\1َ\2ِي\3"),
        ("يCCC", r"يَ\1\2َ\3"),
        ("يCCCون", r"يَ\1\2َ\3ُون"),
    )
)
_PREFIXES: Final = (
    # letter, how it is said, letters in the shortest word that may carry it
    ("و", "وَ", 3),
    ("ف", "فَ", 3),
    ("ل", "لِ", 5),
    ("ب", "بِ", 5),
)


def vowel(token: str) -> str:
    """``token`` with short vowels where the engine needs them, spoken the same otherwise."""
    parts = _WORD.fullmatch(token)
    if parts is None or _MARKS.search(token):
        return token
    word = parts["word"]
    if word.startswith("لل") and len(word) > 4:
        said = "لِ ال" + word[2:]
    else:
        said = _fill(word) or _fill_prefixed(word) or word
    if said.endswith("ة") and _MARKS.search(said):
        said = said.rstrip("ة").rstrip("\u064e") + "\u064e"  # "a" as in a pause, not "at"
    return parts["open"] + said + parts["close"]


def _fill(word: str) -> str:
    """The vowelled word, or nothing when it is not known."""
    listed = _LISTED.get(word)
    if listed is not None:
        return listed
    for shape, filled in _SHAPES:
        found = shape.fullmatch(word)
        if found is not None:
            return found.expand(filled)
    return ""


def _fill_prefixed(word: str) -> str:
    """``wa``, ``fa``, ``li`` or ``bi`` before a known word; the pieces are spoken apart."""
    for letter, said, shortest in _PREFIXES:
        rest = _fill(word[1:]) if word.startswith(letter) and len(word) >= shortest else ""
        if rest:
            return f"{said} {rest}"
    return ""
