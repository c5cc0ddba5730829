"""Publications: films planned for networks, moved and called off, and those in doubt decided."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from api.deps import Editor, TheInstallation, Viewer
from api.idempotency import ONCE, IdempotentRoute, once
from api.limits import limited
from api.pages import Cursor, Limit, cut, read_cursor
from api.schemas.base import IfMatch, Line, Page, ProjectRef, Text, version_of
from api.schemas.publications import (
    MAX_PLACES,
    AccountRef,
    ConfirmationIn,
    FitOut,
    Hashtag,
    PlannedOut,
    PlatformName,
    PublicationBatchIn,
    PublicationChange,
    PublicationId,
    PublicationIn,
    PublicationOut,
    Since,
    Until,
    show_fit,
    show_planned,
    show_publication,
)
from video_platform.agents.publications import Plan, PublicationDesk, Search
from video_platform.domain.formats import Format
from video_platform.domain.publication import Publication, PublicationState, Wish
from video_platform.publishing.base import Privacy

router = APIRouter(tags=["publications"], route_class=IdempotentRoute)
_ADDRESS = "/api/v1/publications"
_POSTS = [once("publish"), Depends(limited("publish"))]
"""What plans posts: done once whichever path it came by, and so often an hour."""


def _to_read(who: Viewer, installation: TheInstallation) -> PublicationDesk:
    return PublicationDesk(installation.studio(who.tenant))


def _to_write(who: Editor, installation: TheInstallation) -> PublicationDesk:
    return PublicationDesk(installation.studio(who.tenant))


ReadingDesk = Annotated[PublicationDesk, Depends(_to_read)]
WritingDesk = Annotated[PublicationDesk, Depends(_to_write)]


def _shown(one: Publication, response: Response) -> PublicationOut:
    response.headers["ETag"] = f'"{one.version}"'
    return show_publication(one)


@router.post("/publish", name="publish", status_code=202, summary="Publish", dependencies=_POSTS)
@router.post(
    "/publications", status_code=202, summary="Publish now or at a time", dependencies=_POSTS
)
def create_publications(wish: PublicationIn, desk: WritingDesk, response: Response) -> PlannedOut:
    """One post for every account and platform; those that are refused stop no other.

    It is an error only when all of them are refused: the first reason.
    """
    planned = desk.plan([wish.project], wish.plan())
    made = [one.publication for one in planned if one.publication]
    if not made and planned[0].error:
        raise planned[0].error
    one_or_all = f"/{made[0].id}" if len(made) == 1 else f"?batch={made[0].batch}"
    response.headers["Location"] = _ADDRESS + one_or_all
    return show_planned(planned)


@router.post(
    "/publications/batch",
    status_code=202,
    summary="Publish films of many projects",
    dependencies=_POSTS,
)
def create_publication_batch(wish: PublicationBatchIn, desk: WritingDesk) -> PlannedOut:
    """With `queue` every post takes its account's next free time."""
    return show_planned(desk.plan(wish.projects, wish.plan()))


@router.get("/publications", summary="Publications, the latest time first")
def list_publications(
    desk: ReadingDesk,
    project: ProjectRef | None = None,
    account: AccountRef | None = None,
    platform: PlatformName | None = None,
    batch: Annotated[str, Query(pattern=r"^[0-9a-f]{0,40}$")] = "",
    state: Annotated[list[PublicationState] | None, Query(max_length=20)] = None,
    late: bool = False,
    since: Since = None,
    until: Until = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PublicationOut]:
    """`from` and `to` cut out the days of a calendar."""
    search = Search(
        project=project or "",
        account=account or "",
        platform=platform or "",
        batch=batch,
        states=state or (),
        is_late=late,
        since=since,
        until=until,
    )
    found = desk.find(search, before=read_cursor(cursor), limit=limit + 1)
    page, following = cut(found, limit, lambda one: (one.due_at, one.id))
    return Page(items=[show_publication(one) for one in page], next=following)


