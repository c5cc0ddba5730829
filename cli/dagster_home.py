"""Where Dagster keeps its records on this machine, the same for the command line and the UI."""

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from video_platform.disk import write_atomically
from video_platform.settings import Settings

if TYPE_CHECKING:
    from dagster import DagsterInstance


def project_root() -> Path:
    """The folder that holds ``definitions.py``, ``dagster.yaml`` and ``workspace.yaml``."""
    # Found and not imported: loading it begins the log of a process that runs stages.
    found = find_spec("definitions")
    assert found is not None  # noqa: S101 - it is installed with this file
    assert found.origin is not None  # noqa: S101
    return Path(found.origin).resolve().parent


def prepare_home(settings: Settings) -> Path:
    """A Dagster home for these settings; an operator's own ``DAGSTER_HOME`` is left alone."""
    chosen = os.environ.get("DAGSTER_HOME")
    if chosen:
        return Path(chosen)
    home = settings.home / "dagster"
    config: dict[str, Any] = yaml.safe_load((project_root() / "dagster.yaml").read_bytes())
    config["storage"]["sqlite"]["base_dir"] = str(home)
    config["local_artifact_storage"]["config"]["base_dir"] = str(home)
    config["compute_logs"]["config"]["base_dir"] = str(home / "logs")
    write_atomically(home / "dagster.yaml", yaml.safe_dump(config, sort_keys=False).encode())
    return home


def open_instance(settings: Settings) -> "DagsterInstance":
    """Dagster's instance for runs inside this process.

    Its output is not captured step by step: capturing redirects the terminal the view lives in.
    """
    from dagster import DagsterInstance
    from dagster._core.instance.ref import InstanceRef

    home = prepare_home(settings)
    quiet = {
        "compute_logs": {
            "module": "dagster._core.storage.noop_compute_log_manager",
            "class": "NoOpComputeLogManager",
        }
    }
    ref = InstanceRef.from_dir(str(home), overrides={} if "DAGSTER_HOME" in os.environ else quiet)
    return DagsterInstance.from_ref(ref)
