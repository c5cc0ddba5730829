"""The provider: one request in, one picture out."""

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from video_platform.domain.generation import Capability, ImageRequest
from video_platform.domain.language import Language
from video_platform.errors import NotConfigured
from video_platform.providers.base import Produced


class EmbeddedPainter:
    """Designs a frame around the scene's own words, without a service and without a key."""

    name: ClassVar[str] = "embedded_painter"
    capability: ClassVar[Capability] = Capability.IMAGE
    version: ClassVar[str] = "1"
    draws_words: ClassVar[bool] = True
    """A film in another language needs these pictures anew."""

    def choices(self, language: Language) -> Mapping[str, tuple[str, ...]]:
        """Every style serves every language."""
        from video_platform.providers.vendors.embedded_painter.styles import STYLES

        return {"style": STYLES}

    def generate(self, request: ImageRequest, directory: Path) -> Produced:
        """Paint ``picture.png``; equal requests give equal bytes.

        Raises:
            InvalidInput: the style is unknown or the size out of range.
            NotConfigured: this machine's Pillow cannot shape Arabic.
        """
        require_shaping()
        # Pillow and NumPy load with the first picture, not with the registry.
        from video_platform.providers.vendors.embedded_painter.compose import compose

        canvas = compose(request)
        path = directory / "picture.png"
        canvas.image.save(path, "PNG", compress_level=1)
        return Produced(
            path=path,
            media_type="image/png",
            details={
                "palette": canvas.palette.name,
                "kind": request.on_screen.kind.value,
                "icons": list(canvas.icons),
                "width": canvas.image.width,
                "height": canvas.image.height,
            },
        )


def require_shaping() -> None:
    """Raise ``NotConfigured`` unless Pillow joins Arabic letters and orders mixed text."""
    from PIL import features

    if not features.check("raqm"):
        raise NotConfigured(
            "Pillow was built without Raqm, so Arabic text cannot be drawn correctly.",
            hint="Install Pillow's own wheel (pip install --force-reinstall pillow) and, on Linux, "
            "the system library FriBiDi (libfribidi0).",
        )
