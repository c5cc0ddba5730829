"""Control of one scene's material: go back to a take, lock it, or put a person's own file there.

A *take* is what a provider made; asking for a stored one again costs nothing, because equal
requests are never made twice. A *pin* is material a scene keeps whatever is asked for around it.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from video_platform.agents.desk import BY_HAND, Desk
from video_platform.agents.studio import Studio
from video_platform.db.repositories.assets import UPLOADED, Asset, Item
from video_platform.domain.events import EventKind
from video_platform.domain.manifests import (
    Clips,
    Music,
    Origin,
    SceneClip,
    SceneImage,
    SceneImages,
    VoiceTracks,
)
from video_platform.domain.media import Media
from video_platform.domain.project import PIN_OF_STAGE, Pins, Project, SceneEdit, Stage
from video_platform.errors import Conflict, InvalidInput, NotFound, UnsupportedMedia
from video_platform.montage.intake import MEDIA_TYPES, examine_upload

MAX_OWN_BYTES = 2_000_000_000
_FILLED_BY = {
    Stage.SCENE_IMAGES: "image",
    Stage.VOICE_TRACKS: "audio",
    Stage.CLIPS: "video",
    Stage.MUSIC: "audio",
}
"""Which kind of file may stand for a stage's material."""
_TYPE_OF_SUFFIX = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
    ".mp4": "video/mp4",
    ".webm": "video/webm",
    ".wav": "audio/wav",
    ".flac": "audio/flac",
    ".mp3": "audio/mpeg",
    ".m4a": "audio/mp4",
    ".ttf": "font/ttf",
    ".otf": "font/otf",
}


class SceneDesk(Desk):
    """What people ask of single scenes, the music standing as scene 0.

    ``is_built`` stores the build with the wish, for a sensor to run; the command line runs its own.
    """

    def takes(self, key: str, stage: Stage, scene_id: int) -> Sequence[Asset]:
        """All versions of a scene's material, the newest first, those in use marked."""
        self._check(key, stage, scene_id)
        return self.assets.list(project=key, stage=stage.value, scene_id=scene_id, limit=500)

    def pick_take(
        self, key: str, stage: Stage, scene_id: int, take: int, *, is_built: bool = True
    ) -> int:
        """Use this take, counted from 0, from now on; the command's id, 0 without one.

        Raises:
            Conflict: the scene is locked.
            NotFound: the take was never made.
        """
        project = self._check(key, stage, scene_id)
        project.refuse_locked(stage, [scene_id])
        versions = self.takes(key, stage, scene_id)
        made = {one.take for one in versions if one.provider != UPLOADED}
        if take not in made:
            known = ", ".join(str(one) for one in sorted(made)) or "none"
            raise NotFound(
                f"{stage.value} of scene {scene_id} has no take {take}.",
                hint=f"There is {known}.",
                code="take_missing",
            )
        picked = project.pins(scene_id).put(stage, None)
        return self._pin(key, stage, scene_id, picked, is_built=is_built, take=take)

    def lock(self, key: str, stage: Stage, scene_id: int) -> int:
        """Keep what is there now, whatever is asked for later; nothing has to be built.

        Raises:
            NotFound: nothing was made yet.
            Conflict: another take was wished for, and is not made yet.
        """
        project = self._check(key, stage, scene_id)
        kept = project.pins(scene_id).of(stage)
        if kept is None:
            self._refuse_pending(project, stage, scene_id)
            kept = self._current(key, stage, scene_id)
        if kept is None:
            raise NotFound(
                f"{stage.value} of scene {scene_id} is not made yet.",
                hint="Build the project first.",
                code="take_missing",
            )
        locked = project.pins(scene_id).put(stage, kept, is_locked=True)
        return self._pin(key, stage, scene_id, locked, is_built=False)

    def release(self, key: str, stage: Stage, scene_id: int, *, is_built: bool = True) -> int:
        """Take lock or own file away again: the take that was wished for last comes back."""
        project = self._check(key, stage, scene_id)
        free = project.pins(scene_id).put(stage, None)
        return self._pin(key, stage, scene_id, free, is_built=is_built)

    def replace_with(
        self, key: str, stage: Stage, scene_id: int, asset: Asset, *, is_built: bool = True
    ) -> int:
        """Use a person's own file in place of what was made.

        Raises:
            Conflict: the scene is locked.
            InvalidInput: the file is of another kind than the stage's material.
        """
        project = self._check(key, stage, scene_id)
        project.refuse_locked(stage, [scene_id])
        kind = asset.media.media_type.partition("/")[0]
        if kind != _FILLED_BY[stage] or UPLOADED not in (asset.stage, asset.provider):
            raise InvalidInput(
                f"Asset {asset.id} ({asset.media.media_type}) cannot stand for {stage.value}.",
                hint=f"Upload a file of the kind {_FILLED_BY[stage]}.",
                code="upload_kind",
            )
        value = self._own(project, stage, scene_id, asset.media)
        pins = project.pins(scene_id).put(stage, value)
        return self._pin(key, stage, scene_id, pins, is_built=is_built)

    # --- what they share ---

    def _check(self, key: str, stage: Stage, scene_id: int) -> Project:
        """The project, once stage and scene are known to exist."""
        project = self.studio.projects.get(key)
        if stage not in PIN_OF_STAGE:
            raise Conflict(
                f"{stage.value} has no takes of its own that could be kept.",
                hint=f"Choose from {', '.join(PIN_OF_STAGE)}.",
                code="stage_has_no_takes",
            )
        if stage is not Stage.MUSIC:
            self.script(key).scene(scene_id)
        elif scene_id:
            raise InvalidInput(
                f"Music belongs to the film, not to scene {scene_id}.",
                hint="Leave the scene out.",
                code="scene_missing",
            )
        return project

    def _refuse_pending(self, project: Project, stage: Stage, scene_id: int) -> None:
        """Lock what a person sees and wants, not what is about to be replaced."""
        wanted = project.take(stage, scene_id)
        seen = self.assets.list(
            project=project.key, stage=stage.value, scene_id=scene_id, is_current=True
        )
        if any(one.take != wanted for one in seen):
            raise Conflict(
                f"Take {wanted} of scene {scene_id} is wished for and not made yet.",
                hint="Build the project first, then lock what you see.",
                code="take_pending",
            )

    def _current(self, key: str, stage: Stage, scene_id: int) -> Any:
        """The scene's part of the stage's latest value."""
        return _PARTS[stage](self.studio, key, scene_id)

    def _own(self, project: Project, stage: Stage, scene_id: int, media: Media) -> Any:
        """A person's file as the value a stage would have given."""
        origin = Origin(provider=UPLOADED, generation="")
        if stage is Stage.MUSIC:
            return Music(media=media, mood="", licence="", bar_ms=0, origin=origin)
        if stage is Stage.VOICE_TRACKS:
            scene = self.script(project.key).scene(scene_id)
            return self.studio.voice.own_track(scene, media, origin)
        by_format = dict.fromkeys(project.brief.formats, media)
        if stage is Stage.CLIPS:
            return SceneClip(scene_id=scene_id, media=by_format, motion=None, origin=origin)
        return SceneImage(
            scene_id=scene_id, media=by_format, origin=dict.fromkeys(by_format, origin)
        )

    def _pin(
        self,
        key: str,
        stage: Stage,
        scene_id: int,
        pins: Pins,
        *,
        is_built: bool,
        take: int | None = None,
    ) -> int:
        rest = self._rest_of(key)
        with self.studio.database.session() as session, session.begin():
            self.studio.projects.change(session, key)
            self.studio.projects.put_edit(session, key, scene_id, SceneEdit(pins=pins))
            if take is not None:
                self.studio.projects.pick(session, key, stage, scene_id, take)
            command = self._command(session, key, rest, priority=BY_HAND) if is_built else 0
            self._tell(session, EventKind.PROJECT_CHANGED, key, fields=[f"scenes.{scene_id}"])
        return command


