"""Views are counted often while a post is new, and never more than a network bears."""

from datetime import timedelta

import pytest

from tests.publishing.machines import Stand
from video_platform.db.repositories.metrics import PublicationMetrics
from video_platform.errors import ProviderError, ProviderRateLimited, ProviderUnavailable
from video_platform.publishing.base import Account, Metrics
from video_platform.publishing.metrics import READS_OF_ACCOUNT, collect


@pytest.fixture
def rows(stand: Stand) -> PublicationMetrics:
    return PublicationMetrics(stand.database, clock=stand.time.now)


def go(stand: Stand, rows: PublicationMetrics) -> int:
    return collect(rows, rows.due(limit=200), lambda _: stand.net, stand.keeper)


def publish(stand: Stand, number: int = 1) -> None:
    for index in range(number):
        stand.add(f"p{index}")
    stand.run_due()


def test_figures_become_a_series_that_grows_rarer_with_age(
    stand: Stand, rows: PublicationMetrics
) -> None:
    publish(stand)
    counted = []
    for _ in range(40 * 24):
        stand.time.wait(3600)
        counted.append(go(stand, rows))
    days = [sum(counted[24 * day : 24 * day + 24]) for day in range(40)]
    assert days[0] > 20
    assert 3 <= days[3] <= 5
    assert 0 <= days[20] <= 2
    assert sum(days[31:]) <= 2
    series = rows.series("p0")
    assert len(series) == sum(days)
    assert series == rows.of_project(stand.rows.get("p0").project)
    assert series[0].views == 2
    assert [one.at for one in series] == sorted(one.at for one in series)


def test_nothing_is_asked_before_the_first_hour(stand: Stand, rows: PublicationMetrics) -> None:
    publish(stand)
    stand.time.wait(3500)
    assert go(stand, rows) == 0


def test_an_account_is_read_so_often_at_a_time_and_the_rest_comes_next(
    stand: Stand, rows: PublicationMetrics
) -> None:
    publish(stand, READS_OF_ACCOUNT + 5)
    stand.time.wait(3601)
    assert [go(stand, rows), go(stand, rows), go(stand, rows)] == [READS_OF_ACCOUNT, 5, 0]


@pytest.mark.parametrize(
    ("kind", "asked", "pause"),
    [
        (ProviderRateLimited, 1, timedelta(hours=6)),
        (ProviderUnavailable, 3, timedelta(hours=1)),
    ],
)
def test_a_network_that_wants_a_pause_gets_one(
    stand: Stand,
    rows: PublicationMetrics,
    kind: type[ProviderError],
    asked: int,
    pause: timedelta,
) -> None:
    publish(stand, 3)
    stand.time.wait(3601)
    seen = []

    def refuse(name: str, _: Account) -> Metrics:
        seen.append(name)
        raise kind("no", provider="net", operation="metrics")

    stand.net.metrics = refuse  # type: ignore[method-assign]
    assert go(stand, rows) == 0
    assert len(seen) == asked
    assert stand.rows.get("p0").retry_at == stand.time.now() + pause
