"""Sensor tick and Dagster's storage with many projects, beside an empty instance, on PostgreSQL.

``python -m benchmarks.partitions [COUNT ...]``. Each project has a partition, a row and a command
that ended. Medians of five in seconds, and ratios to the empty instance of the same session. What
a page of the Dagster UI asks, and the launch of a run from it, go through a real web server, whose
code server has to look at the partitions, too; a launched run is left in the queue.
"""

import json
import os
import statistics
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import dagster as dg
from sqlalchemy import create_engine, insert, select, text, update

from benchmarks.partitions.webserver import Webserver, webserver
from resources.studio import StudioResource
from sensors.commands import project_commands
from tests.services import postgres_server
from video_platform.db.models import CommandRow, ProjectRow

_PARTITIONS = "projects"
_BATCH = 1000
_REPEATS = 5
_NEW = 10
_FIRST = "project-000000000"


def main() -> None:
    """Print one line of JSON for each count."""
    counts = [0, *(int(one) for one in sys.argv[1:] or ("1000", "10000", "50000"))]
    with postgres_server() as server, TemporaryDirectory() as place:
        empty: dict[str, float] = {}
        for name in ("product", "dagster"):
            _new_database(server, name)
        product, runs = (server.rpartition("/")[0] + f"/{name}" for name in ("product", "dagster"))
        os.environ["DAGSTER_DISABLE_TELEMETRY"] = "1"
        settings = {"postgres": {"postgres_url": runs}}
        (Path(place) / "dagster.yaml").write_text(json.dumps({"storage": settings}))
        studio = StudioResource(data_dir=place, database_url=product)
        with dg.DagsterInstance.from_config(place) as instance, webserver(Path(place)) as pages:
            done = 0
            for count in counts:
                # The empty instance has as many as one tick begins.
                _fill(studio, instance, done, max(count, _NEW))
                done = max(count, _NEW)
                found = _measure(studio, instance, pages)
                empty = empty or found
                ratios = {name: round(value / empty[name], 2) for name, value in found.items()}
                sys.stdout.write(
                    json.dumps({"projects": count, "seconds": found, "ratios": ratios}) + "\n"
                )
                sys.stdout.flush()


def _new_database(server: str, name: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()


def _fill(studio: StudioResource, instance: dg.DagsterInstance, first: int, last: int) -> None:
    database, now = studio.installation().database.system(), datetime.now(UTC)
    for start in range(first, last, _BATCH):
        keys = [f"project-{n:09}" for n in range(start, min(start + _BATCH, last))]
        shared = {"tenant": "default", "created_at": now}
        project = {**shared, "title": "x", "brief": {"text": "x"}, "status": "done"}
        command = {**shared, "kind": "build_project", "state": "succeeded", "finished_at": now}
        with database.session() as session, session.begin():
            session.execute(insert(ProjectRow), [{**project, "key": key} for key in keys])
            session.execute(insert(CommandRow), [{**command, "project": key} for key in keys])
        instance.add_dynamic_partitions(_PARTITIONS, keys)
    if last > first:
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as link:
            link.execute(text("ANALYZE"))


def _measure(
    studio: StudioResource, instance: dg.DagsterInstance, pages: Webserver
) -> dict[str, float]:
    serial = iter(range(_REPEATS + 1))

    def tick() -> None:
        with dg.build_sensor_context(instance=instance) as context:
            project_commands(context, studio=studio)

    def create_run() -> None:
        partition = {"dagster/partition": f"project-{next(serial):09}"}
        instance.add_run(dg.DagsterRun(job_name="build_project", tags=partition))

    def tick_with_commands() -> None:
        _ask(studio, _NEW)
        tick()

    ways: dict[str, Callable[[], Any]] = {
        "sensor_tick": tick,
        f"sensor_tick_{_NEW}_commands": tick_with_commands,
        "run_row": create_run,
        "all_partition_keys": lambda: instance.get_dynamic_partitions(_PARTITIONS),
        "one_partition": lambda: instance.has_dynamic_partition(_PARTITIONS, _FIRST),
        "page_partition_keys": pages.partition_keys,
        "page_partition_statuses": pages.partition_statuses,
        "page_runs_of_one": lambda: pages.runs_of(_FIRST),
        "launch_from_the_page": lambda: pages.launch(_FIRST),
    }
    return {name: _median(way) for name, way in ways.items()}


def _ask(studio: StudioResource, count: int) -> None:
    """So many commands that wait, each of a project of its own; those of before are over."""
    with studio.installation().database.system().session() as session, session.begin():
        session.execute(
            update(CommandRow)
            .where(CommandRow.state == "started")
            .values(state="succeeded", finished_at=datetime.now(UTC))
        )
        keys = session.scalars(select(ProjectRow.key).limit(count)).all()
        now, waiting = datetime.now(UTC), {"kind": "build_project", "state": "waiting"}
        shared = {"tenant": "default", "created_at": now, **waiting}
        session.execute(insert(CommandRow), [{**shared, "project": key} for key in keys])


def _median(way: Callable[[], Any]) -> float:
    way()  # what the first call loads is not its cost
    seconds = []
    for _ in range(_REPEATS):
        began = perf_counter()
        way()
        seconds.append(perf_counter() - began)
    return round(statistics.median(seconds), 4)


if __name__ == "__main__":
    main()
