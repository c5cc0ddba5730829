"""Still motion: the clip provider that needs no key. It directs a slow move over the picture.

Nothing is rendered here: the montage performs the move while it encodes the film, so that every
pixel is encoded once.
"""

from pathlib import Path
from typing import ClassVar

from video_platform.domain.codec import to_json
from video_platform.domain.generation import Capability, VideoRequest
from video_platform.domain.manifests import Motion, MotionKind
from video_platform.providers.base import Produced

_MOVES = (
    Motion(kind=MotionKind.ZOOM_IN, strength=0.055),
    Motion(kind=MotionKind.PAN_RIGHT, strength=0.045),
    Motion(kind=MotionKind.ZOOM_OUT, strength=0.055),
    Motion(kind=MotionKind.PAN_UP, strength=0.04),
    Motion(kind=MotionKind.ZOOM_IN, strength=0.05),
    Motion(kind=MotionKind.PAN_LEFT, strength=0.045),
    Motion(kind=MotionKind.ZOOM_OUT, strength=0.05),
    Motion(kind=MotionKind.PAN_DOWN, strength=0.04),
)
"""Moves in the order of the scenes: neighbours differ, and none travels further than the picture is
larger than the frame."""


class StillMotion:
    """Directs camera moves over stills, one per scene, never twice the same in a row."""

    name: ClassVar[str] = "still_motion"
    capability: ClassVar[Capability] = Capability.VIDEO
    version: ClassVar[str] = "1"

    def generate(self, request: VideoRequest, directory: Path) -> Produced:
        """Choose the move for this scene; the file left behind holds its description."""
        move = _MOVES[(request.position + request.seed) % len(_MOVES)]
        path = directory / "motion.json"
        path.write_bytes(to_json(move))
        return Produced(
            path=path,
            media_type="application/json",
            details={"motion": {"kind": move.kind.value, "strength": move.strength}},
        )


PROVIDERS = (StillMotion,)