def own_file(studio: Studio, path: Path, project: str | None) -> Asset:
    """Take a file of this machine in as an uploaded asset of a project, or of the tenant.

    Raises:
        UnsupportedMedia: a kind that is not taken, or a file that is not what its name says.
        InvalidInput: it cannot be read, or is too large.
    """
    media_type = _TYPE_OF_SUFFIX.get(path.suffix.lower(), "")
    if media_type not in MEDIA_TYPES:
        raise UnsupportedMedia(
            f"{path.name} is of no kind that is taken.", hint=f"Give {', '.join(_TYPE_OF_SUFFIX)}."
        )
    if not path.is_file() or not 0 < path.stat().st_size <= MAX_OWN_BYTES:
        raise InvalidInput(
            f"{path} is no file of 1 to {MAX_OWN_BYTES} bytes.",
            hint="Check the path.",
            code="file_unreadable",
        )
    media = studio.store.put(path, media_type, examine_upload(path, media_type))
    item = Item(kind=media_type.partition("/")[0], media=media, facts={"name": path.name})
    with studio.database.session() as session, session.begin():
        return studio.assets.add(session, item, project=project, stage=UPLOADED)


def _image(studio: Studio, key: str, scene_id: int) -> SceneImage | None:
    made = studio.made(SceneImages, Stage.SCENE_IMAGES, key)
    found = made.images if made else ()
    return next((one for one in found if one.scene_id == scene_id), None)


def _voice(studio: Studio, key: str, scene_id: int) -> Any:
    made = studio.made(VoiceTracks, Stage.VOICE_TRACKS, key)
    found = made.tracks if made else ()
    return next((one for one in found if one.scene_id == scene_id), None)


def _clip(studio: Studio, key: str, scene_id: int) -> SceneClip | None:
    made = studio.made(Clips, Stage.CLIPS, key)
    found = made.clips if made else ()
    return next((one for one in found if one.scene_id == scene_id), None)


def _music(studio: Studio, key: str, _scene_id: int) -> Music | None:
    return studio.made(Music, Stage.MUSIC, key)


_PARTS: dict[Stage, Callable[[Studio, str, int], Any]] = {
    Stage.SCENE_IMAGES: _image,
    Stage.VOICE_TRACKS: _voice,
    Stage.CLIPS: _clip,
    Stage.MUSIC: _music,
}
