"""Plays the part of the state machine: prepares, commits once, and from then on only looks."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from tests.publishing.desks import FakeDesk
from video_platform.errors import (
    OutcomeUnknown,
    ProviderError,
    ProviderTimeout,
    TransientProviderError,
)
from video_platform.publishing.base import Finding, Outcome, Platform, Post, Published

ROUNDS = 8


@dataclass
class Wall:
    """A clock on the wall that tests turn."""

    at: datetime = field(default_factory=lambda: datetime(2026, 11, 22, 12, 0, tzinfo=UTC))

    def __call__(self) -> datetime:
        return self.at

    def turn(self, **by: float) -> None:
        self.at += timedelta(**by)


def prepare(platform: Platform, post: Post, desk: FakeDesk) -> FakeDesk:
    """Until it is ready; what passes is waited out.

    Raises:
        ProviderError: what does not pass, or the last of too many.
    """
    last: ProviderError = ProviderTimeout(
        "It never gets ready.", provider=platform.name, operation="prepare", hint="Try later."
    )
    for _ in range(ROUNDS):
        try:
            if platform.prepare(post, desk):
                return desk
        except TransientProviderError as error:
            last = error
    raise last


def look(platform: Platform, post: Post, desk: FakeDesk) -> Finding:
    """Until a look is decisive; the last one if none is."""
    found = Finding(outcome=Outcome.UNCLEAR, why="Nobody looked.")
    for _ in range(ROUNDS):
        try:
            found = platform.look_up(post, desk)
        except ProviderError as error:
            found = Finding(outcome=Outcome.UNCLEAR, why=error.message)
        if found.outcome is not Outcome.UNCLEAR:
            break
    return found


def publish(platform: Platform, post: Post, desk: FakeDesk) -> Published | Finding | ProviderError:
    """One publication from beginning to end; only what was surely not taken is sent again."""
    for _ in range(ROUNDS):
        try:
            prepare(platform, post, desk)
            return platform.commit(post, desk)
        except OutcomeUnknown:
            return look(platform, post, desk)
        except TransientProviderError as error:
            last: ProviderError = error
        except ProviderError as error:
            return error
    return last
