"""Publish agent: puts each film on a platform, once."""

import hashlib
from typing import Any

from video_platform.agents.progress import BOARD, StageUpdate
from video_platform.agents.result import StageResult
from video_platform.domain.manifests import Film, Montage, PublicationRecord, Publications
from video_platform.domain.project import Project, Stage
from video_platform.domain.script import Script
from video_platform.publishing.base import Account, Platform, Post
from video_platform.store import MediaStore


class _OwnDesk:
    """For a channel on this machine: it needs no account, and what it did can be seen there."""

    account = Account(external_id="", name="this machine")

    def __init__(self) -> None:
        self.handle: dict[str, Any] = {}

    def save(self, **facts: Any) -> None:
        self.handle.update(facts)

    def progress(self, share: float, sentence: str) -> None:
        """Copying takes no time worth a word."""


class PublishAgent:
    """Publishes the films of a project."""

    def __init__(self, store: MediaStore) -> None:
        self._store = store

    def run(
        self, platform: Platform, project: Project, script: Script, montage: Montage
    ) -> StageResult[Publications]:
        """Every film on ``platform``; films that are out already are left as they are."""
        records: list[PublicationRecord] = []
        calls = 0
        for number, film in enumerate(montage.films):
            sentence = f"{film.format.value} to {platform.name}"
            BOARD.post(StageUpdate(Stage.PUBLICATIONS, number, len(montage.films), sentence))
            post = self._post(project, script, film)
            desk = _OwnDesk()
            published = platform.look_up(post, desk).published
            if published is None:
                platform.prepare(post, desk)
                published = platform.commit(post, desk)
                calls += 1
            records.append(
                PublicationRecord(
                    platform=platform.name,
                    format=film.format,
                    film=film.media.sha256,
                    url=published.url,
                    published_at=published.published_at,
                )
            )
        return StageResult(
            value=Publications(records=tuple(records)),
            provider_calls=calls,
            reused=len(records) - calls,
        )

    def _post(self, project: Project, script: Script, film: Film) -> Post:
        identity = hashlib.sha256(f"{project.key}/{film.media.sha256}".encode()).hexdigest()[:20]
        return Post(
            identity=identity,
            title=script.title,
            caption=" · ".join(script.sources) or script.scenes[0].narration,
            language=script.language,
            format=film.format,
            duration_ms=film.duration_ms,
            width=film.media.probe.width_px,
            height=film.media.probe.height_px,
            film=self._store.path(film.media),
            poster=self._store.path(film.poster),
            srt=self._store.path(film.srt),
            vtt=self._store.path(film.vtt),
        )
