"""Publications: what goes out, where and when; what became of it, and how it fares."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Path, Query
from pydantic import AfterValidator, AwareDatetime, Field, StringConstraints, model_validator
from starlette.convertors import StringConvertor, register_url_convertor

from api.schemas.base import Input, Line, Output, ProjectRef, Text, shown
from video_platform.agents.figures import Point, Series
from video_platform.agents.publications import Fit, Plan, Planned
from video_platform.agents.publish import When
from video_platform.db.repositories.metrics import Count
from video_platform.domain.formats import Format
from video_platform.domain.publication import EDITABLE, Publication, PublicationState, Wish
from video_platform.publishing.base import Privacy
from video_platform.publishing.fit import Misfit

MAX_PLACES = 50
MAX_PROJECTS = 200
MAX_BATCH = 500
"""Posts of one batch: each is checked against its film before the answer."""
_ID = r"^[0-9a-f-]{1,40}$"


class HexConvertor(StringConvertor):
    """Ids in paths as ``{name:hex}``, so that they are never taken for a word beside them."""

    regex = "[0-9a-f-]{1,40}"


register_url_convertor("hex", HexConvertor())
PublicationId = Annotated[str, Path(pattern=_ID, examples=["0f1b2c3d4e5f60718293"])]
AccountRef = Annotated[str, StringConstraints(pattern=_ID)]
PlatformName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_]{1,40}$")]
Hashtag = Annotated[str, StringConstraints(min_length=1, max_length=100, pattern=r"^[^\s#\x00]+$")]
Zone = Annotated[
    str,
    StringConstraints(max_length=64, pattern=r"^[A-Za-z0-9_+/-]+$"),
    Field(description="IANA name of the zone that `at` is said in.", examples=["Europe/Paris"]),
]
LocalTime = Annotated[
    str,
    StringConstraints(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?$"),
    Field(
        description="Wall-clock time in `zone`, without an offset. One that is skipped in spring "
        "is the first moment after the gap; of one that comes twice in autumn it is the first.",
        examples=["2026-12-01T09:00"],
    ),
]
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


def _usable(moment: datetime) -> datetime:
    if not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise ValueError(f"must lie between {_FIRST_YEAR} and {_LAST_YEAR}")
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_usable)]
"""A moment in UTC that every database can hold."""
Since = Annotated[Moment | None, Query(alias="from", description="Due at this moment or later.")]
Until = Annotated[Moment | None, Query(alias="to", description="Due before this moment.")]

_POST = {
    "title": "Why bread rises",
    "caption": "Flour, water and time.",
    "hashtags": ["sourdough", "baking"],
    "privacy": "public",
    "ai_disclosure": True,
    "options": {},
}
_PLAN = {
    "platforms": ["local_channel"],
    "format": "16:9",
    "post": {"title": "Why bread rises", "hashtags": ["sourdough"]},
    "posts": {"youtube": {"title": "Why bread rises (and when it does not)"}},
    "at": "2099-12-01T09:00",
    "zone": "Europe/Paris",
}
_ERROR = {
    "code": "provider_rate_limited",
    "message": "youtube asks for a pause. It goes on by itself.",
}
_PUBLICATION = {
    "id": "0f1b2c3d4e5f60718293",
    "project": "why-bread-rises-0123456789",
    "platform": "youtube",
    "account": "3f2c8a4e5b1d4c769a3e",
    "format": "16:9",
    "film": "",
    "post": _POST,
    "state": "scheduled",
    "sentence": "It goes out at its time.",
    "choices": ["edit", "unschedule"],
    "version": 1,
    "due_at": "2026-12-01T08:00:00Z",
    "at": "2026-12-01T09:00",
    "zone": "Europe/Paris",
    "batch": "",
    "url": "",
    "late": "",
    "error": None,
    "attempts": 0,
    "retry_at": None,
    "disclosure": {},
    "created_at": "2026-11-22T10:00:00Z",
    "started_at": None,
    "published_at": None,
    "checked_at": None,
}
_MISFIT = {
    "code": "title_too_long",
    "message": "The title has 120 characters of 100.",
    "hint": "Shorten it by 20.",
}
_REFUSED = {
    "project": "why-bread-rises-0123456789",
    "to": "tiktok",
    "code": "account_missing",
    "message": "No account of tiktok is connected.",
    "hint": "Connect one: POST /accounts/connect.",
}
_POINT = {
    "at": "2026-12-02T09:00:00Z",
    "views": 1204,
    "likes": 61,
    "comments": 4,
    "shares": None,
}
_SERIES = {"platform": "youtube", "publications": 1, "points": [_POINT]}

_SENTENCES = {
    PublicationState.SCHEDULED: "It goes out at its time.",
    PublicationState.PREPARING: "The film is being brought over; nothing is public yet.",
    PublicationState.PREPARED: "All is there but the word that makes it public.",
    PublicationState.COMMITTING: "It is going out now.",
    PublicationState.PUBLISHED: "It is out.",
    PublicationState.FAILED: "It did not go out; the error says why.",
    PublicationState.UNCONFIRMED: "We could not confirm this. Check the account, then choose.",
    PublicationState.CANCELLED: "It was taken off the schedule.",
}
_CHOICES = {
    **dict.fromkeys(EDITABLE, ("edit", "unschedule")),
    PublicationState.FAILED: ("retry",),
    PublicationState.UNCONFIRMED: ("confirm", "deny", "reconcile"),
}

Options = Annotated[
    dict[
        Annotated[str, StringConstraints(pattern=r"^[a-z_]{1,40}$")],
        bool | Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")],
    ],
    Field(max_length=10, description='What one network alone knows: {"category": "27"}.'),
]


class PostIn(Input):
    """What is posted; what is left out is written from the project's script."""

    model_config = shown(**_POST)

    title: Line = ""
    caption: Text = Field(default="", description="What stands under the film, without hashtags.")
    hashtags: list[Hashtag] = Field(default_factory=list, max_length=60, description="Without #.")
    privacy: Privacy = Privacy.PUBLIC
    ai_disclosure: bool = Field(
        default=True, description="Declares AI-made content; stays on where people are shown."
    )
    options: Options = Field(default_factory=dict)

    def on(self, wish: Wish) -> Wish:
        """The wish with what is said here; the rest of it stays."""
        return replace(wish, **_words(self))


