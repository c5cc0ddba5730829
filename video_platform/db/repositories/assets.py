"""What projects are made of: takes of every stage, finished films, and a person's own files."""

import json
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from functools import singledispatch
from typing import Any

from sqlalchemy import Select, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.boundaries import boundary
from video_platform.db.database import Database
from video_platform.db.models import AssetRow, GenerationRow, PickRow, TakeRow
from video_platform.db.repositories.pages import Mark, older_than
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.formats import Format
from video_platform.domain.manifests import (
    AvatarClips,
    Clips,
    Montage,
    Music,
    Origin,
    SceneImages,
    VoiceTracks,
)
from video_platform.domain.media import Media, Probe
from video_platform.domain.project import Stage
from video_platform.domain.rights import Terms

UPLOADED = "upload"
"""Stands where the stage of a made asset is named."""
_PROMPTS = ("prompt", "text", "mood")
"""Where requests of the various capabilities hold their words, the first that is there."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One file of a stage's value: what it is, and where in the film it belongs."""

    kind: str
    """``image``, ``video``, ``audio``, ``voice``, ``music``, ``captions`` or ``film``."""
    media: Media
    scene_id: int = 0
    format: Format | None = None
    origin: Origin | None = None
    role: str = ""
    """Which of several files of one kind: ``poster``, ``srt``, ``h265`` ..."""
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asset:
    """A stored asset; see ``db.models.AssetRow``."""

    id: str
    project: str | None
    kind: str
    stage: str
    scene_id: int
    format: str
    take: int
    provider: str
    prompt: str
    generation: str
    media: Media
    role: str
    facts: dict[str, Any]
    cost_microusd: int
    is_current: bool
    created_at: datetime


@singledispatch
def items_of(value: object) -> Iterator[Item]:  # noqa: ARG001 - the signature of all of them
    """The files a stage's value names; scripts and timelines name none of their own."""
    yield from ()


@items_of.register
def _(value: SceneImages) -> Iterator[Item]:
    for image in value.images:
        for ratio, media in image.media.items():
            yield Item(
                kind="image",
                media=media,
                scene_id=image.scene_id,
                format=ratio,
                origin=image.origin.get(ratio),
            )


@items_of.register
def _(value: VoiceTracks) -> Iterator[Item]:
    for track in value.tracks:
        yield Item(kind="voice", media=track.media, scene_id=track.scene_id, origin=track.origin)


@items_of.register
def _(value: Music) -> Iterator[Item]:
    facts = {"mood": value.mood, "licence": value.licence}
    yield Item(kind="music", media=value.media, origin=value.origin, facts=facts)


@items_of.register
def _(value: AvatarClips) -> Iterator[Item]:
    for scene_id, by_format in value.clips.items():
        for ratio, media in by_format.items():
            yield Item(kind="video", media=media, scene_id=scene_id, format=ratio)


@items_of.register
def _(value: Clips) -> Iterator[Item]:
    for clip in value.clips:
        # A still that moves is the picture of an earlier stage, and is listed there.
        for ratio, media in clip.media.items() if clip.motion is None else ():
            yield Item(
                kind="video", media=media, scene_id=clip.scene_id, format=ratio, origin=clip.origin
            )


@items_of.register
def _(value: Montage) -> Iterator[Item]:
    for film in value.films:
        facts = {
            "duration_ms": film.duration_ms,
            "integrated_lufs": film.integrated_lufs,
            "true_peak_dbtp": film.true_peak_dbtp,
            "encoder": film.encoder,
        }
        files: list[tuple[str, str, Media | None]] = [
            ("film", "film", film.media),
            ("image", "poster", film.poster),
            ("captions", "srt", film.srt),
            ("captions", "vtt", film.vtt),
            ("image", "contact_sheet", film.contact_sheet),
            ("image", "waveform", film.waveform),
            *(
                (media.media_type.partition("/")[0], export.value, media)
                for export, media in film.exports.items()
            ),
        ]
        for kind, role, media in files:
            if media is not None:
                shown = facts if role == "film" else {}
                yield Item(kind=kind, media=media, format=film.format, role=role, facts=shown)


