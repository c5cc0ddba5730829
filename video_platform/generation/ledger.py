"""Claim, call, check, store: one row per distinct request."""

import hashlib
import json
import threading
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Protocol, TypeVar

from video_platform.disk import private_directory, storage_errors
from video_platform.domain.codec import to_json
from video_platform.domain.generation import Generation
from video_platform.domain.media import Media, Probe
from video_platform.errors import VideoPlatformError
from video_platform.providers.base import Provider

RequestT = TypeVar("RequestT")


class GenerationRows(Protocol):
    """Where the ledger keeps its rows; see ``db.repositories.generations``."""

    def find_stored(self, key: str) -> Generation | None: ...
    def reserve(self, key: str, *, provider: str, capability: str, request: bytes) -> None: ...
    def finish(self, generation: Generation) -> None: ...
    def fail(self, key: str, reason: str) -> None: ...


class MediaShelf(Protocol):
    """The part of the media store that the ledger needs."""

    def put(self, path: Path, media_type: str, probe: Probe | None = None) -> Media: ...
    def has(self, media: Media) -> bool: ...


def request_key(provider: Provider[RequestT], request: RequestT) -> str:
    """Hash of everything that decides a result: who is asked, in which version, for what."""
    head = json.dumps([provider.name, provider.version, provider.capability.value])
    return hashlib.sha256(head.encode() + to_json(request)).hexdigest()


class Ledger:
    """Obtains generations, from the store where it can and from a provider where it must."""

    def __init__(
        self,
        rows: GenerationRows,
        store: MediaShelf,
        *,
        probe: Callable[[Path, str], Probe],
        scratch_dir: Path,
    ) -> None:
        self._rows = rows
        self._store = store
        self._probe = probe
        self._scratch_dir = scratch_dir
        self._locks: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)

    def obtain(self, provider: Provider[RequestT], request: RequestT) -> Generation:
        """The result of ``request``, made now unless it was made before.

        The intent is committed before the provider is called; a result counts only once its bytes
        were decoded to the end and stored. Equal requests in this process wait for one another.

        Raises:
            ProviderError, InvalidInput: as the provider raises them; nothing is stored.
        """
        key = request_key(provider, request)
        with self._locks[key]:
            known = self._rows.find_stored(key)
            if known is not None and self._store.has(known.media):
                return Generation(
                    key=key,
                    provider=known.provider,
                    media=known.media,
                    details=known.details,
                    cost_usd=known.cost_usd,
                    reused=True,
                )
            self._rows.reserve(
                key,
                provider=provider.name,
                capability=provider.capability.value,
                request=to_json(request),
            )
            return self._make(key, provider, request)

    def _make(self, key: str, provider: Provider[RequestT], request: RequestT) -> Generation:
        with private_directory(self._scratch_dir, "make") as directory:
            try:
                with storage_errors(directory):
                    made = provider.generate(request, directory)
                probe = self._probe(made.path, made.media_type)
                media = self._store.put(made.path, made.media_type, probe)
            except VideoPlatformError as error:
                self._rows.fail(key, f"{error.code}: {error}")
                raise
        generation = Generation(
            key=key,
            provider=provider.name,
            media=media,
            details=made.details,
            cost_usd=made.cost_usd,
        )
        self._rows.finish(generation)
        return generation
