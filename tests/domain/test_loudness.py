"""Every network has a loudness target that EBU R 128 would understand."""

from video_platform.domain.look import Network
from video_platform.domain.loudness import LOUDNESS_TARGETS


def test_every_network_has_a_target() -> None:
    assert set(LOUDNESS_TARGETS) == set(Network)
    for target in LOUDNESS_TARGETS.values():
        assert -30 < target.integrated_lufs < -10
        assert target.true_peak_dbtp <= -1


def test_broadcast_follows_ebu_r_128() -> None:
    target = LOUDNESS_TARGETS[Network.BROADCAST]
    assert (target.integrated_lufs, target.true_peak_dbtp) == (-23, -1)
