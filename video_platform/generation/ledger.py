"""The generation ledger: every paid call is claimed, sent, remembered and stored exactly once.

What is written when decides what a death in between means::

    claim      committed   nothing was sent: whoever takes over may send
    sending    committed   right before the request leaves: the outcome may be unknown
    submitted  committed   the provider's job is known: whoever takes over looks at that job
    stored     committed   the bytes are decoded, hashed and in the store

With ``sending`` the command that is worked for is asked after, in one transaction: once its cancel
was answered, nothing new leaves.

A request that left is never sent again by itself, unless its provider works here and costs nothing,
or can be asked what became of it.
"""

import hashlib
import json
import random
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy.exc import SQLAlchemyError

from video_platform.db.database import DEFAULT_TENANT
from video_platform.db.repositories.budgets import scopes_of
from video_platform.db.repositories.generations import Entry, GenerationState, Intent
from video_platform.disk import private_directory, storage_errors
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.generation import Generation, JsonValue
from video_platform.domain.media import Media, Probe
from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    JobFailed,
    LeaseLost,
    OutcomeUnknown,
    ProbeFailed,
    ProviderAuthFailed,
    ProviderError,
    ProviderRequestInvalid,
    ProviderTimeout,
    StoreError,
    TransientProviderError,
    UnsupportedMedia,
    VideoPlatformError,
)
from video_platform.generation.errands import Errands
from video_platform.generation.turnstile import Turnstile
from video_platform.providers.base import Examines, Priced, Produced, Provider
from video_platform.providers.chain import GIVES_WAY, Chain
from video_platform.providers.jobs import FindsJobs, Job, JobState, SlowProvider
from video_platform.providers.references import reduced
from video_platform.providers.service import Service
from video_platform.providers.transport import patience
from video_platform.tracing import note, span

RequestT = TypeVar("RequestT")
AnyProvider = Provider[RequestT] | SlowProvider[RequestT]

LEASE_S = 30.0
_RENEW_S = 10.0
_WAIT_S = 0.25
_FETCHES = 3
"""A result that cannot be decoded is fetched again so often: links break half-way."""
_BROKEN_RESULT = (ProbeFailed, BadProviderAnswer, ProviderAuthFailed, ProviderRequestInvalid)
"""What a dead link or a cut download looks like."""
_LONGEST_PAUSE_S = 15.0
MICRO = 1_000_000


class GenerationRows(Protocol):
    """Where the ledger keeps its rows; see ``db.repositories.generations``."""

    def find(self, key: str) -> Entry | None: ...
    def claim(self, intent: Intent, *, lease_s: float) -> Entry: ...
    def request(self, key: str) -> bytes: ...
    def reopen(self, entry: Entry, state: GenerationState, *, lease_s: float) -> Entry: ...
    def renew(self, key: str, fence: int, *, lease_s: float) -> None: ...
    def take(self, entry: Entry, *, lease_s: float) -> Entry: ...
    def let_go(self, key: str, fence: int) -> None: ...
    def rest(self, key: str, fence: int, *, for_s: float, code: str, error: str) -> None: ...
    def sending(self, key: str, fence: int, *, commands: Collection[int]) -> None: ...
    def submitted(self, key: str, fence: int, job: bytes) -> None: ...
    def note(self, key: str, fence: int, code: str, error: str) -> None: ...
    def stored(self, fence: int, generation: Generation, *, cost_microusd: int) -> None: ...
    def failed(
        self, key: str, fence: int, code: str, error: str, *, cost_microusd: int = 0
    ) -> None: ...
    def unknown(self, key: str, fence: int, code: str, error: str) -> None: ...
    def given_up(self, key: str, fence: int, cost_microusd: int) -> None: ...


class Purse(Protocol):
    """Whose money is held; see ``db.repositories.budgets``. Rows settle it as they end."""

    def hold(self, key: str, scopes: tuple[str, ...], amount_microusd: int | None) -> None: ...


