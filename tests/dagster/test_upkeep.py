"""The nightly clean-up leaves what lives alone."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import dagster as dg

from assets_defs import upkeep
from resources.studio import StudioResource
from video_platform.bootstrap import build_installation
from video_platform.settings import Settings
from video_platform.store.media import TRASH


class _Later(datetime):
    """A clock a year ahead."""

    @classmethod
    def now(cls, tz: object = None) -> datetime:  # type: ignore[override]
        return datetime.now(UTC) + timedelta(days=365)


def test_the_clean_up_forgets_unnamed_media_and_runs_of_retired_projects(
    settings: Settings, tmp_path: Path
) -> None:
    store = build_installation(settings).studio().store
    path = tmp_path / "x.png"
    path.write_bytes(b"x")
    media = store.put(path, "image/png")
    os.utime(store.path(media), (0, 0))
    with dg.instance_for_test() as instance:
        instance.add_dynamic_partitions("projects", ["alive"])
        kept, gone = (
            dg.DagsterRun(
                job_name="build_project",
                status=dg.DagsterRunStatus.SUCCESS,
                tags={"dagster/partition": key},
            )
            for key in ("alive", "retired")
        )
        for run in (kept, gone):
            instance.add_run(run)
        with patch.object(upkeep, "datetime", _Later):
            studio = StudioResource(data_dir=str(settings.data_dir))
            done = upkeep.clean_up.execute_in_process(
                instance=instance, resources={"studio": studio}
            )
        assert done.success
        assert instance.get_run_by_id(kept.run_id) is not None
        assert instance.get_run_by_id(gone.run_id) is None
    assert store.blobs.exists(TRASH + media.key)
