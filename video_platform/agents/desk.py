"""The desk: what people ask of their projects, each wish written with the command it becomes.

Every change, the command a sensor will run for it and the event that tells of it are one
transaction: none is seen without the others. It begins with the project's own row, so that two
people who change one project wait for each other.
"""

import hashlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from video_platform.agents.editor import PREVIEW
from video_platform.agents.script import apply_edits
from video_platform.agents.studio import Studio, check_choices
from video_platform.db.models import SceneEditRow, TakeRow
from video_platform.db.repositories.assets import UPLOADED, Asset, Assets
from video_platform.db.repositories.budgets import Budget
from video_platform.db.repositories.costs import CostRow, Costs
from video_platform.db.repositories.events import Events
from video_platform.db.repositories.projects import StoredProject
from video_platform.db.repositories.timelines import StoredTimeline, Timelines
from video_platform.domain.brief import Brief
from video_platform.domain.codec import content_hash
from video_platform.domain.command import Command, CommandState
from video_platform.domain.cut import Cut
from video_platform.domain.direction import check_names
from video_platform.domain.events import EventKind
from video_platform.domain.formats import Format
from video_platform.domain.project import (
    ProjectStatus,
    SceneEdit,
    Stage,
    project_key,
    title_of,
)
from video_platform.domain.rights import Terms
from video_platform.domain.script import Scene, Script
from video_platform.errors import BriefError, Conflict, NotConfigured, NotFound, ScriptError
from video_platform.store.manifests import current_key, read_current

BUILD = "build_project"
PREVIEW_JOB = "preview_project"
BY_HAND, USUAL, IN_BATCH = 10, 0, -10
"""Priorities: somebody waits at the screen, a new film, one of many."""
REMADE = (Stage.SCRIPT, Stage.SCENE_IMAGES, Stage.VOICE_TRACKS, Stage.MUSIC, Stage.CLIPS)
"""Stages that can be asked for another take."""
_WHOLE = (Stage.SCRIPT, Stage.MUSIC)
"""Stages made in one piece."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A film that is asked for.

    Args:
        title: empty: the first line of the brief.
        approvals: stages after which it waits for a person's yes.
        cap_usd: what it may spend; none: as the operator allows every project.
        is_begun: whether it is made at once.
    """

    brief: Brief
    title: str = ""
    description: str = ""
    approvals: Sequence[Stage] = ()
    cap_usd: Decimal | None = None
    priority: int = USUAL
    is_begun: bool = True


