"""YouTube, against an emulated network that enforces its rules."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.desks import TOKEN, FakeDesk, Killed, make_post
from tests.publishing.emulators.base import COMMIT, LOOK_UP, PREPARE
from tests.publishing.emulators.youtube import GRANULE, YouTubeEmulator
from tests.scenarios import specs
from tests.scenarios.server import json_reply
from video_platform.errors import (
    ContentRefused,
    JobFailed,
    NotConfigured,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers import transport
from video_platform.providers.service import Access
from video_platform.publishing.base import Account, Grant, Outcome, Post, Privacy
from video_platform.publishing.platforms import youtube
from video_platform.publishing.platforms.youtube import YouTube

SPEC = "youtube-v3-discovery.json"
OLD, REFRESH = "an-old-token", "good-refresh-token"
NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[YouTubeEmulator]:
    monkeypatch.setattr(youtube, "CHUNK", GRANULE)
    with YouTubeEmulator() as emulator:
        yield emulator


@pytest.fixture
def platform(network: YouTubeEmulator) -> YouTube:
    return YouTube(_access(network))


def _access(network: YouTubeEmulator, secret: str = "client-secret") -> Access:  # noqa: S107
    extra = {"YOUTUBE_CLIENT_ID": "client-id", "YOUTUBE_CLIENT_SECRET": secret}
    return Access(base_url=network.url, extra=extra)


def _prepare(platform: YouTube, post: Post, desk: FakeDesk) -> FakeDesk:
    """Look until it is ready, as the state machine does; faults that pass are waited out."""
    for _ in range(6):
        try:
            if platform.prepare(post, desk):
                return desk
        except ProviderUnavailable:
            pass
    raise AssertionError("it never gets ready")


def _hash(post: Post) -> str:
    return hashlib.sha256(post.film.read_bytes()).hexdigest()


def _only_session(network: YouTubeEmulator) -> Any:
    (session,) = network.sessions.values()
    return session


# The upload.


@pytest.mark.parametrize("size", [1, GRANULE - 1, GRANULE, GRANULE + 1, 3 * GRANULE])
def test_a_film_of_any_size_arrives_whole(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path, size: int
) -> None:
    post = make_post(tmp_path, size=size)
    _prepare(platform, post, FakeDesk())
    session = _only_session(network)
    assert (session.stored.hash, session.received) == (_hash(post), size)
    assert network.mistakes == []


def test_real_pieces_are_eight_megabytes() -> None:
    assert youtube.CHUNK == 8 << 20
    assert youtube.CHUNK % GRANULE == 0


def test_a_server_that_keeps_less_of_a_piece_is_given_the_rest(
    network: YouTubeEmulator,
    platform: YouTube,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(youtube, "CHUNK", 4 * GRANULE)
    network.stores_at_most = 3 * GRANULE
    post = make_post(tmp_path, size=8 * GRANULE + 5)
    _prepare(platform, post, FakeDesk())
    assert _only_session(network).stored.hash == _hash(post)


def test_a_server_that_keeps_nothing_is_not_fed_for_ever(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    network.stores_at_most = 0
    with pytest.raises(ProviderUnavailable, match="stands still at 0 of"):
        platform.prepare(make_post(tmp_path, size=3 * GRANULE), FakeDesk())
    assert _only_session(network).received == GRANULE


def test_progress_never_goes_back_and_names_the_bytes(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    desk = _prepare(platform, make_post(tmp_path, size=4 * GRANULE), FakeDesk())
    assert desk.shares == [0, 0.25, 0.5, 0.75]


@pytest.mark.parametrize("moment", range(4))
def test_a_killed_upload_goes_on_where_the_network_is(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path, moment: int
) -> None:
    post = make_post(tmp_path, size=4 * GRANULE)
    handle: dict[str, Any] = {}

    def kill(share: float) -> None:
        if share == moment / 4:
            raise Killed

    with pytest.raises(Killed):
        platform.prepare(post, FakeDesk(handle, on_progress=kill))
    _prepare(platform, post, FakeDesk(handle))
    session = _only_session(network)
    assert (session.stored.hash, session.received) == (_hash(post), 4 * GRANULE)


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(4))
def test_a_kill_at_any_save_loses_nothing_and_publishes_once(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path, number: int, when: str
) -> None:
    post, count = make_post(tmp_path, size=2 * GRANULE), iter(range(100))
    handle: dict[str, Any] = {}

    def kill(_: Mapping[str, Any]) -> None:
        if next(count) == number:
            raise Killed

    moment: Any = {f"{when}_save": kill}
    with pytest.raises(Killed):
        _prepare(platform, post, FakeDesk(handle, **moment))
    desk = _prepare(platform, post, FakeDesk(handle))
    platform.commit(post, desk)
    assert [commit["id"] for commit in network.commits] == [handle["video"]]
    assert len(network.videos) == 1
    assert len(network.captions) == 1


def test_a_lost_last_answer_makes_no_second_video(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post, desk = make_post(tmp_path, size=10), FakeDesk()

    def drop(share: float) -> None:
        network.arm(PREPARE, "dropped", times=1)

    with pytest.raises(ProviderUnavailable):
        platform.prepare(post, FakeDesk(desk._handle, on_progress=drop))
    _prepare(platform, post, desk)
    assert list(network.videos) == [desk.handle["video"]]
    assert _only_session(network).received == 10


def test_a_session_that_is_gone_begins_anew(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post, desk = make_post(tmp_path, size=3 * GRANULE), FakeDesk()
    network.arm(PREPARE, "expired")
    with pytest.raises(ProviderUnavailable, match="session is gone"):
        platform.prepare(post, desk)
    network.disarm()
    _prepare(platform, post, desk)
    assert len(network.sessions) == 2
    assert len(network.videos) == 1


def test_a_session_of_another_film_is_not_continued(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    handle = {"session": f"{network.url}/session/s9", "draft": "of another film"}
    _prepare(platform, make_post(tmp_path, size=12), FakeDesk(handle))
    assert list(network.videos) == [handle["video"]]


def test_a_changed_film_is_uploaded_again_with_its_captions(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    desk = _prepare(platform, make_post(tmp_path, size=12), FakeDesk())
    post = make_post(tmp_path, size=13)
    with pytest.raises(ProviderUnavailable, match="for the post as it is now"):
        platform.commit(post, desk)
    _prepare(platform, post, desk)
    assert len(network.videos) == len(network.captions) == 2
    assert network.commit_attempts == 0


def test_an_upload_goes_on_with_the_token_that_is_good_now(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    desk = FakeDesk()

    def renew(_: float) -> None:
        network.token += "+"
        desk.account = replace(desk.account, token=network.token)

    desk._on_progress = renew
    _prepare(platform, make_post(tmp_path, size=2 * GRANULE), desk)
    assert len(network.videos) == 1


def test_the_token_is_shown_to_the_api_and_not_to_the_session(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    _prepare(platform, make_post(tmp_path), FakeDesk())
    shown = {seen.path for seen in network.seen if "authorization" in seen.headers}
    assert "/upload/youtube/v3/videos" in shown
    assert not any(path.startswith("/session/") for path in shown)


def test_a_session_elsewhere_over_plain_http_is_not_followed(
    platform: YouTube, tmp_path: Path
) -> None:
    post = make_post(tmp_path, size=10)
    draft = youtube._draft(post)
    desk = FakeDesk({"session": "http://169.254.169.254/x", "draft": draft})
    with pytest.raises(ProviderError, match="not followed"):
        platform.prepare(post, desk)


# What is said of a film.


def test_what_is_sent_is_what_the_api_describes(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post, desk = make_post(tmp_path), FakeDesk()
    platform.commit(post, _prepare(platform, post, desk))
    begun, committed = (
        next(seen for seen in network.seen if (seen.method, seen.path) == call)
        for call in (("POST", "/upload/youtube/v3/videos"), ("PUT", "/youtube/v3/videos"))
    )
    _hold("Video", begun.json())
    _hold("Video", committed.json())
    _hold("CaptionSnippet", network.captions[0]["snippet"])
    for seen, (resource, method) in (
        (begun, ("videos", "insert")),
        (committed, ("videos", "update")),
    ):
        known = specs.document(SPEC)["resources"][resource]["methods"][method]["parameters"]
        assert set(seen.query) <= {*known, "uploadType"}


def _hold(name: str, value: Mapping[str, Any]) -> None:
    """Every member is known to Google's description, of the right kind and a value it allows."""
    kinds = {"string": str, "boolean": bool, "array": list, "object": dict}
    properties = specs.document(SPEC)["schemas"][name]["properties"]
    for key, member in value.items():
        assert key in properties, f"{name} has no {key}"
        schema = properties[key]
        if "$ref" in schema:
            _hold(schema["$ref"], member)
        else:
            assert isinstance(member, kinds[schema["type"]]), key
            assert member in schema.get("enum", [member]), key


