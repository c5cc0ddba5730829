"""Frames: text zones inside the picture, and clear of what networks draw over it."""

import pytest

from video_platform.domain.formats import FRAMES, Format, frame_for
from video_platform.domain.look import Network


@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize("network", list(Network))
def test_zones_are_in_order_and_sizes_are_the_formats(ratio: Format, network: Network) -> None:
    frame = frame_for(ratio, network)
    assert (frame.width_px, frame.height_px) == (FRAMES[ratio].width_px, FRAMES[ratio].height_px)
    assert 0 < frame.margin_x < 0.25
    assert 0 < frame.margin_y < frame.caption_top < frame.caption_bottom < 1


@pytest.mark.parametrize("ratio", list(Format))
def test_film_for_any_network_has_the_usual_frame(ratio: Format) -> None:
    assert frame_for(ratio, Network.ANY) == FRAMES[ratio]


@pytest.mark.parametrize(
    ("network", "top_px", "side_px", "bottom_px"),
    [
        (Network.YOUTUBE, 288, 192, 672),
        (Network.INSTAGRAM, 268, 64, 672),
        (Network.TIKTOK, 150, 150, 440),
    ],
)
def test_text_on_tall_films_stays_off_the_networks_own(
    network: Network, top_px: int, side_px: int, bottom_px: int
) -> None:
    frame = frame_for(Format.TALL, network)
    assert frame.margin_y * 1920 >= top_px
    assert frame.margin_x * 1080 >= side_px
    assert (1 - frame.caption_bottom) * 1920 >= bottom_px
