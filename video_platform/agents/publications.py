"""The publication desk: what people ask of posts, written for the state machine to carry out.

Nothing here talks to a network: a post is planned, moved, or said to be out or not, and whoever
works on publications next brings it there or looks. Errors are sorted for callers: what is not
there is ``NotFound``, what contradicts a publication's state is a ``Conflict``.
"""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import select

from video_platform.agents.editions import fill
from video_platform.agents.publish import Place, When
from video_platform.agents.studio import Studio
from video_platform.db.models import PublicationRow
from video_platform.db.repositories.accounts import Health
from video_platform.db.repositories.pages import Mark, older_than
from video_platform.db.repositories.publications import Publications as Rows
from video_platform.domain.formats import Format
from video_platform.domain.project import Project
from video_platform.domain.publication import Publication, PublicationState, Wish
from video_platform.errors import Conflict, InvalidInput, LeaseLost, NotFound, VideoPlatformError
from video_platform.publishing.base import Rules
from video_platform.publishing.fit import Misfit, check_fit
from video_platform.publishing.registry import platform_names

_S = PublicationState
_SORTED: Mapping[str, type[VideoPlatformError]] = {
    "publication_missing": NotFound,
    "account_unknown": NotFound,
    "publication_committing": Conflict,
    "publication_ended": Conflict,
    "publication_changed": Conflict,
    "publication_not_failed": Conflict,
    "publication_unconfirmed": Conflict,
    "publication_not_unconfirmed": Conflict,
}


