"""Music agent: one piece for the whole film, in its prevailing mood."""

from collections import Counter
from typing import Any

from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.domain.generation import MusicRequest
from video_platform.domain.manifests import Music
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Script
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider

_STEP_S = 10
"""Music is asked for in these steps of length: the montage fits it to the voice to the sample, and
a changed sentence does not make new music."""


class MusicAgent:
    """Scores a project."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def run(
        self, provider: Provider[MusicRequest], project: Project, script: Script
    ) -> StageResult[Music]:
        """Music about as long as the script, or the music the project keeps."""
        kept = project.pins(0).music
        if kept is not None:
            return StageResult(value=kept)
        moods = Counter(scene.music_mood for scene in script.as_written)
        mood = moods.most_common(1)[0][0]
        steps = max(1, -(-int(script.duration) // _STEP_S))
        request = MusicRequest(
            mood=mood,
            duration_ms=steps * _STEP_S * 1000,
            seed=project.seed + project.take(Stage.MUSIC),
        )
        generation = self._ledger.obtain(provider, request, project=project.key)
        tempo: Any = generation.details.get("tempo_bpm", 0)
        music = Music(
            media=generation.media,
            mood=mood,
            licence=str(generation.details.get("licence", "")),
            bar_ms=round(4 * 60_000 / tempo) if tempo else 0,
            origin=origin_of(generation),
        )
        return billed(music, [generation])
