"""How each scene's material stands: the take wanted, what is kept, and what is behind its scene.

Material is *stale* when the scene's words or picture were changed, or another take was wished for,
and nothing was made of it yet. A lock and an own file are never stale: they are kept on purpose.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from video_platform.agents.desk import Desk
from video_platform.agents.script import apply_edits
from video_platform.db.repositories.assets import UPLOADED, Asset
from video_platform.domain.project import PIN_OF_STAGE, Project, Stage
from video_platform.domain.script import Scene, Script
from video_platform.store.manifests import read_current

_MADE_FROM: dict[Stage, tuple[str, ...]] = {
    Stage.SCENE_IMAGES: ("visual_prompt", "appears"),
    Stage.VOICE_TRACKS: ("narration",),
    Stage.CLIPS: ("visual_prompt", "appears", "continues"),
    Stage.MUSIC: (),
}
"""The fields of a scene that a stage's material follows from."""
_MOST_ASSETS = 5000


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """One place of a film that a maker or a person fills.

    Args:
        scene_id: 0 for music.
        take: the take that is wanted, from 0.
        takes: how many takes were made, own files not counted.
        is_own: a person's file stands there.
    """

    stage: Stage
    scene_id: int
    take: int
    takes: int
    is_locked: bool
    is_own: bool
    is_stale: bool


def material_of(desk: Desk, key: str) -> list[Material]:
    """Every place of a project, scenes in the order of the film, the music last.

    Empty before the script is written.
    """
    project = desk.studio.projects.get(key)
    made = read_current(desk.studio.store.blobs, Script, Stage.SCRIPT, key)
    if made is None:
        return []
    wanted = apply_edits(made, project.edits)
    before = {scene.id: scene for scene in made.scenes}
    return [
        _place(project, stage, scene_id, assets, _is_changed(stage, before.get(scene_id), scene))
        for stage in PIN_OF_STAGE
        for assets in [desk.assets.list(project=key, stage=stage.value, limit=_MOST_ASSETS)]
        for scene_id, scene in _scenes(stage, wanted)
    ]


def _scenes(stage: Stage, script: Script) -> Iterator[tuple[int, Scene | None]]:
    if stage is Stage.MUSIC:
        yield 0, None
    else:
        yield from ((scene.id, scene) for scene in script.scenes)


def _is_changed(stage: Stage, before: Scene | None, scene: Scene | None) -> bool:
    return any(_read(before, name) != _read(scene, name) for name in _MADE_FROM[stage])


def _read(scene: Scene | None, name: str) -> Any:
    return None if scene is None else getattr(scene, name)


def _place(
    project: Project, stage: Stage, scene_id: int, assets: Sequence[Asset], is_changed: bool
) -> Material:
    here = [one for one in assets if one.scene_id == scene_id]
    made = {one.take for one in here if one.provider != UPLOADED}
    pins = project.pins(scene_id)
    is_kept = pins.of(stage) is not None
    wanted = project.take(stage, scene_id)
    seen = {one.take for one in here if one.is_current}
    is_behind = bool(here) and (is_changed or bool(seen - {wanted}))
    return Material(
        stage=stage,
        scene_id=scene_id,
        take=wanted,
        takes=len(made),
        is_locked=stage in pins.locked,
        is_own=_is_own(pins.of(stage)),
        is_stale=is_behind and not is_kept,
    )


def _is_own(kept: Any) -> bool:
    """Whether a pinned value is a person's file, in whatever shape it is."""
    origin = getattr(kept, "origin", None)
    origins = list(origin.values()) if isinstance(origin, Mapping) else [origin]
    return any(one is not None and one.provider == UPLOADED for one in origins)
