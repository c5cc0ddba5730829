"""What another program may do with films, each tool on the same use cases as a person's.

Tools that may spend or post answer with a quote first and act only when it is confirmed
(``quotes``). Building takes minutes: it is begun here, and ``watch`` tells how it goes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from video_platform.agents.estimate import Estimate, estimate_brief
from video_platform.agents.quotes import Quotes
from video_platform.agents.studio import Studio
from video_platform.agents.takes import SceneDesk
from video_platform.agents.video import going_on
from video_platform.db.repositories.costs import Costs
from video_platform.domain.brief import Brief
from video_platform.domain.generation import Capability
from video_platform.domain.manifests import Montage
from video_platform.domain.project import SceneEdit, Stage
from video_platform.errors import InvalidInput, NotFound

_MADE_BY = {
    Stage.SCRIPT: (Capability.SCRIPT,),
    Stage.SCENE_IMAGES: (Capability.IMAGE, Capability.VIDEO, Capability.JUDGE),
    Stage.VOICE_TRACKS: (Capability.VOICE, Capability.AVATAR),
    Stage.MUSIC: (Capability.MUSIC,),
    Stage.CLIPS: (Capability.VIDEO, Capability.JUDGE),
}
"""Who may be asked when a stage is made anew, those included that follow from it."""
_WHOLE = (Stage.SCRIPT, Stage.MUSIC)


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildState:
    """How a build gets on: ``idle``, ``running``, ``done`` or ``failed`` with what went wrong."""

    state: str
    error: Mapping[str, Any] | None = None


class Builder(Protocol):
    """Makes projects outside of this call."""

    def start(self, key: str) -> None:
        """Begin to make what is missing; ``ProjectBusy`` while it is being made."""

    def state(self, key: str) -> BuildState:
        """How it gets on."""


class Assistant:
    """The tools of one tenant. All answers are plain JSON values."""

    def __init__(self, studio: Studio, builder: Builder, quotes: Quotes) -> None:
        self._studio = studio
        self._builder = builder
        self._quotes = quotes
        self._desk = SceneDesk(studio)

    def estimate(self, brief: Brief) -> dict[str, Any]:
        """Calls and list prices of a film; nothing is made."""
        found = estimate_brief(brief, self._studio.providers)
        return {
            "scenes": found.scenes,
            "cost_usd": _number(found.cost_usd),
            "capabilities": [
                {
                    "capability": row.capability.value,
                    "provider": row.provider,
                    "calls": row.calls,
                    "cost_usd": _number(row.cost_usd),
                }
                for row in found.rows
            ],
        }

    def create(self, brief: Brief, confirmation: str = "") -> dict[str, Any]:
        """A film of a brief; the same brief has the same project."""
        self._desk.check(brief)
        asked = {"brief": brief}
        if not confirmation:
            cost = estimate_brief(brief, self._studio.providers).cost_usd
            summary = f"A film of about {brief.duration_s} s in {brief.language.value}."
            return self._quotes.give("create", asked, summary, cost).document()
        self._quotes.redeem(confirmation, "create", asked)
        return self._begin(self._studio.open_project(brief).key)

    def projects(self, limit: int = 50) -> list[dict[str, Any]]:
        """What there is, the newest first."""
        rows = self._studio.projects.find(limit=max(1, min(limit, 200)))
        return [{"project": one.key, "title": one.title} for one in rows]

    def watch(self, project: str) -> dict[str, Any]:
        """How a project gets on, what it says and shows, what it cost, and its films."""
        stored = self._studio.projects.stored(project)
        build = self._builder.state(project)
        montage = self._studio.made(Montage, Stage.MONTAGE, project)
        return {
            "project": project,
            "title": stored.title,
            "build": build.state,
            "error": dict(build.error) if build.error else None,
            "progress": stored.progress,
            "sentence": stored.sentence,
            "scenes": self._scenes(project),
            "spent_usd": self._spent(project),
            "films": [
                {
                    "format": film.format.value,
                    "duration_s": film.duration_ms / 1000,
                    "sha256": film.media.sha256,
                    "url": self._studio.store.url(film.media),
                }
                for film in (montage.films if montage else ())
            ],
        }

    def edit_scene(
        self, project: str, scene: int, edit: SceneEdit, confirmation: str = ""
    ) -> dict[str, Any]:
        """Change what a scene says or shows, and make what follows from it."""
        stages = _touched(edit)
        if not stages:
            raise InvalidInput(
                "Nothing was changed.",
                hint="Give narration, visual_prompt or headline.",
                code="edit_empty",
            )
        self._desk.scene(project, scene)
        asked = {"project": project, "scene": scene, "edit": edit}
        if not confirmation:
            cost = self._price(project, stages, [scene])
            summary = f"Scene {scene} of {project} is changed: {', '.join(stages)} made anew."
            return self._quotes.give("edit_scene", asked, summary, cost).document()
        self._quotes.redeem(confirmation, "edit_scene", asked)
        self._desk.edit_scenes(project, {scene: edit}, is_built=False)
        return self._begin(project)

    def regenerate(
        self, project: str, stage: Stage, scenes: Sequence[int], confirmation: str = ""
    ) -> dict[str, Any]:
        """Another take of some scenes, none: the whole stage; earlier takes are kept."""
        stored = self._studio.projects.get(project)
        stored.refuse_locked(stage, scenes)
        if stage not in _MADE_BY:
            raise InvalidInput(
                f"{stage.value} has no takes.",
                hint=f"Choose from {', '.join(_MADE_BY)}.",
                code="stage_has_no_takes",
            )
        for scene in scenes:
            self._desk.scene(project, scene)
        asked = {"project": project, "stage": stage, "scenes": tuple(scenes)}
        if not confirmation:
            cost = self._price(project, (stage,), scenes)
            which = ", ".join(map(str, scenes)) or "all"
            summary = f"Another take of {stage.value}, scenes {which}, of {project}."
            return self._quotes.give("regenerate", asked, summary, cost).document()
        self._quotes.redeem(confirmation, "regenerate", asked)
        self._studio.projects.ask_again(project, stage, tuple(scenes), cause=confirmation)
        return self._begin(project)

    def render(self, project: str, confirmation: str = "") -> dict[str, Any]:
        """Make whatever of a film is missing, and cut it."""
        brief = self._studio.projects.stored(project).brief
        asked = {"project": project}
        if not confirmation:
            cost = estimate_brief(brief, self._studio.providers).cost_usd
            summary = f"{project} is made; what is there already is not paid again."
            return self._quotes.give("render", asked, summary, cost).document()
        self._quotes.redeem(confirmation, "render", asked)
        return self._begin(project)

    def publish(self, project: str, to: str, confirmation: str = "") -> dict[str, Any]:
        """Post the finished film; it goes out once."""
        agent = self._studio.publish
        stored, place = self._studio.projects.get(project), agent.place(to)
        if self._studio.made(Montage, Stage.MONTAGE, project) is None:
            raise NotFound(
                f"{project} has no film yet.", hint="Render it first.", code="film_missing"
            )
        asked = {"project": project, "to": to}
        if not confirmation:
            summary = f"The film of {project} is posted on {place.platform}, for everybody to see."
            return self._quotes.give("publish", asked, summary, Decimal(0)).document()
        self._quotes.redeem(confirmation, "publish", asked)
        done = agent.machine.work(agent.schedule(stored, place).id)
        return {"publication": done.id, "state": done.state.value, "url": done.url}

    # --- what they share ---

    def _begin(self, key: str) -> dict[str, Any]:
        self._builder.start(key)
        return {"project": key, "build": self._builder.state(key).state}

    def _scenes(self, key: str) -> list[dict[str, Any]]:
        try:
            script = self._desk.script(key)
        except NotFound:
            return []
        return [
            {"id": one.id, "narration": one.narration, "visual_prompt": one.visual_prompt}
            for one in script.scenes
        ]

    def _spent(self, key: str) -> float:
        rows = Costs(self._studio.database).of_project(key)
        return sum(row.spent_microusd for row in rows) / 1_000_000

    def _price(self, key: str, stages: Sequence[Stage], scene_ids: Sequence[int]) -> Decimal | None:
        """List price of making stages anew for these scenes, none: all.

        Clips that go on from another clip are counted with it.
        """
        brief = self._studio.projects.stored(key).brief
        found, scenes = estimate_brief(brief, self._studio.providers), len(scene_ids)
        if scene_ids and {Stage.SCENE_IMAGES, Stage.CLIPS} & set(stages):
            scenes = len(going_on(self._desk.script(key), brief.direction, scene_ids))
        wanted = {capability for stage in stages for capability in _MADE_BY[stage]}
        share = Decimal(scenes or found.scenes) / found.scenes
        return _sum(found, wanted, Decimal(1) if set(stages) & set(_WHOLE) else share)


def _touched(edit: SceneEdit) -> tuple[Stage, ...]:
    """Stages whose material a change of these fields makes anew."""
    changes = (
        (edit.narration, Stage.VOICE_TRACKS),
        (edit.visual_prompt, Stage.SCENE_IMAGES),
        (edit.headline, Stage.SCENE_IMAGES),
        (edit.appears, Stage.SCENE_IMAGES),
        (edit.continues, Stage.CLIPS),
    )
    return tuple(dict.fromkeys(stage for value, stage in changes if value is not None))


def _sum(found: Estimate, wanted: set[Capability], share: Decimal) -> Decimal | None:
    costs = [row.cost_usd for row in found.rows if row.capability in wanted]
    known = [cost for cost in costs if cost is not None]
    return sum(known, Decimal(0)) * share if len(known) == len(costs) else None


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)
