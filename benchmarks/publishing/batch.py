"""How soon a hundred posts begin that are due at the same moment, as the scheduler begins them.

Run with ``python -m benchmarks.publishing.batch``. The sensor is asked once a second, as its daemon
does, by one scheduler and then by two; each run has a new process, as Dagster's launcher gives it.
Posts go to emulators in this process. The first rounds keep to four posts an account, which is what
networks take at once; the last one has twenty of one account, where the limit makes some wait.
"""

import json
import multiprocessing
import os
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.publishing.emulators.base import Emulator
from tests.publishing.emulators.instagram import InstagramEmulator
from tests.publishing.machines import FakeTime
from tests.publishing.networks import NETWORKS

_AHEAD_S, _PATIENCE_S = 5.0, 240.0
_ACCOUNTS, _EACH = 6, 4
_CROWD = 20


def _run(data: str, config: dict[str, Any]) -> None:
    """One run of the job, as a process of its own."""
    import dagster as dg

    from assets_defs.publishing import publish_due
    from resources.studio import StudioResource

    with dg.DagsterInstance.ephemeral() as instance:
        publish_due.execute_in_process(
            run_config=config,
            resources={"studio": StudioResource(data_dir=data)},
            instance=instance,
        )


def _film(studio: Any, place: Path) -> Any:
    """A project whose film is finished."""
    from tests.factories import make_film, make_media, make_script
    from video_platform.domain.brief import Brief
    from video_platform.domain.codec import to_manifest
    from video_platform.domain.formats import Format
    from video_platform.domain.manifests import Montage
    from video_platform.domain.project import Stage
    from video_platform.store.manifests import current_key

    project = studio.open_project(Brief(text="A brief.", formats=(Format.TALL,)))
    probe = make_media("f", "video/mp4", width_px=1080, height_px=1920).probe
    kept = {}
    for name, kind in (
        ("f.mp4", "video/mp4"),
        ("p.jpg", "image/jpeg"),
        ("c.srt", "application/x-subrip"),
        ("c.vtt", "text/vtt"),
    ):
        (place / name).write_bytes(os.urandom(200_000))
        kept[name] = studio.store.put(place / name, kind, probe)
    film = make_film(
        media=kept["f.mp4"], poster=kept["p.jpg"], srt=kept["c.srt"], vtt=kept["c.vtt"]
    )
    film = replace(film, format=Format.TALL, duration_ms=30_000)
    for stage, value in ((Stage.MONTAGE, Montage(films=(film,))), (Stage.SCRIPT, make_script())):
        studio.store.blobs.write(current_key(stage, project.key), to_manifest(value))
    return project


def _plan(studio: Any, project: Any, running: dict[str, Emulator], is_crowd: bool) -> list[str]:
    """Schedule the posts, all for one moment; their ids."""
    from video_platform.domain.formats import Format
    from video_platform.domain.publication import Wish

    agent, planned = studio.publish, []
    places = [("instagram", "", _CROWD)]
    if not is_crowd:
        places = [(name, str(n), _EACH) for name in running for n in range(_ACCOUNTS)]
        # Instagram's address holds the account, and its emulator has one.
        places = [one for one in places if one[0] != "instagram"] + [("instagram", "", _EACH)]
    due = studio.database.now() + timedelta(seconds=_AHEAD_S)
    for name, tail, count in places:
        network = NETWORKS[name]
        grant = network.grant(running[name].token, external_id=network.external_id + tail)
        account = agent.accounts.connect(name, grant).id
        for number in range(count):
            identity = f"{name}{tail}-{number}"
            wish = Wish(title=f"A title {identity}", caption=f"A caption {identity}")
            agent.rows.add(
                identity,
                project=project.key,
                platform=name,
                format=Format.TALL,
                wish=wish,
                account=account,
                due=due,
            )
            planned.append(identity)
    return planned


def _schedule(data: Path, planned: list[str], schedulers: int) -> int:
    """Tick until all posts ended; how many runs that took."""
    import dagster as dg

    from resources.studio import StudioResource
    from sensors.publications import due_publications

    processes, runs = multiprocessing.get_context("spawn"), []
    resource, deadline = StudioResource(data_dir=str(data)), time.monotonic() + _PATIENCE_S
    rows = resource.installation().studio().publish.rows
    while time.monotonic() < deadline:
        for _ in range(schedulers):
            request = due_publications(studio=resource)
            if isinstance(request, dg.RunRequest):
                run = processes.Process(target=_run, args=(str(data), request.run_config))
                run.start()
                runs.append(run)
        if all(rows.get(one).state in ("published", "failed") for one in planned):
            break
        time.sleep(1.0)
    for run in runs:
        run.join(60)
    return len(runs)


def measure(*, schedulers: int = 1, is_crowd: bool = False) -> dict[str, Any]:
    """One round on a new installation; seconds from the due moment to the beginning of each."""
    from video_platform.bootstrap import build_studio
    from video_platform.settings import Settings

    with TemporaryDirectory() as place, ExitStack() as stack:
        running: dict[str, Emulator] = {}
        for name, network in NETWORKS.items():
            emulator = stack.enter_context(network.start(FakeTime()))
            if isinstance(emulator, InstagramEmulator):
                emulator.looks_until_done = 1
            os.environ.update(network.access(emulator.url).extra)
            os.environ[f"VIDEO_PLATFORM_{name.upper()}_BASE_URL"] = emulator.url
            running[name] = emulator
        data = Path(place) / "data"
        studio = build_studio(Settings(data_dir=data))
        planned = _plan(studio, _film(studio, Path(place)), running, is_crowd)
        runs = _schedule(data, planned, schedulers)
        ended = [studio.publish.rows.get(one) for one in planned]
        begun = [(one.started_at, one.due_at) for one in ended if one.started_at]
        waits = sorted((started_at - due_at).total_seconds() for started_at, due_at in begun)
        return {
            "posts": len(planned),
            "begun": len(begun),
            "schedulers": schedulers,
            "is_crowd": is_crowd,
            "runs": runs,
            "half_begun_s": round(waits[len(waits) // 2], 1),
            "all_begun_s": round(waits[-1], 1),
            "early": sum(wait < 0 for wait in waits),
            "late": sum(bool(one.late_why) for one in ended),
            "states": Counter(one.state.value for one in ended),
            "commits": {name: len(emulator.commits) for name, emulator in running.items()},
        }


def main() -> None:
    """Print one line of JSON for each round."""
    for round_ in ({"schedulers": 1}, {"schedulers": 2}, {"schedulers": 1, "is_crowd": True}):
        sys.stdout.write(json.dumps(measure(**round_)) + "\n")  # type: ignore[arg-type]
        sys.stdout.flush()


if __name__ == "__main__":
    main()