def test_a_description_of_the_api_refuses_what_it_does_not_know() -> None:
    with pytest.raises(AssertionError, match="VideoStatus has no privacy"):
        _hold("Video", {"status": {"privacy": "public"}})


def test_a_film_is_private_until_the_commit_and_says_it_is_made_by_ai(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    (video,) = network.videos.values()
    assert video["status"]["privacyStatus"] == "private"
    published = platform.commit(post, desk)
    assert video["status"]["privacyStatus"] == "public"
    assert video["status"]["containsSyntheticMedia"] is True
    assert published.external_id == video["id"]
    assert published.url == f"https://www.youtube.com/watch?v={video['id']}"


def test_people_are_disclosed_whatever_was_asked(tmp_path: Path) -> None:
    post = make_post(tmp_path, is_synthetic=False)
    status = youtube.metadata(post, Privacy.PUBLIC)["status"]
    assert status["containsSyntheticMedia"] is False
    status = youtube.metadata(replace(post, shows_people=True), Privacy.PUBLIC)["status"]
    assert status["containsSyntheticMedia"] is True


def test_words_changed_after_the_upload_are_those_that_come_out(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    platform.commit(replace(post, title="Bees <never> sleep"), desk)
    (video,) = network.videos.values()
    assert video["snippet"]["title"] == "Bees ‹never› sleep"


def test_tags_stay_within_their_500_characters(tmp_path: Path) -> None:
    post = make_post(tmp_path, hashtags=tuple(f"tag{number:06}" for number in range(80)))
    tags = youtube.metadata(post, Privacy.PUBLIC)["snippet"]["tags"]
    assert len(tags) == 50


def test_a_caption_is_counted_in_bytes() -> None:
    assert YouTube.rules.weigh("نحل") == 6
    assert YouTube.rules.weigh("bee") == 3


def test_thumbnail_and_captions_go_with_the_film(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    assert network.thumbnails == {desk.handle["video"]: post.poster.stat().st_size}
    (captions,) = network.captions
    assert captions["srt"] == post.srt.read_bytes()
    assert captions["snippet"]["language"] == "en"


def test_a_channel_without_thumbnails_publishes_all_the_same(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    inner = {"reason": "forbidden", "message": "You may not set custom thumbnails."}
    network.thumbnail_reply = json_reply({"error": {"code": 403, "errors": [inner]}}, 403)
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    assert "may not set custom thumbnails" in desk.handle["thumbnail"]
    assert platform.commit(post, desk).url


# Processing.


def test_a_video_that_is_processed_later_is_looked_at_again(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    network.polls = 3
    post, desk = make_post(tmp_path), FakeDesk()
    assert [platform.prepare(post, desk) for _ in range(3)] == [False, False, True]
    assert len(network.captions) == 1


def test_a_film_that_youtube_cannot_read_says_why(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    network.arm(PREPARE, "failed")
    with pytest.raises(JobFailed, match="failed: codec"):
        platform.prepare(make_post(tmp_path), FakeDesk())


def test_a_rejected_film_is_no_technical_fault(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    network.polls = 99
    network.videos[desk.handle["video"]]["status"] |= {
        "uploadStatus": "rejected",
        "rejectionReason": "copyright",
    }
    with pytest.raises(ContentRefused, match="rejected: copyright"):
        platform.prepare(post, desk)


# The commit and what is known of it.


@pytest.mark.parametrize("fault", ["timeout", "dropped", "broken", "published_without_id"])
def test_a_lost_answer_is_found_by_the_videos_id(
    network: YouTubeEmulator,
    platform: YouTube,
    tmp_path: Path,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    network.arm(COMMIT, fault)
    with monkeypatch.context() as patch:
        patch.setattr(transport, "_READ_S", 0.2)
        with pytest.raises(OutcomeUnknown):
            platform.commit(post, desk)
    assert network.commit_attempts == 1
    found = platform.look_up(post, desk)
    assert found.outcome is Outcome.PUBLISHED
    assert found.published is not None
    assert found.published.external_id == network.commits[0]["id"]
    assert len(network.commits) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unavailable", ProviderUnavailable),
        ("rate_limited", ProviderRateLimited),
        ("token_expired", ProviderAuthFailed),
        ("token_revoked", ProviderAuthFailed),
        ("quota", ProviderQuotaExceeded),
        ("wrong_media", ProviderRequestInvalid),
    ],
)
@pytest.mark.parametrize("phase", [PREPARE, COMMIT, LOOK_UP])
def test_a_refusal_says_what_it_is_and_publishes_nothing(
    network: YouTubeEmulator,
    platform: YouTube,
    tmp_path: Path,
    phase: str,
    fault: str,
    kind: type[ProviderError],
) -> None:
    post, desk = make_post(tmp_path), FakeDesk()
    network.commit_attempts = int(phase == LOOK_UP)
    desk.save(**({"asked_at": NOW.isoformat()} if phase == LOOK_UP else {}))
    if phase != PREPARE:
        _prepare(platform, post, desk)
    network.arm(phase, fault)
    if (phase, fault) == (COMMIT, "unavailable"):
        kind = OutcomeUnknown  # gateways say so of what went through behind them
    act: Any = {PREPARE: platform.prepare, COMMIT: platform.commit, LOOK_UP: platform.look_up}
    with pytest.raises(kind) as caught:
        act[phase](post, desk)
    assert type(caught.value) is kind
    assert caught.value.hint
    assert desk.account.token not in str(caught.value)
    assert network.commits == []


def test_what_was_not_committed_is_said_not_to_be_out(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post, desk = make_post(tmp_path), FakeDesk()
    assert platform.look_up(post, desk).outcome is Outcome.NOT_PUBLISHED
    _prepare(platform, post, desk)
    assert platform.look_up(post, desk).outcome is Outcome.NOT_PUBLISHED
    assert network.commit_attempts == 0


@pytest.mark.parametrize(
    ("minutes", "outcome"), [(9, Outcome.UNCLEAR), (11, Outcome.NOT_PUBLISHED)]
)
def test_a_private_video_proves_something_only_once_a_late_request_cannot_arrive(
    network: YouTubeEmulator, tmp_path: Path, minutes: int, outcome: Outcome
) -> None:
    platform = YouTube(_access(network), now=lambda: NOW)
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    network.arm(COMMIT, "unavailable")
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    later = YouTube(_access(network), now=lambda: NOW + timedelta(minutes=minutes))
    found = later.look_up(post, desk)
    assert (found.outcome, found.why) == (outcome, "The video video-2 is still private.")


def test_a_film_that_was_never_uploaded_cannot_be_committed(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    with pytest.raises(ProviderUnavailable, match="holds no video"):
        platform.commit(make_post(tmp_path), FakeDesk())
    assert network.seen == []


def test_another_film_becomes_another_video_with_its_own_captions(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    desk = _prepare(platform, make_post(tmp_path, size=10), FakeDesk())
    _prepare(platform, make_post(tmp_path, size=11), desk)
    assert len(network.videos) == 2
    assert [text["snippet"]["videoId"] for text in network.captions] == list(network.videos)


def test_the_uploads_of_a_day_are_a_quota_though_youtube_says_429(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    said = {"error": {"code": 429, "message": "Quota exceeded: Video Uploads per day."}}
    network.rate_limited = json_reply(said, 429)
    network.arm(PREPARE, "rate_limited")
    with pytest.raises(ProviderQuotaExceeded, match="per day") as caught:
        platform.prepare(make_post(tmp_path), FakeDesk())
    assert caught.value.hint


def test_a_video_that_was_deleted_is_not_out(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    handle = {"video": "gone", "asked_at": NOW.isoformat()}
    found = platform.look_up(make_post(tmp_path), FakeDesk(handle))
    assert (found.outcome, found.why) == (Outcome.NOT_PUBLISHED, "There is no video gone.")


def test_an_application_without_audit_is_told_so(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = _prepare(platform, post, FakeDesk())
    network.is_audited = False
    with pytest.raises(ProviderRequestInvalid, match="left the video private") as caught:
        platform.commit(post, desk)
    assert "audit" in caught.value.hint


def test_metrics_are_numbers_or_nothing(
    network: YouTubeEmulator, platform: YouTube, tmp_path: Path
) -> None:
    desk = _prepare(platform, make_post(tmp_path), FakeDesk())
    metrics = platform.metrics(desk.handle["video"], desk.account)
    assert (metrics.views, metrics.likes, metrics.comments, metrics.shares) == (12, 3, 1, None)
    assert platform.metrics("gone", desk.account).views is None


# Accounts.


def test_a_browser_is_sent_to_google_with_pkce_and_asks_for_a_lasting_grant() -> None:
    platform = YouTube(Access(extra={"YOUTUBE_CLIENT_ID": "c", "YOUTUBE_CLIENT_SECRET": "s"}))
    url = platform.authorize_url(state="st", challenge="ch", redirect_uri="https://a.example/b")
    assert url.startswith("https://accounts.google.com/o/oauth2/v2/auth?response_type=code&")
    for part in ("code_challenge=ch", "code_challenge_method=S256", "state=st"):
        assert part in url
    assert "access_type=offline&prompt=consent" in url
    assert "=s&" not in url


def test_a_code_becomes_a_grant_of_a_named_channel(
    network: YouTubeEmulator, platform: YouTube
) -> None:
    platform._oauth._now = lambda: NOW
    network.refresh_reply |= {"refresh_token": REFRESH, "scope": "a b"}
    grant = platform.exchange(
        code="good-code", verifier="verifier", redirect_uri="https://a.example/b"
    )
    assert (grant.external_id, grant.name) == ("UC1", "Bee films")
    assert grant.refresh_token == REFRESH
    assert grant.scopes == ("a", "b")
    assert grant.expires_at == datetime(2026, 11, 22, 12, 59, 59, tzinfo=UTC)
    assert grant.facts == {"max_ms": 43_200_000}


def test_a_refresh_keeps_what_the_answer_leaves_out(platform: YouTube) -> None:
    old = Grant(
        access_token=OLD,
        refresh_token=REFRESH,
        scopes=("a",),
        external_id="UC1",
        name="Bee films",
        facts={"max_ms": 5},
    )
    new = platform.refresh(old)
    assert new.access_token == TOKEN
    assert replace(new, access_token=OLD, expires_at=None) == old


@pytest.mark.parametrize("token", ["bad-refresh-token-value", ""])
def test_a_revoked_grant_asks_for_the_person(platform: YouTube, token: str) -> None:
    with pytest.raises(ProviderAuthFailed) as caught:
        platform.refresh(Grant(access_token=OLD, refresh_token=token))
    assert "Connect the account again" in caught.value.hint
    assert not token or token not in str(caught.value)


def test_a_wrong_client_secret_is_the_operators_business(network: YouTubeEmulator) -> None:
    platform = YouTube(_access(network, "wrong-secret-value"))
    with pytest.raises(NotConfigured, match="YOUTUBE_CLIENT_SECRET") as caught:
        platform.refresh(Grant(access_token="", refresh_token=REFRESH))
    assert "wrong-secret-value" not in str(caught.value)
    with pytest.raises(NotConfigured, match="YOUTUBE_CLIENT_ID"):
        YouTube(Access()).authorize_url(state="s", challenge="c", redirect_uri="r")


def test_a_channel_tells_how_long_its_films_may_be(platform: YouTube) -> None:
    account = Account(external_id="UC1", token=TOKEN)
    assert platform.inspect(account) == {"max_ms": 43_200_000}