class MediaShelf(Protocol):
    """The part of the media store that the ledger needs."""

    def put(self, path: Path, media_type: str, probe: Probe | None = None) -> Media: ...
    def has(self, media: Media) -> bool: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LedgerPolicy:
    """What an operator decides about generations.

    Args:
        retry_attempts: how often a request is sent that was surely not accepted before.
        repeat_unknown_below_usd: a request whose outcome nobody can know is sent again by itself
            when it costs less than this; 0: a person decides.
        timeout_s: how long one generation may take: an answer, or its job, is not waited for
            any longer. ``timeouts_s`` says otherwise by capability.
        uses_stored: whether an equal request made before is taken from the store.
    """

    retry_attempts: int = 3
    repeat_unknown_below_usd: Decimal = Decimal(0)
    timeout_s: float = 300.0
    timeouts_s: Mapping[str, float] = field(
        default_factory=lambda: {"video": 1200.0, "avatar": 1800.0}
    )
    uses_stored: bool = True


def request_key(provider: AnyProvider[RequestT], request: RequestT, tenant: str = "") -> str:
    """Hash of everything that decides a result: who is asked, in which version, for what."""
    return _key(provider, to_json(request), tenant)


def _key(provider: AnyProvider[RequestT], request: bytes, tenant: str) -> str:
    model, variant = getattr(provider, "model", ""), getattr(provider, "variant", "")
    head = json.dumps(
        [tenant, provider.name, provider.version, model, variant, provider.capability.value]
    )
    return hashlib.sha256(head.encode() + request).hexdigest()


