"""What a provider is: a name, a version, and one verb."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any, ClassVar, Protocol, TypeVar, runtime_checkable

from video_platform.domain.generation import Capability, JsonValue
from video_platform.domain.language import Language
from video_platform.domain.media import Probe

RequestT_contra = TypeVar("RequestT_contra", contravariant=True)

ProgressCallback = Callable[[float], None]
"""Called with the finished share of one generation, 0 to 1."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Produced:
    """What a provider made: a file in the directory it was given, and what else it knows.

    ``details`` is stored beside the media and must be plain JSON: word times of a voice, mood of a
    music, seed of a picture.
    """

    path: Path
    media_type: str
    details: Mapping[str, JsonValue] = field(default_factory=dict)
    cost_usd: Decimal | None = None
    """What it cost as the provider says; the estimate where it does not."""
    probe: Probe | None = None
    """What a full decode found; the ledger fills it in."""


@runtime_checkable
class OffersChoices(Protocol):
    """A provider that knows which values of a brief it can serve."""

    def choices(self, language: Language) -> Mapping[str, tuple[str, ...]]:
        """What each field of a brief may say, by field name, in this language.

        Asked before anything is made, so that a wish that cannot be met costs nothing.
        """
        ...


@runtime_checkable
class Examines(Protocol):
    """A provider that knows its limits."""

    def examine(self, request: Any) -> None:
        """Refuse, before anything is spent, what it cannot do (``LimitExceeded``)."""
        ...


@runtime_checkable
class Reduces(Protocol):
    """A provider whose result does not depend on everything a request says."""

    def reduced(self, request: Any) -> Any:
        """The request with one value for what makes no difference: equal ones are made once."""
        ...


@runtime_checkable
class Priced(Protocol):
    """A provider that costs money."""

    def price_usd(self, request: Any) -> Decimal | None:
        """The list price of this request; nothing when it is not known."""
        ...


class Provider(Protocol[RequestT_contra]):
    """A generation service for one capability.

    Remote ones have a ``service`` (``providers.service.Service``); without one a provider works
    here, costs nothing, and may be asked the same again.

    ``version`` is part of the cache key: raise it when equal requests give different results.

    A voice whose results say when each word is said has ``tells_times``: no aligner is asked.
    """

    name: ClassVar[str]
    capability: ClassVar[Capability]
    version: ClassVar[str]

    def generate(self, request: RequestT_contra, directory: Path) -> Produced:
        """Make what is asked and leave the file in ``directory``, which is empty and private.

        Raises:
            ProviderError: the service failed; see ``video_platform.errors``.
            InvalidInput: the request breaks a limit of this provider.
        """
        ...
