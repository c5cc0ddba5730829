"""The publication state machine: prepare as often as it takes, commit once, then only look.

What is written when decides what a death in between means::

    preparing   committed   nothing is public: whoever takes over goes on at the network's offset
    prepared    committed   all is there but the word
    committing  committed   right before the word leaves: from here on it may be out
    published   committed   the network said so, to the commit or to a look

A commit whose answer was not heard is never sent again by itself. Only a look at the network, by
what was saved, or a person decides what became of it; until then it is ``unconfirmed``, and says
why. A commit that the network refused in words may be sent again, after a look.
"""

import json
import random
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from typing import Any, Protocol
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from video_platform.db.repositories.publications import Publications
from video_platform.domain.publication import LATE_S, HandleUse, Publication, PublicationState
from video_platform.errors import (
    BadProviderAnswer,
    InvalidInput,
    LeaseLost,
    NotConfigured,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderTimeout,
    ProviderUnavailable,
    StoreError,
    TransientProviderError,
    VideoPlatformError,
)
from video_platform.publishing.base import (
    Account,
    Desk,
    Finding,
    Outcome,
    Platform,
    Post,
    Published,
)
from video_platform.publishing.fit import require_fit
from video_platform.vault import Vault

ATTEMPTS = 8
"""A publication that could not be brought over so often fails; a person may retry it."""
FIRST_PAUSE_S, LONGEST_PAUSE_S = 15.0, 900.0
LONGEST_OBEYED_S = 86_400.0
"""No network is obeyed that asks for a longer pause."""
FIRST_LOOK_S, LONGEST_LOOK_S = 30.0, 6 * 3600.0
SETTLE_S = 180.0
"""A network that shows nothing is believed only after this: the request may be on its way until
then, longer than any is waited for."""
LOOKS_FOR = timedelta(days=7)
"""An outcome that is unclear for so long is looked at again only when a person asks."""
FIRST_COUNT_S = 3600.0
"""How long after it is out a post's views are counted first."""
_RENEW_S = 10.0
_POLL_S, _LONGEST_POLL_S, _PATIENCE_S = 5.0, 30.0, 600.0
_TEXT_CHARACTERS = 2000
_UNFORESEEN = "internal"
_DAY = timedelta(days=1)
_UNDECIDED = (OutcomeUnknown, ProviderTimeout, BadProviderAnswer)
"""Of a commit: it may have been taken."""
_WORTH_ANOTHER_TRY = (TransientProviderError, StoreError)
_UPLOAD_IS_GOOD = frozenset(
    kind.code
    for kind in (
        ProviderAuthFailed,
        ProviderQuotaExceeded,
        ProviderRateLimited,
        ProviderTimeout,
        ProviderUnavailable,
        NotConfigured,
    )
)
"""Failures that say nothing against what was brought over: a retry goes on with it."""

_S = PublicationState


class Accounts(Protocol):
    """Where accounts come from; see ``publishing.accounts``."""

    def open(self, account_id: str) -> Account:
        """The account with a token that is good now; refreshes it if it has to be.

        Raises:
            ProviderAuthFailed: the person has to connect it again.
        """
        ...

    def refused(self, account_id: str, token: str, why: str, *, again: bool = False) -> bool:
        """The network refused a token: whether there is a new one by now, worth another try.

        Args:
            again: the one before it was refused, too: a new one would be as well.
        """
        ...


class Films(Protocol):
    """Where films come from; see ``agents.publish``."""

    def edition(self, publication: Publication) -> tuple[Post, str]:
        """The post, and the SHA-256 of its film.

        Raises:
            StoreError: the film is not there, or not yet.
        """
        ...