class Assets:
    """Repository of assets."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @boundary("stage.recorded")
    def record(self, project: str, stage: Stage, value: object) -> list[Asset]:
        """Keep what a stage made: new files become rows, its latest ones are the current ones.

        Whatever of the same formats the value does not name is current no more, and stays as a
        version. Recording a value again changes nothing. Returns the assets that are new.
        """
        items = list(items_of(value))
        if not items:
            return []
        with self._database.session() as session, session.begin():
            session.execute(
                update(AssetRow)
                .where(
                    AssetRow.project == project,
                    AssetRow.stage == stage.value,
                    AssetRow.format.in_({_slot(item) for item in items}),
                )
                .values(is_current=False)
            )
            known = _rows_by_place(session, project, stage)
            takes = _takes(session, project, stage)
            prompts = _prompts(session, items)
            added = []
            for item in items:
                row = known.get(_place(item))
                if row is None:
                    row = _new_row(project, stage.value, item)
                    known[_place(item)] = row
                    row.prompt = prompts.get(row.generation, "")
                    session.add(row)
                    added.append(row)
                row.take = takes.get(item.scene_id, takes.get(0, 0))
                row.is_current = True
            session.flush()
            return [_asset(row) for row in added]

    def add(self, session: Session, item: Item, *, project: str | None, stage: str) -> Asset:
        """Keep one file in the caller's transaction; the same file in the same place is one."""
        wanted = select(AssetRow).where(
            AssetRow.project == project if project else AssetRow.project.is_(None),
            AssetRow.stage == stage,
            AssetRow.scene_id == item.scene_id,
            AssetRow.format == _slot(item),
            AssetRow.sha256 == item.media.sha256,
        )
        row = session.scalars(wanted).first()
        if row is None:
            row = _new_row(project, stage, item)
            try:
                with session.begin_nested():
                    session.add(row)
            except IntegrityError:
                # Sent twice at once.
                row = session.scalars(wanted).one()
        return _asset(row)

    def get(self, asset_id: str) -> Asset | None:
        """One asset."""
        with self._database.session() as session:
            row = session.get(AssetRow, asset_id)
            return None if row is None else _asset(row)

    def find_media(self, sha256: str) -> Media | None:
        """The media with this hash, if any asset here names it."""
        with self._database.session() as session:
            query = select(AssetRow).where(AssetRow.sha256 == sha256).limit(1)
            row = session.scalars(query).first()
            return None if row is None else _asset(row).media

    def is_film(self, sha256: str) -> bool:
        """Whether a finished film here has this hash."""
        wanted = select(AssetRow.id).where(AssetRow.sha256 == sha256, AssetRow.kind == "film")
        with self._database.session() as session:
            return session.scalars(wanted.limit(1)).first() is not None

    def uploaded(self, sha256: str) -> Asset | None:
        """A person's own file, the one with a licence before those without, then the newest."""
        query = select(AssetRow).where(AssetRow.sha256 == sha256, AssetRow.stage == UPLOADED)
        found = self._read(query.order_by(AssetRow.created_at.desc(), AssetRow.id.desc()))
        return max(found, key=lambda one: bool(one.facts.get("licence")), default=None)

    def state_terms(self, session: Session, asset_id: str, terms: Terms) -> Asset | None:
        """Keep what a person says of the licence of their own file; nothing: it is none."""
        row = session.get(AssetRow, asset_id)
        if row is None or row.stage != UPLOADED:
            return None
        row.facts = {**row.facts, "licence": terms.licence, "source": terms.source}
        session.flush()
        return _asset(row)

    def tag(self, session: Session, asset_id: str, tags: Sequence[str]) -> Asset | None:
        """Keep the words a person's own file is found by; nothing: it is none."""
        row = session.get(AssetRow, asset_id)
        if row is None or row.stage != UPLOADED:
            return None
        row.facts = {**row.facts, "tags": list(tags)}
        session.flush()
        return _asset(row)

    def versions(self, asset: Asset) -> Sequence[Asset]:
        """All takes of an asset's place in its project, the newest first."""
        query = select(AssetRow).where(
            AssetRow.project == asset.project,
            AssetRow.stage == asset.stage,
            AssetRow.scene_id == asset.scene_id,
            AssetRow.format == asset.format,
        )
        found = self._read(query.order_by(AssetRow.created_at.desc(), AssetRow.id.desc()))
        return [one for one in found if one.role == asset.role]

    def _read(self, query: Select[tuple[AssetRow]]) -> Sequence[Asset]:
        with self._database.session() as session:
            return [_asset(row) for row in session.scalars(query)]

    def list(
        self,
        *,
        project: str = "",
        stage: str = "",
        kind: str = "",
        scene_id: int | None = None,
        is_current: bool | None = None,
        before: Mark | None = None,
        limit: int = 50,
    ) -> Sequence[Asset]:
        """Assets, the newest first; ``before`` is the time and id of the last one seen."""
        query = select(AssetRow)
        if before is not None:
            query = query.where(older_than(before, AssetRow.created_at, AssetRow.id))
        if scene_id is not None:
            query = query.where(AssetRow.scene_id == scene_id)
        if is_current is not None:
            query = query.where(AssetRow.is_current.is_(is_current))
        names = ((AssetRow.project, project), (AssetRow.stage, stage), (AssetRow.kind, kind))
        for column, wanted in names:
            if wanted:
                query = query.where(column == wanted)
        query = query.order_by(AssetRow.created_at.desc(), AssetRow.id.desc()).limit(limit)
        return self._read(query)


