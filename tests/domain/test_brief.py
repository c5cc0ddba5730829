"""A brief refuses what no agent could work with, and says what to do."""

import pytest

from video_platform.domain.brief import MAX_TEXT_CHARACTERS, Brief
from video_platform.domain.formats import Format
from video_platform.errors import BriefError


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"text": " \n\t"}, "brief_empty"),
        ({"text": "x" * (MAX_TEXT_CHARACTERS + 1)}, "brief_too_long"),
        ({"text": "x", "duration_s": 0}, "duration_impossible"),
        ({"text": "x", "duration_s": 100_000}, "duration_impossible"),
        ({"text": "x", "formats": ()}, "format_invalid"),
        ({"text": "x", "formats": (Format.WIDE, Format.WIDE)}, "format_invalid"),
    ],
)
def test_impossible_brief_is_refused_with_a_stable_code(fields: dict, code: str) -> None:
    with pytest.raises(BriefError) as caught:
        Brief(**fields)
    assert caught.value.code == code
    assert caught.value.hint
