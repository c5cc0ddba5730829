"""Voice agent: every scene's narration, with the time of each word."""

from typing import Any

from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.agents.scenes import for_each_scene
from video_platform.domain.generation import Generation, VoiceRequest
from video_platform.domain.manifests import VoiceTrack, VoiceTracks
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Scene, Script
from video_platform.domain.timing import Word
from video_platform.errors import PermanentProviderError
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider


class VoiceAgent:
    """Speaks the script of a project."""

    def __init__(self, ledger: Ledger, *, max_parallel: int) -> None:
        self._ledger = ledger
        self._max_parallel = max_parallel

    def run(
        self, provider: Provider[VoiceRequest], project: Project, script: Script
    ) -> StageResult[VoiceTracks]:
        """One track per scene, in the order of the script."""
        requests = [
            (
                scene.id,
                VoiceRequest(
                    text=scene.narration,
                    language=script.language,
                    voice=project.brief.voice,
                    take=project.take(Stage.VOICE_TRACKS, scene.id),
                ),
            )
            for scene in script.scenes
        ]
        generations = for_each_scene(
            Stage.VOICE_TRACKS,
            requests,
            lambda request: self._ledger.obtain(provider, request, project=project.key),
            noun="voice",
            max_parallel=self._max_parallel,
        )
        tracks = tuple(
            _track(scene, generation)
            for scene, generation in zip(script.scenes, generations, strict=True)
        )
        return billed(VoiceTracks(tracks=tracks), generations)


def _track(scene: Scene, generation: Generation) -> VoiceTrack:
    entries: Any = generation.details.get("words", [])
    words = tuple(Word(str(e["text"]), int(e["start_ms"]), int(e["end_ms"])) for e in entries)
    if tuple(word.text for word in words) != scene.words:
        raise PermanentProviderError(
            f"{generation.provider} timed {len(words)} words of the {len(scene.words)} "
            f"in scene {scene.id}.",
            provider=generation.provider,
            operation="voice",
            hint="Captions must carry the approved words; choose another voice provider.",
        )
    return VoiceTrack(
        scene_id=scene.id,
        media=generation.media,
        words=words,
        timing=str(generation.details.get("timing", "")),
        origin=origin_of(generation),
    )
