"""The languages the platform speaks, and how text runs in each."""

from enum import StrEnum


class Language(StrEnum):
    """ISO 639-1 code of a film's language."""

    ENGLISH = "en"
    FRENCH = "fr"
    ARABIC = "ar"

    @property
    def is_rtl(self) -> bool:
        """Whether text runs from right to left."""
        return self is Language.ARABIC
