"""X, against an emulated network that enforces its rules."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.desks import TOKEN, FakeDesk, Killed, make_post
from tests.publishing.emulators.base import COMMIT, LOOK_UP, PREPARE
from tests.publishing.emulators.x import XEmulator
from tests.scenarios.server import json_reply
from tests.scenarios.specs import assert_valid
from video_platform.domain.language import Language
from video_platform.errors import (
    JobFailed,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.service import Access
from video_platform.publishing.base import Account, Grant, Outcome, Post
from video_platform.publishing.platforms import x
from video_platform.publishing.platforms.x import X, has_link, segment_bytes, weigh

MEGABYTE = 1 << 20
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
REFRESH = "good-refresh-token"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[XEmulator]:
    monkeypatch.setattr(x, "_MEGABYTE", 1000)
    with XEmulator() as emulator:
        yield emulator


@pytest.fixture
def platform(network: XEmulator) -> X:
    extra = {"X_CLIENT_ID": "client-id", "X_CLIENT_SECRET": "client-secret"}
    return X(Access(base_url=network.url, extra=extra), now=lambda: NOW)


def _desk(handle: dict[str, Any] | None = None, **hooks: Any) -> FakeDesk:
    return FakeDesk(handle, account=Account(external_id="42", token=TOKEN), **hooks)


def _prepare(platform: X, post: Post, desk: FakeDesk) -> FakeDesk:
    for _ in range(8):
        try:
            if platform.prepare(post, desk):
                return desk
        except ProviderUnavailable:
            pass
    raise AssertionError("it never gets ready")


def _films(network: XEmulator) -> list[Any]:
    return [found for found in network.uploads.values() if found.category == "tweet_video"]


def _hash(post: Post) -> str:
    return hashlib.sha256(post.film.read_bytes()).hexdigest()


# The upload.


@pytest.mark.parametrize("size", [1, 999, 1000, 1001, 3000])
def test_a_film_of_any_size_arrives_whole(
    network: XEmulator, platform: X, tmp_path: Path, size: int
) -> None:
    post = make_post(tmp_path, size=size)
    _prepare(platform, post, _desk())
    (film,) = _films(network)
    assert (film.stored.hash, film.received) == (_hash(post), size)
    assert len(film.segments) == -(-size // 1000)
    assert network.mistakes == []


@pytest.mark.parametrize(
    ("total", "size"),
    [
        (1, MEGABYTE),
        (512 * MEGABYTE, MEGABYTE),
        (1000 * MEGABYTE, MEGABYTE),
        (1000 * MEGABYTE + 1, 2 * MEGABYTE),
        (4000 * MEGABYTE, 4 * MEGABYTE),
    ],
)
def test_a_thousand_segments_hold_any_film(total: int, size: int) -> None:
    assert segment_bytes(total) == size
    assert -(-total // size) <= 1000


@pytest.mark.parametrize("moment", range(4))
@pytest.mark.parametrize("when", ["progress", "before", "after"])
def test_a_killed_upload_sends_at_most_one_segment_again(
    network: XEmulator, platform: X, tmp_path: Path, moment: int, when: str
) -> None:
    post, handle = make_post(tmp_path, size=4000), {}

    def kill_at_share(share: float) -> None:
        if share == moment / 4:
            raise Killed

    def kill_at_save(facts: Mapping[str, Any]) -> None:
        if facts.get("segments") == moment + 1:
            raise Killed

    hooks: Any = {
        "progress": {"on_progress": kill_at_share},
        "before": {"before_save": kill_at_save},
        "after": {"after_save": kill_at_save},
    }
    with pytest.raises(Killed):
        platform.prepare(post, _desk(handle, **hooks[when]))
    _prepare(platform, post, _desk(handle))
    (film,) = _films(network)
    assert film.stored.hash == _hash(post)
    assert film.received == 4000 + (1000 if when == "before" else 0)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(6))
def test_a_kill_at_any_save_publishes_once(
    network: XEmulator, platform: X, tmp_path: Path, number: int, when: str
) -> None:
    post, handle, count = make_post(tmp_path, size=2000), {}, iter(range(100))

    def kill(_: Mapping[str, Any]) -> None:
        if next(count) == number:
            raise Killed

    moment: Any = {f"{when}_save": kill}
    killed = _desk(handle, **moment)
    with pytest.raises(Killed):
        platform.commit(post, _prepare(platform, post, killed))
    assert network.commits == []
    platform.commit(post, _prepare(platform, post, _desk(handle)))
    assert len(network.commits) == 1


def test_an_upload_that_x_forgot_begins_anew(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post, desk = make_post(tmp_path, size=2000), _desk()
    _prepare(platform, post, desk)
    first = desk.handle["media"]
    network.uploads.clear()
    with pytest.raises(ProviderUnavailable, match="uploaded anew"):
        platform.prepare(post, desk)
    _prepare(platform, post, desk)
    assert desk.handle["media"] != first
    assert [found.state for found in _films(network)] == ["succeeded"]


def test_an_upload_that_x_never_takes_ends(network: XEmulator, platform: X, tmp_path: Path) -> None:
    post, desk = make_post(tmp_path, size=2000), _desk()
    network.arm(PREPARE, "expired")
    for _ in range(2):
        with pytest.raises(ProviderUnavailable):
            platform.prepare(post, desk)
    with pytest.raises(ProviderRequestInvalid, match="does not exist"):
        platform.prepare(post, desk)
    assert len(network.uploads) == 3


def test_a_film_is_looked_at_until_it_is_processed(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    network.polls = 3
    post, desk = make_post(tmp_path, size=10), _desk()
    assert [platform.prepare(post, desk) for _ in range(3)] == [False, False, True]
    network.arm(PREPARE, "never_ready")
    assert platform.prepare(post, desk) is False


def test_a_film_that_x_cannot_process_says_why(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    network.arm(PREPARE, "failed")
    with pytest.raises(JobFailed, match="codec"):
        platform.prepare(make_post(tmp_path), _desk())


# What is sent.


def test_every_request_is_what_x_describes(network: XEmulator, platform: X, tmp_path: Path) -> None:
    post = make_post(tmp_path, size=1500)
    desk = _prepare(platform, post, _desk())
    published = platform.commit(post, desk)
    platform.look_up(post, desk)
    platform.metrics(published.external_id, desk.account)
    platform.inspect(desk.account)
    for seen in network.seen:
        if seen.headers.get("content-type", "").startswith("application/json"):
            assert_valid("x.json", seen.method, seen.path, seen.json())
        if seen.query:
            # Lists stand as one text on the wire, numbers as digits.
            lists = ("fields", "exclude", "ids")
            asked = {
                name: value.split(",") if name.endswith(lists) else value
                for name, value in seen.query.items()
            }
            if "max_results" in asked:
                asked["max_results"] = int(seen.query["max_results"])
            assert_valid("x.json", seen.method, seen.path, asked, content_type="query")
    fields = {"segment_index": 0, "media": b"x"}
    assert_valid(
        "x.json",
        "POST",
        "/2/media/upload/1/append",
        fields,
        content_type="multipart/form-data",
    )


def test_a_post_has_caption_hashtags_and_the_word_on_ai(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    published = platform.commit(post, _prepare(platform, post, _desk()))
    (sent,) = (seen.json() for seen in network.seen if seen.phase == COMMIT)
    assert sent["text"] == "A film about bees.\n\n#bees #nature"
    assert sent["made_with_ai"] is True
    assert published.url == f"https://x.com/i/status/{network.commits[0]['id']}"


@pytest.mark.parametrize(
    ("synthetic", "people", "said"), [(False, False, False), (False, True, True)]
)
def test_people_are_disclosed_whatever_was_asked(
    network: XEmulator, platform: X, tmp_path: Path, synthetic: bool, people: bool, said: bool
) -> None:
    post = make_post(tmp_path, is_synthetic=synthetic, shows_people=people)
    platform.commit(post, _prepare(platform, post, _desk()))
    assert network.commits[0]["made_with_ai"] is said


def test_captions_are_a_medium_of_their_own(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post = make_post(tmp_path, language=Language.ARABIC)
    desk = _prepare(platform, post, _desk())
    (asked,) = network.subtitles
    track = network.uploads[asked["subtitles"]["id"]]
    assert track.stored.hash == hashlib.sha256(post.srt.read_bytes()).hexdigest()
    assert asked["subtitles"]["language_code"] == "AR"
    assert (asked["id"], desk.handle["captions"]) == (desk.handle["media"], "sent")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("", 0),
        ("bees", 4),
        ("نحل", 3),
        ("蜂蜜", 4),
        ("🐝", 2),
        ("👩‍🚀", 2),
        ("👨‍👩‍👧‍👦", 2),
        ("🇲🇦", 2),
        ("1️⃣", 2),
        ("👍🏽", 2),
        ("e\u0301", 1),
        ("see https://example.com/a/very/long/path/that/goes/on?and=on", 27),
        ("see example.com", 27),
        ("It ends. Then", 13),
        ("“quoted” – yes", 14),
        ("…", 2),
    ],
)
def test_a_text_weighs_what_x_says(text: str, length: int) -> None:
    assert weigh(text) == length


def test_a_link_is_seen_because_it_costs() -> None:
    assert has_link("look: example.org")
    assert not has_link("No link. Here")


# The commit and what is known of it.


@pytest.mark.parametrize("fault", ["timeout", "dropped", "broken", "published_without_id"])
def test_a_lost_answer_is_found_by_the_film_and_never_sent_twice(
    network: XEmulator,
    platform: X,
    tmp_path: Path,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, _desk())
    monkeypatch.setattr(X, "service", replace(X.service, submit_timeout_s=0.2))
    network.arm(COMMIT, fault)
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    found = platform.look_up(post, desk)
    assert found.outcome is Outcome.PUBLISHED
    assert found.published is not None
    assert found.published.external_id == network.commits[0]["id"]
    assert (len(network.commits), network.commit_attempts) == (1, 1)


def test_another_post_of_the_account_is_not_taken_for_this_one(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    for handle in ({}, {}):
        desk = _prepare(platform, post, _desk(handle))
        if not network.commits:
            platform.commit(post, desk)
    assert platform.look_up(post, desk).outcome is Outcome.NOT_PUBLISHED
    desk.save(asked_at=NOW.isoformat(), first_asked_at=NOW.isoformat())
    found = platform.look_up(post, desk)
    assert found.outcome is Outcome.UNCLEAR
    assert desk.handle["media"] in found.why


def test_that_no_post_shows_the_film_is_believed_once_none_can_come_late(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, _desk())
    desk.save(asked_at=NOW.isoformat(), first_asked_at=NOW.isoformat())
    for minutes, outcome in ((10, Outcome.UNCLEAR), (11, Outcome.NOT_PUBLISHED)):
        later = NOW + timedelta(minutes=minutes)
        platform._now = lambda later=later: later
        assert platform.look_up(post, desk).outcome is outcome
    network.has_more_posts = True
    assert platform.look_up(post, desk).outcome is Outcome.UNCLEAR


def test_the_last_try_and_not_the_first_says_whether_a_post_can_come_late(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, _desk())
    network.arm(COMMIT, "unavailable")
    for minutes in (0, 30):
        platform._now = lambda minutes=minutes: NOW + timedelta(minutes=minutes)
        with pytest.raises(OutcomeUnknown):
            platform.commit(post, desk)
    assert platform.look_up(post, desk).outcome is Outcome.UNCLEAR
    since = network.seen[-1].query["start_time"]
    assert datetime.fromisoformat(since) == NOW - timedelta(minutes=5)


def test_an_account_without_captions_publishes_all_the_same(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    said = {"title": "Forbidden", "detail": "You may not add subtitles.", "status": 403}
    network.subtitles_reply = json_reply(said, 403)
    post = make_post(tmp_path)
    desk = _prepare(platform, post, _desk())
    assert "may not add subtitles" in desk.handle["captions"]
    assert platform.commit(post, desk).url


def test_an_upload_goes_on_with_the_token_that_is_good_now(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    desk = _desk()

    def renew(_: float) -> None:
        network.token += "+"
        desk.account = replace(desk.account, token=network.token)

    desk._on_progress = renew
    _prepare(platform, make_post(tmp_path, size=3000), desk)
    assert network.mistakes == []


def test_only_posts_since_the_commit_are_read_because_reading_costs(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, _desk())
    platform.commit(post, desk)
    platform.look_up(post, desk)
    since = network.seen[-1].query["start_time"]
    assert datetime.fromisoformat(since) == NOW - timedelta(minutes=5)


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unavailable", ProviderUnavailable),
        ("rate_limited", ProviderRateLimited),
        ("token_expired", ProviderAuthFailed),
        ("token_revoked", ProviderAuthFailed),
        ("quota", ProviderQuotaExceeded),
        ("no_money", ProviderQuotaExceeded),
        ("duplicate", ProviderRequestInvalid),
        ("wrong_media", ProviderRequestInvalid),
    ],
)
@pytest.mark.parametrize("phase", [PREPARE, COMMIT, LOOK_UP])
def test_a_refusal_says_what_it_is_and_publishes_nothing(
    network: XEmulator,
    platform: X,
    tmp_path: Path,
    phase: str,
    fault: str,
    kind: type[ProviderError],
) -> None:
    post, desk = make_post(tmp_path), _desk()
    if phase != PREPARE:
        _prepare(platform, post, desk)
    if phase == LOOK_UP:
        network.commit_attempts = 1
        desk.save(asked_at=NOW.isoformat(), first_asked_at=NOW.isoformat())
    network.arm(phase, fault)
    if (phase, fault) == (COMMIT, "unavailable"):
        kind = OutcomeUnknown  # gateways say so of what went through behind them
    act: Any = {PREPARE: platform.prepare, COMMIT: platform.commit, LOOK_UP: platform.look_up}
    with pytest.raises(kind) as caught:
        act[phase](post, desk)
    assert caught.value.hint
    assert TOKEN not in str(caught.value)
    assert network.commits == []


def test_the_end_of_a_rate_window_is_a_pause(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    network.arm(PREPARE, "rate_limited")
    with pytest.raises(ProviderRateLimited) as caught:
        platform.prepare(make_post(tmp_path), _desk())
    assert caught.value.retry_after_s == 600


def test_a_duplicate_after_an_earlier_try_may_be_that_try(
    network: XEmulator, platform: X, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, _desk())
    network.arm(COMMIT, "unavailable", times=1)
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    network.arm(COMMIT, "duplicate")
    with pytest.raises(OutcomeUnknown, match="earlier try"):
        platform.commit(post, desk)


def test_metrics_are_numbers_or_nothing(network: XEmulator, platform: X, tmp_path: Path) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, _desk())
    published = platform.commit(post, desk)
    found = platform.metrics(published.external_id, desk.account)
    assert (found.views, found.likes, found.comments, found.shares) == (90, 7, 2, 4)
    assert platform.metrics("1", desk.account).views is None


# Accounts.


def test_a_code_becomes_a_grant_of_a_named_account(network: XEmulator, platform: X) -> None:
    url = platform.authorize_url(state="st", challenge="ch", redirect_uri="https://a.example/b")
    assert "code_challenge_method=S256" in url
    assert "offline.access" in url
    grant = platform.exchange(
        code="good-code", verifier="verifier", redirect_uri="https://a.example/b"
    )
    assert (grant.external_id, grant.name) == ("42", "beefilms")
    assert grant.facts == {"is_protected": False, "subscription": "Premium"}
    assert grant.refresh_token == network.refresh_token


def test_a_refresh_token_is_used_once(network: XEmulator, platform: X) -> None:
    old = Grant(access_token="", refresh_token=REFRESH, external_id="42")
    new = platform.refresh(old)
    assert new.refresh_token == network.refresh_token != REFRESH
    assert new.external_id == "42"
    with pytest.raises(ProviderAuthFailed, match="invalid_request") as caught:
        platform.refresh(old)
    assert "Connect the account again" in caught.value.hint
    assert REFRESH not in str(caught.value)
