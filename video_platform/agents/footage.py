"""The tenant's own library: pictures and clips that fit a scene by their words.

Own files are found by their names and tags, what was made before by what was asked of its provider.
Matches are ranked by BM25 (Robertson and Zaragoza 2009) and taken only where most words agree, each
item once in a film. The library of a project is what was there when the project was, and files sent
to the project itself: a later upload changes no film by itself.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import PurePath

from video_platform.agents.frames import FrameTaker
from video_platform.db.repositories.assets import UPLOADED, Asset, Assets
from video_platform.domain.direction import FootageUse
from video_platform.domain.manifests import Candidate, Origin, SceneClip, SceneImage
from video_platform.domain.media import Media
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Scene, Script
from video_platform.montage.frames import Moment

_K1, _B = 1.2, 0.75
"""BM25's usual constants: how soon a repeated word stops counting, how much length does."""
_LEAST_SHARED = 2
_LEAST_LIKE = 0.6
"""Share of the shorter one's words that both must have."""
_LEAST_SIDE_PX = 480
_MOST_ITEMS = 5_000
_SHORTEST_WORD = 3
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        """the and with for from into over under its his her their one two are was that this view
        shot image picture photo video clip les des une dans avec sur sous pour par est vue plan
        على في من إلى عن مع""",
    )
)
_MADE = (Stage.SCENE_IMAGES.value, Stage.CLIPS.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An item of the library that fits a scene; ``likeness`` is 0 to 1."""

    asset: Asset
    score: float
    likeness: float


class Library:
    """A tenant's own pictures and clips.

    Args:
        draws_words: gives the providers whose pictures hold the words of one film, and serve no
            other; called when the library is looked through.
    """

    def __init__(
        self, assets: Assets, frames: FrameTaker, *, draws_words: Callable[[], Collection[str]]
    ) -> None:
        self._assets = assets
        self._frames = frames
        self._draws_words = draws_words

    def match(self, project: Project, script: Script) -> dict[int, Match]:
        """What fits which scene, by scene id; scenes that nothing fits are left out."""
        items = [one for kind in ("image", "video") for one in self._items(project, kind)]
        return match_scenes(script.as_written, items)

    def pictures(self, project: Project, script: Script) -> dict[int, SceneImage]:
        """Pictures of scenes; a clip's picture is its middle frame. Empty unless preferred."""
        return {
            scene_id: SceneImage(
                scene_id=scene_id,
                media=dict.fromkeys(
                    project.brief.formats, self._frames.take(found.asset.media, Moment.MIDDLE)
                ),
                origin=dict.fromkeys(project.brief.formats, _origin(found)),
            )
            for scene_id, found in self._preferred(project, script).items()
        }

    def clips(self, project: Project, script: Script) -> dict[int, SceneClip]:
        """Clips of scenes that a clip of the library fits. Empty unless preferred."""
        return {
            scene_id: SceneClip(
                scene_id=scene_id,
                media=dict.fromkeys(project.brief.formats, found.asset.media),
                motion=None,
                origin=_origin(found),
            )
            for scene_id, found in self._preferred(project, script).items()
            if found.asset.kind == "video"
        }

    def _preferred(self, project: Project, script: Script) -> dict[int, Match]:
        is_preferred = project.brief.direction.footage is FootageUse.PREFER
        return self.match(project, script) if is_preferred else {}

    def _items(self, project: Project, kind: str) -> Iterable[Asset]:
        draws_words, opened = self._draws_words(), datetime.fromisoformat(project.created_at)
        for one in self._assets.list(kind=kind, limit=_MOST_ITEMS):
            is_own = one.stage == UPLOADED and one.project == project.key
            is_there = one.created_at <= opened and one.project != project.key
            is_of_use = one.stage == UPLOADED or (
                one.stage in _MADE and one.provider not in draws_words
            )
            if (is_own or is_there) and is_of_use and _is_large_enough(one.media):
                yield one


def match_scenes(scenes: Sequence[Scene], items: Sequence[Asset]) -> dict[int, Match]:
    """The best item of each scene, by scene id; the best pairs first, each item once."""
    texts = [words_of(text_of(item)) for item in items]
    rarity, length = _rarity(texts), sum(map(len, texts)) / max(1, len(texts))
    pairs: list[tuple[float, float, int, int]] = []
    for scene in scenes:
        wanted = set(words_of(" ".join((scene.visual_prompt, *scene.on_screen.keywords))))
        for place, text in enumerate(texts):
            shared = wanted & set(text)
            like = len(shared) / max(1, min(len(wanted), len(set(text))))
            if len(shared) >= _LEAST_SHARED and like >= _LEAST_LIKE:
                score = _bm25(shared, text, rarity, length)
                pairs.append((score, like, scene.id, place))
    found: dict[int, Match] = {}
    used: set[str] = set()
    for score, like, scene_id, place in sorted(pairs, key=lambda pair: (-pair[0], *pair[2:])):
        item = items[place]
        if scene_id not in found and item.media.sha256 not in used:
            found[scene_id] = Match(asset=item, score=round(score, 4), likeness=round(like, 4))
            used.add(item.media.sha256)
    return found


def text_of(item: Asset) -> str:
    """The words an item is found by."""
    if item.stage != UPLOADED:
        return item.prompt
    tags = item.facts.get("tags", [])
    return " ".join((PurePath(str(item.facts.get("name", ""))).stem, *map(str, tags)))


def words_of(text: str) -> list[str]:
    """Words that tell something: folded, without accents, endings of plurals and stop words."""
    folded = unicodedata.normalize("NFKD", text).casefold()
    bare = "".join(sign for sign in folded if not unicodedata.combining(sign))
    found = re.findall(r"[^\W\d_]+", bare)
    return [
        word.removesuffix("s") if word.isascii() else word
        for word in found
        if len(word) >= _SHORTEST_WORD and word not in _STOP_WORDS
    ]


def _rarity(texts: Sequence[Sequence[str]]) -> Mapping[str, float]:
    """Inverse document frequency of every word."""
    holding = Counter(word for text in texts for word in set(text))
    return {
        word: math.log(1 + (len(texts) - count + 0.5) / (count + 0.5))
        for word, count in holding.items()
    }


def _bm25(
    shared: Iterable[str], text: Sequence[str], rarity: Mapping[str, float], length: float
) -> float:
    counts = Counter(text)
    damping = _K1 * (1 - _B + _B * len(text) / max(1.0, length))
    return sum(
        rarity[word] * counts[word] * (_K1 + 1) / (counts[word] + damping) for word in shared
    )


def _is_large_enough(media: Media) -> bool:
    return min(media.probe.width_px, media.probe.height_px) >= _LEAST_SIDE_PX


def _origin(found: Match) -> Origin:
    """Where it came from, and why it was taken: that it costs nothing now is part of it."""
    asset = found.asset
    why = Candidate(
        generation=asset.generation,
        sha256=asset.media.sha256,
        score=found.likeness,
        notes=(f"library: {text_of(asset)[:120]}",),
        is_used=True,
    )
    provider = UPLOADED if asset.stage == UPLOADED else asset.provider
    return Origin(provider=provider, generation=asset.generation, candidates=(why,))