class PublicationMachine:
    """Brings publications to their end.

    Args:
        platforms: a platform by its name.
        wait: lets seconds pass; tests give their own.
        jitter: a number from 0 to 1, so that many do not come back together.
    """

    def __init__(
        self,
        rows: Publications,
        platforms: Callable[[str], Platform],
        accounts: Accounts,
        films: Films,
        vault: Vault,
        *,
        wait: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] = random.random,
    ) -> None:
        self.rows = rows
        self.platforms = platforms
        self.accounts = accounts
        self.films = films
        self.vault = vault
        self.wait = wait
        self.jitter = jitter

    def work(self, publication_id: str) -> Publication:
        """Bring one as far as it goes now; does nothing where another process does.

        What goes wrong is written down, not raised: see its state, ``error_code`` and ``error``.
        """
        held = self.rows.claim(publication_id)
        return self.rows.get(publication_id) if held is None else self.work_on(held)

    def work_on(self, held: Publication) -> Publication:
        """``work``, for one that was claimed before."""
        with self._held(held), suppress(LeaseLost):
            work = _Work(self, held)
            try:
                work.go()
            except (VideoPlatformError, SQLAlchemyError):
                raise
            except Exception as error:
                work.stumble(error)
                raise  # a fault of ours: whoever runs this has to hear of it
        return self.rows.get(held.id)

    def reconcile(self, publication_id: str) -> Publication:
        """Look at the network for what became of a commit; never commits, whatever it finds."""
        now = self.rows.get(publication_id)
        if now.state not in (_S.COMMITTING, _S.UNCONFIRMED):
            return now
        held = self.rows.claim(publication_id, among=(_S.COMMITTING, _S.UNCONFIRMED))
        return self.rows.get(publication_id) if held is None else self.work_on(held)

    def retry(self, publication_id: str, *, is_surely_not_out: bool = False) -> Publication:
        """Let one that failed begin again, because a person says so.

        Args:
            is_surely_not_out: the person looked: an unconfirmed one is not out.

        Raises:
            InvalidInput: ``publication_unconfirmed``, ``publication_not_failed``.
        """
        held = self.rows.get(publication_id)
        if held.state is _S.UNCONFIRMED and not is_surely_not_out:
            raise InvalidInput(
                f"Publication {held.id} may be out: {held.error}",
                hint=f"Look at the account on {held.platform}; retry only when it is not there.",
                code="publication_unconfirmed",
            )
        if held.state not in (_S.FAILED, _S.UNCONFIRMED):
            raise InvalidInput(
                f"Publication {held.id} is {held.state}: there is nothing to retry.",
                hint="Only what failed can be retried.",
                code="publication_not_failed",
            )
        keeps = held.state is _S.FAILED and held.error_code in _UPLOAD_IS_GOOD
        return self.rows.restart(held, keeps_handle=keeps, is_vouched=is_surely_not_out)

    def confirm(self, publication_id: str, url: str) -> Publication:
        """A person found an unconfirmed one on the network.

        Raises:
            InvalidInput: ``publication_not_unconfirmed``, ``url_invalid``.
        """
        held = self.rows.get(publication_id)
        if held.state is not _S.UNCONFIRMED:
            raise InvalidInput(
                f"Publication {held.id} is {held.state}; its outcome is not in doubt.",
                hint="Only an unconfirmed one can be confirmed.",
                code="publication_not_unconfirmed",
            )
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
            raise InvalidInput(
                f"{url[:80]!r} is not the address of a post.",
                hint="Copy it from the network's page; it begins with https://.",
                code="url_invalid",
            )
        self.rows.answered(held, url=url[:_TEXT_CHARACTERS], published_at=self.rows.now())
        return self.rows.get(publication_id)

    @contextmanager
    def _held(self, held: Publication) -> Iterator[None]:
        """Renew the lease while the block runs, and let go after it."""
        done = threading.Event()

        def keep() -> None:
            while not done.wait(_RENEW_S):
                try:
                    # A database that restarts refuses for a while; the next try counts.
                    with suppress(SQLAlchemyError):
                        self.rows.renew(held)
                except LeaseLost:
                    return

        keeper = threading.Thread(target=keep, daemon=True, name="lease")
        keeper.start()
        try:
            yield
        finally:
            done.set()
            keeper.join()
            self.rows.let_go(held)


