"""``regenerate`` and ``edit``: change one scene and make only what follows from it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import uuid4

import typer

from cli.create import make
from video_platform.domain.direction import check_names
from video_platform.domain.project import SceneEdit, Stage
from video_platform.errors import InvalidInput
from video_platform.settings import Settings

if TYPE_CHECKING:
    from video_platform.agents.studio import Studio

_REMAKABLE = (
    Stage.SCRIPT,
    Stage.SCENE_IMAGES,
    Stage.VOICE_TRACKS,
    Stage.MUSIC,
    Stage.CLIPS,
)
"""Stages that ask a provider; the others follow from them by themselves."""
_SHORT = {
    "image": Stage.SCENE_IMAGES,
    "images": Stage.SCENE_IMAGES,
    "voice": Stage.VOICE_TRACKS,
    "clip": Stage.CLIPS,
}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command()(regenerate)
    app.command()(edit)


def parse_stage(value: str) -> Stage:
    """A stage that can be made anew, by its name or a short form of it."""
    stage = _SHORT.get(value) or next((s for s in _REMAKABLE if s.value == value), None)
    if stage is None:
        raise InvalidInput(
            f"{value!r} is not a stage that can be made anew.",
            hint=f"Choose one of {', '.join(_REMAKABLE)}.",
            code="stage_unknown",
        )
    return stage


def regenerate(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    stage: Annotated[str, typer.Option(help="script, scene_images, voice_tracks, music, clips.")],
    scene: Annotated[
        list[int] | None, typer.Option(help="Scene id; repeatable; without it the whole stage.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Ask for another take of a scene's picture, voice or clip; everything else is kept."""
    chosen = parse_stage(stage)
    settings = Settings()
    scenes = tuple(scene or ())
    studio = _prepare(settings, project, scenes, out)
    # The wish is stored before the run: a run that dies continues it instead of asking again.
    studio.projects.ask_again(project, chosen, scenes, cause=uuid4().hex)
    make(settings, studio, project, out=out, publish=publish, as_json=as_json)


def edit(
    project: Annotated[str, typer.Argument(help="Project key, as `projects` lists it.")],
    scene: Annotated[int, typer.Option(help="Scene id.")],
    narration: Annotated[str | None, typer.Option(help="What the voice says.")] = None,
    visual_prompt: Annotated[str | None, typer.Option(help="What the picture shows.")] = None,
    headline: Annotated[str | None, typer.Option(help="Headline drawn in the picture.")] = None,
    appears: Annotated[
        list[str] | None,
        typer.Option(help="Who is seen, by reference sheet; repeatable; '' alone: nobody."),
    ] = None,
    continues: Annotated[
        bool | None,
        typer.Option("--continues/--begins", help="Whether its clip goes on from the one before."),
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder the films are put in.")] = Path("films"),
    publish: Annotated[bool, typer.Option(help="Publish to the local channel, too.")] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON document.")] = False,
) -> None:
    """Change a scene's words and make the film again: only what follows from the change."""
    change = SceneEdit(
        narration=narration,
        visual_prompt=visual_prompt,
        headline=headline,
        appears=None if appears is None else tuple(name for name in appears if name),
        continues=continues,
    )
    if change == SceneEdit():
        raise InvalidInput(
            "Nothing was changed.",
            hint="Give --narration, --visual-prompt, --headline, --appears or --continues.",
            code="edit_empty",
        )
    if narration is not None and not narration.strip():
        raise InvalidInput(
            "A scene cannot be silent.", hint="Give its words.", code="narration_empty"
        )
    settings = Settings()
    studio = _prepare(settings, project, (scene,), out)
    check_names(studio.projects.stored(project).brief.direction, change.appears or ())
    studio.projects.edit_scene(project, scene, change)
    make(settings, studio, project, out=out, publish=publish, as_json=as_json)


def _prepare(settings: Settings, project: str, scenes: tuple[int, ...], out: Path) -> "Studio":
    """The studio, once project and scenes are known to exist and the films have room."""
    from cli.films import check_room
    from cli.projects import check_scenes
    from video_platform.bootstrap import build_studio

    studio = build_studio(settings)
    brief = studio.projects.get(project).brief
    check_room(settings, out, duration_s=brief.duration_s, formats=len(brief.formats))
    check_scenes(studio, project, scenes)
    return studio
