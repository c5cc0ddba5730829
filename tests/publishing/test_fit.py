"""What a network would refuse is found before anything is sent, with the way to mend it."""

from pathlib import Path
from typing import Any

import pytest

from tests.publishing.desks import make_post
from video_platform.domain.formats import Format
from video_platform.errors import InvalidInput
from video_platform.providers.service import Access
from video_platform.publishing.base import Privacy, Rules
from video_platform.publishing.fit import check_fit, require_fit
from video_platform.publishing.registry import Platforms, platform_class, platform_names

RULES = Rules(
    formats=(Format.TALL, Format.SQUARE),
    min_ms=3000,
    max_ms=60_000,
    max_bytes=200_000,
    title_chars=40,
    caption_chars=100,
    hashtags=3,
    max_width=1920,
    privacies=(Privacy.PUBLIC, Privacy.PRIVATE),
)


def test_a_post_that_fits_has_nothing_to_mend(tmp_path: Path) -> None:
    assert check_fit(make_post(tmp_path), RULES) == []


@pytest.mark.parametrize(
    ("change", "code", "words"),
    [
        ({"title": "x" * 43}, "title_too_long", "Shorten it by 3."),
        ({"title": "  "}, "title_missing", "--title"),
        ({"caption": "x" * 100}, "caption_too_long", "Shorten them by 15."),
        ({"hashtags": tuple("abcd")}, "hashtags_too_many", "Leave out 1."),
        ({"hashtags": ("two words",)}, "hashtag_invalid", "Letters"),
        ({"hashtags": ("",)}, "hashtag_invalid", "Letters"),
        ({"duration_ms": 61_500}, "film_too_long", "61.5 s of 60 s"),
        ({"duration_ms": 2999}, "film_too_short", "2.999 s"),
        ({"format": Format.WIDE}, "format_unfit", "9:16 fits best"),
        ({"width": 1921}, "picture_too_large", "1921"),
        ({"size": 200_001}, "film_too_large", "200001 bytes of 200000"),
        ({"privacy": Privacy.UNLISTED}, "privacy_unfit", "public, private"),
        ({"shows_people": True, "is_synthetic": False}, "disclosure_required", "on"),
    ],
)
def test_each_misfit_has_a_code_and_says_how_far_off_it_is(
    tmp_path: Path, change: dict[str, Any], code: str, words: str
) -> None:
    (misfit,) = check_fit(make_post(tmp_path, **change), RULES)
    assert misfit.code == code
    assert words in f"{misfit.message} {misfit.hint}"


def test_all_misfits_are_told_at_once(tmp_path: Path) -> None:
    post = make_post(tmp_path, title="x" * 41, duration_ms=61_000)
    with pytest.raises(InvalidInput, match=r"title has 41 .* lasts 61 s") as refused:
        require_fit(post, RULES)
    assert refused.value.code == "title_too_long"


def test_a_missing_account_comes_first(tmp_path: Path) -> None:
    found = check_fit(make_post(tmp_path, title=""), RULES, has_account=False)
    assert [misfit.code for misfit in found] == ["account_missing", "title_missing"]


@pytest.mark.parametrize("odd", ["900000", None, -1, True, {}])
def test_an_accounts_own_limit_goes_before_the_rules_when_it_is_one(
    tmp_path: Path, odd: object
) -> None:
    post = make_post(tmp_path, duration_ms=61_000)
    assert check_fit(post, RULES, facts={"max_ms": 120_000}) == []
    assert [misfit.code for misfit in check_fit(post, RULES, facts={"max_ms": odd})] == [
        "film_too_long"
    ]


def test_every_platform_is_found_by_the_name_of_its_file() -> None:
    names = platform_names()
    assert set(names) >= {"local_channel", "youtube", "tiktok", "instagram", "linkedin", "x"}
    for name in names:
        kind = platform_class(name)
        assert kind.name == name
        assert kind.rules.formats


def test_networks_need_an_account_and_this_machine_does_not(tmp_path: Path) -> None:
    here = platform_class("local_channel")(tmp_path)
    platforms = Platforms(lambda _: Access(), here={"local_channel": here})
    assert platforms.find("local_channel") is here
    needing = {name for name in platform_names() if platforms.needs_account(name)}
    assert needing == set(platform_names()) - {"local_channel"}
    with pytest.raises(InvalidInput, match="needs no account"):
        platforms.connects("local_channel")
    assert platforms.at_once("youtube") >= 1
    assert platforms.at_once("of another release") == 1