class _Work:
    """One held publication, brought as far as it goes."""

    def __init__(self, machine: PublicationMachine, held: Publication) -> None:
        self._machine = machine
        self._rows = machine.rows
        self._held = held
        self._desk = _Desk(machine, held)
        self._was_refused = held.error_code == ProviderAuthFailed.code

    def go(self) -> None:
        """From whatever state the row is in."""
        if self._held.state in (_S.COMMITTING, _S.UNCONFIRMED):
            self._look_again()
        else:
            self._publish()

    def stumble(self, error: Exception) -> None:
        """Write down that a fault of ours ended this attempt; the row tells what may follow."""
        said = (
            f"Something unforeseen happened here ({type(error).__name__}); the network said "
            "nothing against it. The log of the run has the details."
        )
        if self._held.state in (_S.COMMITTING, _S.UNCONFIRMED):
            self._leave_unconfirmed(said)
        elif self._held.state in (_S.PREPARING, _S.PREPARED):
            is_last = self._held.attempts >= ATTEMPTS
            state = _S.FAILED if is_last else _S.PREPARING
            retry_at = None if is_last else self._held.retry_at
            told = {"error_code": _UNFORESEEN, "error": said, "retry_at": retry_at}
            self._move(state, rests=True, **told)

    def _publish(self) -> None:
        try:
            self._begin()
            self._platform = self._machine.platforms(self._held.platform)
            self._respect_day()
            post = self._edition()
            require_fit(post, self._platform.rules, facts=self._desk.account.facts)
            if self._is_settled_by_a_look(post):
                return
            self._prepare(post)
        except LeaseLost:
            raise
        except VideoPlatformError as error:
            self._stop(error, _S.PREPARING)
        else:
            self._commit(post)

    def _begin(self) -> None:
        """Count the attempt, before anything else can go wrong: a process that dies here each time
        must not go on for ever."""
        now, held = self._rows.now(), self._held
        late_why = held.late_why
        if held.started_at is None:
            late_why = _late_start(held, (now - held.due_at).total_seconds())
        self._move(
            _S.PREPARING,
            attempts=held.attempts + 1,
            retry_at=now + timedelta(seconds=self._pause_s(held.attempts + 1)),
            started_at=held.started_at or now,
            late_why=late_why,
        )
        if self._held.attempts > ATTEMPTS:
            raise VideoPlatformError(
                f"It was begun {ATTEMPTS} times, and each time the process ended before it did.",
                hint="Look at the log of the runs, then retry it.",
                code="publication_interrupted",
            )

    def _respect_day(self) -> None:
        """Wait for tomorrow where an account may post so often a day only."""
        most, account = self._platform.rules.per_day, self._held.account
        if not most or not account:
            return
        now = self._rows.now()
        recent = self._rows.committed_since(account, now - _DAY)
        if len(recent) >= most:
            raise ProviderRateLimited(
                f"{self._held.platform} takes {most} posts of an account a day, and had them.",
                provider=self._held.platform,
                operation="prepare",
                hint="It goes on by itself when the first of them is a day old.",
                retry_after_s=(recent[-most] + _DAY - now).total_seconds(),
            )

    def _edition(self) -> Post:
        post, film = self._machine.films.edition(self._held)
        if film != self._held.film:
            self._move(_S.PREPARING, film=film)
        return post

    def _is_settled_by_a_look(self, post: Post) -> bool:
        """After a commit: whether it is out all the same, or cannot be told to be absent.

        A handle that a person's retry left is looked with once more and then put away.
        """
        if not self._held.commits:
            return False
        finding = self._platform.look_up(post, self._desk)
        if finding.outcome is Outcome.PUBLISHED and finding.published is not None:
            self._record(finding.published)
            return True
        if self._held.handle_use is HandleUse.LOOK and finding.outcome is Outcome.UNCLEAR:
            self._leave_unconfirmed(f"It was committed before, and may be out. {finding.why}")
            return True
        if self._held.handle_use:
            self._desk.put_away()
        return False

    def _prepare(self, post: Post) -> None:
        pause_s, waited_s = _POLL_S, 0.0
        while not self._platform.prepare(post, self._desk):
            if waited_s >= _PATIENCE_S:
                raise ProviderTimeout(
                    f"{self._held.platform} has been working on the film for {waited_s:.0f} s.",
                    provider=self._held.platform,
                    operation="process",
                    hint="It is looked at again by itself.",
                )
            self._machine.wait(pause_s)
            waited_s += pause_s
            pause_s = min(2 * pause_s, _LONGEST_POLL_S)
            self._rows.renew(self._held)
        # A token that has to be renewed is renewed now, not between the word and its answer.
        _ = self._desk.account
        self._move(_S.PREPARED, error_code="", error="")

    def _commit(self, post: Post) -> None:
        self._move(
            _S.COMMITTING,
            commits=self._held.commits + 1,
            committed_at=self._rows.now(),
            retry_at=None,
            disclosure={
                "is_synthetic": post.is_synthetic,
                "shows_people": post.shows_people,
                "is_declared": post.is_synthetic and self._platform.rules.has_disclosure,
            },
        )
        try:
            published = self._platform.commit(post, self._desk)
        except (*_UNDECIDED, ProviderUnavailable) as error:
            # Gateways say "unavailable" of what went through behind them, too.
            self._look(post, str(error))
        except LeaseLost:
            raise
        except VideoPlatformError as error:
            self._stop(error, _S.PREPARED)
        else:
            self._record(published)

    def _look_again(self) -> None:
        try:
            self._platform = self._machine.platforms(self._held.platform)
            post, _ = self._machine.films.edition(self._held)
        except VideoPlatformError as error:
            self._leave_unconfirmed(f"It cannot be looked up: {error}")
        else:
            why = self._held.error or "The process that published it ended before an answer came."
            self._look(post, why)

    def _look(self, post: Post, why: str) -> None:
        """Decide by what the network shows, if it can be decided."""
        self._conclude(self._finding(post), why)

    def _conclude(self, finding: Finding, why: str) -> None:
        since = self._rows.now() - (self._held.committed_at or self._held.due_at)
        # A folder of this machine has nothing on its way.
        is_settled = not self._held.account or since.total_seconds() >= SETTLE_S
        if finding.outcome is Outcome.PUBLISHED and finding.published is not None:
            self._record(finding.published)
        elif finding.outcome is Outcome.NOT_PUBLISHED and is_settled:
            self._move(
                _S.FAILED,
                rests=True,
                error_code="not_published",
                error=f"{finding.why} It is not out; retry it when you like."[:_TEXT_CHARACTERS],
                checked_at=self._rows.now(),
                retry_at=None,
            )
        else:
            said = finding.why if finding.why in why else f"{why} {finding.why}"
            self._leave_unconfirmed(said if len(said) < _TEXT_CHARACTERS // 2 else finding.why)

    def _finding(self, post: Post) -> Finding:
        try:
            return self._platform.look_up(post, self._desk)
        except LeaseLost:
            raise
        except ProviderAuthFailed as error:
            self._desk.refused(str(error))
            return Finding(outcome=Outcome.UNCLEAR, why=f"It cannot be looked up: {error}")
        except VideoPlatformError as error:
            return Finding(outcome=Outcome.UNCLEAR, why=f"It cannot be looked up: {error}")

    def _leave_unconfirmed(self, why: str) -> None:
        now, held = self._rows.now(), self._held
        age = now - (held.committed_at or held.due_at)
        pause_s = min(max(age.total_seconds(), FIRST_LOOK_S), LONGEST_LOOK_S)
        self._move(
            _S.UNCONFIRMED,
            rests=True,
            error_code=OutcomeUnknown.code,
            error=why[:_TEXT_CHARACTERS],
            checked_at=now,
            retry_at=now + timedelta(seconds=pause_s) if age < LOOKS_FOR else None,
        )

    def _stop(self, error: VideoPlatformError, state: PublicationState) -> None:
        """Try again later where that may help, in ``state`` until then; else it failed."""
        is_renewed = isinstance(error, ProviderAuthFailed) and self._desk.refused(
            str(error), again=self._was_refused
        )
        may_help = is_renewed or isinstance(error, _WORTH_ANOTHER_TRY)
        if not may_help or self._held.attempts >= ATTEMPTS:
            self._fail(error)
            return
        wanted_s = getattr(error, "retry_after_s", 0.0)
        pause_s = 0.0 if is_renewed else max(wanted_s, self._pause_s(self._held.attempts))
        self._move(
            state,
            rests=True,
            retry_at=self._rows.now() + timedelta(seconds=min(pause_s, LONGEST_OBEYED_S)),
            error_code=error.code,
            error=str(error)[:_TEXT_CHARACTERS],
        )

    def _fail(self, error: VideoPlatformError) -> None:
        self._move(
            _S.FAILED,
            rests=True,
            retry_at=None,
            error_code=error.code,
            error=str(error)[:_TEXT_CHARACTERS],
        )

    def _record(self, published: Published) -> None:
        """Write down that it is out, before anything else may go wrong."""
        now, held = self._rows.now(), self._held
        at = _moment(published.published_at) or now
        values = {
            "url": published.url[:_TEXT_CHARACTERS],
            "external_id": published.external_id[:255],
            "published_at": at,
            "checked_at": now,
            "retry_at": now + timedelta(seconds=FIRST_COUNT_S),
            "late_why": held.late_why or _late_end(held, (at - held.due_at).total_seconds()),
        }
        for pause_s in (0.5, 1.0, 2.0, 4.0, 8.0):
            try:
                self._rows.answered(held, **values)
            except SQLAlchemyError:
                self._machine.wait(pause_s)
            else:
                return
        self._rows.answered(held, **values)

    def _move(self, state: PublicationState, *, rests: bool = False, **values: Any) -> None:
        self._held = self._rows.move(self._held, state, rests=rests, **values)

    def _pause_s(self, attempt: int) -> float:
        pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2.0 ** (attempt - 1))
        return pause_s * (1 + self._machine.jitter() / 4)


