"""Estimates: list prices of typical requests, and never a guess."""

from typing import Any

from video_platform.agents.estimate import estimate_brief
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.providers.registry import Catalogue


def test_what_works_here_costs_nothing() -> None:
    assert estimate_brief(Brief(text="A."), Catalogue()).cost_usd == 0


def test_each_picture_of_each_format_is_priced() -> None:
    brief = Brief(
        text="A.", duration_s=30, formats=(Format.WIDE, Format.TALL), providers={"image": "flux"}
    )
    found = estimate_brief(brief, Catalogue())
    assert found.scenes == 4
    assert found.cost_usd is not None
    assert found.cost_usd > 0
    # Eight pictures, two to a scene.
    assert found.scene_usd == found.cost_usd / 4


def test_a_price_that_is_not_known_makes_no_sum(monkeypatch: Any) -> None:
    monkeypatch.setenv("VIDEO_PLATFORM_FLUX_MODEL", "flux-of-next-year")
    from video_platform.settings import Settings

    catalogue = Catalogue(Settings().access_of)
    found = estimate_brief(Brief(text="A.", providers={"image": "flux"}), catalogue)
    assert found.cost_usd is None
