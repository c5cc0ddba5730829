"""A direction refuses what nobody could film, and is not seen in what does not use it."""

from dataclasses import replace

import pytest

from tests.factories import make_media
from video_platform.domain.brief import Brief
from video_platform.domain.codec import content_hash, from_json, to_json
from video_platform.domain.direction import Direction, Sheet, SheetKind, check_names
from video_platform.domain.formats import Format
from video_platform.domain.generation import ImageRequest, ScriptRequest, VideoRequest
from video_platform.domain.language import Language
from video_platform.domain.look import Look
from video_platform.domain.manifests import Origin, SceneImage, SceneImages
from video_platform.domain.media import Media
from video_platform.domain.script import OnScreen, OnScreenKind, Scene, Script
from video_platform.errors import BriefError

MEDIA = Media(sha256="0" * 64, media_type="image/png", size_bytes=1)
ON_SCREEN = OnScreen(kind=OnScreenKind.STATEMENT, headline="h")
IMAGE = ImageRequest(
    prompt="a",
    on_screen=ON_SCREEN,
    format=Format.WIDE,
    language=Language.ENGLISH,
    style="clean",
    mood="calm",
    position=0,
    count=1,
    project_seed=1,
    seed=2,
)
SCENE = Scene(
    id=1, duration=1, narration="a", visual_prompt="b", music_mood="calm", on_screen=ON_SCREEN
)
BEFORE = {
    "58edb3b5ea82a503fcaf317d2662376b5655f547ca87cdffa36f841b0fc84461": IMAGE,
    "042dd39434bb8b51c2ea50fd45fd1a05a522466691211d61ba92fe3bcb5a189e": VideoRequest(
        prompt="a", images={Format.WIDE: MEDIA}, duration_ms=5000, position=0, seed=1
    ),
    "32ce18c8ca2188ed59743a399c6665f174c436363f985c70fdb8f2dfb60dd0a8": ScriptRequest(
        text="a", language=Language.ENGLISH, duration_s=60, style="clean"
    ),
    "e6122a385e5c34ff737e21ab65455a80578e4aeeac3dc84a6262e831b6b8ef85": Brief(
        text="Why bread rises"
    ),
    "6678abc217a733515ef5cc58430312239677a2e719b0e79b9da4629fa8473d0b": Script(
        title="t", duration=1, language=Language.ENGLISH, scenes=(SCENE,)
    ),
    "5f455649f7a2d2879b431c48c7af4690de6ef35cd76bb753029129cf8a14d713": Look(),
    "dc57ba61d1fe595827f4f09c5e0c3bef0a42d0e89910daa97288c8e9977d21d5": SceneImages(
        images=(
            SceneImage(
                scene_id=1,
                media={Format.WIDE: MEDIA},
                origin={Format.WIDE: Origin(provider="p", generation="g")},
            ),
        )
    ),
}
"""Hashes of values as they were before there were directions."""


@pytest.mark.parametrize("digest", list(BEFORE))
def test_what_uses_no_direction_has_the_hash_it_had_before(digest: str) -> None:
    assert content_hash(BEFORE[digest]) == digest


def test_a_direction_survives_storage() -> None:
    sheet = Sheet(name="Mara", description="grey hair", pictures=(make_media("m"),))
    brief = Brief(
        text="A.", direction=Direction(sheets=(sheet,), images=3, continuity=True, kit="harbour")
    )
    assert from_json(Brief, to_json(brief)) == brief


def test_the_bare_brief_is_that_of_a_film_without_look_and_direction() -> None:
    brief = Brief(text="A.")
    assert replace(brief, direction=Direction(images=4), look=Look(titles=True)).bare == brief


@pytest.mark.parametrize(
    "wrong",
    [
        {"sheets": (Sheet(name="Mara", description="a"), Sheet(name="mara", description="b"))},
        {"images": 0},
        {"clips": 9},
        {"style_words": "x" * 601},
    ],
)
def test_what_nobody_could_film_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(BriefError) as caught:
        Direction(**wrong)  # type: ignore[arg-type]
    assert caught.value.code == "direction_invalid"
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", "{x}", "a" * 41, "a\nb"])
def test_a_sheet_needs_a_name_that_can_be_said(name: str) -> None:
    with pytest.raises(BriefError):
        Sheet(name=name, description="a")


@pytest.mark.parametrize("colours", [("#000000",) * 3, ("red",) * 4])
def test_a_brand_has_four_colours(colours: tuple[str, ...]) -> None:
    with pytest.raises(BriefError) as caught:
        Direction(colours=colours)
    assert caught.value.code == "colours_invalid"


def test_who_is_mentioned_is_found_as_a_whole_word() -> None:
    direction = Direction(
        sheets=(
            Sheet(name="Ann", description="a"),
            Sheet(name="The Mill", description="b", kind=SheetKind.PLACE),
        )
    )
    assert direction.mentioned("Anna walks to the mill.") == ("The Mill",)
    assert direction.mentioned("“Ann”, said the miller.") == ("Ann",)


def test_nobody_appears_without_a_sheet() -> None:
    with pytest.raises(BriefError) as caught:
        check_names(Direction(sheets=(Sheet(name="Ann", description="a"),)), ["ann", "Bo"])
    assert caught.value.code == "sheet_missing"
    assert "'Bo'" in caught.value.message