@contextmanager
def errors_sorted() -> Iterator[None]:
    """Raise what the core says of publications and accounts as what it means to a caller."""
    try:
        yield
    except InvalidInput as error:
        kind = _SORTED.get(error.code)
        if kind is None:
            raise
        raise kind(error.message, hint=error.hint, code=error.code) from error
    except LeaseLost as error:
        raise Conflict(error.message, hint=error.hint, code="publication_changed") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Posts of one film that are asked for.

    Args:
        accounts: ids. ``platforms``: networks with one account, or with none at all.
        wishes: what is posted, by platform; ``wish`` where there is no other.
    """

    accounts: Sequence[str] = ()
    platforms: Sequence[str] = ()
    format: Format | None = None
    when: When = field(default_factory=When)
    wish: Wish = field(default_factory=Wish)
    wishes: Mapping[str, Wish] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """What became of one post that was asked for: a publication, or the reason why not."""

    project: str
    to: str
    publication: Publication | None = None
    error: VideoPlatformError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """Whether a post would be taken, as far as that can be known now.

    Args:
        has_film: whether there is a film to look at; without one only the account was.
        wish: with everything filled in that was left open.
    """

    place: Place
    format: Format
    wish: Wish
    has_film: bool
    misfits: Sequence[Misfit]


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """Which publications are looked for; what is empty does not count."""

    project: str = ""
    account: str = ""
    platform: str = ""
    batch: str = ""
    states: Sequence[PublicationState] = ()
    is_late: bool = False
    since: datetime | None = None
    until: datetime | None = None
    """Half-open: due at ``since`` or later, and before ``until``."""


class PublicationDesk:
    """Use cases of one tenant's publications."""

    def __init__(self, studio: Studio) -> None:
        self._studio = studio
        self._agent = studio.publish
        self._rows = studio.publish.rows
        self._lists = _Lists(studio.database)

    # --- planned ---

    def plan(self, projects: Sequence[str], plan: Plan) -> list[Planned]:
        """Plan a post of every project on every place; one that is refused stops no other.

        Raises:
            InvalidInput: ``place_missing``: no account and no platform is named;
                ``platform_unknown``: there are words for none.
        """
        for name in plan.wishes:
            require_platform(name)
        wanted = [(project, to) for project in dict.fromkeys(projects) for to in _names(plan)]
        batch = uuid.uuid4().hex[:12] if len(wanted) > 1 else ""
        return [self._plan_one(project, to, plan, batch) for project, to in wanted]

    def _plan_one(self, key: str, to: str, plan: Plan, batch: str) -> Planned:
        try:
            with errors_sorted():
                project, place = self._project(key), self._place(to, plan)
                made = self._agent.schedule(
                    project,
                    self._with_account(place),
                    when=plan.when,
                    format=plan.format,
                    wish=plan.wishes.get(place.platform, plan.wish),
                    batch=batch,
                )
        except VideoPlatformError as error:
            return Planned(project=key, to=to, error=error)
        return Planned(project=key, to=to, publication=made)

    def check(self, key: str, plan: Plan) -> list[Fit]:
        """What the networks would say of posts, before anything is planned.

        Raises:
            InvalidInput: ``place_missing``, ``account_ambiguous``, ``platform_unknown``,
                ``format_missing``.
            NotFound, ProjectMissing: there is no such account, or no such project.
        """
        with errors_sorted():
            project = self._project(key)
            return [self._fit(project, self._place(to, plan), plan) for to in _names(plan)]

    def _fit(self, project: Project, to: Place, plan: Plan) -> Fit:
        editions, rules = self._agent.editions, self._agent.platforms.find(to.platform).rules
        ratio = _format(project, rules, plan.format)
        film, script = editions.film(project.key, ratio), editions.script(project.key)
        wish = plan.wishes.get(to.platform, plan.wish)
        wish = replace(wish, shows_people=bool(project.brief.providers.get("avatar")))
        wish = fill(wish, script, rules) if script else wish
        facts = to.account.facts if to.account else {}
        misfits = [] if self._has_account(to) else [_no_account(to.platform)]
        if film is not None and script is not None:
            misfits += check_fit(editions.post("", film, wish, script), rules, facts=facts)
        return Fit(
            place=to, format=ratio, wish=wish, has_film=film is not None, misfits=tuple(misfits)
        )

    # --- read ---

    def get(self, publication_id: str) -> Publication:
        """One publication.

        Raises:
            NotFound: there is none.
        """
        with errors_sorted():
            return self._rows.get(publication_id)

    def find(self, search: Search, *, before: Mark | None, limit: int) -> list[Publication]:
        """Publications, the latest time first, those behind ``before``."""
        return self._lists.page(search, before, limit)

    # --- changed ---

    def edit(
        self,
        held: Publication,
        words: Mapping[str, Any],
        *,
        when: When | None = None,
        version: int | None = None,
    ) -> Publication:
        """Change what goes out or when; ``words`` are fields of the wish.

        Args:
            version: the one the person saw; nothing: that of ``held``.

        Raises:
            InvalidInput: it would not fit, or the time cannot be.
            Conflict: ``publication_committing``, ``publication_ended``, ``publication_changed``.
        """
        seen = held.version if version is None else version
        with errors_sorted():
            wish = replace(held.wish, **words)
            return self._agent.edit(
                held, self._project(held.project), wish, when=when, version=seen
            )

    def cancel(self, publication_id: str, *, version: int | None = None) -> Publication:
        """Keep it from going out. Conflicts as ``edit``."""
        with errors_sorted():
            return self._rows.cancel(publication_id, version=version)

    def retry(self, publication_id: str) -> Publication:
        """Let one that failed begin again, now.

        Raises:
            Conflict: ``publication_not_failed``, ``publication_unconfirmed``.
        """
        with errors_sorted():
            return self._agent.machine.retry(publication_id)

    # --- decided ---

    def look_again(self, publication_id: str) -> Publication:
        """Have the network asked at once what became of a commit; nothing is posted by that.

        Raises:
            Conflict: ``publication_not_unconfirmed``.
        """
        with errors_sorted():
            now = self._unconfirmed(publication_id, or_committing=True)
            held = self._rows.claim(publication_id) if now.state is _S.UNCONFIRMED else None
            if held is None:
                return now  # somebody looks at this moment
            return self._rows.move(held, _S.UNCONFIRMED, rests=True, retry_at=self._rows.now())

    def confirm(self, publication_id: str, url: str) -> Publication:
        """A person found an unconfirmed one on the network.

        Raises:
            InvalidInput: ``url_invalid``.
            Conflict: ``publication_not_unconfirmed``.
        """
        with errors_sorted():
            return self._agent.machine.confirm(publication_id, url)

    def deny(self, publication_id: str) -> Publication:
        """A person looked: an unconfirmed one is not out. It failed, and may be retried.

        Raises:
            Conflict: ``publication_not_unconfirmed``; ``publication_busy``: it is looked at now.
        """
        with errors_sorted():
            self._unconfirmed(publication_id)
            held = self._rows.claim(publication_id)
            if held is None:
                raise Conflict(
                    f"Publication {publication_id} is looked at on the network now.",
                    hint="See what is found, and decide then.",
                    code="publication_busy",
                )
            now = self._rows.now()
            return self._rows.move(
                held,
                _S.FAILED,
                rests=True,
                retry_at=None,
                checked_at=now,
                error_code="not_published",
                error="A person looked at the account: it is not out.",
            )

    # --- what they share ---

    def _project(self, key: str) -> Project:
        return self._studio.projects.get(key)

    def _unconfirmed(self, publication_id: str, *, or_committing: bool = False) -> Publication:
        now = self._rows.get(publication_id)
        if now.state is _S.UNCONFIRMED or (or_committing and now.state is _S.COMMITTING):
            return now
        raise Conflict(
            f"Publication {publication_id} is {now.state}; its outcome is not in doubt.",
            hint="Only an unconfirmed one is decided by a person.",
            code="publication_not_unconfirmed",
        )

    def _place(self, to: str, plan: Plan) -> Place:
        """Where ``to`` is: an account's id, or a platform; its account is none where none is."""
        accounts = self._agent.accounts.rows
        if to in plan.accounts:
            account = accounts.get(to)
            return Place(platform=account.platform, account=account)
        require_platform(to)
        if not self._agent.platforms.needs_account(to):
            return Place(platform=to)
        known = accounts.all(platform=to)
        if len(known) > 1:
            raise InvalidInput(
                f"{len(known)} accounts of {to} are connected.",
                hint="Name one in accounts: " + ", ".join(one.id for one in known) + ".",
                code="account_ambiguous",
            )
        return Place(platform=to, account=known[0] if known else None)

    def _has_account(self, to: Place) -> bool:
        if to.account is not None:
            return to.account.health is not Health.DISCONNECTED
        return not self._agent.platforms.needs_account(to.platform)

    def _with_account(self, to: Place) -> Place:
        if self._has_account(to):
            return to
        missing = _no_account(to.platform)
        raise InvalidInput(missing.message, hint=missing.hint, code=missing.code)


