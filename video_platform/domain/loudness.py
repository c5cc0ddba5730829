"""How loud a film is for the place it will be seen, by EBU R 128 figures."""

from collections.abc import Mapping
from dataclasses import dataclass

from video_platform.domain.look import Network


@dataclass(frozen=True, slots=True)
class LoudnessTarget:
    """Programme loudness to reach, and the true peak never to exceed.

    Args:
        integrated_lufs: of the whole film, by ITU-R BS.1770 with its gates.
        true_peak_dbtp: peaks between the samples included, measured after the encode.
    """

    integrated_lufs: float
    true_peak_dbtp: float


_COMMON = LoudnessTarget(-14.0, -1.0)
"""Where most players stand: they turn louder films down to about here and leave softer ones soft.

The peak leaves room for the network's own lossy encode, as EBU R 128 s2 (streaming) asks.
"""

LOUDNESS_TARGETS: Mapping[Network, LoudnessTarget] = {
    Network.ANY: _COMMON,
    # No published figure; its player's "Stats for nerds" tells content loudness against -14 LUFS.
    Network.YOUTUBE: _COMMON,
    # TikTok, Instagram, LinkedIn and X publish no loudness target (searched 2026-11-22).
    Network.TIKTOK: _COMMON,
    Network.INSTAGRAM: _COMMON,
    Network.LINKEDIN: _COMMON,
    Network.X: _COMMON,
    # EBU R 128 version 4.0, August 2020: https://tech.ebu.ch/publications/r128
    Network.BROADCAST: LoudnessTarget(-23.0, -1.0),
}
"""The target by network."""
