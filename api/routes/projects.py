"""Projects: asked for, listed, changed, copied, put away and ended."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.desks import ReadingDesk, WritingDesk
from api.idempotency import ONCE, IdempotentRoute, once
from api.limits import limited
from api.pages import Cursor, Limit, cut, read_cursor
from api.schemas.base import CommandId, IfMatch, Page, ProjectKey, version_of
from api.schemas.look import LookIn, to_look
from api.schemas.projects import (
    Approval,
    BriefIn,
    CommandOut,
    CopyWish,
    ProjectChange,
    ProjectIn,
    ProjectOut,
    ProjectSummary,
    show_brief,
    show_command,
    summary_fields,
)
from video_platform.agents.desk import Desk, Wish
from video_platform.agents.looks import LookDesk
from video_platform.db.repositories.projects import ProjectOrder, StoredProject
from video_platform.domain.brief import Brief
from video_platform.domain.language import Language
from video_platform.domain.look import Logo
from video_platform.domain.project import ProjectStatus, Stage
from video_platform.errors import NotFound, UnsupportedMedia

router = APIRouter(prefix="/projects", tags=["projects"], route_class=IdempotentRoute)
_ADDRESS = "/api/v1/projects"


def show_project(desk: Desk, stored: StoredProject, response: Response) -> ProjectOut:
    """A project, with its version as the answer's ``ETag``."""
    response.headers["ETag"] = f'"{stored.version}"'
    gates = desk.studio.projects.approvals(stored.key)
    return ProjectOut(
        **summary_fields(stored),
        brief=show_brief(stored.brief),
        approvals=[Approval(stage=stage, is_given=given) for stage, given in gates.items()],
    )


def point_at(response: Response, key: str, command_id: int | None = None) -> None:
    """Name the resource that says how the work goes."""
    rest = "" if command_id is None else f"/commands/{command_id}"
    response.headers["Location"] = f"{_ADDRESS}/{key}{rest}"


def find_logo(desk: Desk, look: LookIn) -> Logo | None:
    """The logo a look names by the id of an asset."""
    if look.logo is None:
        return None
    asset = desk.assets.get(look.logo.asset)
    if asset is None:
        raise NotFound(f"There is no asset {look.logo.asset}.", hint="Upload the logo first.")
    if not asset.media.media_type.startswith("image/"):
        raise UnsupportedMedia("A logo is a picture.", hint="Name an asset of kind image.")
    return Logo(
        media=asset.media,
        corner=look.logo.corner,
        width=look.logo.width,
        opacity=look.logo.opacity,
    )


def find_brief(desk: Desk, wish: BriefIn) -> Brief:
    """The brief of a wish, with the files it names."""
    brief = wish.to_brief(find_logo(desk, wish.look))
    if wish.direction is None:
        return brief
    looks = LookDesk(desk.studio, desk.user)
    return looks.directed(brief, wish.direction.form(), looks.uploaded)


@router.post(
    "",
    status_code=202,
    summary="Ask for a film",
    dependencies=[once("create_projects"), Depends(limited("projects"))],
)
def create_project(wish: ProjectIn, desk: WritingDesk, response: Response) -> ProjectOut:
    """Every request is a project of its own; with an `Idempotency-Key` it is so once."""
    stored = desk.open(
        Wish(
            brief=find_brief(desk, wish),
            title=wish.title,
            description=wish.description,
            approvals=tuple(dict.fromkeys(wish.approvals)),
            cap_usd=wish.cap_usd,
            is_begun=wish.begin,
        )
    )
    point_at(response, stored.key)
    return show_project(desk, stored, response)