@router.get("/publications/check", summary="What networks would say of a post")
def check_publication(
    desk: ReadingDesk,
    project: ProjectRef,
    accounts: Annotated[list[AccountRef] | None, Query(max_length=MAX_PLACES)] = None,
    platforms: Annotated[list[PlatformName] | None, Query(max_length=MAX_PLACES)] = None,
    format: Format | None = None,
    title: Line = "",
    caption: Text = "",
    hashtags: Annotated[list[Hashtag] | None, Query(max_length=60)] = None,
    privacy: Privacy = Privacy.PUBLIC,
    ai_disclosure: bool = True,
) -> list[FitOut]:
    """Plans nothing. Without findings it would be taken as it is."""
    wish = Wish(
        title=title,
        caption=caption,
        hashtags=tuple(hashtags or ()),
        privacy=privacy.value,
        is_synthetic=ai_disclosure,
    )
    plan = Plan(accounts=accounts or (), platforms=platforms or (), format=format, wish=wish)
    return [show_fit(one) for one in desk.check(project, plan)]


@router.get("/publications/{publication_id:hex}", summary="One publication")
def read_publication(
    publication_id: PublicationId, desk: ReadingDesk, response: Response
) -> PublicationOut:
    """Where it stands, and what a person may do about it; `ETag` is its version."""
    return _shown(desk.get(publication_id), response)


@router.patch(
    "/publications/{publication_id:hex}", dependencies=[ONCE], summary="Edit or move a post"
)
def change_publication(
    publication_id: PublicationId,
    change: PublicationChange,
    desk: WritingDesk,
    response: Response,
    if_match: IfMatch = None,
) -> PublicationOut:
    """What this answers is what goes out; 409 `publication_committing` once it is too late."""
    held = desk.get(publication_id)
    version = version_of(if_match)
    changed = desk.edit(held, change.words(), when=change.when(held), version=version)
    return _shown(changed, response)


@router.delete("/publications/{publication_id:hex}", status_code=204, summary="Unschedule a post")
def unschedule_publication(
    publication_id: PublicationId, desk: WritingDesk, if_match: IfMatch = None
) -> None:
    """After this answer it does not go out; it stays listed as cancelled."""
    desk.cancel(publication_id, version=version_of(if_match))


@router.post(
    "/publications/{publication_id:hex}/reconcile",
    status_code=202,
    dependencies=[ONCE],
    summary="Look at the network for one in doubt",
)
def reconcile_publication(
    publication_id: PublicationId, desk: WritingDesk, response: Response
) -> PublicationOut:
    """Posts nothing; `checked_at` and the event stream tell what was found."""
    return _shown(desk.look_again(publication_id), response)


@router.post(
    "/publications/{publication_id:hex}/retry",
    status_code=202,
    dependencies=[ONCE, Depends(limited("publish"))],
    summary="Publish again what failed",
)
def retry_publication(
    publication_id: PublicationId, desk: WritingDesk, response: Response
) -> PublicationOut:
    """One in doubt is not retried before a person says that it is not out."""
    return _shown(desk.retry(publication_id), response)


@router.post(
    "/publications/{publication_id:hex}/confirm",
    dependencies=[ONCE],
    summary="Say that one in doubt is out",
)
def confirm_publication(
    publication_id: PublicationId,
    found: ConfirmationIn,
    desk: WritingDesk,
    response: Response,
) -> PublicationOut:
    """A person found it, at this address."""
    return _shown(desk.confirm(publication_id, found.url), response)


@router.post(
    "/publications/{publication_id:hex}/deny",
    dependencies=[ONCE],
    summary="Say that one in doubt is not out",
)
def deny_publication(
    publication_id: PublicationId, desk: WritingDesk, response: Response
) -> PublicationOut:
    """A person looked at the account; it counts as failed, and can be retried."""
    return _shown(desk.deny(publication_id), response)
