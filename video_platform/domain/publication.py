"""A publication: one film on one account at one time, what may become of it, and when it is due.

A person says a wall-clock time and a zone. Both are kept, for rules of zones change; the instant is
worked out from them:

- a time that exists is that instant;
- a time that is skipped (clocks go forward) is the first instant after the gap;
- a time that comes twice (clocks go back) is the first of the two.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from video_platform.domain.formats import Format
from video_platform.errors import InvalidInput

LATE_S = 30.0
"""A publication that begins, or is out, so much after its time is late, and says why."""
_SLOT_WEEKS = 104
_FIRST_YEAR, _LAST_YEAR = 2000, 2100


class HandleUse(StrEnum):
    """What a saved handle is good for."""

    CURRENT = ""
    """The upload goes on with it."""
    LOOK = "look"
    """A commit made it out of date: the network is asked by it, and must show nothing."""
    VOUCHED = "vouched"
    """The same, but a person looked: nothing to be seen is enough, so is nothing to be told."""


class PublicationState(StrEnum):
    """Where a publication stands; ``TRANSITIONS`` says what may follow."""

    SCHEDULED = "scheduled"
    PREPARING = "preparing"
    PREPARED = "prepared"
    COMMITTING = "committing"
    PUBLISHED = "published"
    FAILED = "failed"
    UNCONFIRMED = "unconfirmed"
    CANCELLED = "cancelled"


_S = PublicationState
TRANSITIONS: Mapping[PublicationState, frozenset[PublicationState]] = {
    _S.SCHEDULED: frozenset({_S.PREPARING, _S.SCHEDULED, _S.CANCELLED}),
    # Unconfirmed again: what a commit before a retry left cannot be told to be absent.
    _S.PREPARING: frozenset(
        {_S.PREPARING, _S.PREPARED, _S.FAILED, _S.UNCONFIRMED, _S.SCHEDULED, _S.CANCELLED}
    ),
    _S.PREPARED: frozenset({_S.PREPARING, _S.COMMITTING, _S.FAILED, _S.SCHEDULED, _S.CANCELLED}),
    # Back to prepared: the network said in words that it did not take it, and to come again.
    _S.COMMITTING: frozenset({_S.PUBLISHED, _S.PREPARED, _S.FAILED, _S.UNCONFIRMED}),
    _S.UNCONFIRMED: frozenset({_S.UNCONFIRMED, _S.PUBLISHED, _S.FAILED, _S.SCHEDULED}),
    _S.FAILED: frozenset({_S.SCHEDULED, _S.CANCELLED}),
    _S.PUBLISHED: frozenset(),
    _S.CANCELLED: frozenset(),
}
"""What may follow a state. From ``failed`` and ``unconfirmed`` only a person goes back.

Beside these, an answer of the network to the last commit makes it ``published`` from wherever it
was taken meanwhile: it is out, whoever held the row when that was heard.
"""
EDITABLE = frozenset({_S.SCHEDULED, _S.PREPARING, _S.PREPARED})
"""States in which a person's edit, move or cancel is still what will happen."""
ACTIVE = frozenset({_S.SCHEDULED, _S.PREPARING, _S.PREPARED, _S.COMMITTING, _S.UNCONFIRMED})
"""States somebody has to do something about."""


def before(state: PublicationState) -> frozenset[PublicationState]:
    """The states from which ``state`` may be reached."""
    return frozenset(one for one, following in TRANSITIONS.items() if state in following)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What a person last saw and accepted. Empty texts are taken from the project's script.

    Args:
        hashtags: without ``#``.
        privacy: one of the network's; see ``publishing.base.Privacy``.
        local_time: the wall-clock time as it was given, ``2026-12-01T09:00``; empty: at once.
        film: SHA-256 of the one film that is meant; empty: the project's newest at its time.
    """

    title: str = ""
    caption: str = ""
    hashtags: tuple[str, ...] = ()
    privacy: str = "public"
    is_synthetic: bool = True
    shows_people: bool = False
    local_time: str = ""
    film: str = ""
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Publication:
    """A publication as it was read.

    Args:
        account: the account's id; empty where the platform has none.
        film: SHA-256 of the film that went out, or goes.
        version: grows with every edit. ``fence``: with every process that takes it over.
        sealed_handle: what the platform saved, encrypted: upload addresses are keys themselves.
        handle_use: what the handle is good for, since a person let it begin again.
        commits: how often the word that publishes has left.
        attempts: how often it was begun since a person last changed it.
        retry_at: not before this is it tried, looked at, or counted again; nothing: when it is due.
        disclosure: what was declared of AI-made content when it went out.
    """

    id: str
    tenant: str
    project: str
    account: str
    platform: str
    format: Format
    film: str
    wish: Wish
    state: PublicationState
    due_at: datetime
    zone: str
    batch: str
    version: int
    owner: str
    fence: int
    lease_until: datetime | None
    sealed_handle: str
    handle_use: HandleUse
    commits: int
    attempts: int
    retry_at: datetime | None
    url: str
    external_id: str
    error_code: str
    error: str
    late_why: str
    disclosure: Mapping[str, Any]
    created_at: datetime
    started_at: datetime | None
    committed_at: datetime | None
    published_at: datetime | None
    checked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A weekly time of an account's queue: Monday is 0, ``minute`` counts from midnight."""

    weekday: int
    minute: int
    zone: str

    def __post_init__(self) -> None:
        """Refuse what is no time of a week."""
        if self.weekday not in range(7) or self.minute not in range(1440):
            raise InvalidInput(
                f"Day {self.weekday} at minute {self.minute} is not a time of a week.",
                hint="Days are 0 (Monday) to 6, minutes 0 to 1439.",
                code="slot_invalid",
            )
        find_zone(self.zone)


