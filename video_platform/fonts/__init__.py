"""The typefaces films are set in: IBM Plex Sans Arabic, which covers Latin and Arabic alike.

Shipped with the project (SIL Open Font License 1.1, see ``OFL.txt``), so that a film looks the same
on every machine and no system font is ever needed.
"""

from dataclasses import dataclass
from pathlib import Path

from video_platform.errors import NotConfigured

FONTS_DIR = Path(__file__).parent
FAMILY = "IBM Plex Sans Arabic"
"""Family name of the regular and bold faces; the semi-bold is ``IBM Plex Sans Arabic SmBld``."""

REGULAR = FONTS_DIR / "IBMPlexSansArabic-Regular.ttf"
SEMIBOLD = FONTS_DIR / "IBMPlexSansArabic-SemiBold.ttf"
BOLD = FONTS_DIR / "IBMPlexSansArabic-Bold.ttf"


@dataclass(frozen=True, slots=True)
class Face:
    """The files a text is set in; one that has no bold face of its own is set in the regular one.

    Args:
        family: as the files name themselves.
    """

    family: str
    regular: Path
    bold: Path

    def file(self, *, is_bold: bool) -> Path:
        """The file of one weight."""
        return self.bold if is_bold else self.regular


SHIPPED = Face(FAMILY, REGULAR, BOLD)


def check_fonts() -> None:
    """Raise ``NotConfigured`` when a typeface is missing from the installation."""
    missing = [path.name for path in (REGULAR, SEMIBOLD, BOLD) if not path.is_file()]
    if missing:
        raise NotConfigured(
            f"The font {missing[0]} is missing from the installation.",
            hint="Install the platform again: make setup, or pip install --force-reinstall.",
            code="font_missing",
        )
