"""Image agent: one picture per scene and format, the best of several where that is wanted."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

from video_platform.agents.candidates import Chosen, Jury
from video_platform.agents.footage import Library
from video_platform.agents.prompts import references_of, scene_prompt
from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.agents.scenes import for_each_scene
from video_platform.agents.softening import obtain_picture
from video_platform.domain.formats import FRAMES, Format
from video_platform.domain.generation import Generation, ImageRequest, JudgeRequest
from video_platform.domain.manifests import SceneImage, SceneImages
from video_platform.domain.media import MediaPath
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Script
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider
from video_platform.quality.candidates import check_picture

OVERSIZE = 1.1
"""Pictures are this much larger than the frame, so that the strongest motion stays sharp."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """One picture that is wanted: the requests of its candidates, and what should be seen."""

    requests: tuple[ImageRequest, ...]
    wanted: str

    @property
    def format(self) -> Format:
        """The film's format it is for."""
        return self.requests[0].format


class ImageAgent:
    """Makes the pictures of a project.

    Args:
        library: the tenant's own pictures, for projects that prefer them.
    """

    def __init__(
        self, ledger: Ledger, media_path: MediaPath, library: Library, *, max_parallel: int
    ) -> None:
        self._ledger = ledger
        self._media_path = media_path
        self._library = library
        self._max_parallel = max_parallel

    def run(
        self,
        provider: Provider[ImageRequest],
        project: Project,
        script: Script,
        judge: Provider[JudgeRequest] | None = None,
    ) -> StageResult[SceneImages]:
        """A picture of every scene in every format of the brief.

        Args:
            judge: who says which of several pictures shows the scene best; none: nobody sees them.
        """
        kept = self._kept(project, script)
        wishes = [
            (scene_id, wish)
            for scene_id, wish in _wishes(project, script)
            if wish.format not in kept[scene_id].media
        ]
        jury = Jury(self._ledger, self._media_path, judge, project=project.key)
        choices = for_each_scene(
            Stage.SCENE_IMAGES,
            wishes,
            lambda wish: self._choose(jury, provider, wish, project.key),
            noun="picture",
            max_parallel=self._max_parallel,
        )
        made: dict[int, dict[Format, Chosen]] = {}
        for (scene_id, wish), chosen in zip(wishes, choices, strict=True):
            made.setdefault(scene_id, {})[wish.format] = chosen
        images = tuple(
            _image(kept[scene.id], made.get(scene.id, {}), project.brief.formats)
            for scene in script.as_written
        )
        asked = [generation for chosen in choices for generation in chosen.asked]
        return billed(SceneImages(images=images), asked)

    def _choose(
        self, jury: Jury, provider: Provider[ImageRequest], wish: _Wish, project: str
    ) -> Chosen:
        frame = FRAMES[wish.format]
        makers: list[Callable[[], Generation]] = [
            partial(obtain_picture, self._ledger, provider, request, project=project)
            for request in wish.requests
        ]
        return jury.choose(
            makers,
            lambda media: check_picture(self._media_path(media), frame.width_px, frame.height_px),
            wish.wanted,
        )

    def _kept(self, project: Project, script: Script) -> dict[int, SceneImage]:
        """The picture each scene keeps or takes from the library; without media where none."""
        owned = self._library.pictures(project, script)
        return {
            scene.id: project.pins(scene.id).image
            or owned.get(scene.id)
            or SceneImage(scene_id=scene.id, media={}, origin={})
            for scene in script.as_written
        }


def _image(
    kept: SceneImage, made: Mapping[Format, Chosen], formats: Sequence[Format]
) -> SceneImage:
    media = {ratio: one.best.media for ratio, one in made.items()} | dict(kept.media)
    origin = {ratio: origin_of(one.best, one.candidates) for ratio, one in made.items()}
    origin |= dict(kept.origin)
    return SceneImage(
        scene_id=kept.scene_id,
        media={ratio: media[ratio] for ratio in formats},
        origin={ratio: origin[ratio] for ratio in formats if ratio in origin},
    )


def _wishes(project: Project, script: Script) -> list[tuple[int, _Wish]]:
    more = range(1, project.brief.direction.images)
    scenes = {scene.id: scene for scene in script.scenes}
    return [
        (
            scene_id,
            _Wish(
                requests=(
                    request,
                    *(replace(request, seed=_seed(project, scene_id, place)) for place in more),
                ),
                wanted=scene_prompt(scenes[scene_id], project.brief.direction),
            ),
        )
        for scene_id, request in plan_images(project, script)
    ]


def plan_images(project: Project, script: Script) -> list[tuple[int, ImageRequest]]:
    """The requests a project's pictures need, with their scene ids. The narration is no part."""
    written, direction = script.as_written, project.brief.direction
    return [
        (
            scene.id,
            ImageRequest(
                prompt=scene_prompt(scene, direction, direction.colours),
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
                references=references_of(scene, direction),
                colours=direction.colours,
            ),
        )
        for position, scene in enumerate(written)
        for ratio in project.brief.formats
    ]


def _seed(project: Project, scene_id: int, candidate: int = 0) -> int:
    take = project.take(Stage.SCENE_IMAGES, scene_id)
    # The first candidate is what was made before there were several.
    named = f"{project.seed}/{scene_id}/{take}" + (f"/{candidate}" if candidate else "")
    digest = hashlib.sha256(named.encode()).digest()
    return int.from_bytes(digest[:4], "big")
