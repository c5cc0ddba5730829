"""Image agent: one picture per scene and format."""

import hashlib
from collections.abc import Mapping, Sequence

from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.agents.scenes import for_each_scene
from video_platform.agents.softening import obtain_picture
from video_platform.domain.formats import Format
from video_platform.domain.generation import Generation, ImageRequest
from video_platform.domain.manifests import SceneImage, SceneImages
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Script
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider

OVERSIZE = 1.1
"""Pictures are this much larger than the frame, so that the strongest motion stays sharp."""


class ImageAgent:
    """Makes the pictures of a project."""

    def __init__(self, ledger: Ledger, *, max_parallel: int) -> None:
        self._ledger = ledger
        self._max_parallel = max_parallel

    def run(
        self, provider: Provider[ImageRequest], project: Project, script: Script
    ) -> StageResult[SceneImages]:
        """A picture of every scene in every format of the brief."""
        requests = [
            (scene_id, request)
            for scene_id, request in plan_images(project, script)
            if request.format not in _pinned(project, scene_id).media
        ]
        generations = for_each_scene(
            Stage.SCENE_IMAGES,
            [(scene_id, request) for scene_id, request in requests],
            lambda request: obtain_picture(self._ledger, provider, request, project=project.key),
            noun="picture",
            max_parallel=self._max_parallel,
        )
        made: dict[int, dict[Format, Generation]] = {}
        for (scene_id, request), generation in zip(requests, generations, strict=True):
            made.setdefault(scene_id, {})[request.format] = generation
        images = tuple(
            _image(_pinned(project, scene.id), made.get(scene.id, {}), project.brief.formats)
            for scene in script.as_written
        )
        return billed(SceneImages(images=images), generations)


def _pinned(project: Project, scene_id: int) -> SceneImage:
    """The picture a scene keeps; without any media when it keeps none."""
    kept = project.pins(scene_id).image
    return kept or SceneImage(scene_id=scene_id, media={}, origin={})


def _image(
    pinned: SceneImage, made: Mapping[Format, Generation], formats: Sequence[Format]
) -> SceneImage:
    media = {ratio: one.media for ratio, one in made.items()} | dict(pinned.media)
    origin = {ratio: origin_of(one) for ratio, one in made.items()} | dict(pinned.origin)
    return SceneImage(
        scene_id=pinned.scene_id,
        media={ratio: media[ratio] for ratio in formats},
        origin={ratio: origin[ratio] for ratio in formats if ratio in origin},
    )


def plan_images(project: Project, script: Script) -> list[tuple[int, ImageRequest]]:
    """The requests a project's pictures need, with their scene ids. The narration is no part."""
    written = script.as_written
    return [
        (
            scene.id,
            ImageRequest(
                prompt=scene.visual_prompt,
                on_screen=scene.on_screen,
                format=ratio,
                language=script.language,
                style=project.brief.style,
                mood=written[0].mood,
                position=position,
                count=len(script.scenes),
                project_seed=project.seed,
                seed=_seed(project, scene.id),
                oversize=OVERSIZE,
                network=project.brief.look.network,
            ),
        )
        for position, scene in enumerate(written)
        for ratio in project.brief.formats
    ]


def _seed(project: Project, scene_id: int) -> int:
    take = project.take(Stage.SCENE_IMAGES, scene_id)
    digest = hashlib.sha256(f"{project.seed}/{scene_id}/{take}".encode()).digest()
    return int.from_bytes(digest[:4], "big")
