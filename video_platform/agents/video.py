"""Video agent: brings each scene's picture to life."""

from dataclasses import replace
from typing import Any

from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.agents.scenes import for_each_scene
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.generation import Generation, VideoRequest
from video_platform.domain.manifests import Clips, Motion, SceneClip, SceneImages
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Script
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider


class VideoAgent:
    """Makes what fills the scenes of a project."""

    def __init__(self, ledger: Ledger, *, max_parallel: int) -> None:
        self._ledger = ledger
        self._max_parallel = max_parallel

    def run(
        self,
        provider: Provider[VideoRequest],
        project: Project,
        script: Script,
        images: SceneImages,
    ) -> StageResult[Clips]:
        """One clip per scene. A still stays a still: the montage moves it, encoding once."""
        pictures = {image.scene_id: image.media for image in images.images}
        requests = [
            (
                scene.id,
                VideoRequest(
                    prompt=scene.visual_prompt,
                    images=pictures[scene.id],
                    duration_ms=round(scene.duration * 1000),
                    position=position,
                    seed=project.seed + project.take(Stage.CLIPS, scene.id),
                ),
            )
            for position, scene in enumerate(script.as_written)
            if project.pins(scene.id).clip is None
        ]
        generations = for_each_scene(
            Stage.CLIPS,
            requests,
            lambda request: self._ledger.obtain(provider, request, project=project.key),
            noun="clip",
            max_parallel=self._max_parallel,
        )
        made = {
            scene_id: _clip(scene_id, request, generation)
            for (scene_id, request), generation in zip(requests, generations, strict=True)
        }
        clips = tuple(made.get(scene.id) or _kept(project, scene.id) for scene in script.as_written)
        return billed(Clips(clips=clips), generations)


def _kept(project: Project, scene_id: int) -> SceneClip:
    """The clip a scene keeps; a format added since shows the media of another, fitted."""
    clip = project.pins(scene_id).clip
    assert clip is not None  # noqa: S101 - what was not made is kept
    other = next(iter(clip.media.values()))
    return replace(
        clip, media={ratio: clip.media.get(ratio, other) for ratio in project.brief.formats}
    )


def _clip(scene_id: int, request: VideoRequest, generation: Generation) -> SceneClip:
    motion: Any = generation.details.get("motion")
    if motion is None:
        media = dict.fromkeys(request.images, generation.media)
        return SceneClip(scene_id=scene_id, media=media, motion=None, origin=origin_of(generation))
    return SceneClip(
        scene_id=scene_id,
        media=dict(request.images),
        motion=from_json(Motion, to_json(motion)),
        origin=origin_of(generation),
    )
