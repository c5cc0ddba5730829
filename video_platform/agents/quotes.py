"""Quotes: whatever may spend or post is priced first, and done once, by whoever confirms it.

A confirmation is good for exactly the request it was given for, once, and for some minutes.
"""

import hmac
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from video_platform.domain.codec import content_hash
from video_platform.errors import Conflict

VALID_S = 900.0
_MOST_OPEN = 1_000
"""Quotes nobody confirmed; the oldest make room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quote:
    """What a request would take.

    Args:
        cost_usd: list price at most; ``None`` where a price is not known.
        confirmation: to be sent back with the same request.
    """

    summary: str
    cost_usd: Decimal | None
    confirmation: str

    def document(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "needs_confirmation": True,
            "summary": self.summary,
            "cost_usd": None if self.cost_usd is None else float(self.cost_usd),
            "confirmation": self.confirmation,
            "valid_for_s": int(VALID_S),
        }


class Quotes:
    """Quotes of one process."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._open: dict[str, tuple[str, float]] = {}

    def give(
        self, tool: str, arguments: Mapping[str, Any], summary: str, cost_usd: Decimal | None
    ) -> Quote:
        """A new quote of this request."""
        while len(self._open) >= _MOST_OPEN:
            self._open.pop(next(iter(self._open)))
        token = secrets.token_urlsafe(24)
        self._open[token] = (_request(tool, arguments), self._clock() + VALID_S)
        return Quote(summary=summary, cost_usd=cost_usd, confirmation=token)

    def redeem(self, token: str, tool: str, arguments: Mapping[str, Any]) -> None:
        """Take a confirmation, which is worth nothing afterwards.

        Raises:
            Conflict: ``confirmation_invalid``: it is unknown, used, too old, or another request's.
        """
        asked, until = self._open.pop(token, ("", 0.0))
        fits = hmac.compare_digest(asked, _request(tool, arguments))
        if not fits or self._clock() > until:
            raise Conflict(
                f"This confirmation is not one of {tool} with these values, or was used or is old.",
                hint="Ask without a confirmation for a new quote, and show it to the person.",
                code="confirmation_invalid",
            )


def _request(tool: str, arguments: Mapping[str, Any]) -> str:
    return content_hash((tool, {name: repr(value) for name, value in sorted(arguments.items())}))
