"""Estimates: list prices of typical requests, and never a guess."""

from decimal import Decimal
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
    # Eight pictures of three begun megapixels: 0.03 and twice 0.015; two to a scene.
    assert found.cost_usd == Decimal("0.06") * 8
    assert found.scene_usd == Decimal("0.12")


def test_a_price_that_is_not_known_makes_no_sum(monkeypatch: Any) -> None:
    monkeypatch.setenv("VIDEO_PLATFORM_FLUX_MODEL", "flux-of-next-year")
    from video_platform.settings import Settings

    catalogue = Catalogue(Settings().access_of)
    found = estimate_brief(Brief(text="A.", providers={"image": "flux"}), catalogue)
    assert found.cost_usd is None