class Ledger:
    """Obtains generations, from the store where it can and from a provider where it must."""

    def __init__(
        self,
        rows: GenerationRows,
        purse: Purse,
        store: MediaShelf,
        turnstile: Turnstile,
        *,
        probe: Callable[[Path, str], Probe],
        scratch_dir: Path,
        policy: LedgerPolicy | None = None,
        tenant: str = DEFAULT_TENANT,
        errands: Errands | None = None,
    ) -> None:
        self.rows = rows
        self.purse = purse
        self.store = store
        self.turnstile = turnstile
        self.clock = turnstile.clock
        self.probe = probe
        self.scratch_dir = scratch_dir
        self.policy = policy or LedgerPolicy()
        self.tenant = tenant
        self.errands = errands or Errands()
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def obtain(
        self,
        provider: AnyProvider[RequestT] | Chain,
        request: RequestT,
        *,
        project: str = "",
    ) -> Generation:
        """The result of ``request``, made now unless it was made before.

        Equal requests wait for one another, in this process and in others: one of them is sent.

        Raises:
            LimitExceeded, BudgetExceeded: nothing was sent.
            Stopped: the command this works for was cancelled; nothing was sent.
            OutcomeUnknown: it was sent, now or before, and what became of it is not known.
            ProviderTimeout: its job goes on; the same call later looks at it again.
            ProviderError, InvalidInput: as the provider raises them; nothing is stored.
        """
        if isinstance(provider, Chain):
            return self._first(provider, request, project)
        if isinstance(provider, Examines):
            provider.examine(request)
        request = reduced(provider, request)
        price = provider.price_usd(request) if isinstance(provider, Priced) else None
        intent = Intent(
            key=request_key(provider, request, self.tenant),
            tenant=self.tenant,
            project=project,
            provider=provider.name,
            capability=provider.capability.value,
            request=to_json(request),
            estimate_microusd=round((price or 0) * MICRO),
        )
        with span(
            f"generate {intent.capability}",
            project_id=project,
            provider=intent.provider,
            capability=intent.capability,
            generation_id=intent.key[:12],
        ):
            made = self._obtained(intent, provider, request, is_priced=price is not None)
            note(reused=made.reused, cost_usd=0.0 if made.reused else float(made.cost_usd))
            return made

    def _obtained(
        self,
        intent: Intent,
        provider: AnyProvider[RequestT],
        request: RequestT,
        *,
        is_priced: bool,
    ) -> Generation:
        with self._locks[intent.key]:
            entry = self._claim(intent)
            if not entry.is_mine and entry.result is not None:
                return replace(entry.result, reused=True)
            work = _Work(self, provider, request, entry, intent.project, is_priced=is_priced)
            with _kept(work.keep):
                return work.finish()

    def revisit(self, provider: AnyProvider[RequestT], entry: Entry) -> Generation | None:
        """Look once at what became of a request that was sent. Nothing is ever sent here.

        Args:
            entry: a row the caller has taken; it holds the row still afterwards, unless the row
                has ended.

        Returns:
            The result, stored now; nothing while its job goes on.

        Raises:
            JobFailed, ContentRefused: it ended without a result, and the row says so.
            OutcomeUnknown: its provider cannot say now what became of it; the row is as it was.
            LeaseLost: somebody else has it.
            VideoPlatformError: it could not be looked at, or brought here; the row is as it was.
        """
        # Its provider may be set up otherwise by now: then nobody knows which model made it.
        is_same = _key(provider, self.rows.request(entry.key), entry.tenant) == entry.key
        made_by = _named(provider) if is_same else {}
        work = _Work(self, provider, None, entry, entry.project, is_priced=False, made_by=made_by)
        with _kept(work.keep):
            return work.revisit()

    def refusal(self, provider: AnyProvider[RequestT] | Chain, request: RequestT) -> str:
        """Why this very request was refused for its content before; empty: it was not."""
        asked = provider.providers if isinstance(provider, Chain) else (provider,)
        for one in asked:
            sent = reduced(one, request)
            entry = self.rows.find(request_key(one, sent, self.tenant))
            if (
                entry
                and entry.state is GenerationState.FAILED
                and entry.error_code == ContentRefused.code
            ):
                return entry.error
        return ""

    def _first(self, chain: Chain, request: Any, project: str) -> Generation:
        """The first provider's result that can be had; who gave way, and why, goes with it."""
        gave_way: list[dict[str, JsonValue]] = []
        for provider in chain.providers[:-1]:
            try:
                made = self.obtain(provider, request, project=project)
            except GIVES_WAY as error:
                if _was_accepted(error):
                    raise  # its job goes on and may be paid: nobody else is asked
                gave_way.append({"provider": provider.name, "reason": str(error)})
            else:
                break
        else:
            made = self.obtain(chain.providers[-1], request, project=project)
        if not gave_way:
            return made
        return replace(made, details={**made.details, "instead_of": list(gave_way)})

    def _claim(self, intent: Intent) -> Entry:
        """Wait until the row is ours, or its result is there."""
        while True:
            entry = self.rows.claim(intent, lease_s=LEASE_S)
            if not entry.is_mine and entry.state is GenerationState.STORED:
                if self._is_usable(entry):
                    return entry
                entry = self.rows.reopen(entry, GenerationState.CLAIMED, lease_s=LEASE_S)
            elif not entry.is_mine and entry.state is GenerationState.UNKNOWN:
                # As if its sender had died just now: it is looked up before anything else.
                known = GenerationState.SUBMITTED if entry.job else GenerationState.SENDING
                entry = self.rows.reopen(entry, known, lease_s=LEASE_S)
            if entry.is_mine:
                return entry
            self.clock.sleep(_WAIT_S)

    def _is_usable(self, entry: Entry) -> bool:
        result = entry.result
        return self.policy.uses_stored and result is not None and self.store.has(result.media)


@contextmanager
def _kept(keep: Callable[[], None]) -> Iterator[None]:
    """Call ``keep`` again and again while the block runs, until the lease is lost."""
    done = threading.Event()

    def run() -> None:
        while not done.wait(_RENEW_S):
            try:
                # A database that restarts refuses for a while; the next try counts.
                with suppress(SQLAlchemyError):
                    keep()
            except LeaseLost:
                return

    keeper = threading.Thread(target=run, daemon=True, name="lease")
    keeper.start()
    try:
        yield
    finally:
        done.set()
        keeper.join()


def _named(provider: object) -> dict[str, JsonValue]:
    """The model that was asked, for lineage and credentials, where a provider has several."""
    model = getattr(provider, "model", "")
    return {"model": str(model)} if model else {}


