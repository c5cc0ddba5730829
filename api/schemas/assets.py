"""Assets and their versions."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from pydantic import Field

from api.schemas.base import Input, Line, Name, Output, ProjectRef, SceneNumber, shown
from video_platform.db.repositories.assets import Asset
from video_platform.domain.project import Stage

ASSET = {
    "id": "3f2c8a4e-5b1d-4c76-9a3e-0f1b2c3d4e5f",
    "project": "why-bread-rises-0123456789",
    "kind": "image",
    "stage": "scene_images",
    "scene": 3,
    "format": "16:9",
    "role": "",
    "take": 1,
    "is_current": True,
    "provider": "embedded_painter",
    "prompt": "A bowl of dough at a window, morning light.",
    "media_type": "image/png",
    "size_bytes": 183204,
    "sha256": "ab" * 32,
    "url": "/media/" + "ab" * 32 + ".png",
    "facts": {"width_px": 2112, "height_px": 1188},
    "cost_usd": "0.000000",
    "created_at": "2026-11-22T10:00:00Z",
}


class GenerationWish(Input):
    """Another take of some scenes of a stage."""

    model_config = shown(project="why-bread-rises-0123456789", stage="scene_images", scenes=[3])

    project: ProjectRef
    stage: Stage
    scenes: list[SceneNumber] = Field(
        default_factory=list, max_length=500, description="None: the whole stage."
    )


class LicenceIn(Input):
    """What a person says of the licence of their own file."""

    model_config = shown(licence="CC-BY-4.0", source="https://example.com/kitchen")

    licence: Name = Field(description="An SPDX identifier, or free text; empty: nobody knows.")
    source: Line = Field(default="", description="Where the licence stands.")


class AssetOut(Output):
    """A piece of material of a project: made by a provider, sent by a person, or a film."""

    model_config = shown(**ASSET)

    id: str
    project: str | None
    kind: str = Field(description="image, video, audio, voice, music, captions or film")
    stage: str
    scene: int = Field(description="0: of the whole film")
    format: str
    role: str
    take: int
    is_current: bool
    provider: str
    prompt: str
    media_type: str
    size_bytes: int
    sha256: str
    url: str = Field(description="Where the bytes are, with ranges; lasting.")
    facts: dict[str, Any]
    cost_usd: Decimal
    created_at: datetime


def show_asset(asset: Asset) -> AssetOut:
    """An asset."""
    probe = asset.media.probe
    known = {name: getattr(probe, name) for name in probe.__slots__ if getattr(probe, name)}
    return AssetOut(
        id=asset.id,
        project=asset.project,
        kind=asset.kind,
        stage=asset.stage,
        scene=asset.scene_id,
        format=asset.format,
        role=asset.role,
        take=asset.take,
        is_current=asset.is_current,
        provider=asset.provider,
        prompt=asset.prompt,
        media_type=asset.media.media_type,
        size_bytes=asset.media.size_bytes,
        sha256=asset.media.sha256,
        url=f"/media/{asset.media.sha256}.{asset.media.extension}",
        facts={**known, **asset.facts},
        cost_usd=Decimal(asset.cost_microusd) / 1_000_000,
        created_at=asset.created_at,
    )