def _words(post: "PostIn | PublicationChange") -> dict[str, Any]:
    """Fields of a wish that were given."""
    given = post.model_dump(
        exclude_unset=True, exclude_none=True, exclude={"at", "zone", "queue", "now"}
    )
    if "hashtags" in given:
        given["hashtags"] = tuple(given["hashtags"])
    if "privacy" in given:
        given["privacy"] = given["privacy"].value
    if "ai_disclosure" in given:
        given["is_synthetic"] = given.pop("ai_disclosure")
    return given


class PlanIn(Input):
    """Where films go, when, and with which words."""

    model_config = shown(**_PLAN)

    accounts: list[AccountRef] = Field(
        default_factory=list, max_length=MAX_PLACES, description="Ids of accounts."
    )
    platforms: list[PlatformName] = Field(
        default_factory=list,
        max_length=MAX_PLACES,
        description="Networks with one account connected, or that need none.",
    )
    format: Format | None = Field(
        default=None, description="None: of the project's, the one each network shows best."
    )
    post: PostIn = Field(default_factory=PostIn)
    posts: dict[PlatformName, PostIn] = Field(
        default_factory=dict, max_length=20, description="By platform, over what `post` says."
    )
    at: LocalTime | None = Field(default=None)
    zone: Zone = "UTC"
    queue: bool = Field(
        default=False, description="At the next free time of the account's queue, not `at` one."
    )

    @model_validator(mode="after")
    def _has_one_time(self) -> "PlanIn":
        if self.at and self.queue:
            raise ValueError("give at or queue, not both")
        return self

    def plan(self) -> Plan:
        """The plan, in the core's words."""
        common = self.post.on(Wish())
        return Plan(
            accounts=tuple(self.accounts),
            platforms=tuple(self.platforms),
            format=self.format,
            when=When(local_time=self.at or "", zone=self.zone, is_queued=self.queue),
            wish=common,
            wishes={name: post.on(common) for name, post in self.posts.items()},
        )


class PublicationIn(PlanIn):
    """A film that is to go out; neither `at` nor `queue`: at once."""

    model_config = shown(project="why-bread-rises-0123456789", **_PLAN)

    project: ProjectRef