def find_zone(name: str) -> ZoneInfo:
    """The IANA zone of this name.

    Raises:
        InvalidInput: ``zone_unknown``.
    """
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError) as error:
        raise InvalidInput(
            f"{name[:64]!r} is not a time zone.",
            hint="Give an IANA name, like Europe/Paris, Africa/Casablanca or UTC.",
            code="zone_unknown",
        ) from error


def parse_local(text: str) -> datetime:
    """The wall-clock time in a text like ``2026-12-01 09:00``, without a zone.

    Raises:
        InvalidInput: ``time_invalid``: it is none, names an offset, or lies in another century.
    """
    try:
        # A date alone would be taken for midnight.
        moment = datetime.fromisoformat(text.strip()) if ":" in text else None
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo or not _FIRST_YEAR <= moment.year <= _LAST_YEAR:
        raise InvalidInput(
            f"{text[:40]!r} is not a time of day on a date.",
            hint="Write it as 2026-12-01 09:00, and the zone apart: --zone Europe/Paris.",
            code="time_invalid",
        )
    return moment.replace(microsecond=0)


def resolve(local: datetime, zone: str) -> datetime:
    """The instant, in UTC, of a wall-clock time in a zone; see the module for gaps and overlaps."""
    place = find_zone(zone)
    first = local.replace(tzinfo=place, fold=0).astimezone(UTC)
    if first.astimezone(place).replace(tzinfo=None) == local.replace(fold=0):
        return first
    # Read with the offset from after the gap the time lies before it, and the other way round.
    return _change_between(local.replace(tzinfo=place, fold=1).astimezone(UTC), first, place)


def _change_between(early: datetime, late: datetime, zone: ZoneInfo) -> datetime:
    """The first second in (early, late] at which the zone's offset is that of ``late``."""
    after = late.astimezone(zone).utcoffset()
    low, high = int(early.timestamp()), int(late.timestamp())
    while high - low > 1:
        middle = (low + high) // 2
        if datetime.fromtimestamp(middle, zone).utcoffset() == after:
            high = middle
        else:
            low = middle
    return datetime.fromtimestamp(high, UTC)


def next_free(slots: Collection[Slot], taken: Collection[datetime], after: datetime) -> datetime:
    """The first time of a queue after ``after`` that nothing is planned for.

    Raises:
        InvalidInput: ``queue_empty``: it has no slots, or none is free for two years.
    """
    busy = set(taken)
    firsts = [next((at for at in _times(slot, after) if at not in busy), None) for slot in slots]
    free = [at for at in firsts if at is not None]
    if not free:
        raise InvalidInput(
            "The queue has no free time.",
            hint="Add a weekly slot to the account, or give a time.",
            code="queue_empty",
        )
    return min(free)


def _times(slot: Slot, after: datetime) -> Iterator[datetime]:
    """The slot's instants after ``after``, the earliest first."""
    today = after.astimezone(find_zone(slot.zone)).date()
    ahead = (slot.weekday - today.weekday()) % 7
    for week in range(_SLOT_WEEKS):
        day = today + timedelta(days=ahead + 7 * week)
        local = datetime.combine(day, datetime.min.time()) + timedelta(minutes=slot.minute)
        at = resolve(local, slot.zone)
        if at > after:
            yield at


def due_at(local_time: str, zone: str) -> datetime:
    """The instant of a wall-clock text in a zone."""
    return resolve(parse_local(local_time), zone)