def _sensible(cost: Decimal | None, estimate: Decimal) -> Decimal:
    """A cost as the provider says it, unless it says none that can be."""
    return cost if cost is not None and cost.is_finite() and cost >= 0 else estimate


def job_of(entry: Entry) -> Job | None:
    """The provider's job of a row, where it is known."""
    return None if entry.job is None else from_json(Job, json.dumps(dict(entry.job)).encode())


def _name(key: str, send: int) -> str:
    """What the service is told this request is called: each sending has a name of its own.

    After a job that failed, the next one must not be taken for it.
    """
    return key if send <= 1 else f"{key[:48]}-{send}"


_BEFORE_ACCEPTANCE = frozenset({"submit", "upload"})
"""Operations that fail before a service has begun paid work."""


def has_ended(error: VideoPlatformError) -> bool:
    """Whether the service says that there is no result, and never will be."""
    return isinstance(error, JobFailed | ContentRefused) or getattr(error, "was_billed", False)


def _was_accepted(error: VideoPlatformError) -> bool:
    """Whether the service had taken the request when this happened, and did not say it ended it."""
    if has_ended(error):
        return False
    if isinstance(error, BadProviderAnswer):
        return error.operation != "upload"
    if isinstance(error, ProviderError):
        return error.operation not in _BEFORE_ACCEPTANCE
    return isinstance(error, ProbeFailed | UnsupportedMedia)