class PublicationBatchIn(PlanIn):
    """Films of many projects that are to go out."""

    model_config = shown(projects=["why-bread-rises-0123456789"], **_PLAN)

    projects: list[ProjectRef] = Field(min_length=1, max_length=MAX_PROJECTS)

    @model_validator(mode="after")
    def _is_no_flood(self) -> "PublicationBatchIn":
        posts = len(self.projects) * (len(self.accounts) + len(self.platforms))
        if posts > MAX_BATCH:
            raise ValueError(f"makes {posts} posts; {MAX_BATCH} are the most of one batch")
        return self


class PublicationChange(Input):
    """What is changed of a post that has not gone out; fields left out stay."""

    model_config = shown(title="Why bread rises, again", at="2099-12-02T09:00", zone="UTC")

    title: Line | None = None
    caption: Text | None = None
    hashtags: list[Hashtag] | None = Field(default=None, max_length=60)
    privacy: Privacy | None = None
    ai_disclosure: bool | None = None
    options: Options | None = None
    at: LocalTime | None = None
    zone: Zone | None = None
    queue: bool = Field(default=False, description="Move it to its queue's next free time.")
    now: bool = Field(default=False, description="Move it to now.")

    @model_validator(mode="after")
    def _has_one_time(self) -> "PublicationChange":
        if (self.at is not None) + self.queue + self.now > 1:
            raise ValueError("give one of at, queue and now")
        if self.zone is not None and self.at is None:
            raise ValueError("zone stands with at")
        return self

    def words(self) -> dict[str, Any]:
        """Fields of the wish that change."""
        return _words(self)

    def when(self, held: Publication) -> When | None:
        """When it goes out from now on; nothing: as before."""
        if not (self.at or self.queue or self.now):
            return None
        zone = self.zone or held.zone
        return When(local_time=self.at or "", zone=zone, is_queued=self.queue)


class ConfirmationIn(Input):
    """Where a person found the post."""

    model_config = shown(url="https://www.youtube.com/watch?v=dQw4w9WgXcQ")

    url: Annotated[
        str, StringConstraints(max_length=2000, pattern=r"^https?://[^\s\[\]\x00/]+(/[^\s\x00]*)?$")
    ]


class PostOut(Output):
    """What is posted."""

    model_config = shown(**_POST)

    title: str
    caption: str
    hashtags: list[str]
    privacy: str
    ai_disclosure: bool
    options: dict[str, Any]


class PublicationError(Output):
    """What went wrong last."""

    model_config = shown(**_ERROR)

    code: str
    message: str


class PublicationOut(Output):
    """One film on one account at one time."""

    model_config = shown(**_PUBLICATION)

    id: str
    project: str
    platform: str
    account: str = Field(description="Empty: the platform has none.")
    format: Format
    film: str = Field(description="SHA-256 of the film that went out, or goes; empty: the newest.")
    post: PostOut
    state: PublicationState
    sentence: str = Field(description="What the state means for a person.")
    choices: list[str] = Field(description="What a person may do about it now.")
    version: int
    due_at: datetime
    at: str = Field(description="The wall-clock time that was asked for; empty: at once, or queue.")
    zone: str
    batch: str
    url: str
    late: str = Field(description="Why it began or ended late; empty: it did not.")
    error: PublicationError | None
    attempts: int
    retry_at: datetime | None = Field(description="When it is tried, or looked at, again.")
    disclosure: dict[str, Any] = Field(description="What was declared of AI when it went out.")
    created_at: datetime
    started_at: datetime | None
    published_at: datetime | None
    checked_at: datetime | None


class RefusedPost(Output):
    """A post that was not planned, and why."""

    model_config = shown(**_REFUSED)

    project: str
    to: str = Field(description="The account or platform as it was named.")
    code: str
    message: str
    hint: str


class PlannedOut(Output):
    """What became of the posts that were asked for."""

    model_config = shown(batch="", publications=[_PUBLICATION], refused=[_REFUSED])

    batch: str = Field(
        description="What lists them: GET /publications?batch=...; empty: it is one."
    )
    publications: list[PublicationOut]
    refused: list[RefusedPost]


