"""Avatar agent: a presenter who speaks each scene, when the brief asks for one."""

from video_platform.agents.result import StageResult, billed
from video_platform.agents.scenes import for_each_scene
from video_platform.domain.formats import Format
from video_platform.domain.generation import AvatarRequest
from video_platform.domain.manifests import AvatarClips, VoiceTracks
from video_platform.domain.media import Media
from video_platform.domain.project import Project, Stage
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider


class AvatarAgent:
    """Films the presenter of a project."""

    def __init__(self, ledger: Ledger, *, max_parallel: int) -> None:
        self._ledger = ledger
        self._max_parallel = max_parallel

    def run(
        self, provider: Provider[AvatarRequest] | None, project: Project, voice: VoiceTracks
    ) -> StageResult[AvatarClips]:
        """One clip per scene and format; none at all without a provider."""
        if provider is None:
            return StageResult(value=AvatarClips())
        requests = [
            (
                track.scene_id,
                AvatarRequest(
                    voice=track.media,
                    presenter=project.brief.avatar,
                    format=ratio,
                    language=project.brief.language,
                ),
            )
            for track in voice.tracks
            for ratio in project.brief.formats
        ]
        generations = for_each_scene(
            Stage.AVATAR_CLIPS,
            requests,
            lambda request: self._ledger.obtain(provider, request, project=project.key),
            noun="avatar",
            max_parallel=self._max_parallel,
        )
        clips: dict[int, dict[Format, Media]] = {}
        for (scene_id, request), generation in zip(requests, generations, strict=True):
            clips.setdefault(scene_id, {})[request.format] = generation.media
        return billed(AvatarClips(clips=clips), generations)