@router.get("", summary="Projects, the newest first")
def list_projects(
    desk: ReadingDesk,
    status: ProjectStatus | None = None,
    language: Language | None = None,
    q: Annotated[str, Query(max_length=200, pattern=r"^[^\x00]*$")] = "",
    archived: bool = False,
    sort: ProjectOrder = ProjectOrder.CREATED,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[ProjectSummary]:
    """`q` is looked for in titles and descriptions."""
    found = desk.studio.projects.find(
        status=status,
        language=language.value if language else "",
        text=q,
        is_archived=archived,
        order=sort,
        before=read_cursor(cursor),
        limit=limit + 1,
    )
    is_by_change = sort is ProjectOrder.UPDATED
    page, following = cut(
        found, limit, lambda one: (one.updated_at if is_by_change else one.created_at, one.key)
    )
    return Page(items=[ProjectSummary(**summary_fields(one)) for one in page], next=following)


@router.get("/{key}", summary="One project")
def read_project(key: ProjectKey, desk: ReadingDesk, response: Response) -> ProjectOut:
    """Its status, progress and brief; `ETag` is its version."""
    return show_project(desk, desk.studio.projects.stored(key), response)


@router.patch("/{key}", dependencies=[ONCE], summary="Change title, description or brief")
def change_project(
    key: ProjectKey,
    change: ProjectChange,
    desk: WritingDesk,
    response: Response,
    if_match: IfMatch = None,
) -> ProjectOut:
    """A changed brief is made at once unless `build` is false; unchanged parts are reused."""
    before = desk.studio.projects.stored(key)
    look = None if change.look is None else to_look(change.look, find_logo(desk, change.look))
    brief = change.on(before.brief, look)
    texts = change.model_dump(include={"title", "description"}, exclude_none=True)
    stored = desk.change(
        key, version=version_of(if_match), brief=brief, is_built=change.build, **texts
    )
    return show_project(desk, stored, response)


@router.delete("/{key}", status_code=204, summary="Put a project away and end its work")
def delete_project(key: ProjectKey, desk: WritingDesk) -> None:
    """Its films and history stay; it can be taken back."""
    desk.archive(key)


@router.post("/{key}/archive", summary="Put a project away")
def archive_project(key: ProjectKey, desk: WritingDesk, response: Response) -> ProjectOut:
    """It leaves the lists, and what runs for it ends."""
    return show_project(desk, desk.archive(key), response)


@router.post("/{key}/unarchive", summary="Take a project back")
def unarchive_project(key: ProjectKey, desk: WritingDesk, response: Response) -> ProjectOut:
    """It stands in the lists again as it was."""
    return show_project(desk, desk.archive(key, is_archived=False), response)


@router.post(
    "/{key}/duplicate",
    status_code=201,
    dependencies=[once("create_projects"), Depends(limited("projects"))],
    summary="Copy a project",
)
def duplicate_project(
    key: ProjectKey,
    wish: CopyWish,
    desk: WritingDesk,
    response: Response,
) -> ProjectOut:
    """The copy has the brief and the script edits; it costs nothing until it is made."""
    stored = desk.duplicate(key, title=wish.title, is_begun=wish.begin)
    point_at(response, stored.key)
    return show_project(desk, stored, response)


@router.post(
    "/{key}/build",
    status_code=202,
    dependencies=[once("build"), Depends(limited("projects"))],
    summary="Make what is missing",
)
def build_project(key: ProjectKey, desk: WritingDesk, response: Response) -> CommandOut:
    """Begins a draft, or goes on after a failure; finished work is reused."""
    return accepted(desk, key, desk.build(key), response)


@router.post(
    "/{key}/cancel", status_code=202, dependencies=[ONCE], summary="End what runs for a project"
)
def cancel_project(key: ProjectKey, desk: WritingDesk, response: Response) -> ProjectOut:
    """Nothing more is paid for after the answer; finished parts are kept."""
    stored = desk.cancel(key)
    point_at(response, key)
    return show_project(desk, stored, response)


@router.post(
    "/{key}/stages/{stage}/approve", status_code=202, dependencies=[ONCE], summary="Approve a stage"
)
def approve_stage(
    key: ProjectKey, stage: Stage, desk: WritingDesk, response: Response
) -> CommandOut:
    """Says yes to what the stage made last; the project goes on to the next one."""
    return accepted(desk, key, desk.approve(key, stage), response)


@router.get("/{key}/commands", summary="What was asked of a project")
def list_commands(key: ProjectKey, desk: ReadingDesk) -> list[CommandOut]:
    """The last fifty, the newest first."""
    desk.studio.projects.stored(key)
    return [show_command(one) for one in desk.studio.commands.of_project(key)]


@router.get("/{key}/commands/{command_id:int}", summary="How a piece of work goes")
def read_command(key: ProjectKey, command_id: CommandId, desk: ReadingDesk) -> CommandOut:
    """The status resource of everything that answers 202."""
    return show_command(desk.command(command_id, key))


def accepted(desk: Desk, key: str, command_id: int, response: Response) -> CommandOut:
    """The command that was written, and where to see how it goes."""
    point_at(response, key, command_id)
    return show_command(desk.command(command_id, key))