class MisfitOut(Output):
    """One thing a network would refuse."""

    model_config = shown(**_MISFIT)

    code: str
    message: str
    hint: str


class FitOut(Output):
    """What a network would say of a post."""

    model_config = shown(
        platform="youtube",
        account="3f2c8a4e5b1d4c769a3e",
        format="16:9",
        fits=False,
        has_film=True,
        post=_POST,
        findings=[_MISFIT],
    )

    platform: str
    account: str
    format: Format
    fits: bool
    has_film: bool = Field(description="False: the rest is checked once the film is there.")
    post: PostOut = Field(description="With what was left open filled in.")
    findings: list[MisfitOut]


class PointOut(Output):
    """How often it was seen by a moment; null where the network does not say."""

    model_config = shown(**_POINT)

    at: datetime
    views: int | None
    likes: int | None
    comments: int | None
    shares: int | None


class SeriesOut(Output):
    """Figures of one platform over time, the earliest first."""

    model_config = shown(**_SERIES)

    platform: str
    publications: int = Field(description="How many are counted.")
    points: list[PointOut]


class ProjectMetrics(Output):
    """How a project fares, by platform."""

    model_config = shown(project="why-bread-rises-0123456789", series=[_SERIES])

    project: str
    series: list[SeriesOut]


def show_publication(one: Publication) -> PublicationOut:
    """A publication as callers see it."""
    return PublicationOut(
        id=one.id,
        project=one.project,
        platform=one.platform,
        account=one.account,
        format=one.format,
        film=one.film,
        post=_show_post(one.wish),
        state=one.state,
        sentence=_SENTENCES[one.state],
        choices=list(_CHOICES.get(one.state, ())),
        version=one.version,
        due_at=one.due_at,
        at=one.wish.local_time,
        zone=one.zone,
        batch=one.batch,
        url=one.url,
        late=one.late_why,
        error=PublicationError(code=one.error_code, message=one.error) if one.error else None,
        attempts=one.attempts,
        retry_at=None if one.state is PublicationState.PUBLISHED else one.retry_at,
        disclosure=dict(one.disclosure),
        created_at=one.created_at,
        started_at=one.started_at,
        published_at=one.published_at,
        checked_at=one.checked_at,
    )


def show_planned(planned: list[Planned]) -> PlannedOut:
    """What was planned, and what was not."""
    made = [one.publication for one in planned if one.publication]
    return PlannedOut(
        batch=made[0].batch if made else "",
        publications=[show_publication(one) for one in made],
        refused=[
            RefusedPost(
                project=one.project,
                to=one.to,
                code=one.error.code,
                message=one.error.message,
                hint=one.error.hint,
            )
            for one in planned
            if one.error
        ],
    )


def show_fit(fit: Fit) -> FitOut:
    """Findings about one post."""
    return FitOut(
        platform=fit.place.platform,
        account=fit.place.account.id if fit.place.account else "",
        format=fit.format,
        fits=not fit.misfits,
        has_film=fit.has_film,
        post=_show_post(fit.wish),
        findings=[_show_misfit(one) for one in fit.misfits],
    )


def _show_misfit(misfit: Misfit) -> MisfitOut:
    return MisfitOut(code=misfit.code, message=misfit.message, hint=misfit.hint)


def _show_post(wish: Wish) -> PostOut:
    return PostOut(
        title=wish.title,
        caption=wish.caption,
        hashtags=list(wish.hashtags),
        privacy=wish.privacy,
        ai_disclosure=wish.is_synthetic,
        options=dict(wish.options),
    )


def show_counts(platform: str, counts: list[Count]) -> SeriesOut:
    """Every look at one publication."""
    points = [Point(one.at, (one.views, one.likes, one.comments, one.shares)) for one in counts]
    return show_series(platform, Series(publications=1, points=points))


def show_series(
    platform: str, series: Series, since: datetime | None = None, until: datetime | None = None
) -> SeriesOut:
    """The points of a series between two moments."""
    return SeriesOut(
        platform=platform,
        publications=series.publications,
        points=[
            PointOut(at=point.at, views=views, likes=likes, comments=comments, shares=shares)
            for point in series.points
            if (since is None or point.at >= since) and (until is None or point.at < until)
            for views, likes, comments, shares in [point.figures]
        ],
    )
