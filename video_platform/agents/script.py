"""Script agent: a brief becomes scenes; a person's edits are laid over what was written."""

from collections.abc import Mapping
from dataclasses import replace

from video_platform.agents.result import StageResult, billed
from video_platform.domain.codec import from_json
from video_platform.domain.direction import Direction
from video_platform.domain.generation import ScriptRequest
from video_platform.domain.project import Project, SceneEdit, Stage
from video_platform.domain.script import Scene, Script
from video_platform.generation.ledger import Ledger
from video_platform.providers.base import Provider
from video_platform.store import MediaStore


class ScriptAgent:
    """Writes the script of a project."""

    def __init__(self, ledger: Ledger, store: MediaStore) -> None:
        self._ledger = ledger
        self._store = store

    def run(self, provider: Provider[ScriptRequest], project: Project) -> StageResult[Script]:
        """The project's script with the person's edits in it."""
        brief = project.brief
        request = ScriptRequest(
            text=brief.text,
            language=brief.language,
            duration_s=brief.duration_s,
            style=brief.style,
            source=brief.source,
            take=project.take(Stage.SCRIPT),
            cast=brief.direction.cast,
            hints=brief.hints,
        )
        generation = self._ledger.obtain(provider, request, project=project.key)
        script = from_json(Script, self._store.read(generation.media))
        return billed(apply_edits(_cast(script, brief.direction), project.edits), [generation])


def _cast(script: Script, direction: Direction) -> Script:
    """Who appears where the writer did not say: those a scene calls by name."""
    if not direction.sheets:
        return script
    return replace(
        script,
        scenes=tuple(
            replace(
                scene,
                appears=scene.appears
                or direction.mentioned(f"{scene.narration} {scene.visual_prompt}"),
            )
            for scene in script.scenes
        ),
    )


def apply_edits(script: Script, edits: Mapping[int, SceneEdit]) -> Script:
    """The script with edits laid over it; edits of scenes that no longer exist are left out."""
    none = SceneEdit()
    placed = []
    for written, scene in enumerate(script.scenes):
        moved = edits.get(scene.id, none).position
        placed.append((written if moved is None else moved, written, scene))
    return replace(
        script,
        scenes=tuple(
            _edited(scene, edits.get(scene.id)) for _, _, scene in sorted(placed, key=_place)
        ),
    )


def _place(placed: tuple[int, int, Scene]) -> tuple[int, int]:
    return placed[:2]


def _edited(scene: Scene, edit: SceneEdit | None) -> Scene:
    if edit is None:
        return scene
    on_screen = scene.on_screen
    if edit.headline is not None:
        on_screen = replace(on_screen, headline=edit.headline)
    return replace(
        scene,
        narration=edit.narration if edit.narration is not None else scene.narration,
        visual_prompt=edit.visual_prompt if edit.visual_prompt is not None else scene.visual_prompt,
        on_screen=on_screen,
        appears=edit.appears if edit.appears is not None else scene.appears,
        continues=edit.continues if edit.continues is not None else scene.continues,
    )