class _Lists(Rows):
    """Publications in pages."""

    def page(self, search: Search, before: Mark | None, limit: int) -> list[Publication]:
        """See ``PublicationDesk.find``."""
        row = PublicationRow
        named = {
            row.project: search.project,
            row.account: search.account,
            row.platform: search.platform,
            row.batch: search.batch,
        }
        tests = [column == value for column, value in named.items() if value]
        tests += [row.state.in_([one.value for one in search.states])] if search.states else []
        tests += [row.late_why != ""] if search.is_late else []
        tests += [row.due_at >= search.since] if search.since else []
        tests += [row.due_at < search.until] if search.until else []
        tests += [older_than(before, row.due_at, row.id)] if before else []
        ordered = select(row).where(*tests).order_by(row.due_at.desc(), row.id.desc())
        return self._read(ordered.limit(limit))


def require_platform(name: str) -> None:
    """Refuse a name that is no platform's.

    Raises:
        InvalidInput: ``platform_unknown``: the caller's mistake, not the operator's.
    """
    if name not in platform_names():
        raise InvalidInput(
            f"There is no platform called {name[:40]!r}.",
            hint=f"Known: {', '.join(platform_names())}.",
            code="platform_unknown",
        )


def _names(plan: Plan) -> list[str]:
    names = list(dict.fromkeys((*plan.accounts, *plan.platforms)))
    if not names:
        raise InvalidInput(
            "It is not said where the film is published.",
            hint="Name accounts, or platforms with one account.",
            code="place_missing",
        )
    return names


def _format(project: Project, rules: Rules, wanted: Format | None) -> Format:
    """The format a post would have; the rule is that of ``PublishAgent.schedule``."""
    made = project.brief.formats
    if wanted is None:
        return next((ratio for ratio in rules.formats if ratio in made), made[0])
    if wanted not in made:
        raise InvalidInput(
            f"{project.key} is not made in {wanted}.",
            hint=f"It is made in {', '.join(made)}.",
            code="format_missing",
        )
    return wanted


def _no_account(platform: str) -> Misfit:
    return Misfit(
        code="account_missing",
        message=f"No account of {platform} is connected.",
        hint="Connect one: POST /accounts/connect.",
    )
