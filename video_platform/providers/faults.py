"""From a refused HTTP request to one of the errors a caller can act on."""

import email.utils
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from video_platform.errors import (
    ContentRefused,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)

Codes = Mapping[str, type[ProviderError]]
"""A service's own words for what went wrong, in lower case, and what they mean."""

LONGEST_WAIT_S = 120.0
"""No service is obeyed that asks for a longer pause; the work is given back instead."""

_BY_STATUS: dict[int, type[ProviderError]] = {
    401: ProviderAuthFailed,
    402: ProviderQuotaExceeded,
    403: ProviderAuthFailed,
    429: ProviderRateLimited,
    451: ContentRefused,
    503: ProviderUnavailable,
    529: ProviderUnavailable,
}
_UNDECIDED = frozenset({408, 409, 425})
_REFUSING = frozenset({501, 503, 529})
"""Of the statuses from 500 on, those that say the request was not taken. The others are a gateway
that gave up or a fault half-way: what lies behind may have taken it."""
_HINTS: dict[type[ProviderError], str] = {
    ProviderAuthFailed: "Check the key in {variable}, and what it is allowed to do.",
    ProviderQuotaExceeded: "Add credit to the account at {name}, or choose another provider.",
    ProviderRateLimited: "It goes on by itself later; run the same command again.",
    ProviderUnavailable: "Run the same command again later, or choose another provider.",
    ContentRefused: "Change the scene's prompt; nothing else of the project is affected.",
    ProviderRequestInvalid: "Report this with the message above, or choose another model.",
    OutcomeUnknown: "See `video-platform generations`: it is not sent again until that is decided.",
}
_MESSAGE_CHARACTERS = 300
_WORDS = ("code", "type", "status", "name", "kind", "reason", "reject_reason", "failure_code")
_MESSAGES = ("message", "msg", "description", "detail", "error", "title", "errors")


def explain(
    service: str,
    variable: str,
    operation: str,
    status: int,
    headers: Mapping[str, str],
    body: Any,
    codes: Codes,
    *,
    was_paid_for: bool,
) -> ProviderError:
    """The error of an answer that is not a success.

    The service's own ``codes`` come first: a 429 may mean money and a 401 a quota.

    Args:
        body: parsed JSON, or text.
        was_paid_for: the request may have begun paid work; a fault then leaves that open.
    """
    kind = next((codes[word] for word in _own_words(body) if word in codes), None)
    if kind is None:
        kind = _BY_STATUS.get(status)
    is_undecided = status in _UNDECIDED or (status >= 500 and status not in _REFUSING)
    if kind is None and is_undecided:
        kind = OutcomeUnknown if was_paid_for else ProviderUnavailable
    if kind is None:
        kind = ProviderUnavailable if status >= 500 else ProviderRequestInvalid
    message = f"{service} answered {status} to {operation}: {message_of(body)}"
    hint = _HINTS.get(kind, "").format(name=service, variable=variable)
    if issubclass(kind, ProviderRateLimited):
        wait = wanted_pause_s(headers, body)
        return kind(message, provider=service, operation=operation, hint=hint, retry_after_s=wait)
    return kind(message, provider=service, operation=operation, hint=hint)


def _own_words(body: Any) -> Iterator[str]:
    """Everything in the answer that may be a code, the innermost first."""
    if isinstance(body, dict):
        for value in body.values():
            if isinstance(value, dict | list):
                yield from _own_words(value)
        for key in _WORDS:
            value = body.get(key)
            if isinstance(value, str | int) and not isinstance(value, bool):
                yield str(value).lower()
    elif isinstance(body, list):
        for item in body[:5]:
            yield from _own_words(item)


def message_of(body: Any) -> str:
    """What the answer says to a person, in one bounded line."""
    said = _said(body).encode("utf-8", "replace").decode()  # half a surrogate cannot be stored
    return re.sub(r"\s+", " ", said).strip()[:_MESSAGE_CHARACTERS] or "nothing more"


def _said(body: Any) -> str:
    if isinstance(body, str):
        return re.sub(r"<[^>]*>", " ", body)
    if isinstance(body, list):
        return "; ".join(filter(None, (_said(item) for item in body[:3])))
    if isinstance(body, dict):
        for key in _MESSAGES:
            if body.get(key):
                return _said(body[key])
    return ""


def wanted_pause_s(headers: Mapping[str, str], body: Any) -> float:
    """How long a service asks to be left alone, in all the forms in use; 0 when it does not."""
    named = {name.lower(): value for name, value in headers.items()}
    for found in (
        _number(named.get("retry-after-ms"), 1000),
        _retry_after(named.get("retry-after", "")),
        _retry_info(body),
        _spelled_s(named.get("x-ratelimit-reset-requests", "")),
    ):
        if found > 0:
            return min(found, LONGEST_WAIT_S)
    return 0.0


def _number(text: str | None, divisor: float) -> float:
    try:
        return max(0.0, float(text or 0) / divisor)
    except ValueError:
        return 0.0


_UNITS_S = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}


def _spelled_s(text: str) -> float:
    """Seconds of a length like ``1m30s`` or ``250ms``; a bare number is seconds."""
    if _number(text, 1):
        return _number(text, 1)
    parts = re.findall(r"([\d.]+)(ms|s|m|h)", text)
    return sum(_number(number, 1) * _UNITS_S[unit] for number, unit in parts)


def _retry_after(text: str) -> float:
    """Seconds, or an HTTP date."""
    if not text or _number(text, 1):
        return _number(text, 1)
    try:
        at = email.utils.parsedate_to_datetime(text)
    except ValueError:
        return 0.0
    if at.tzinfo is None:
        at = at.replace(tzinfo=UTC)
    return max(0.0, (at - datetime.now(UTC)).total_seconds())


def _retry_info(body: Any) -> float:
    """Google's ``retryDelay``, which stands in the body: ``17s``."""
    found = re.search(r"'retryDelay': '([\d.]+)s'", str(body)[:5000])
    return float(found.group(1)) if found else 0.0
