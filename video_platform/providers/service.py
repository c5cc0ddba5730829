"""What is known of a service before it is called: where it is, how it is paid, how to get a key."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """An HTTP service. ``key_header`` and ``key_form`` spell how it wants its key.

    Args:
        key_variable: environment variable of the key.
        sign_up_url: where a person gets one.
        headers: sent with every request (API versions).
        submit_timeout_s: how long an answer to a submit may take; synchronous makers need minutes.
        pause_s: seconds between two looks at a job, at first; it grows.
        ends_within_s: a job that has not ended so long after it was submitted never will, or its
            result is not kept any longer.
        at_once: jobs the service lets one account have at the same time.
        per_minute: requests a minute it lets one account send; 0 when it names no such limit.
        trusts_links: whether its own links want the key, too.
        extra_variables: further environment variables it takes, e.g. a second secret.
        notice: what a person should know before choosing it, e.g. that it was discontinued.
    """

    name: str
    base_url: str
    key_variable: str
    key_header: str = "Authorization"
    key_form: str = "Bearer {key}"
    sign_up_url: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    submit_timeout_s: float = 120.0
    pause_s: float = 2.0
    ends_within_s: float = 86_400.0
    at_once: int = 4
    per_minute: int = 0
    trusts_links: bool = False
    notice: str = ""
    extra_variables: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """How one installation reaches a service; the key never leaves this value by ``repr``."""

    key: str = field(repr=False, default="")
    base_url: str = ""
    model: str = ""
    extra: Mapping[str, str] = field(default_factory=dict, repr=False)
    """Further settings of the vendor, e.g. a second secret or an account's own identifiers."""
