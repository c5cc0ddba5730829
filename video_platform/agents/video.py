"""Video agent: brings each scene's picture to life.

Where a film asks for continuity, a clip begins with the last frame of the one before it. Such clips
wait for one another; the others are made side by side.
"""

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

from video_platform.agents.candidates import Chosen, Jury
from video_platform.agents.footage import Library
from video_platform.agents.frames import FrameTaker
from video_platform.agents.prompts import scene_prompt
from video_platform.agents.result import StageResult, billed, origin_of
from video_platform.agents.scenes import for_each_scene
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.direction import Direction
from video_platform.domain.formats import FRAMES, Format
from video_platform.domain.generation import Generation, JudgeRequest, VideoRequest
from video_platform.domain.manifests import Clips, Motion, SceneClip, SceneImages
from video_platform.domain.media import Media, MediaPath
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Scene, Script
from video_platform.errors import MediaMissing
from video_platform.generation.ledger import Ledger
from video_platform.montage.frames import Moment
from video_platform.providers.base import Provider
from video_platform.providers.chain import Chain
from video_platform.quality.candidates import Technical, check_clip

_NEXT_CANDIDATE = 1_000_003
"""Between the seeds of two candidates: further than anybody asks for takes."""


class VideoAgent:
    """Makes what fills the scenes of a project.

    Args:
        library: the tenant's own clips, for projects that prefer them.
    """

    def __init__(
        self,
        ledger: Ledger,
        media_path: MediaPath,
        library: Library,
        frames: FrameTaker,
        *,
        max_parallel: int,
    ) -> None:
        self._ledger = ledger
        self._media_path = media_path
        self._library = library
        self._frames = frames
        self._max_parallel = max_parallel

    def run(
        self,
        provider: Provider[VideoRequest],
        project: Project,
        script: Script,
        images: SceneImages,
        judge: Provider[JudgeRequest] | None = None,
    ) -> StageResult[Clips]:
        """One clip per scene. A still stays a still: the montage moves it, encoding once.

        Args:
            judge: who says which of several clips shows the scene best; none: nobody sees them.
        """
        kept = self._kept(project, script)
        pictures = {image.scene_id: image.media for image in images.images}
        wishes = _wishes(provider, project, script, pictures, set(kept))
        jury = Jury(
            self._ledger,
            self._media_path,
            judge,
            project=project.key,
            still_of=lambda media: self._frames.take(media, Moment.MIDDLE),
        )
        ends: dict[int, Future[Media]] = {scene_id: Future() for scene_id, _ in wishes}
        for scene_id, clip in kept.items():
            ends[scene_id] = Future()
            ends[scene_id].set_result(next(iter(clip.media.values())))
        choices = for_each_scene(
            Stage.CLIPS,
            wishes,
            lambda wish: self._make(jury, provider, wish, ends, project),
            noun="clip",
            max_parallel=self._max_parallel,
        )
        made = {
            scene_id: _clip(scene_id, wish.request, chosen)
            for (scene_id, wish), chosen in zip(wishes, choices, strict=True)
        }
        clips = tuple(made.get(scene.id) or kept[scene.id] for scene in script.as_written)
        return billed(Clips(clips=clips), [one for chosen in choices for one in chosen.asked])

    def _make(
        self,
        jury: Jury,
        provider: Provider[VideoRequest],
        wish: "_Wish",
        ends: Mapping[int, Future[Media]],
        project: Project,
    ) -> Chosen:
        """One scene's clip; whoever goes on from it is told when it is there, or cannot be."""
        end = ends[wish.scene_id]
        try:
            request = self._begun(wish, ends)
            makers: list[Callable[[], Generation]] = [
                partial(
                    self._ledger.obtain,
                    provider,
                    replace(request, seed=request.seed + place * _NEXT_CANDIDATE),
                    project=project.key,
                )
                for place in range(wish.candidates)
            ]
            chosen = jury.choose(makers, partial(self._check, request), wish.request.prompt)
            end.set_result(chosen.best.media)
        finally:
            if not end.done():
                end.set_exception(_missing(wish.scene_id))
        return chosen

    def _begun(self, wish: "_Wish", ends: Mapping[int, Future[Media]]) -> VideoRequest:
        """The request, with the last frame of the clip before as its picture where it goes on."""
        if not wish.goes_on_from:
            return wish.request
        # Scenes are begun in their order: the one before runs, or is over.
        before = ends[wish.goes_on_from].result()
        if not before.media_type.startswith("video/"):
            return wish.request
        frame = self._frames.take(before, Moment.LAST)
        return replace(wish.request, images=dict.fromkeys(wish.request.images, frame))

    def _check(self, request: VideoRequest, media: Media) -> Technical:
        if not media.media_type.startswith("video/"):
            return Technical(score=1.0)
        frame = FRAMES[next(iter(request.images), Format.WIDE)]
        path = self._media_path(media)
        return check_clip(path, frame.width_px, frame.height_px, duration_ms=request.duration_ms)

    def _kept(self, project: Project, script: Script) -> dict[int, SceneClip]:
        """Clips that scenes keep, or take from the library."""
        owned = self._library.clips(project, script)
        found = {
            scene.id: _kept(project, scene.id) or owned.get(scene.id) for scene in script.as_written
        }
        return {scene_id: clip for scene_id, clip in found.items() if clip is not None}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Wish:
    """A scene's clip that is wanted.

    Args:
        goes_on_from: the scene whose last frame it begins with; 0: its own picture.
    """

    scene_id: int
    request: VideoRequest
    candidates: int
    goes_on_from: int = 0