def _slot(item: Item) -> str:
    return item.format.value if item.format else ""


def _place(item: Item) -> tuple[int, str, str]:
    return item.scene_id, _slot(item), item.media.sha256


def _rows_by_place(
    session: Session, project: str, stage: Stage
) -> dict[tuple[int, str, str], AssetRow]:
    query = select(AssetRow).where(AssetRow.project == project, AssetRow.stage == stage.value)
    return {(row.scene_id, row.format, row.sha256): row for row in session.scalars(query)}


def _takes(session: Session, project: str, stage: Stage) -> dict[int, int]:
    """Which take each scene stands at; see ``Project.take``."""
    wishes = select(TakeRow.scene_id).where(TakeRow.project == project, TakeRow.stage == stage)
    counted: dict[int, int] = {}
    for scene_id in session.scalars(wishes):
        counted[scene_id] = counted.get(scene_id, 0) + 1
    whole = counted.get(0, 0)
    takes = {scene: count + (whole if scene else 0) for scene, count in counted.items()}
    picks = select(PickRow).where(PickRow.project == project, PickRow.stage == stage)
    return {**takes, **{pick.scene_id: pick.take for pick in session.scalars(picks)}}


def _prompts(session: Session, items: Iterable[Item]) -> dict[str, str]:
    """What was asked of the providers, by ledger key."""
    keys = {item.origin.generation for item in items if item.origin is not None}
    rows = session.execute(
        select(GenerationRow.key, GenerationRow.request).where(GenerationRow.key.in_(keys))
    )
    return {
        key: next((str(request[name]) for name in _PROMPTS if request.get(name)), "")
        for key, request in rows
    }


def _new_row(project: str | None, stage: str, item: Item) -> AssetRow:
    origin = item.origin
    media = item.media
    return AssetRow(
        id=str(uuid.uuid4()),
        project=project,
        kind=item.kind,
        stage=stage,
        scene_id=item.scene_id,
        format=_slot(item),
        take=0,
        provider=origin.provider if origin else "",
        prompt="",
        generation=origin.generation if origin else "",
        sha256=media.sha256,
        media_type=media.media_type,
        size_bytes=media.size_bytes,
        facts={**item.facts, "role": item.role, "probe": json.loads(to_json(media.probe))},
        cost_microusd=int(origin.cost_usd * Decimal(1_000_000)) if origin else 0,
        is_current=True,
        created_at=datetime.now(UTC),
    )


def _asset(row: AssetRow) -> Asset:
    facts = dict(row.facts)
    probe = from_json(Probe, json.dumps(facts.pop("probe", {})).encode())
    return Asset(
        id=row.id,
        project=row.project,
        kind=row.kind,
        stage=row.stage,
        scene_id=row.scene_id,
        format=row.format,
        take=row.take,
        provider=row.provider,
        prompt=row.prompt,
        generation=row.generation,
        media=Media(
            sha256=row.sha256,
            media_type=row.media_type,
            size_bytes=row.size_bytes,
            probe=probe,
        ),
        role=str(facts.pop("role", "")),
        facts=facts,
        cost_microusd=row.cost_microusd,
        is_current=row.is_current,
        created_at=row.created_at,
    )
