"""What a platform is: prepare what can be repeated, then commit once, then only look.

A platform never loops until something is ready, never sleeps and never retries a commit: the state
machine calls its methods again and decides from the error what comes next.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, ClassVar, Protocol

from video_platform.domain.formats import Format
from video_platform.domain.language import Language


class Privacy(StrEnum):
    """Who may see a post."""

    PUBLIC = "public"
    UNLISTED = "unlisted"
    PRIVATE = "private"


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """One film as a platform gets it. Paths are local files, to be read only, in pieces.

    Args:
        identity: the same for the same publication: a platform that takes a name or tag for its
            uploads carries it, so that a look-up can find it.
        caption: what stands under the film, without the hashtags.
        hashtags: without ``#``.
        film_sha256: of the film's bytes: another film is another draft.
        is_synthetic: whether the disclosure of AI-made content is set; on by default.
        shows_people: an avatar or a cloned voice: the disclosure may not be switched off.
    """

    identity: str
    title: str
    caption: str
    language: Language
    format: Format
    duration_ms: int
    width: int
    height: int
    film: Path
    poster: Path
    srt: Path
    vtt: Path
    hashtags: tuple[str, ...] = ()
    film_sha256: str = ""
    privacy: Privacy = Privacy.PUBLIC
    is_synthetic: bool = True
    shows_people: bool = False
    options: Mapping[str, Any] = field(default_factory=dict)
    """What only one network knows, e.g. ``{"category": "27"}``."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """An account a post goes to, with a token that is good now.

    Args:
        external_id: the network's own id of the channel, page or member.
        facts: what the network said of the account: creator limits, page ids.
    """

    external_id: str
    name: str = ""
    token: str = field(default="", repr=False)
    facts: Mapping[str, Any] = field(default_factory=dict)


class Desk(Protocol):
    """What a platform works with while it handles one publication."""

    @property
    def account(self) -> Account:
        """The account, with a token that was refreshed if it had to be."""
        ...

    @property
    def handle(self) -> Mapping[str, Any]:
        """What the platform saved before, also by a process that is gone."""
        ...

    def save(self, **facts: Any) -> None:
        """Add to the handle, durably, before going on.

        Raises:
            LeaseLost: another process took the publication over, or a person changed or cancelled
                it: stop at once.
        """
        ...

    def progress(self, share: float, sentence: str) -> None:
        """How far the upload is, 0 to 1; also keeps the lease and notices a cancel."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A post that is out."""

    url: str
    published_at: str
    external_id: str = ""
    repeated: bool = False
    """The platform held it before, and nothing was done."""


class Outcome(StrEnum):
    """What a look at the network says of a commit whose answer is not known."""

    PUBLISHED = "published"
    NOT_PUBLISHED = "not_published"
    """The network says for certain that it is not out and will not come out by itself."""
    UNCLEAR = "unclear"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The outcome with what proves it."""

    outcome: Outcome
    why: str
    published: Published | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Metrics:
    """How a post fares; nothing where the network does not say."""

    views: int | None = None
    likes: int | None = None
    comments: int | None = None
    shares: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What a network takes, as data. Checked before anything is scheduled.

    Args:
        formats: ratios it takes, the one it shows best first.
        title_chars: longest title; 0: it has none.
        caption_chars: longest caption with its hashtags, counted as ``weigh`` says.
        weigh: length of a text as the network counts it (X: a link is 23, CJK 2).
        per_day: posts an account may make a day; 0: no such limit is known.
        at_once: uploads one account may have under way.
    """

    formats: tuple[Format, ...]
    min_ms: int = 1000
    max_ms: int = 600_000
    max_bytes: int = 4 << 30
    title_chars: int = 0
    caption_chars: int = 2200
    hashtags: int = 30
    min_fps: float = 1.0
    max_fps: float = 60.0
    max_width: int = 4096
    per_day: int = 0
    at_once: int = 4
    takes_captions: bool = False
    takes_thumbnail: bool = False
    has_disclosure: bool = False
    privacies: tuple[Privacy, ...] = (Privacy.PUBLIC,)
    weigh: Callable[[str], int] = len


class Platform(Protocol):
    """A place films are published; one per network, without state of its own.

    Errors are those of ``errors.ProviderError``: what is transient is tried again later by the
    state machine, what is permanent fails the publication with its reason. In ``commit`` an
    ``OutcomeUnknown`` leads to ``look_up`` and never to a second commit.
    """

    name: ClassVar[str]
    rules: ClassVar[Rules]

    def prepare(self, post: Post, desk: Desk) -> bool:
        """Bring everything over but the word that makes it public.

        Called again after a crash, with what was saved, and until it answers that all is ready:
        false means the network is still working on it, look again in a while.
        """
        ...

    def commit(self, post: Post, desk: Desk) -> Published:
        """Say the word: one small request, sent at most once.

        A network that publishes with its last upload request does that one here.

        Raises:
            OutcomeUnknown: it may be out.
        """
        ...

    def look_up(self, post: Post, desk: Desk) -> Finding:
        """Whether it is out, by what was saved; reads only."""
        ...

    def metrics(self, published_id: str, account: Account) -> Metrics:
        """How the post fares now; reads only."""
        ...


class Connects(Protocol):
    """A platform whose accounts are connected by OAuth 2."""

    def authorize_url(self, *, state: str, challenge: str, redirect_uri: str) -> str:
        """Where the browser is sent; ``challenge`` is the S256 PKCE challenge."""
        ...

    def exchange(self, *, code: str, verifier: str, redirect_uri: str) -> "Grant":
        """The first tokens, and whose account it is."""
        ...

    def refresh(self, grant: "Grant") -> "Grant":
        """New tokens. Fields the network leaves out keep their old values.

        Raises:
            ProviderAuthFailed: the person has to connect the account again.
        """
        ...

    def inspect(self, account: Account) -> Mapping[str, Any]:
        """Facts of the account that its posts need (creator limits, pages); reads only."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """What a network gave: tokens, until when, and whose account."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False, default="")
    expires_at: datetime | None = None
    scopes: tuple[str, ...] = ()
    external_id: str = ""
    name: str = ""
    facts: Mapping[str, Any] = field(default_factory=dict)
