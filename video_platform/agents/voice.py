"""Voice agent: every scene's narration, with the time of each word.

A voice that tells no times is listened to by an alignment provider, when the brief names one; else
its words are spread over the parts in which it speaks.
"""

from typing import Any

from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.agents.scenes import for_each_scene
from video_platform.domain.generation import AlignmentRequest, Generation, VoiceRequest
from video_platform.domain.manifests import VoiceTrack, VoiceTracks
from video_platform.domain.media import MediaPath
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Scene, Script
from video_platform.domain.timing import Word
from video_platform.errors import PermanentProviderError
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider
from video_platform.providers.words import speaking_parts, spread_words


class VoiceAgent:
    """Speaks the script of a project.

    Args:
        media_path: gives local files of tracks, to find their pauses.
    """

    def __init__(
        self, ledger: Ledger, *, max_parallel: int, media_path: MediaPath | None = None
    ) -> None:
        self._ledger = ledger
        self._max_parallel = max_parallel
        self._media_path = media_path

    def run(
        self,
        provider: Provider[VoiceRequest],
        project: Project,
        script: Script,
        aligner: Provider[AlignmentRequest] | None = None,
    ) -> StageResult[VoiceTracks]:
        """One track per scene, in the order of the script.

        ``aligner`` is asked for the times of a voice that tells none.
        """
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

        def speak(request: VoiceRequest) -> tuple[Generation, Generation | None]:
            spoken = self._ledger.obtain(provider, request, project=project.key)
            if aligner is None or _tells_times(spoken):
                return spoken, None
            wanted = AlignmentRequest(
                audio=spoken.media, text=request.text, language=request.language
            )
            return spoken, self._ledger.obtain(aligner, wanted, project=project.key)

        made = for_each_scene(
            Stage.VOICE_TRACKS,
            requests,
            speak,
            noun="voice",
            max_parallel=self._max_parallel,
        )
        tracks = tuple(
            self._track(scene, spoken, timed or spoken)
            for scene, (spoken, timed) in zip(script.scenes, made, strict=True)
        )
        generations = [one for pair in made for one in pair if one is not None]
        return billed(VoiceTracks(tracks=tracks), generations)

    def _track(self, scene: Scene, spoken: Generation, timed: Generation) -> VoiceTrack:
        if _tells_times(timed):
            entries: Any = timed.details["words"]
            words = tuple(
                Word(str(e["text"]), int(e["start_ms"]), int(e["end_ms"])) for e in entries
            )
            timing = str(timed.details.get("timing", ""))
        else:
            words, timing = self._estimated(scene, spoken), "estimated"
        if tuple(word.text for word in words) != scene.words:
            raise PermanentProviderError(
                f"{timed.provider} timed {len(words)} words of the {len(scene.words)} "
                f"in scene {scene.id}.",
                provider=timed.provider,
                operation="voice",
                hint="Captions must carry the approved words; choose another provider.",
            )
        return VoiceTrack(
            scene_id=scene.id,
            media=spoken.media,
            words=words,
            timing=timing,
            origin=origin_of(spoken),
        )

    def _estimated(self, scene: Scene, spoken: Generation) -> tuple[Word, ...]:
        media = spoken.media
        path = self._media_path(media) if self._media_path else None
        parts = speaking_parts(path, media.media_type) if path else []
        return spread_words(scene.narration, parts, media.probe.duration_ms)


def _tells_times(generation: Generation) -> bool:
    return generation.details.get("words") is not None
