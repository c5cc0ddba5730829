"""What a handle says: of what the draft was made, and when the post was asked for.

The request that publishes is written down before it is sent. Without that entry nothing can be out;
with it, a network that shows nothing is believed only once a late request can no longer arrive.
"""

import hashlib
import json
from datetime import UTC, datetime, timedelta
from typing import Any

from video_platform.errors import ProviderUnavailable
from video_platform.publishing.base import Desk, Finding, Outcome, Post

SETTLED = timedelta(minutes=10)
"""After so long no network is still about to do what it was asked before."""


def system_time() -> datetime:
    """The time, with a zone."""
    return datetime.now(UTC)


def spelled(moment: datetime) -> str:
    """A moment as it stands in handles and answers: ISO 8601, to the second."""
    return moment.isoformat(timespec="seconds")


def note_asking(desk: Desk, now: datetime) -> None:
    """Keep that the post is about to be asked for; call it right before that."""
    desk.save(asked_at=spelled(now))


def age(desk: Desk, fact: str, now: datetime) -> timedelta:
    """How long ago the moment was that the handle keeps as ``fact``; nothing kept is for ever."""
    kept = desk.handle.get(fact)
    return now - datetime.fromisoformat(kept) if kept else timedelta.max


def never_asked(desk: Desk) -> Finding | None:
    """The finding when the request that publishes never left."""
    if desk.handle.get("asked_at"):
        return None
    return Finding(outcome=Outcome.NOT_PUBLISHED, why="The post was never asked for.")


def made_of(post: Post, *facts: Any) -> str:
    """A digest of what a draft at a network is made of: the film, and what goes with it. A post
    that was edited has another, also when its film has as many bytes as before."""
    film = (post.film_sha256, post.film.stat().st_size)
    spelled_out = json.dumps((*film, *facts), sort_keys=True, default=str)
    return hashlib.sha256(spelled_out.encode()).hexdigest()[:16]


def is_drafted(desk: Desk, fact: str, draft: str) -> bool:
    """Whether preparing has saved ``fact`` for the post as it is now."""
    return bool(desk.handle.get(fact)) and desk.handle.get("draft") == draft


def prepared(desk: Desk, fact: str, draft: str, *, name: str) -> str:
    """What preparing has saved under ``fact``.

    Raises:
        ProviderUnavailable: it is not there, was given up, or the post was edited since: prepare
            first.
    """
    if not is_drafted(desk, fact, draft):
        raise ProviderUnavailable(
            f"{name} holds no {fact} for the post as it is now.",
            provider=name,
            operation="submit",
            hint="It is prepared again by itself; nothing was published.",
        )
    return str(desk.handle[fact])
