"""Publish agent: what goes out, where and when; the state machine brings it there, once."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from video_platform.agents.editions import Editions, fill
from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.agents.result import StageResult
from video_platform.db.repositories.accounts import StoredAccount
from video_platform.db.repositories.publications import Publications as Rows
from video_platform.domain.formats import Format
from video_platform.domain.manifests import Film, Montage, PublicationRecord, Publications
from video_platform.domain.project import Project, Stage
from video_platform.domain.publication import (
    Publication,
    PublicationState,
    Wish,
    due_at,
    find_zone,
    next_free,
)
from video_platform.domain.script import Script
from video_platform.errors import InvalidInput, VideoPlatformError
from video_platform.publishing.accounts import AccountKeeper
from video_platform.publishing.base import Platform, Privacy, Rules
from video_platform.publishing.fit import Misfit, check_fit, refuse
from video_platform.publishing.machine import PublicationMachine
from video_platform.publishing.registry import Platforms

_PAST = timedelta(minutes=1)
_S = PublicationState


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """When something goes out: at once, at a wall-clock time, or at a queue's next free time."""

    local_time: str = ""
    zone: str = "UTC"
    is_queued: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where something goes: a network, and an account of it where it has any."""

    platform: str
    account: StoredAccount | None = None


class PublishAgent:
    """Schedules and publishes the films of one tenant.

    Args:
        rows: publications; ``accounts``, ``platforms`` and ``machine`` serve hosts, too.
    """

    def __init__(
        self,
        rows: Rows,
        machine: PublicationMachine,
        accounts: AccountKeeper,
        platforms: Platforms,
        editions: Editions,
    ) -> None:
        self.rows = rows
        self.machine = machine
        self.accounts = accounts
        self.platforms = platforms
        self.editions = editions

    def run(
        self, platform: Platform, project: Project, script: Script, montage: Montage
    ) -> StageResult[Publications]:
        """Every film on ``platform``, one of this machine; those that are out are left as they are.

        What of the project is out on other networks is told beside them.

        Raises:
            VideoPlatformError: with the code and words of the first that could not be published.
        """
        calls = 0
        for number, film in enumerate(montage.films):
            sentence = f"{film.format.value} to {platform.name}"
            BOARD.post(StageUpdate(Stage.PUBLICATIONS, number, len(montage.films), sentence))
            calls += self._publish_here(platform, project, script, film)
        records = self._records(project.key)
        return StageResult(
            value=Publications(records=records),
            provider_calls=calls,
            reused=len(montage.films) - calls,
        )

    def place(self, to: str) -> Place:
        """Where ``to`` means: an account by its id or name, or a network with one account.

        Raises:
            NotConfigured: ``platform_unknown``.
            InvalidInput: ``account_missing``, ``account_ambiguous``.
        """
        accounts = self.accounts.rows.all()
        named = [account for account in accounts if to in (account.id, account.name)]
        if not named:
            if not self.platforms.needs_account(to):
                return Place(platform=to)
            named = [account for account in accounts if account.platform == to]
        if len(named) == 1:
            return Place(platform=named[0].platform, account=named[0])
        raise InvalidInput(
            f"{len(named) or 'No'} accounts are called {to!r}.",
            hint="Give one of these ids: " + ", ".join(one.id for one in named)
            if named
            else f"Connect one: video-platform accounts connect {to}.",
            code="account_ambiguous" if named else "account_missing",
        )

    def schedule(
        self,
        project: Project,
        to: Place,
        *,
        when: When | None = None,
        format: Format | None = None,
        wish: Wish | None = None,
        batch: str = "",
    ) -> Publication:
        """Plan a post of the project's film; what it says is filled in where the wish is empty.

        A film that is not finished yet is waited for; the rest is checked now.

        Raises:
            InvalidInput: the first thing that does not fit the network, or ``format_missing``,
                ``time_past``, ``zone_unknown``, ``queue_empty``.
        """
        when, wish = when or When(), wish or Wish()
        rules = self.platforms.find(to.platform).rules
        ratio = self._format(project, rules, format)
        shows_people = wish.shows_people or bool(project.brief.providers.get("avatar"))
        wish = replace(wish, local_time=when.local_time, shows_people=shows_people)
        script = self.editions.script(project.key)
        wish = fill(wish, script, rules) if script else wish
        self.check(project, to, ratio, wish)
        account = to.account.id if to.account else ""
        return self.rows.add(
            uuid.uuid4().hex[:20],
            project=project.key,
            platform=to.platform,
            format=ratio,
            wish=wish,
            account=account,
            due=self._due(when, account),
            zone=when.zone,
            batch=batch,
        )

    def check(self, project: Project, to: Place, ratio: Format, wish: Wish) -> None:
        """Refuse what the network would. What a film has to show is checked once there is one.

        Raises:
            InvalidInput: with the code of the first misfit.
        """
        if wish.privacy not in list(Privacy):
            known = ", ".join(Privacy)
            raise InvalidInput(
                f"{wish.privacy[:40]!r} is not who may see a post.",
                hint=f"Choose from {known}.",
                code="privacy_unfit",
            )
        film, script = self.editions.film(project.key, ratio), self.editions.script(project.key)
        if film is not None:
            refuse(self._misfits(to, film, wish, script))

    def edit(
        self,
        publication: Publication,
        project: Project,
        wish: Wish,
        *,
        when: When | None = None,
        version: int | None = None,
    ) -> Publication:
        """Change what goes out or when, checked like ``schedule``. Errors also as ``rows.edit``."""
        account = publication.account
        stored = self.accounts.rows.get(account) if account else None
        place = Place(platform=publication.platform, account=stored)
        self.check(project, place, publication.format, wish)
        if when is None:
            return self.rows.edit(publication.id, lambda _: wish, version=version)
        moved = replace(wish, local_time=when.local_time)
        due = self._due(when, account) or self.rows.now()
        return self.rows.edit(
            publication.id, lambda _: moved, due=due, zone=when.zone, version=version
        )

    def _misfits(
        self, to: Place, film: Film, wish: Wish, script: Script | None
    ) -> Sequence[Misfit]:
        post = self.editions.post("", film, wish, script)
        facts = to.account.facts if to.account else {}
        has_account = to.account is not None or not self.platforms.needs_account(to.platform)
        rules = self.platforms.find(to.platform).rules
        return check_fit(post, rules, has_account=has_account, facts=facts)

    def _format(self, project: Project, rules: Rules, wanted: Format | None) -> Format:
        """The format that is asked for, or the one of the project that the network shows best."""
        made = project.brief.formats
        if wanted is None:
            return next((ratio for ratio in rules.formats if ratio in made), made[0])
        if wanted not in made:
            raise InvalidInput(
                f"{project.key} is not made in {wanted}.",
                hint=f"It is made in {', '.join(made)}; make another with --format {wanted}.",
                code="format_missing",
            )
        return wanted

    def _due(self, when: When, account: str) -> datetime | None:
        """The instant, or nothing for at once."""
        now = self.rows.now()
        if when.is_queued:
            slots = self.accounts.rows.slots(account) if account else []
            return next_free(slots, self.rows.times_of(account), now)
        find_zone(when.zone)
        if not when.local_time:
            return None
        due = due_at(when.local_time, when.zone)
        if due < now - _PAST:
            raise InvalidInput(
                f"{when.local_time} in {when.zone} is past.",
                hint="Give a time to come, or none to publish at once.",
                code="time_past",
            )
        return due

    def _publish_here(
        self, platform: Platform, project: Project, script: Script, film: Film
    ) -> int:
        """Publish one film on a platform of this machine; 1 if it had not been out."""
        identity = hashlib.sha256(f"{project.key}/{film.media.sha256}".encode()).hexdigest()[:20]
        wish = fill(Wish(film=film.media.sha256), script, platform.rules)
        known = self.rows.add(
            identity, project=project.key, platform=platform.name, format=film.format, wish=wish
        )
        if known.state is _S.PUBLISHED:
            return 0
        done = self.machine.work(identity)
        if done.state is _S.FAILED:
            # Asked for anew, by whoever runs this again; here a look is always certain.
            self.machine.retry(identity)
            done = self.machine.work(identity)
        if done.state is not _S.PUBLISHED:
            raise VideoPlatformError(
                done.error or f"Publication {identity} is {done.state} at another process.",
                hint="See: video-platform publications.",
                code=done.error_code or "publication_busy",
            )
        return int(done.commits > known.commits)

    def _records(self, project: str) -> tuple[PublicationRecord, ...]:
        out = self.rows.matching(project=project, states=[_S.PUBLISHED], limit=1000)
        return tuple(
            PublicationRecord(
                platform=one.platform,
                format=one.format,
                film=one.film,
                url=one.url,
                published_at=one.published_at.isoformat() if one.published_at else "",
            )
            for one in sorted(out, key=lambda one: (one.platform, one.created_at, one.id))
        )
