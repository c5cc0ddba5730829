"""What may be forgotten: media that nothing names any more, and previews of long ago.

Nothing is removed at once. An object older than the grace period that no row and no stored document
names is put out of the way (``trash/``); there it lies for another grace period, and is removed if
still nothing names it::

    media/..  --unnamed, older than grace-->  trash/media/..  --as before-->  gone
        ^-------------- named again, or asked for ------'

A name that appears while this runs is of a file that was stored just before, or of one that was
named already. The first found the object and kept it, or found it gone and stored it anew; if it
was put out of the way between, readers take it back from the trash, and the second look sees it.
Names are found by their shape (64 hexadecimal digits) wherever they stand, so that a new kind of
row or document cannot be forgotten here. One collector at a time: the caller sees to it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import JSON, String, select
from sqlalchemy.orm import Session

from video_platform.db.database import DEFAULT_TENANT, Database
from video_platform.db.models import Base
from video_platform.errors import MediaMissing
from video_platform.store.base import Blobs, Stored
from video_platform.store.media import TRASH

_MEDIA, _PREVIEWS, _TENANTS = "media/", "previews/", "tenants/"
_NAME = re.compile(r"(?<![0-9a-f])[0-9a-f]{64}(?![0-9a-f])")
_BATCH = 1000
_NO_HOLDERS = frozenset(
    {"events", "event_counters", "idempotency_keys", "webhooks", "webhook_deliveries"}
)
"""Tables that tell of media and do not hold them: what they say is history."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Collected:
    """What one collection did, or would do; counts of objects, and bytes that became free."""

    put_away: int = 0
    taken_back: int = 0
    removed: int = 0
    removed_bytes: int = 0
    previews: int = 0

    def __add__(self, other: "Collected") -> "Collected":
        return Collected(
            put_away=self.put_away + other.put_away,
            taken_back=self.taken_back + other.taken_back,
            removed=self.removed + other.removed,
            removed_bytes=self.removed_bytes + other.removed_bytes,
            previews=self.previews + other.previews,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Collector:
    """Collects in one tenant's part of the store.

    Args:
        grace: longer than any run lasts: what a run stores is named when it ends at the latest.
        preview_life: how long the parts of a film that was watched while rendered are kept.
    """

    database: Database
    blobs: Blobs
    grace: timedelta
    preview_life: timedelta
    is_dry: bool = False

    def collect(self, now: datetime) -> Collected:
        """Look at every object once; ``now`` is aware."""
        before = now - self.grace
        done = self._empty_trash(before) + self._put_away(before)
        previews = self._forget_previews(now - self.preview_life)
        if not self.is_dry:
            self.blobs.sweep()
        return done + Collected(previews=previews)

    def _empty_trash(self, before: datetime) -> Collected:
        trashed = list(self.blobs.objects(TRASH + _MEDIA))
        named = self._named({_hash(one.key) for one in trashed})
        back = [one for one in trashed if _hash(one.key) in named]
        gone = [one for one in trashed if _hash(one.key) not in named and one.modified_at < before]
        if not self.is_dry:
            for one in back:
                self._move(one.key, one.key.removeprefix(TRASH))
            for one in gone:
                self.blobs.delete(one.key)
        return Collected(
            taken_back=len(back),
            removed=len(gone),
            removed_bytes=sum(one.size_bytes for one in gone),
        )

    def _put_away(self, before: datetime) -> Collected:
        old = [one for one in self.blobs.objects(_MEDIA) if one.modified_at < before]
        named = self._named({_hash(one.key) for one in old})
        unnamed = [one for one in old if _hash(one.key) not in named]
        if not self.is_dry:
            for one in unnamed:
                self._move(one.key, TRASH + one.key)
        return Collected(put_away=len(unnamed))

    def _forget_previews(self, before: datetime) -> int:
        """A preview goes as a whole, when its newest file is old."""
        folders: dict[str, list[Stored]] = {}
        for one in self.blobs.objects(_PREVIEWS):
            folders.setdefault(one.key.rpartition("/")[0], []).append(one)
        old = [files for files in folders.values() if all(f.modified_at < before for f in files)]
        for files in old if not self.is_dry else ():
            for one in files:
                self.blobs.delete(one.key)
        return len(old)

    def _move(self, key: str, to: str) -> None:
        try:
            self.blobs.move(key, to)
        except MediaMissing:
            return  # taken back by a reader meanwhile

    def _named(self, wanted: set[str]) -> set[str]:
        """Those of these hashes that a row or a stored document names.

        Rows are read first, and documents only for what is left: each is a request.
        """
        found: set[str] = set()
        for texts in (self._rows(), self._documents()):
            if wanted <= found:
                break
            for text in texts:
                found.update(wanted.intersection(_NAME.findall(text)))
        return found

    def _rows(self) -> Iterator[str]:
        with self.database.session() as session:
            for mapper in Base.registry.mappers:
                table = mapper.local_table
                if table.name not in _NO_HOLDERS:  # type: ignore[attr-defined]
                    yield from _texts(session, mapper.class_)

    def _documents(self) -> Iterator[str]:
        skipped = (_MEDIA, TRASH, _PREVIEWS, _TENANTS)
        for key in self.blobs.keys(""):
            if key.startswith(skipped):
                continue
            data = self.blobs.read(key)
            if data is not None:
                yield data.decode(errors="replace")


def tenants(database: Database) -> list[str]:
    """Whose media there may be."""
    from video_platform.db.models import TenantRow

    with database.system().session() as session:
        return sorted({DEFAULT_TENANT, *session.scalars(select(TenantRow.id))})


def _hash(key: str) -> str:
    return key.rpartition("/")[2].partition(".")[0]


def _texts(session: Session, kind: type[Base]) -> Iterator[str]:
    """What stands in the columns of a table that can hold a name."""
    columns = [
        getattr(kind, attribute.key)
        for attribute in kind.__mapper__.column_attrs
        if isinstance(attribute.columns[0].type, String | JSON)
    ]
    if columns:
        wanted = select(*columns).execution_options(yield_per=_BATCH)
        for row in session.execute(wanted):
            yield str(tuple(row))
