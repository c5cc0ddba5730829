"""A short film of ten scenes whose pictures are bought, made once and copied for each test."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.conftest import ROOT, run_command
from tests.scenarios.accounts import KEY
from tests.scenarios.flux import FluxSpeaker
from tests.scenarios.server import Call, Reply, ScenarioServer, World, bytes_reply
from video_platform.domain.generation import Capability
from video_platform.providers.registry import Catalogue

SCENES = 10
_WORDS = (
    "One boat leaves",
    "Two gulls follow",
    "Three nets sink",
    "Four waves pass",
    "Five fish rise",
    "Six ropes pull",
    "Seven crates fill",
    "Eight bells ring",
    "Nine lamps burn",
    "Ten men rest",
)


class PhotographingFlux(FluxSpeaker):
    """A seller whose every picture is another one, with enough in it to be seen moving."""

    keys = (KEY,)

    def answer(self, call: Call, world: World) -> Reply:
        if self.phase(call) != "download":
            return super().answer(call, world)
        return bytes_reply(photograph(call.path), "image/png")


def photograph(name: str) -> bytes:
    """Patches of colour that the name alone decides."""
    import numpy as np
    from PIL import Image

    seed = int.from_bytes(hashlib.sha256(name.encode()).digest()[:8], "big")
    patches = np.random.default_rng(seed).integers(40, 220, (18, 32, 3), dtype=np.uint8)
    kept = io.BytesIO()
    Image.fromarray(patches).resize((1280, 720), Image.Resampling.NEAREST).save(kept, "PNG")
    return kept.getvalue()


def seller_env(server: ScenarioServer, **chosen: str) -> dict[str, str]:
    """Key and address of each service chosen by capability."""
    found = {}
    for capability, name in chosen.items():
        service = Catalogue().find(Capability(capability), name).service  # type: ignore[attr-defined]
        found[service.key_variable] = KEY
        found[f"VIDEO_PLATFORM_{name.upper()}_BASE_URL"] = server.url(service.name)
    return found


def script_text(scenes: int = SCENES) -> str:
    written = [
        {
            "id": number,
            "duration": 2,
            "narration": f"{words}.",
            "visual_prompt": f"{words} at the harbour",
            "music_mood": "calm",
        }
        for number, words in enumerate(_WORDS[:scenes], start=1)
    ]
    return json.dumps({"title": "A day at the harbour", "duration": 2 * scenes, "scenes": written})


_MATERIALIZE = """
import json, sys
import dagster as dg
import definitions
from assets_defs.partitions import PROJECTS
again = ("scene_images", "clips", "timeline", "montage")
with dg.DagsterInstance.ephemeral() as instance:
    instance.add_dynamic_partitions(PROJECTS.name, [sys.argv[1]])
    done = definitions.defs.resolve_job_def("build_project").execute_in_process(
        instance=instance,
        partition_key=sys.argv[1],
        run_config={"ops": {"scene_images": {"config": json.loads(sys.argv[2])}}},
        asset_selection=[dg.AssetKey(name) for name in again],
    )
    assert done.success
"""
_SERVE = """
import dagster as dg
import definitions
from resources.studio import StudioResource
from sensors.commands import project_commands
with dg.DagsterInstance.ephemeral() as instance:
    with dg.build_sensor_context(instance=instance) as context:
        asked = project_commands(context, studio=StudioResource())
    for request in asked.dynamic_partitions_requests:
        instance.add_dynamic_partitions(request.partitions_def_name, request.partition_keys)
    for request in asked.run_requests:
        done = definitions.defs.resolve_job_def(request.job_name).execute_in_process(
            instance=instance,
            partition_key=request.partition_key,
            run_config=request.run_config,
            tags=request.tags,
        )
        assert done.success
"""


class Workshop:
    """An installation of its own, worked on with the real command."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self.folder = folder
        self.env = env

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def copy(self, folder: Path) -> "Workshop":
        shutil.copytree(self.data, folder / "data", symlinks=True)
        return Workshop(folder, self.env)

    def run(
        self, *arguments: str | os.PathLike[str], timeout: float = 900
    ) -> subprocess.CompletedProcess[str]:
        return run_command(*arguments, data_dir=self.data, env=self.env, timeout=timeout)

    def document(self, *arguments: str | os.PathLike[str]) -> Any:
        done = self.run(*arguments, "--json")
        assert done.returncode == 0, done.stderr + done.stdout
        return json.loads(done.stdout)

    def film(self, *arguments: str | os.PathLike[str]) -> Any:
        return self.document(*arguments, "--no-publish", "--out", self.folder / "films")

    def materialize(self, project: str, **config: Any) -> None:
        """Pictures to film with this config of ``scene_images``, as the Dagster UI launches it."""
        self._python(_MATERIALIZE, project, json.dumps(config))

    def serve_commands(self) -> None:
        """Run what the API was asked for, as the sensor's runs do."""
        self._python(_SERVE)

    def _python(self, *arguments: str) -> None:
        done = subprocess.run(
            [sys.executable, "-c", *arguments],
            cwd=ROOT,
            env={**os.environ, **self.env, "VIDEO_PLATFORM_DATA_DIR": str(self.data)},
            capture_output=True,
            timeout=900,
            check=False,
        )
        assert done.returncode == 0, done.stderr.decode()

    def media(self, project: str, stage: str) -> dict[int, str]:
        """SHA-256 of what a stage uses now, by scene."""
        path = self.data / "store" / "manifests" / stage / project / "current.json"
        value = json.loads(path.read_text())["value"]
        if stage == "music":
            return {0: value["media"]["sha256"]}
        rows = value["images" if stage == "scene_images" else "tracks"]
        return {row["scene_id"]: row["media"].get("16:9", row["media"])["sha256"] for row in rows}

    def segments(self) -> set[str]:
        kept = (self.data / "store" / "segments").rglob("*")
        return {path.name for path in kept if path.is_file()}