class _Desk(Desk):
    """What a platform works with: the account, and a handle that is written before it goes on."""

    def __init__(self, machine: PublicationMachine, held: Publication) -> None:
        self._machine = machine
        self._held = held
        self._account: Account | None = None
        self._handle: dict[str, Any] | None = None

    @property
    def account(self) -> Account:
        """See ``Desk``."""
        if not self._held.account:
            return Account(external_id="")
        self._account = self._machine.accounts.open(self._held.account)
        return self._account

    @property
    def handle(self) -> Mapping[str, Any]:
        """See ``Desk``."""
        if self._handle is None:
            sealed = self._held.sealed_handle
            opened = self._machine.vault.open(sealed, _bound(self._held)) if sealed else "{}"
            self._handle = json.loads(opened)
        return dict(self._handle)

    def save(self, **facts: Any) -> None:
        """See ``Desk``."""
        merged = {**self.handle, **facts}
        sealed = self._machine.vault.seal(json.dumps(merged), _bound(self._held))
        self._machine.rows.save_handle(self._held, sealed)
        self._handle = merged

    def put_away(self) -> None:
        """Forget what was saved: the upload begins anew."""
        self._machine.rows.save_handle(self._held, "")
        self._handle = {}

    def progress(self, share: float, sentence: str) -> None:
        """See ``Desk``."""
        del share, sentence  # nobody watches them yet
        self._machine.rows.renew(self._held)

    def refused(self, why: str, *, again: bool = False) -> bool:
        """The network refused the account's token: whether there is a new one to try with."""
        if self._account is None:
            return False  # there is none, or it could not even be opened
        used, self._account = self._account, None
        return self._machine.accounts.refused(self._held.account, used.token, why, again=again)


def _bound(held: Publication) -> str:
    return f"{held.tenant}/publication/{held.id}"


def _late_start(held: Publication, late_s: float) -> str:
    if late_s <= LATE_S:
        return ""
    why = held.late_why or "Nothing that publishes was running at its time."
    return f"Begun {late_s:.0f} s after its time. {why}"


def _late_end(held: Publication, late_s: float) -> str:
    if late_s <= LATE_S or held.attempts <= 1:
        return ""
    return f"Out {late_s:.0f} s after its time, at attempt {held.attempts}."


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None
