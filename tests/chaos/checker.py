"""What has to be true after any chaos: the fakes' log, the ledger, the database, the store and the
channel say the same, and nobody is left alive.

The log of what the seller accepted is the judge of what was paid, the channel's posts of what was
published; the database only has to agree.
"""

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select

from tests.scenarios.server import World
from video_platform.bootstrap import Installation
from video_platform.db.models import AssetRow, GenerationRow, ProjectRow, PublicationRow
from video_platform.domain.media import Media

UNFINISHED = frozenset({"claimed", "sending", "submitted"})
TERMINAL = frozenset({"published", "ready", "failed", "cancelled"})
_KEY_AND_STATUS = (ProjectRow.key, ProjectRow.status)
_PAID = {"openai": "openai", "replicate": "musicgen"}
"""Name of the provider in the ledger by that of the service in the log."""


@dataclass
class Verdict:
    """What was found; no violation is the only good answer."""

    projects: int = 0
    published: int = 0
    failed: list[str] = field(default_factory=list)
    accepted: int = 0
    unknown: int = 0
    posts: int = 0
    lost: list[str] = field(default_factory=list)
    paid_twice: list[str] = field(default_factory=list)
    posted_twice: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    disagreeing: list[str] = field(default_factory=list)
    orphans: list[str] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)

    @property
    def violations(self) -> list[str]:
        """Everything that must not be."""
        parts = (
            self.lost,
            self.paid_twice,
            self.posted_twice,
            self.missing,
            self.disagreeing,
            self.orphans,
            self.broken,
        )
        return [sentence for part in parts for sentence in part]


def statuses(installation: Installation) -> dict[str, str]:
    """The status of each project, as the database has it."""
    with installation.database.system().session() as session:
        return {key: status for key, status in session.execute(select(*_KEY_AND_STATUS))}


def judge(promised: list[str], world: World, installation: Installation, channel: Path) -> Verdict:
    """Compare everything that is left.

    Args:
        promised: projects whose making the API answered with 2xx.
    """
    verdict = Verdict(projects=len(promised))
    with installation.database.system().session() as session:
        projects = {row.key: row for row in session.scalars(select(ProjectRow))}
        generations = list(session.scalars(select(GenerationRow)))
        publications = list(session.scalars(select(PublicationRow)))
        assets = list(session.scalars(select(AssetRow)))
    _judge_projects(verdict, promised, projects)
    _judge_money(verdict, world, generations)
    _judge_posts(verdict, publications, channel)
    for asset in assets:
        media = Media(sha256=asset.sha256, media_type=asset.media_type, size_bytes=asset.size_bytes)
        if not installation.studio(asset.tenant).store.blobs.exists(media.key):
            verdict.missing.append(f"{asset.kind} {asset.sha256[:12]} is a row without an object")
    return verdict


def _judge_projects(verdict: Verdict, promised: list[str], rows: dict[str, Any]) -> None:
    for key in promised:
        row = rows.get(key)
        if row is None:
            verdict.lost.append(f"{key} was promised and is not there")
        elif row.status not in TERMINAL:
            verdict.lost.append(f"{key} is still {row.status}")
        elif row.status == "failed":
            reason = (row.failure or {}).get("code", "")
            verdict.failed.append(f"{key}: {reason} {(row.failure or {}).get('message', '')}")
            if not reason:
                verdict.lost.append(f"{key} failed without a reason")
        verdict.published += row is not None and row.status == "published"


def _judge_money(verdict: Verdict, world: World, ledger: list[Any]) -> None:
    accepted = world.accepted()
    verdict.accepted = len(accepted)
    asked = Counter(
        json.dumps([row["service"], row["request"]], sort_keys=True) for row in accepted
    )
    verdict.paid_twice = [
        f"accepted {times} times: {request[:160]}" for request, times in asked.items() if times > 1
    ]
    verdict.unknown = sum(row.state == "unknown" for row in ledger)
    for service, provider in _PAID.items():
        taken = sum(row["service"] == service for row in accepted)
        sent = sum(row.sends for row in ledger if row.provider == provider)
        if taken > sent:
            verdict.disagreeing.append(f"{service} accepted {taken}, the ledger sent {sent}")
    verdict.disagreeing += [
        f"{row.provider} {row.key[:12]} is still {row.state}"
        for row in ledger
        if row.state in UNFINISHED
    ]


def _judge_posts(verdict: Verdict, publications: list[Any], channel: Path) -> None:
    posts = [json.loads(path.read_bytes()) for path in channel.rglob("posts/*.json")]
    verdict.posts = len(posts)
    titles = Counter(f"{post['title']} {post['format']}" for post in posts)
    verdict.posted_twice = [title for title, times in titles.items() if times > 1]
    said = {row.id for row in publications if row.state == "published"}
    there = {post["id"] for post in posts}
    verdict.disagreeing += [f"post {one} has no publication" for one in sorted(there - said)]
    verdict.disagreeing += [f"publication {one} has no post" for one in sorted(said - there)]
