"""IO manager: an asset's value is a small labelled JSON document; media never pass through it."""

import hashlib
from typing import Any

import dagster as dg

from resources.studio import StudioResource
from video_platform.domain.codec import from_manifest, to_manifest
from video_platform.errors import MediaMissing


def manifest_key(asset: str, partition: str) -> str:
    """Where an asset's current value of one project is stored."""
    return f"manifests/{asset}/{partition}/current.json"


class ManifestIOManager(dg.ConfigurableIOManager):
    """Stores manifests in the media store of the project's tenant, local or S3.

    Every version is kept under its hash beside ``current.json``, so that a value once made can be
    gone back to.
    """

    core: dg.ResourceDependency[StudioResource]

    def _blobs(self, project: str) -> Any:
        return self.core.studio(project).store.blobs

    def handle_output(self, context: dg.OutputContext, obj: object) -> None:
        """Write the value's version, then point ``current.json`` at the same bytes."""
        key = manifest_key(context.asset_key.path[-1], context.partition_key)
        data = to_manifest(obj)
        version = hashlib.sha256(data).hexdigest()[:16]
        blobs = self._blobs(context.partition_key)
        blobs.write(key.replace("current", version), data)
        blobs.write(key, data)
        context.add_output_metadata({"manifest": blobs.url(key)})

    def load_input(self, context: dg.InputContext) -> object:
        """The upstream asset's value for this partition.

        Raises:
            MediaMissing: it was never made, or the store lost it; names the key.
        """
        key = manifest_key(context.asset_key.path[-1], context.partition_key)
        data = self._blobs(context.partition_key).read(key)
        if data is None:
            raise MediaMissing(
                f"The store has nothing under {key}.",
                hint=f"Materialize {context.asset_key.path[-1]} of this project first.",
            )
        kind: Any = context.dagster_type.typing_type
        return from_manifest(kind, data)
