"""Films on their way to a network: one connection, read in pieces, never held whole.

A network says how far an upload is; nothing of that is remembered here.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from video_platform.errors import (
    BadProviderAnswer,
    ContentRefused,
    LimitExceeded,
    MediaMissing,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.faults import Codes
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock, Transport
from video_platform.publishing.base import Account, Desk

if TYPE_CHECKING:
    import httpx

LONGEST_PIECE = 16 << 20
"""Bytes of a film that are in memory at once, at most."""
_STREAM_PIECE = 1 << 20
_HINTS: dict[type[ProviderError], str] = {
    ProviderAuthFailed: "Connect the account again, with every permission it asks for.",
    ProviderQuotaExceeded: "Publish again when the network has renewed the quota.",
    ProviderRateLimited: "It goes on by itself later.",
    ProviderUnavailable: "It goes on by itself later.",
    ProviderRequestInvalid: "Change what the message names, and publish again.",
    ContentRefused: "Change the film or its text, and publish again.",
    OutcomeUnknown: "It is not sent again: a look at the network decides, or you do.",
    BadProviderAnswer: "It is tried again by itself; if it stays so, report this.",
}
"""What to do about a post, where the transport's own hints speak of generation."""
_SERVER_FAULT = 500
_ANSWER_S = 60.0
"""An answer that has begun ends in this time, however long what it answers took to send."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a file in bytes; ``total`` is the whole file."""

    first: int
    size: int
    total: int

    @property
    def end(self) -> int:
        """The byte after the last one."""
        return self.first + self.size

    @property
    def is_last(self) -> bool:
        """Whether nothing comes after it."""
        return self.end == self.total

    @property
    def content_range(self) -> str:
        """As HTTP spells it: both ends are inside."""
        return f"bytes {self.first}-{self.end - 1}/{self.total}"


def piece_at(first: int, size: int, total: int) -> Piece:
    """The piece of ``size`` bytes from ``first`` on; the last one may be shorter."""
    return Piece(first, min(size, total - first), total)


def pieces(total: int, size: int) -> Iterator[Piece]:
    """All pieces of a file, in order."""
    for first in range(0, total, size):
        yield piece_at(first, size, total)


def read_piece(path: Path, piece: Piece) -> bytes:
    """The bytes of a piece, at most ``LONGEST_PIECE`` of them.

    Raises:
        MediaMissing: the file is shorter than it was.
    """
    with path.open("rb") as reader:
        reader.seek(piece.first)
        content = reader.read(min(piece.size, LONGEST_PIECE))
    if len(content) != piece.size:
        raise _changed(path, piece.total)
    return content


def stream(path: Path, piece: Piece) -> Iterator[bytes]:
    """The bytes of a piece of any size, a megabyte at a time.

    Raises:
        MediaMissing: the file is shorter than it was.
    """
    left = piece.size
    with path.open("rb") as reader:
        reader.seek(piece.first)
        while left:
            content = reader.read(min(left, _STREAM_PIECE))
            if not content:
                raise _changed(path, piece.total)
            left -= len(content)
            yield content


def read_small(path: Path) -> bytes:
    """A file that is sent in one request: a thumbnail, captions.

    Raises:
        LimitExceeded: it is larger than ``LONGEST_PIECE``.
    """
    size = path.stat().st_size
    if size > LONGEST_PIECE:
        raise LimitExceeded(
            f"{path.name} has {size} bytes and may have {LONGEST_PIECE}.",
            provider="publishing",
            operation="read",
            hint="Make it smaller.",
        )
    return path.read_bytes()


def _changed(path: Path, total: int) -> MediaMissing:
    return MediaMissing(
        f"{path.name} ended before its {total} bytes were uploaded.",
        hint="The film was changed meanwhile: publish it again.",
    )


def byte_after(range_header: str) -> int:
    """The first byte a server does not hold, of its ``Range: bytes=0-99``; 0 without one."""
    found = re.fullmatch(r"bytes\s*=?\s*0-(\d{1,15})", range_header.strip())
    return int(found.group(1)) + 1 if found else 0


def address(access: Access, url: str) -> str:
    """A network's URL; a host named in the settings stands for all hosts of the network."""
    if not access.base_url:
        return url
    return access.base_url.rstrip("/") + urlsplit(url).path