class _Work:
    """One held row, brought to its end."""

    def __init__(
        self,
        ledger: Ledger,
        provider: AnyProvider[RequestT],
        request: RequestT | None,
        entry: Entry,
        project: str,
        *,
        is_priced: bool,
        made_by: Mapping[str, JsonValue] | None = None,
    ) -> None:
        self._made_by = _named(provider) if made_by is None else made_by
        self._project = project
        self._is_priced = is_priced
        self._ledger = ledger
        self._rows = ledger.rows
        self._provider: Any = provider
        self._request = request
        self._entry = entry
        self._service: Service | None = getattr(provider, "service", None)
        self._scopes = scopes_of(entry.tenant, entry.project)
        self._has_job = False
        self._place = ""
        self._has_begun = False

    def keep(self) -> None:
        """Hold the row, and the place at the service, a while longer."""
        self._rows.renew(self._entry.key, self._entry.fence, lease_s=LEASE_S)
        if self._place:
            self._ledger.turnstile.keep(self._place)

    def finish(self) -> Generation:
        """From whatever state the row is in to a stored result, or to an error that is stored."""
        ledger = self._ledger
        is_left_as_it_is = True
        try:
            with (
                private_directory(ledger.scratch_dir, "make") as directory,
                storage_errors(directory),
                ledger.turnstile.place(self._service, wait_s=2 * self._timeout_s()) as place,
            ):
                self._place, self._has_begun = place, True
                made = self._make(directory)
                generation = self._store(made)
            is_left_as_it_is = False
        except OutcomeUnknown as error:
            # What is held stays held: it may have been spent.
            self._rows.unknown(self._entry.key, self._entry.fence, error.code, str(error))
            is_left_as_it_is = False
            raise
        except (ProviderTimeout, LeaseLost, StoreError):
            raise  # the row stays: its job goes on, another holds it, or there was no room here
        except VideoPlatformError as error:
            is_left_as_it_is = self._record(error)
            raise
        finally:
            if is_left_as_it_is:
                self._let_go()
        return generation

    def _record(self, error: VideoPlatformError) -> bool:
        """Write down a failure; true when the row is left for another look at its job.

        What the service accepted is never free to be sent again, however useless its answer was:
        a job can be looked at once more, the rest is for a person to decide.
        """
        if not self._has_begun and self._entry.state is not GenerationState.CLAIMED:
            return True  # sent before, and not even looked at now: what is known stays known
        held = (self._entry.key, self._entry.fence, error.code, str(error))
        if self._service is None or not _was_accepted(error):
            self._fail(error)
            return False
        if self._has_job:
            self._rows.note(*held)
            return True
        self._rows.unknown(*held)
        return False

    def _fail(self, error: VideoPlatformError) -> None:
        was_billed = getattr(error, "was_billed", False)
        cost = self._entry.estimate_microusd if was_billed else 0
        self._rows.failed(
            *(self._entry.key, self._entry.fence, error.code, str(error)), cost_microusd=cost
        )

    def _let_go(self) -> None:
        try:
            self._rows.let_go(self._entry.key, self._entry.fence)
        except LeaseLost:
            return  # the one who took it over has it

    def revisit(self) -> Generation | None:
        """See ``Ledger.revisit``. No place at the service is waited for: it works already."""
        scratch = self._ledger.scratch_dir
        try:
            with private_directory(scratch, "make") as directory, storage_errors(directory):
                job = self._job_of_the_past()
                state: JobState = self._provider.check(job)
                if not state.is_done:
                    return None
                deadline = self._ledger.clock.now() + self._timeout_s()
                return self._store(self._fetch(job, state, directory, deadline))
        except VideoPlatformError as error:
            if has_ended(error):
                self._fail(error)
            raise

    def _job_of_the_past(self) -> Job:
        """The job of a request that was sent, as it was kept or as its service knows it.

        Raises:
            OutcomeUnknown: neither has it.
            JobFailed: the service never got it.
        """
        job = job_of(self._entry)
        if job is not None:
            return job
        if not isinstance(self._provider, FindsJobs):
            raise self._undecided()
        job = self._looked_up()
        if job is None:
            raise JobFailed(
                f"{self._entry.provider} never got this request.",
                provider=self._entry.provider,
                operation="find",
                hint="Ask for it again.",
            )
        self._remember(job)
        return job

    def _make(self, directory: Path) -> Produced:
        job = self._known_job()
        if job is None:
            self._hold_money()
            sent = self._send(directory)
            if isinstance(sent, Produced):
                return self._checked(sent)
            job = sent
            self._remember(job)
        self._has_job = True
        deadline = self._ledger.clock.now() + self._timeout_s()
        with span("wait", provider=self._entry.provider):
            state = self._wait_for(job, deadline)
        with span("fetch", provider=self._entry.provider):
            return self._fetch(job, state, directory, deadline)

    def _known_job(self) -> Job | None:
        """The job of a request that was sent before; nothing when it has to be sent.

        Raises:
            OutcomeUnknown: it was sent, and neither its provider nor the policy says what then.
        """
        entry = self._entry
        if entry.state is GenerationState.SUBMITTED:
            return job_of(entry)
        if entry.state is not GenerationState.SENDING or self._service is None:
            return None
        if isinstance(self._provider, FindsJobs):
            job = self._looked_up()
            if job is not None:
                self._remember(job)
            return job
        price = Decimal(entry.estimate_microusd) / MICRO
        may_repeat = price < self._ledger.policy.repeat_unknown_below_usd
        if not may_repeat:
            raise self._undecided()
        if may_repeat:
            # The first one may have been paid: it is counted as spent.
            self._rows.given_up(entry.key, entry.fence, entry.held_microusd)
            self._entry = replace(entry, held_microusd=0)
        return None

    def _undecided(self) -> OutcomeUnknown:
        entry = self._entry
        return OutcomeUnknown(
            f"{entry.provider} was sent this request at {entry.sent_at} and may have done it.",
            provider=entry.provider,
            operation="submit",
            hint="Look at the provider's own list, then decide with "
            f"`video-platform generations decide {entry.key[:12]}`.",
        )

    def _looked_up(self) -> Job | None:
        """The job of a request that left, as its service knows it."""
        try:
            job: Job | None = self._provider.find(_name(self._entry.key, self._entry.sends))
        except ProviderError as error:
            raise OutcomeUnknown(
                f"{self._entry.provider} could not say what became of this request: {error}",
                provider=self._entry.provider,
                operation="find",
                hint="Run the same command again later: it is looked up again, not sent again.",
            ) from error
        return job

    def _hold_money(self) -> None:
        entry = self._entry
        if self._service is None or entry.held_microusd:
            return
        amount = entry.estimate_microusd if self._is_priced else None
        self._ledger.purse.hold(entry.key, self._scopes, amount)

    def _send(self, directory: Path) -> Produced | Job:
        """Send the request; again only after answers that it was surely not accepted."""
        clock, timeout_s = self._ledger.clock, self._timeout_s()
        deadline = clock.now() + timeout_s
        for tried in range(1, self._ledger.policy.retry_attempts + 1):
            try:
                with (
                    self._ledger.turnstile.call(self._service),
                    patience(timeout_s),
                    span("submit", provider=self._entry.provider, attempt=tried),
                ):
                    self._begin_sending()
                    if isinstance(self._provider, SlowProvider):
                        name = _name(self._entry.key, self._entry.sends + tried)
                        return self._provider.submit(self._request, name)
                    made: Produced = self._provider.generate(self._request, directory)
                    return made
            except TransientProviderError as error:
                if tried == self._ledger.policy.retry_attempts or _was_accepted(error):
                    raise
                wanted_s = getattr(error, "retry_after_s", 0.0)
                spread_s = random.uniform(0, min(20.0, 2.0**tried))  # noqa: S311 - not a secret
                pause_s = max(wanted_s, spread_s)
                if clock.now() + pause_s >= deadline:
                    raise
                clock.sleep(pause_s)
        raise AssertionError("unreachable")

    def _begin_sending(self) -> None:
        # Who asks now, not who claimed the row first: equal requests of two projects share it.
        commands = self._ledger.errands.of(self._project)
        self._rows.sending(self._entry.key, self._entry.fence, commands=commands)

    def _remember(self, job: Job) -> None:
        self._rows.submitted(self._entry.key, self._entry.fence, to_json(job))

    def _wait_for(self, job: Job, deadline: float) -> JobState:
        """Look at the job until it is done, once at least.

        Raises:
            ProviderTimeout: it is not done in time; it goes on, and can be waited for again.
        """
        clock = self._ledger.clock
        pause_s = self._service.pause_s if self._service else 1.0
        while True:
            wanted_s = 0.0
            try:
                state: JobState = self._provider.check(job)
                if state.is_done:
                    return state
                wanted_s = state.look_again_s
            except TransientProviderError as error:
                wanted_s = getattr(error, "retry_after_s", 0.0)
            if clock.now() >= deadline:
                raise ProviderTimeout(
                    f"{self._entry.provider} has not finished job {job.id} in "
                    f"{self._timeout_s():.0f} s.",
                    provider=self._entry.provider,
                    operation="check",
                    hint="It goes on there; run the same command again to wait for it.",
                )
            clock.sleep(max(pause_s, wanted_s))
            pause_s = min(pause_s * 1.5, _LONGEST_PAUSE_S)

    def _timeout_s(self) -> float:
        policy = self._ledger.policy
        return policy.timeouts_s.get(self._entry.capability, policy.timeout_s)

    def _fetch(self, job: Job, state: JobState, directory: Path, deadline: float) -> Produced:
        """Bring the result here whole; a link that broke or died is asked for again."""
        for tried in range(1, _FETCHES + 1):
            place = directory / f"fetch-{tried}"
            place.mkdir()
            try:
                return self._checked(self._provider.fetch(job, state, place))
            except _BROKEN_RESULT:
                if tried == _FETCHES:
                    raise
                self._ledger.clock.sleep(1.0)
                state = self._wait_for(job, deadline)
        raise AssertionError("unreachable")

    def _checked(self, made: Produced) -> Produced:
        """The result, decoded to its end; ``probe`` is kept for the store."""
        return replace(made, probe=self._ledger.probe(made.path, made.media_type))

    def _store(self, made: Produced) -> Generation:
        entry = self._entry
        estimate = Decimal(entry.estimate_microusd) / MICRO
        generation = Generation(
            key=entry.key,
            provider=entry.provider,
            media=self._ledger.store.put(made.path, made.media_type, made.probe),
            details={**self._made_by, **made.details},
            cost_usd=_sensible(made.cost_usd, estimate),
            estimate_usd=estimate,
        )
        cost = round(generation.cost_usd * MICRO)
        self._rows.stored(entry.fence, generation, cost_microusd=cost)
        return generation
