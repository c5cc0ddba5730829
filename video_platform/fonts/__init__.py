"""The typefaces films are set in: IBM Plex Sans Arabic, which covers Latin and Arabic alike.

Shipped with the project (SIL Open Font License 1.1, see ``OFL.txt``), so that a film looks the same
on every machine and no system font is ever needed.
"""

from pathlib import Path

FONTS_DIR = Path(__file__).parent
FAMILY = "IBM Plex Sans Arabic"
"""Family name of the regular and bold faces; the semi-bold face is ``IBM Plex Sans Arabic SmBld``."""

REGULAR = FONTS_DIR / "IBMPlexSansArabic-Regular.ttf"
SEMIBOLD = FONTS_DIR / "IBMPlexSansArabic-SemiBold.ttf"
BOLD = FONTS_DIR / "IBMPlexSansArabic-Bold.ttf"