def add_once(desk: Desk, what: str, send: Callable[[], None]) -> None:
    """Send what goes with a film (captions, a thumbnail) unless it was sent.

    A network that will not have it is published to without it; its reason is kept in the handle
    under ``what``.
    """
    if desk.handle.get(what):
        return
    try:
        send()
    except (ProviderRequestInvalid, ContentRefused, BadProviderAnswer, LimitExceeded) as error:
        desk.save(**{what: error.message})
    else:
        desk.save(**{what: "sent"})


class _NotAFault(ProviderError):
    """Carries an answer past the transport, which takes its status for a fault."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(
            f"{answer.service} answered {answer.status}.",
            provider=answer.service,
            operation=answer.operation,
        )
        self.answer = answer


class _Reply(Answer):
    """An answer about a post: what cannot be used of it says so in words of publishing."""

    __slots__ = ()

    def bad(self, why: str) -> ProviderError:
        """See ``Answer``."""
        return advised(Answer.bad(self, why))


def advised(error: ProviderError) -> ProviderError:
    """The error with what to do about a post, by its kind; what the network said is a sentence."""
    if not error.message.endswith((".", "!", "?")):
        error.message += "."
    error.hint = _HINTS.get(type(error), error.hint)
    return error


class Connection(Transport):
    """The way to one network with one account's token, for a few requests. Every request is sent
    once: what comes after a fault is decided by whoever handles the publication.

    Use it in a ``with`` block, or connections stay open.

    Args:
        access: its ``key`` is the account's token; without one no token is sent.
        answers: statuses that are answers of this protocol and not faults, e.g. 308.
    """

    def __init__(
        self,
        service: Service,
        access: Access,
        codes: Codes,
        *,
        clock: Clock | None = None,
        answers: frozenset[int] = frozenset(),
    ) -> None:
        super().__init__(service, access, codes, clock=clock)
        self._answers = answers

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def renew(self, account: Account) -> None:
        """Go on with the token the account has now: an upload may outlive the one before."""
        self._access = replace(self._access, key=account.token)

    def look(self, path: str, *, operation: str, **content: Any) -> Answer:
        """GET, once: a look that fails is repeated by the state machine, not here."""
        return self._once("GET", path, operation, is_paid=False, **content)

    def put(self, path: str, *, operation: str, **content: Any) -> Answer:
        """PUT that may be repeated, e.g. a piece of a film."""
        return self._once("PUT", path, operation, is_paid=False, **content)

    def post(self, path: str, *, operation: str, **content: Any) -> Answer:
        """POST that publishes nothing."""
        return self._once("POST", path, operation, is_paid=False, **content)

    def commit(self, path: str, *, method: str = "POST", **content: Any) -> Answer:
        """The word that makes a post public.

        Raises:
            OutcomeUnknown: it left, and what became of it was not heard.
            ProviderError: it was refused; nothing was published.
        """
        return self._once(method, path, "submit", is_paid=True, **content)

    def _once(
        self, method: str, path: str, operation: str, *, is_paid: bool, **content: Any
    ) -> Answer:
        try:
            answer = self._send(method, path, operation, is_paid=is_paid, **content)
        except _NotAFault as unusual:
            answer = unusual.answer
        return _Reply(
            answer.service, answer.operation, answer.status, answer.headers, answer.content
        )

    def refused(self, answer: Answer, *, is_paid: bool) -> ProviderError:
        """See ``Transport``. Of a commit, no fault of a server means that nothing was done: a
        gateway says 503, too, of what went through behind it."""
        if answer.status in self._answers:
            return _NotAFault(answer)
        error = super().refused(answer, is_paid=is_paid)
        if is_paid and answer.status >= _SERVER_FAULT:
            error = OutcomeUnknown(
                error.message, provider=error.provider, operation=error.operation
            )
        return advised(error)

    def _read_bounded(self, response: "httpx.Response", operation: str, deadline: float) -> bytes:
        """The time for an answer begins when it does: sending a film before it may take hours."""
        del deadline
        try:
            return super()._read_bounded(response, operation, self._clock.now() + _ANSWER_S)
        except ProviderError as error:
            raise advised(error) from error

    def _unavailable(self, operation: str, error: Exception) -> ProviderUnavailable:
        unavailable = super()._unavailable(operation, error)
        advised(unavailable)
        return unavailable

    def _lost(self, operation: str, error: Exception, *, is_paid: bool) -> ProviderError:
        return advised(super()._lost(operation, error, is_paid=is_paid))
