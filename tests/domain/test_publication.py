"""Wall-clock times become instants by one documented rule, on the days clocks change too."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from video_platform.domain.publication import (
    EDITABLE,
    TRANSITIONS,
    PublicationState,
    Slot,
    due_at,
    next_free,
    parse_local,
    resolve,
)
from video_platform.errors import InvalidInput

# Instants computed by hand from the zones' published rules: 15 for each zone.
CASES = {
    "Europe/Paris": [  # +1, summer +2; 2026-03-29 02:00 -> 03:00, 2026-10-25 03:00 -> 02:00
        ("2026-01-15 09:00", "2026-01-15 08:00"),
        ("2026-03-28 02:30", "2026-03-28 01:30"),
        ("2026-03-29 01:59", "2026-03-29 00:59"),
        ("2026-03-29 02:00", "2026-03-29 01:00"),
        ("2026-03-29 02:30", "2026-03-29 01:00"),
        ("2026-03-29 02:59", "2026-03-29 01:00"),
        ("2026-03-29 03:00", "2026-03-29 01:00"),
        ("2026-03-29 03:01", "2026-03-29 01:01"),
        ("2026-07-14 09:00", "2026-07-14 07:00"),
        ("2026-10-25 01:59", "2026-10-24 23:59"),
        ("2026-10-25 02:00", "2026-10-25 00:00"),
        ("2026-10-25 02:30", "2026-10-25 00:30"),
        ("2026-10-25 02:59", "2026-10-25 00:59"),
        ("2026-10-25 03:00", "2026-10-25 02:00"),
        ("2026-12-31 23:59", "2026-12-31 22:59"),
    ],
    "America/New_York": [  # -5, summer -4; 2026-03-08 02:00 -> 03:00, 2026-11-01 02:00 -> 01:00
        ("2026-01-15 09:00", "2026-01-15 14:00"),
        ("2026-03-07 02:30", "2026-03-07 07:30"),
        ("2026-03-08 01:59", "2026-03-08 06:59"),
        ("2026-03-08 02:00", "2026-03-08 07:00"),
        ("2026-03-08 02:30", "2026-03-08 07:00"),
        ("2026-03-08 02:59", "2026-03-08 07:00"),
        ("2026-03-08 03:00", "2026-03-08 07:00"),
        ("2026-03-08 03:01", "2026-03-08 07:01"),
        ("2026-07-04 09:00", "2026-07-04 13:00"),
        ("2026-11-01 00:59", "2026-11-01 04:59"),
        ("2026-11-01 01:00", "2026-11-01 05:00"),
        ("2026-11-01 01:30", "2026-11-01 05:30"),
        ("2026-11-01 01:59", "2026-11-01 05:59"),
        ("2026-11-01 02:00", "2026-11-01 07:00"),
        ("2026-12-31 23:59", "2027-01-01 04:59"),
    ],
    "Africa/Casablanca": [  # +1 but +0 in Ramadan: 2026-02-15 03:00 -> 02:00, 2026-03-22 02:00 -> 3
        ("2026-01-15 09:00", "2026-01-15 08:00"),
        ("2026-02-15 01:59", "2026-02-15 00:59"),
        ("2026-02-15 02:00", "2026-02-15 01:00"),
        ("2026-02-15 02:30", "2026-02-15 01:30"),
        ("2026-02-15 02:59", "2026-02-15 01:59"),
        ("2026-02-15 03:00", "2026-02-15 03:00"),
        ("2026-03-01 09:00", "2026-03-01 09:00"),
        ("2026-03-22 01:59", "2026-03-22 01:59"),
        ("2026-03-22 02:00", "2026-03-22 02:00"),
        ("2026-03-22 02:30", "2026-03-22 02:00"),
        ("2026-03-22 02:59", "2026-03-22 02:00"),
        ("2026-03-22 03:00", "2026-03-22 02:00"),
        ("2026-03-22 03:01", "2026-03-22 02:01"),
        ("2026-07-30 09:00", "2026-07-30 08:00"),
        ("2026-12-31 23:59", "2026-12-31 22:59"),
    ],
    "Asia/Kolkata": [  # +5:30 all year
        ("2026-01-01 00:00", "2025-12-31 18:30"),
        ("2026-01-15 09:00", "2026-01-15 03:30"),
        ("2026-02-28 23:59", "2026-02-28 18:29"),
        ("2026-03-01 00:00", "2026-02-28 18:30"),
        ("2026-03-08 02:30", "2026-03-07 21:00"),
        ("2026-03-29 02:30", "2026-03-28 21:00"),
        ("2026-06-21 12:00", "2026-06-21 06:30"),
        ("2026-07-14 05:29", "2026-07-13 23:59"),
        ("2026-07-14 05:30", "2026-07-14 00:00"),
        ("2026-10-25 02:30", "2026-10-24 21:00"),
        ("2026-11-01 01:30", "2026-10-31 20:00"),
        ("2026-11-22 09:00", "2026-11-22 03:30"),
        ("2026-12-25 18:00", "2026-12-25 12:30"),
        ("2026-12-31 23:59", "2026-12-31 18:29"),
        ("2028-02-29 09:00", "2028-02-29 03:30"),
    ],
}
ALL_CASES = [(zone, *case) for zone, cases in CASES.items() for case in cases]


@pytest.mark.parametrize(("zone", "local", "expected"), ALL_CASES)
def test_a_wall_clock_time_is_one_instant(zone: str, local: str, expected: str) -> None:
    assert due_at(local, zone) == datetime.fromisoformat(expected).replace(tzinfo=UTC)


def test_sixty_cases_are_tested() -> None:
    assert len(ALL_CASES) == 60


@pytest.mark.parametrize("zone", CASES)
def test_later_on_the_clock_is_never_earlier_in_time(zone: str) -> None:
    """Over the whole year, minute by minute on the days clocks change."""
    start = datetime(2026, 1, 1)
    hours = [start + timedelta(hours=number) for number in range(366 * 24)]
    instants = [resolve(moment, zone) for moment in hours]
    assert all(earlier <= later for earlier, later in itertools.pairwise(instants))


def test_gaps_of_half_an_hour_are_found_to_the_second() -> None:
    """Lord Howe moves its clocks by thirty minutes."""
    assert due_at("2026-10-04 02:10", "Australia/Lord_Howe") == datetime(
        2026, 10, 3, 15, 30, tzinfo=UTC
    )


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "Europe/Paris\x00", "/etc"])
def test_unknown_zones_are_refused(zone: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        due_at("2026-12-01 09:00", zone)
    assert refused.value.code == "zone_unknown"


@pytest.mark.parametrize(
    "text",
    [
        "tomorrow",
        "2026-12-01",
        "2026-13-01 09:00",
        "2026-12-01 09:00+01:00",
        "",
        "9999-12-31 23:59",
    ],
)
def test_what_is_no_wall_clock_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_local(text)
    assert refused.value.code == "time_invalid"


MONDAY = Slot(0, 9 * 60, "Europe/Paris")
THURSDAY = Slot(3, 18 * 60, "Europe/Paris")


def test_a_queue_gives_its_next_free_times_in_order() -> None:
    after = datetime(2026, 11, 22, tzinfo=UTC)  # a Sunday
    taken: set[datetime] = set()
    for _ in range(4):
        taken.add(next_free([THURSDAY, MONDAY], taken, after))
    local = [
        at.astimezone(ZoneInfo("Europe/Paris")).strftime("%m-%d %H:%M") for at in sorted(taken)
    ]
    assert local == ["11-23 09:00", "11-26 18:00", "11-30 09:00", "12-03 18:00"]


def test_a_slot_keeps_its_wall_clock_time_over_a_change_of_clocks() -> None:
    after = datetime(2026, 10, 19, 12, tzinfo=UTC)
    first = next_free([MONDAY], [], after)
    assert first == datetime(2026, 10, 26, 8, tzinfo=UTC)  # 09:00 in winter
    assert next_free([MONDAY], [], datetime(2026, 10, 18, tzinfo=UTC)) == datetime(
        2026, 10, 19, 7, tzinfo=UTC
    )


def test_a_queue_without_slots_says_so() -> None:
    with pytest.raises(InvalidInput) as refused:
        next_free([], [], datetime(2026, 1, 1, tzinfo=UTC))
    assert refused.value.code == "queue_empty"


@pytest.mark.parametrize(("day", "minute"), [(7, 0), (-1, 0), (0, 1440), (0, -1)])
def test_a_slot_is_a_time_of_a_week(day: int, minute: int) -> None:
    with pytest.raises(InvalidInput):
        Slot(day, minute, "UTC")


def test_committing_follows_prepared_only_and_nothing_follows_an_end() -> None:
    state = PublicationState
    sources = [one for one, following in TRANSITIONS.items() if state.COMMITTING in following]
    assert sources == [state.PREPARED]
    assert not TRANSITIONS[state.PUBLISHED]
    assert not TRANSITIONS[state.CANCELLED]
    assert set(TRANSITIONS) == set(state)


def test_whatever_is_editable_can_be_cancelled_and_scheduled_again() -> None:
    for one in EDITABLE:
        assert {PublicationState.CANCELLED, PublicationState.SCHEDULED} <= TRANSITIONS[one]
