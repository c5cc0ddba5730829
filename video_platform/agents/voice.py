"""Voice agent: every scene's narration, with the time of each word.

Captions carry the approved words, whatever a service tells. Their times come from the voice itself;
else from an alignment provider, when the brief names one; else the words are spread over the parts
in which it speaks. Words a service spells otherwise are laid onto the approved ones. How they were
timed, and how far that can be trusted, is kept with the track.
"""

from collections.abc import Sequence
from typing import Any

from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.agents.scenes import for_each_scene
from video_platform.domain.alignment import align
from video_platform.domain.generation import AlignmentRequest, Generation, VoiceRequest
from video_platform.domain.manifests import Origin, VoiceTrack, VoiceTracks
from video_platform.domain.media import Media, MediaPath
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Scene, Script
from video_platform.domain.timing import Word
from video_platform.errors import Conflict, PermanentProviderError
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider
from video_platform.providers.words import speaking_parts, spread_words

_LEAST_CONFIDENCE = 0.7
"""Of words a service spelled otherwise; below it they may well be another text's."""
_BY_PAUSES, _BY_LENGTH = 0.4, 0.2
"""Confidence in words spread over the speaking parts, and over the whole track."""


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
        kept = {
            scene.id: track
            for scene in script.scenes
            if (track := project.pins(scene.id).voice) is not None
        }
        for scene in script.scenes:
            if scene.id in kept:
                _check_words(scene, kept[scene.id])
        spoken_now = [scene for scene in script.scenes if scene.id not in kept]
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
            for scene in spoken_now
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
        kept |= {
            scene.id: self._track(scene, spoken, timed or spoken)
            for scene, (spoken, timed) in zip(spoken_now, made, strict=True)
        }
        tracks = tuple(kept[scene.id] for scene in script.scenes)
        generations = [one for pair in made for one in pair if one is not None]
        return billed(VoiceTracks(tracks=tracks), generations)

    def own_track(self, scene: Scene, media: Media, origin: Origin) -> VoiceTrack:
        """A person's own recording of a scene; its words are spread over the speaking parts."""
        words, confidence = self._estimated(scene, media)
        return VoiceTrack(
            scene_id=scene.id,
            media=media,
            words=words,
            timing="estimated",
            origin=origin,
            confidence=confidence,
        )

    def _track(self, scene: Scene, spoken: Generation, timed: Generation) -> VoiceTrack:
        if _tells_times(timed):
            told = _told_words(timed)
            words, confidence = self._approved(scene, spoken, timed, told)
            timing = str(timed.details.get("timing", ""))
        else:
            words, confidence, timing = *self._estimated(scene, spoken.media), "estimated"
        return VoiceTrack(
            scene_id=scene.id,
            media=spoken.media,
            words=words,
            timing=timing,
            origin=origin_of(spoken),
            confidence=round(confidence, 3),
        )

    def _approved(
        self, scene: Scene, spoken: Generation, timed: Generation, told: tuple[Word, ...]
    ) -> tuple[tuple[Word, ...], float]:
        """The scene's own words at the times a service told, and how far they can be trusted."""
        if tuple(word.text for word in told) == scene.words:
            matched: Any = timed.details.get("matched")
            is_known = isinstance(matched, int | float)
            return told, float(matched) if is_known else self._heard_share(spoken, told)
        found = align(scene.words, told, spoken.media.probe.duration_ms)
        if found.confidence >= _LEAST_CONFIDENCE:
            return found.words, found.confidence
        raise PermanentProviderError(
            f"{timed.provider} timed {len(told)} words of the {len(scene.words)} "
            f"in scene {scene.id}.",
            provider=timed.provider,
            operation="voice",
            hint="Captions must carry the approved words; choose another provider.",
        )

    def _heard_share(self, spoken: Generation, words: Sequence[Word]) -> float:
        """Share of the words that are said while somebody speaks; 0 when nobody can listen."""
        parts = self._speaking(spoken.media)
        heard = [
            any(start < word.end_ms and word.start_ms < end for start, end in parts)
            for word in words
        ]
        return sum(heard) / len(heard) if heard else 0.0

    def _estimated(self, scene: Scene, media: Media) -> tuple[tuple[Word, ...], float]:
        parts = self._speaking(media)
        words = spread_words(scene.narration, parts, media.probe.duration_ms)
        return words, _BY_PAUSES if parts else _BY_LENGTH

    def _speaking(self, media: Media) -> list[tuple[float, float]]:
        """Where the track is not silent, in milliseconds."""
        if self._media_path is None:
            return []
        return speaking_parts(self._media_path(media), media.media_type)


def _check_words(scene: Scene, track: VoiceTrack) -> None:
    """Captions carry the approved words: a kept voice that says others cannot stay."""
    if tuple(word.text for word in track.words) != scene.words:
        raise Conflict(
            f"The voice kept for scene {scene.id} says other words than its narration.",
            hint="Release it (video-platform scene release), or take the new words back.",
            code="voice_outdated",
        )


def _told_words(timed: Generation) -> tuple[Word, ...]:
    entries: Any = timed.details["words"]
    return tuple(Word(str(e["text"]), int(e["start_ms"]), int(e["end_ms"])) for e in entries)


def _tells_times(generation: Generation) -> bool:
    return generation.details.get("words") is not None
