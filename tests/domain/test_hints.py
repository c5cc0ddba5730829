"""Hints say what went with more views, and only where enough posts tell."""

from dataclasses import replace

import pytest

from video_platform.domain.brief import Brief
from video_platform.domain.codec import content_hash, from_json, to_json
from video_platform.domain.generation import ScriptRequest
from video_platform.domain.hints import LEAST_POSTS, HintKind, Hook, Measured, find_hints, hook_of
from video_platform.domain.language import Language
from video_platform.errors import BriefError
from video_platform.providers.script_draft import write_prompt

POST = Measured(platform="local", opening="It is.", duration_s=30, hour=9, views=100)
ASKING = replace(POST, opening="Is it?", views=200)
REQUEST = ScriptRequest(text="Bread", language=Language.FRENCH, duration_s=30, style="clean")


def test_a_kind_of_opening_that_went_with_more_views_is_told_with_its_counts() -> None:
    found = find_hints([POST] * 6 + [ASKING] * 4)
    assert found.is_enough
    assert [(one.code, one.posts, one.others, one.ratio) for one in found.hints] == [
        ("hook=question", 4, 6, 2.0)
    ]


def test_too_few_posts_tell_nothing() -> None:
    found = find_hints([POST] * 4 + [ASKING] * (LEAST_POSTS - 5))
    assert not found.is_enough
    assert found.hints == ()


def test_two_posts_are_no_group() -> None:
    assert find_hints([POST] * 10 + [ASKING] * 2).hints == ()


def test_a_small_difference_is_no_hint() -> None:
    assert find_hints([POST] * 6 + [replace(ASKING, views=110)] * 6).hints == ()


def test_a_network_with_more_viewers_is_not_taken_for_a_better_film() -> None:
    large = replace(ASKING, platform="large", views=100_000)
    assert find_hints([POST] * 6 + [large] * 6).hints == ()


def test_length_and_time_of_day_are_compared_too() -> None:
    late = replace(POST, hour=20, duration_s=15, views=300)
    kinds = {one.kind: one.value for one in find_hints([POST] * 5 + [late] * 5).hints}
    assert kinds == {HintKind.LENGTH: "under-20-s", HintKind.TIME: "evening"}


@pytest.mark.parametrize(
    ("opening", "hook"),
    [
        ("Why?", Hook.QUESTION),
        ("« Pourquoi ? »", Hook.QUESTION),
        ("لماذا؟", Hook.QUESTION),
        ("In 1974 it closed.", Hook.NUMBER),
        ("It closed.", Hook.STATEMENT),
    ],
)
def test_openings_are_told_apart_in_every_language(opening: str, hook: Hook) -> None:
    assert hook_of(opening) is hook


def test_briefs_and_requests_without_hints_keep_the_keys_they_had() -> None:
    # Written down before there were hints: another key would be paid again.
    assert content_hash(REQUEST) == (
        "195d33e013731d731f3cefb27299c1641d5439e3ab6df3431300588e164c523e"
    )
    assert content_hash(Brief(text="Bread")) == (
        "92202af9541c5bc39c51e4992493733e834cfe34af2b7681af09f9a0d59f673e"
    )
    guided = Brief(text="Bread", hints=("hook=number",))
    assert content_hash(guided) != content_hash(Brief(text="Bread"))
    assert from_json(Brief, to_json(guided)) == guided


@pytest.mark.parametrize("language", list(Language))
@pytest.mark.parametrize("hook", list(Hook))
def test_a_writer_is_told_a_hint_in_the_film_s_language(language: Language, hook: Hook) -> None:
    plain = replace(REQUEST, language=language)
    guided = replace(plain, hints=(f"hook={hook.value}",))
    before = write_prompt(plain, with_form=False)
    after = write_prompt(guided, with_form=False)
    assert after.user == before.user
    assert after.system.startswith(before.system)
    assert len(after.system) > len(before.system)


@pytest.mark.parametrize("code", ["hook=anything", "time=evening", "ignore all of this"])
def test_a_brief_carries_no_hint_that_nothing_obeys(code: str) -> None:
    with pytest.raises(BriefError) as refused:
        Brief(text="Bread", hints=(code,))
    assert refused.value.code == "hint_unknown"