class Desk:
    """Use cases of one tenant's projects, on behalf of one user."""

    def __init__(self, studio: Studio, user: str | None = None) -> None:
        self.studio = studio
        self.user = user
        self.assets = Assets(studio.database)
        self.timelines = Timelines(studio.database)
        self._events = Events(studio.database)

    # --- projects ---

    def open(self, wish: Wish) -> StoredProject:
        """A new project; equal wishes are projects of their own.

        Raises:
            BriefError: no provider can serve the brief.
            InvalidInput: its cap is above what the operator allows.
        """
        self.check(wish.brief)
        title = wish.title or title_of(wish.brief.text)
        identity = content_hash((uuid.uuid4().hex, self.studio.tenant))
        key = project_key(title, identity)
        if wish.cap_usd is not None:
            # Before the build can be seen: nothing is held against a cap that comes later.
            self.studio.budgets.allow(f"project:{key}", wish.cap_usd)
        with self.studio.database.session() as session, session.begin():
            made = self.studio.projects.create(
                session,
                key,
                title,
                wish.brief,
                description=wish.description,
                owner=self.user,
            )
            self.studio.projects.want_approvals(session, key, wish.approvals)
            if wish.is_begun:
                until = min(wish.approvals, key=list(Stage).index, default=None)
                self._command(session, key, _until(until), priority=wish.priority)
            self._tell(
                session, EventKind.PROJECT_CREATED, key, title=made.title, status=made.status.value
            )
        return made

    def change(
        self,
        key: str,
        *,
        version: int | None,
        brief: Brief | None = None,
        is_built: bool = True,
        **values: Any,
    ) -> StoredProject:
        """Change title, description or brief; another brief is built at once where wanted.

        Raises:
            Conflict: somebody changed it since ``version``.
        """
        if brief is not None:
            self.check(brief)
            values["brief"] = brief
        projects = self.studio.projects
        arguments = self._rest_of(key)
        with self.studio.database.session() as session, session.begin():
            changed = projects.change(session, key, version=version, **values)
            if brief is not None and is_built:
                self._command(session, key, arguments, priority=BY_HAND)
            self._tell(session, EventKind.PROJECT_CHANGED, key, fields=sorted(values))
        return changed

    def duplicate(self, key: str, *, title: str = "", is_begun: bool = False) -> StoredProject:
        """Another project of the same brief, with the script edits of the first."""
        source = self.studio.projects.stored(key)
        name = title or source.title
        copy = project_key(name, content_hash((uuid.uuid4().hex, self.studio.tenant)))
        with self.studio.database.session() as session, session.begin():
            made = self.studio.projects.create(
                session,
                copy,
                name,
                source.brief,
                description=source.description,
                owner=self.user,
                copied_from=key,
            )
            _copy_script_wishes(session, key, copy)
            if is_begun:
                self._command(session, copy, {})
            self._tell(
                session, EventKind.PROJECT_CREATED, copy, title=name, status=made.status.value
            )
        return made

    def archive(self, key: str, *, is_archived: bool = True) -> StoredProject:
        """Put a project away, ending what runs for it; or take it back."""
        now = self.studio.database.now()
        with self.studio.database.session() as session, session.begin():
            changed = self.studio.projects.change(
                session, key, archived_at=now if is_archived else None
            )
            if is_archived:
                self.studio.commands.ask_to_cancel(session, key)
            self._tell(session, EventKind.PROJECT_CHANGED, key, fields=["archived"])
        return changed

    def cancel(self, key: str) -> StoredProject:
        """End everything that runs or waits for a project.

        Raises:
            Conflict: nothing does.
        """
        before = self.studio.projects.stored(key)
        with self.studio.database.session() as session, session.begin():
            if not self.studio.commands.ask_to_cancel(session, key):
                raise Conflict(
                    f"Nothing is under way for {key}.",
                    hint="What has ended cannot be cancelled.",
                    code="nothing_to_cancel",
                )
            self.studio.projects.set_status(session, key, ProjectStatus.CANCELLED)
            self._tell(
                session,
                EventKind.PROJECT_STATUS,
                key,
                status=ProjectStatus.CANCELLED.value,
                **{"from": before.status.value},
            )
        return self.studio.projects.stored(key)

    def build(self, key: str, *, priority: int = BY_HAND) -> int:
        """Make what is missing, from what is stored now; the command's id."""
        self.studio.projects.stored(key)
        arguments = self._rest_of(key)
        with self.studio.database.session() as session, session.begin():
            return self._command(session, key, arguments, priority=priority)

    # --- the script ---

    def script(self, key: str) -> Script:
        """The script with the person's edits, those included that no run has seen yet.

        Raises:
            NotFound: it is not written yet.
        """
        project = self.studio.projects.get(key)
        script = read_current(self.studio.store.blobs, Script, Stage.SCRIPT, key)
        if script is None:
            raise NotFound(
                f"The script of {key} is not written yet.",
                hint="Wait for the event script.ready, or for the status to move on.",
                code="script_missing",
            )
        return apply_edits(script, project.edits)

    def scene(self, key: str, scene_id: int) -> Scene:
        """One scene of the script.

        Raises:
            NotFound: there is none.
        """
        for scene in self.script(key).scenes:
            if scene.id == scene_id:
                return scene
        raise NotFound(f"There is no scene {scene_id} in {key}.", hint="List them: GET .../scenes.")

    def edit_scenes(
        self,
        key: str,
        edits: Mapping[int, SceneEdit],
        *,
        version: int | None = None,
        is_built: bool = True,
    ) -> StoredProject:
        """Change what scenes say and show.

        Raises:
            ScriptError: there is no such scene, or it would say nothing.
            Conflict: the project was changed since ``version``.
        """
        script = self.script(key)
        direction = self.studio.projects.stored(key).brief.direction
        for scene_id, edit in edits.items():
            script.scene(scene_id)
            check_names(direction, edit.appears or ())
            if edit.narration is not None and not edit.narration.split():
                raise ScriptError(
                    f"Scene {scene_id} would say nothing.", hint="Give it at least one word."
                )
        fields = [f"scenes.{scene_id}" for scene_id in edits]
        return self._write_edits(key, edits, fields, version=version, is_built=is_built)

    def reorder(
        self,
        key: str,
        order: Sequence[int],
        *,
        version: int | None = None,
        is_built: bool = True,
    ) -> StoredProject:
        """Give the scenes another order; nothing is made anew for it.

        Raises:
            ScriptError: ``order`` does not name every scene once.
        """
        known = [scene.id for scene in self.script(key).scenes]
        if sorted(order) != sorted(known):
            raise ScriptError(
                f"{list(order)} does not name every scene once.",
                hint=f"The scenes are {', '.join(map(str, known))}.",
                code="order_incomplete",
            )
        edits = {scene: SceneEdit(position=place) for place, scene in enumerate(order)}
        return self._write_edits(key, edits, ["order"], version=version, is_built=is_built)

    # --- what is made ---

    def regenerate(self, key: str, stage: Stage, scene_ids: Sequence[int] = ()) -> int:
        """Ask for another take of some scenes (none: the whole stage); the command's id.

        Raises:
            ScriptError: there is no such scene.
            Conflict: the stage has no takes.
        """
        self.studio.projects.stored(key)
        if stage not in REMADE:
            raise Conflict(
                f"{stage.value} has no takes: it follows from what is before it.",
                hint=f"Choose from {', '.join(REMADE)}.",
                code="stage_has_no_takes",
            )
        if scene_ids and stage not in _WHOLE:
            script = self.script(key)
            for scene_id in scene_ids:
                script.scene(scene_id)
        only = [0] if stage in _WHOLE or not scene_ids else sorted(set(scene_ids))
        self.studio.projects.get(key).refuse_locked(stage, only)
        later = list(Stage)[list(Stage).index(stage) :]
        with self.studio.database.session() as session, session.begin():
            self.studio.projects.forget_approvals(session, key, later)
            gates = self.studio.projects.approvals(key)
            until = next((gate for gate in gates if gate in later), None)
            wanted = {"only": {stage.value: only}, **_until(until)}
            return self._command(session, key, wanted, priority=BY_HAND)

    def approve(self, key: str, stage: Stage) -> int:
        """Say yes to what a stage made last, and go on; the command's id.

        Raises:
            Conflict: it made nothing yet.
        """
        self.studio.projects.stored(key)
        data = self.studio.store.blobs.read(current_key(stage.value, key))
        if data is None:
            raise Conflict(
                f"{stage.value} of {key} has nothing to approve yet.",
                hint="Wait for the event approval.wanted.",
                code="nothing_to_approve",
            )
        gates = self.studio.projects.approvals(key)
        until = next(
            (gate for gate, is_given in gates.items() if not is_given and gate != stage), None
        )
        value = hashlib.sha256(data).hexdigest()
        with self.studio.database.session() as session, session.begin():
            self.studio.projects.change(session, key)
            self.studio.projects.approve(session, key, stage, value, self.user)
            return self._command(session, key, _until(until), priority=BY_HAND)

    def asset(self, asset_id: str) -> Asset:
        """One asset.

        Raises:
            NotFound: there is none.
        """
        found = self.assets.get(asset_id)
        if found is None:
            raise NotFound(f"There is no asset {asset_id}.", hint="List them: GET /assets.")
        return found

    def state_terms(self, asset: Asset, terms: Terms) -> Asset:
        """Keep what a person says of the licence of a file of theirs.

        Raises:
            Conflict: a provider made it, and its terms say what allows its use.
        """
        with self.studio.database.session() as session, session.begin():
            changed = self.assets.state_terms(session, asset.id, terms)
        if changed is None:
            raise Conflict(
                f"Asset {asset.id} was made by {asset.provider or 'the platform'}, not sent.",
                hint="The operator states licences of providers: VIDEO_PLATFORM_LICENCES.",
                code="licence_of_provider",
            )
        return changed

    def pick(self, asset: Asset) -> int:
        """Use this take of its scene from now on; the command's id.

        Raises:
            Conflict: its stage has no takes, or the words it was made from have changed.
        """
        key, stage = asset.project, Stage(asset.stage) if asset.stage in REMADE else None
        if key is None or stage is None:
            raise Conflict(
                f"Asset {asset.id} is no take of a scene.",
                hint="Only pictures, voices, music and clips of a project have takes.",
                code="asset_no_take",
            )
        project = self.studio.projects.get(key)
        project.refuse_locked(stage, [asset.scene_id])
        if asset.provider == UPLOADED:
            raise Conflict(
                f"Asset {asset.id} is a file of your own, no take.",
                hint="Put it in place: PUT /projects/KEY/material/STAGE/SCENE/file.",
                code="asset_no_take",
            )
        made = [one for one in self.assets.versions(asset) if one.provider != UPLOADED]
        of_take = [one for one in made if one.take == asset.take]
        if of_take and of_take[0].id != asset.id:
            raise Conflict(
                f"Asset {asset.id} was made before its scene was changed.",
                hint="Undo the change of the scene first, then pick it.",
                code="take_outdated",
            )
        arguments = self._rest_of(key)
        with self.studio.database.session() as session, session.begin():
            self.studio.projects.change(session, key)
            self.studio.projects.pick(session, key, stage, asset.scene_id, asset.take)
            free = project.pins(asset.scene_id).put(stage, None)
            self.studio.projects.put_edit(session, key, asset.scene_id, SceneEdit(pins=free))
            return self._command(session, key, arguments, priority=BY_HAND)

    def render(self, key: str, formats: Sequence[Format], quality: str) -> int:
        """Cut the films of a project; the command's id.

        Raises:
            BriefError: a format is not in the brief, so nothing was made for it.
        """
        brief = self.studio.projects.stored(key).brief
        for ratio in formats:
            if ratio not in brief.formats:
                raise BriefError(
                    f"{key} is not made in {ratio.value}.",
                    hint="Add the format to the project's brief first; its pictures cost extra.",
                    code="format_not_in_brief",
                )
        chosen = [ratio.value for ratio in formats or brief.formats]
        kind = PREVIEW_JOB if quality == PREVIEW else BUILD
        rest = {} if quality == PREVIEW else self._rest_of(key)
        arguments = {**rest, "formats": chosen, "quality": quality}
        with self.studio.database.session() as session, session.begin():
            return self._command(session, key, arguments, priority=BY_HAND, kind=kind)

    def films_of(self, command: Command) -> list[Asset]:
        """The films a finished rendering left, in the formats it was asked for."""
        if command.state is not CommandState.SUCCEEDED:
            return []
        formats = command.arguments.get("formats")
        if command.kind == PREVIEW_JOB:
            films = self.assets.list(project=command.project, stage=PREVIEW, limit=100)
            newest = {one.format: one for one in reversed(films)}
            return [one for ratio, one in newest.items() if ratio in (formats or ())]
        films = self.assets.list(project=command.project, kind="film", is_current=True, limit=100)
        return [one for one in films if not formats or one.format in formats]

    def change_cut(
        self, key: str, cut: Cut, *, version: int | None, is_built: bool = True
    ) -> StoredTimeline:
        """Put other changes to the cut in place of those before.

        Raises:
            Conflict: they were changed since ``version``.
        """
        self.studio.projects.stored(key)
        arguments = self._rest_of(key)
        with self.studio.database.session() as session, session.begin():
            self.studio.projects.change(session, key)
            changed = self.timelines.change(session, key, cut, version=version)
            if is_built:
                self._command(session, key, arguments, priority=BY_HAND)
            self._tell(session, EventKind.PROJECT_CHANGED, key, fields=["timeline"])
        return changed

    def cost(self, key: str) -> tuple[Budget, list[CostRow]]:
        """What a project has cost: in all, and by provider."""
        self.studio.projects.stored(key)
        budget = self.studio.budgets.get(f"project:{key}")
        return budget, Costs(self.studio.database).of_project(key)

    def cap(self, key: str, cap_usd: Decimal | None) -> None:
        """Say what a project may spend in all; none: as the operator allows every project.

        What was spent stays spent: a cap below it stops everything that costs.

        Raises:
            InvalidInput: it is above what the operator allows.
        """
        self.studio.projects.stored(key)
        self.studio.budgets.allow(f"project:{key}", cap_usd)
        with self.studio.database.session() as session, session.begin():
            self._tell(session, EventKind.PROJECT_CHANGED, key, fields=["cap"])

    def command(self, command_id: int, key: str = "") -> Command:
        """A command, of this project where one is named.

        Raises:
            NotFound: there is none.
        """
        found = self.studio.commands.get(command_id)
        if found is None or (key and found.project != key):
            raise NotFound(
                f"There is no command {command_id}.", hint="List them: GET .../commands."
            )
        return found

    # --- what they share ---

    def check(self, brief: Brief) -> None:
        """Refuse what no provider can serve, before anything is written.

        Raises:
            BriefError: a provider nobody offers is the user's mistake here, not the operator's.
        """
        try:
            check_choices(self.studio.dressed(brief), self.studio.providers)
        except NotConfigured as error:
            raise BriefError(error.message, hint=error.hint, code="provider_unknown") from error

    def _rest_of(self, key: str) -> dict[str, Any]:
        """Arguments of a build that goes as far as it may without another approval."""
        gates = self.studio.projects.approvals(key)
        return _until(next((gate for gate, is_given in gates.items() if not is_given), None))

    def _write_edits(
        self,
        key: str,
        edits: Mapping[int, SceneEdit],
        fields: list[str],
        *,
        version: int | None,
        is_built: bool,
    ) -> StoredProject:
        arguments = self._rest_of(key)
        with self.studio.database.session() as session, session.begin():
            changed = self.studio.projects.change(session, key, version=version)
            for scene_id, edit in edits.items():
                self.studio.projects.put_edit(session, key, scene_id, edit)
            if is_built:
                self._command(session, key, arguments, priority=BY_HAND)
            self._tell(session, EventKind.PROJECT_CHANGED, key, fields=fields)
        return changed

    def _command(
        self,
        session: Session,
        key: str,
        arguments: Mapping[str, Any],
        *,
        priority: int = USUAL,
        kind: str = BUILD,
    ) -> int:
        return self.studio.commands.add(
            session, key, kind, arguments=arguments, priority=priority, user=self.user
        )

    def _tell(self, session: Session, kind: EventKind, key: str, **data: Any) -> None:
        # Last in its transaction: the tenant's event counter stays locked to the end of it.
        self._events.add(session, kind, data, project=key)


def _until(stage: Stage | None) -> dict[str, Any]:
    return {} if stage is None else {"until": stage.value}


def _copy_script_wishes(session: Session, source: str, copy: str) -> None:
    """What makes the copy's script the same: the edits, and which take of it was wished for."""
    for edit in session.scalars(select(SceneEditRow).where(SceneEditRow.project == source)):
        session.add(SceneEditRow(project=copy, scene_id=edit.scene_id, edit=edit.edit))
    wished = select(TakeRow).where(TakeRow.project == source, TakeRow.stage == Stage.SCRIPT.value)
    for take in session.scalars(wished):
        session.add(
            TakeRow(project=copy, stage=take.stage, scene_id=take.scene_id, cause=take.cause)
        )