def takes_first_frame(provider: Any) -> bool:
    """Whether a provider's clips begin with the picture they are given; of a chain, every one's."""
    asked = provider.providers if isinstance(provider, Chain) else (provider,)
    return all(getattr(one, "takes_first_frame", False) for one in asked)


def going_on(script: Script, direction: Direction, scene_ids: Iterable[int]) -> set[int]:
    """These scenes, and those whose clips go on from them: another clip of one remakes them all."""
    changed, before_is = set(scene_ids), False
    for scene in script.as_written:
        if before_is and _goes_on(scene, direction):
            changed.add(scene.id)
        before_is = scene.id in changed
    return changed


def _goes_on(scene: Scene, direction: Direction) -> bool:
    return direction.continuity if scene.continues is None else scene.continues


def _wishes(
    provider: Any,
    project: Project,
    script: Script,
    pictures: Mapping[int, Mapping[Format, Media]],
    kept: set[int],
) -> list[tuple[int, _Wish]]:
    direction, before, wishes = project.brief.direction, 0, []
    can_go_on = takes_first_frame(provider)
    for position, scene in enumerate(script.as_written):
        request = VideoRequest(
            prompt=scene_prompt(scene, direction),
            images=pictures[scene.id],
            duration_ms=round(scene.duration * 1000),
            position=position,
            seed=project.seed + project.take(Stage.CLIPS, scene.id),
        )
        if scene.id not in kept:
            wish = _Wish(
                scene_id=scene.id,
                request=request,
                candidates=direction.clips,
                goes_on_from=before if can_go_on and _goes_on(scene, direction) else 0,
            )
            wishes.append((scene.id, wish))
        before = scene.id
    return wishes


def _missing(scene_id: int) -> MediaMissing:
    return MediaMissing(
        f"The clip of scene {scene_id}, which this one goes on from, could not be made.",
        hint="Build again once that one can be made, or let this scene begin on its own.",
    )


def _kept(project: Project, scene_id: int) -> SceneClip | None:
    """The clip a scene keeps; a format added since shows the media of another, fitted."""
    clip = project.pins(scene_id).clip
    if clip is None:
        return None
    other = next(iter(clip.media.values()))
    return replace(
        clip, media={ratio: clip.media.get(ratio, other) for ratio in project.brief.formats}
    )


def _clip(scene_id: int, request: VideoRequest, chosen: Chosen) -> SceneClip:
    generation = chosen.best
    origin = origin_of(generation, chosen.candidates)
    motion: Any = generation.details.get("motion")
    if motion is None:
        media = dict.fromkeys(request.images, generation.media)
        return SceneClip(scene_id=scene_id, media=media, motion=None, origin=origin)
    return SceneClip(
        scene_id=scene_id,
        media=dict(request.images),
        motion=from_json(Motion, to_json(motion)),
        origin=origin,
    )
