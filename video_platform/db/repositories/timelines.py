"""The cut of each project: what the montage was given last, and what a person changed of it."""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from video_platform.db.database import Database
from video_platform.db.models import TimelineRow
from video_platform.domain.codec import from_json, to_json
from video_platform.domain.cut import Cut
from video_platform.domain.formats import Format
from video_platform.domain.media import Media
from video_platform.domain.timeline import AudioClip, Inset, Timeline, Title, VideoClip
from video_platform.errors import Conflict

Track = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredTimeline:
    """A project's cut; without ``duration_ms`` nothing was laid yet.

    Args:
        tracks: ``{"type", "clips"}``, times in milliseconds; see ``tracks_of``.
    """

    project: str
    duration_ms: int = 0
    tracks: Sequence[Track] = ()
    cut: Cut = field(default_factory=Cut)
    version: int = 0
    render_status: str = ""
    output_path: str = ""
    updated_at: datetime | None = None


class Timelines:
    """Repository of timelines, one per project."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, project: str) -> StoredTimeline:
        """The cut of a project; an empty one before anything was laid."""
        with self._database.session() as session:
            row = _row(session, project)
            return StoredTimeline(project=project) if row is None else _stored(row)

    def cut_of(self, project: str) -> Cut:
        """What a person changed, for the stage that lays the timeline (``domain.cut``)."""
        return self.get(project).cut

    def record(self, project: str, timeline: Timeline) -> None:
        """Keep what was laid; a person's changes stay as they are."""
        with self._database.session() as session, session.begin():
            row = _row_to_write(session, project)
            row.duration_ms = timeline.duration_ms
            row.tracks = tracks_of(timeline)
            row.updated_at = datetime.now(UTC)

    def rendered(self, project: str, status: str, output_path: str = "") -> None:
        """Keep what became of it in the montage."""
        with self._database.session() as session, session.begin():
            row = _row_to_write(session, project)
            row.render_status = status
            row.output_path = output_path or row.output_path

    def change(
        self, session: Session, project: str, cut: Cut, *, version: int | None = None
    ) -> StoredTimeline:
        """Put ``cut`` in place of the changes before, in the caller's transaction.

        The caller holds the project's row: nobody else changes its cut meanwhile.

        Raises:
            Conflict: it was changed since ``version``.
        """
        row = _row_to_write(session, project)
        if version not in (None, row.version):
            raise Conflict(
                f"The timeline of {project} is at version {row.version}, not {version}.",
                hint="Read it again, and change what you find then.",
                code="version_stale",
            )
        row.edits = json.loads(to_json(cut))
        row.version += 1
        row.updated_at = datetime.now(UTC)
        session.flush()
        return _stored(row)


def _row(session: Session, project: str) -> TimelineRow | None:
    return session.scalars(select(TimelineRow).where(TimelineRow.project == project)).first()


def _row_to_write(session: Session, project: str) -> TimelineRow:
    row = _row(session, project)
    if row is not None:
        return row
    row = TimelineRow(
        id=str(uuid.uuid4()), project=project, version=0, created_at=datetime.now(UTC)
    )
    try:
        with session.begin_nested():
            session.add(row)
    except IntegrityError:
        # Another process was quicker; its row is there now.
        return session.scalars(select(TimelineRow).where(TimelineRow.project == project)).one()
    return row


def _stored(row: TimelineRow) -> StoredTimeline:
    return StoredTimeline(
        project=row.project,
        duration_ms=row.duration_ms,
        tracks=row.tracks,
        cut=from_json(Cut, json.dumps(row.edits).encode()),
        version=row.version,
        render_status=row.render_status,
        output_path=row.output_path,
        updated_at=row.updated_at,
    )


def tracks_of(timeline: Timeline) -> list[Track]:
    """A timeline as people and editors read it: tracks of clips, in milliseconds.

    Empty tracks are left out, but for the picture's.
    """

    def placed(start_frame: int, frames: int, **more: Any) -> dict[str, Any]:
        start, end = (
            round(timeline.rate.seconds(frame) * 1000)
            for frame in (start_frame, start_frame + frames)
        )
        return {"start_ms": start, "duration_ms": end - start, **more}

    def heard(clip: AudioClip) -> dict[str, Any]:
        shown = placed(clip.start_frame, clip.frames, media=_file(clip.media), scene=clip.scene_id)
        length = shown["duration_ms"] or clip.media.probe.duration_ms
        return {**shown, "duration_ms": length, "gain_db": clip.gain_db}

    transitions = {one.at_frame: one for one in timeline.transitions}

    def seen(clip: VideoClip) -> dict[str, Any]:
        into = transitions.get(clip.start_frame)
        return placed(
            clip.start_frame,
            clip.frames,
            scene=clip.scene_id,
            media=_files(clip.media),
            motion=clip.motion.kind.value if clip.motion else None,
            fit=clip.fit.value,
            source_start_ms=clip.source_start_ms,
            speed_percent=clip.speed_percent,
            transition={"kind": into.kind.value, "frames": into.frames} if into else None,
        )

    def laid(layer: Inset | Title) -> dict[str, Any]:
        more = {"media": _files(layer.media)} if isinstance(layer, Inset) else {"text": layer.text}
        return placed(layer.start_frame, layer.frames, **more)

    tracks: list[tuple[str, list[dict[str, Any]]]] = [
        ("video", [seen(clip) for clip in timeline.video]),
        ("inset", [laid(inset) for inset in timeline.insets]),
        ("title", [laid(title) for title in timeline.titles]),
        ("voice", [heard(clip) for clip in timeline.voice]),
        ("music", [heard(clip) for clip in timeline.music]),
        ("effect", [heard(clip) for clip in timeline.effects]),
        (
            "caption",
            [
                {
                    "start_ms": word.start_ms,
                    "duration_ms": word.end_ms - word.start_ms,
                    "text": word.text,
                }
                for word in timeline.words
            ],
        ),
    ]
    return [{"type": kind, "clips": clips} for kind, clips in tracks if clips or kind == "video"]


def _file(media: Media) -> str:
    return f"{media.sha256}.{media.extension}"


def _files(media: Mapping[Format, Media]) -> dict[str, str]:
    return {ratio.value: _file(one) for ratio, one in media.items()}
