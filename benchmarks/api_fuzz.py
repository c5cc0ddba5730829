"""Sends the API what nobody would: requests made from its OpenAPI document, valid and broken.

    python -m benchmarks.api_fuzz --cases 20000 --seed 1

The application is a new installation of its own, served on loopback; rate limits are lifted, or
nearly all answers would be 429. Schemathesis makes the requests: documented examples, every border
of every schema, random data, and sequences that follow ids from answer to answer. It ends with 1
when an answer is a fault (5xx), or not as documented.
"""

import argparse
import contextlib
import json
import logging
import os
import secrets
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import uvicorn
from fastapi import FastAPI

from api.app import create_app
from api.deps import authority_of, installation_of
from api.limits import Windows
from video_platform.access.passwords import Passwords
from video_platform.agents.studio import Studio
from video_platform.db.models import AssetRow, ProjectRow, TenantRow, UploadRow, UserRow
from video_platform.domain.access import CallerKind, Principal, Role
from video_platform.domain.brief import Brief
from video_platform.domain.codec import to_json, to_manifest
from video_platform.domain.language import Language
from video_platform.domain.project import Stage
from video_platform.domain.script import OnScreen, OnScreenKind, Scene, Script
from video_platform.settings import Settings
from video_platform.store.manifests import current_key

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_schema_conformance",
    "response_headers_conformance",
    "unsupported_method",
    "allow_header_conformance",
)
PROJECT = "why-bread-rises-0123456789"
THING = "3f2c8a4e-5b1d-4c76-9a3e-0f1b2c3d4e5f"
"""Ids that stand in the document's examples: with these, examples find something."""
_ROOT = Path(__file__).resolve().parent.parent
_ENDLESS = ("/api/v1/events", "/api/v1/projects/{key}/events")
"""Streams: they end when the client goes."""


class _Unlimited(Windows):
    def hit(self, *_: object, **__: object) -> None:
        """Nobody counts."""


@contextlib.contextmanager
def served(directory: Path) -> Iterator[tuple[str, str]]:
    """The API on loopback: its address, and a key that may do everything."""
    app = create_app(Settings(data_dir=directory))
    app.state.windows = _Unlimited()
    key = _furnish(app)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", access_log=False)
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}", key
    finally:
        server.should_exit = True
        thread.join(30)


def _furnish(app: FastAPI) -> str:
    """A tenant with one of everything, under the ids of the examples; an owner's key."""
    installation, now = installation_of(app), datetime.now(UTC)
    studio = installation.studio("fuzz")
    with installation.database.system().session() as session, session.begin():
        session.add(TenantRow(id="fuzz", name="fuzz", created_at=now))
        user = UserRow(
            id="u-fuzz",
            tenant="fuzz",
            email="owner@fuzz.test",
            role="owner",
            password_hash=Passwords().hash(secrets.token_hex()),
            created_at=now,
        )
        session.add(user)
    _add_things(studio, now)
    who = Principal(tenant="fuzz", user_id="u-fuzz", role=Role.OWNER, kind=CallerKind.USER)
    return authority_of(app).create_key(who, name="fuzz", role=Role.OWNER)[1]


def _add_things(studio: Studio, now: datetime) -> None:
    brief = json.loads(to_json(Brief(text="Why bread rises")))
    with tempfile.NamedTemporaryFile(suffix=".srt") as captions:
        captions.write(b"1\n00:00:00,000 --> 00:00:01,000\nBread\n")
        captions.flush()
        media = studio.store.put(Path(captions.name), "application/x-subrip")
    shared: dict[str, Any] = {"id": THING, "project": PROJECT, "created_at": now}
    with studio.database.session() as session, session.begin():
        session.add(ProjectRow(key=PROJECT, title="Bread", brief=brief, created_at=now))
        session.flush()
        session.add(
            AssetRow(
                **shared,
                kind="image",
                stage="scene_images",
                scene_id=1,
                sha256=media.sha256,
                media_type=media.media_type,
                size_bytes=media.size_bytes,
            )
        )
        session.add(
            UploadRow(**shared, name="a.png", media_type="image/png", size_bytes=9, expires_at=now)
        )
    scenes = tuple(_scene(number) for number in (1, 2, 3))
    script = Script(title="Bread", duration=15, scenes=scenes, language=Language.ENGLISH)
    studio.store.blobs.write(current_key(Stage.SCRIPT.value, PROJECT), to_manifest(script))


def _scene(number: int) -> Scene:
    return Scene(
        id=number,
        duration=5,
        narration=f"Sentence {number}.",
        visual_prompt="Bread.",
        music_mood="calm",
        on_screen=OnScreen(kind=OnScreenKind.STATEMENT, headline="Bread"),
    )


def fuzz(cases: int, seed: int, directory: Path) -> dict[str, Any]:
    """About so many cases; what was sent, and what was wrong."""
    with served(directory / "data") as (address, key):
        operations = sum(
            1 for path in create_app().openapi()["paths"].values() for _ in path.values()
        )
        report = directory / "events.ndjson"
        done = subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                "run",
                f"{address}/openapi.json",
                *("-H", f"Authorization: Bearer {key}"),
                *("--checks", ",".join(CHECKS)),
                *("--max-examples", str(max(1, cases // operations))),
                *("--seed", str(seed)),
                *("--workers", "1"),
                *("--request-timeout", "30"),
                *("--suppress-health-check", "all"),
                *("--generation-database", ":memory:"),
                *("--warnings", "off"),
                *("--report-ndjson-path", str(report)),
                "--continue-on-failure",
                "--no-color",
                *(part for path in _ENDLESS for part in ("--exclude-path", path)),
            ],
            capture_output=True,
            text=True,
            check=False,
            cwd=directory,
            env={
                **os.environ,
                "SCHEMATHESIS_HOOKS": "benchmarks.api_fuzz_hooks",
                "PYTHONPATH": str(_ROOT),
            },
        )
    statuses = _statuses(report)
    return {
        "cases": sum(statuses.values()),
        "statuses": dict(sorted(statuses.items())),
        "exit_code": done.returncode,
        "output": done.stdout[-20_000:] + done.stderr[-2_000:],
    }


def _statuses(report: Path) -> Counter[int]:
    """Answers by status."""
    found: Counter[int] = Counter()
    for line in report.read_text(encoding="utf-8").splitlines():
        found.update(_answered(json.loads(line)))
    return found


def _answered(document: Any) -> Iterator[int]:
    if isinstance(document, dict):
        status = document.get("status_code")
        if isinstance(status, int):
            yield status
        for value in document.values():
            yield from _answered(value)
    elif isinstance(document, list):
        for value in document:
            yield from _answered(value)


def main() -> int:
    """Run it, print what came of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1)
    wish = parser.parse_args()
    logging.getLogger("api").setLevel(logging.CRITICAL)
    with tempfile.TemporaryDirectory() as directory:
        found = fuzz(wish.cases, wish.seed, Path(directory))
    output = found.pop("output")
    print(json.dumps(found))
    if found["exit_code"]:
        print(output, file=sys.stderr)
    return int(found["exit_code"] != 0)


if __name__ == "__main__":
    sys.exit(main())
