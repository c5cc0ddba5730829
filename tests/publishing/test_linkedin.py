"""LinkedIn, against an emulated network that enforces its rules."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.publishing.desks import TOKEN, FakeDesk, Killed, make_post
from tests.publishing.driving import look, prepare, publish
from tests.publishing.emulators.base import COMMIT, LOOK_UP, PHASES, PREPARE
from tests.publishing.emulators.linkedin import MEMBER, PART, LinkedInEmulator, Video
from tests.scenarios import specs
from video_platform.errors import (
    BadProviderAnswer,
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
from video_platform.providers.service import Access
from video_platform.publishing.base import Account, Grant, Metrics, Outcome, Post, Published
from video_platform.publishing.platforms.linkedin import LinkedIn, little_text

SPEC = "linkedin.authored.json"
SMALL = 64 << 10
REFRESH = "good-refresh-token"
ACCOUNT = Account(external_id=MEMBER, name="Ada Bee", token=TOKEN)
PAGE = Account(external_id="urn:li:organization:1", name="Bees", token=TOKEN)


@pytest.fixture
def network() -> Iterator[LinkedInEmulator]:
    with LinkedInEmulator(part=SMALL) as emulator:
        yield emulator


@pytest.fixture
def platform(network: LinkedInEmulator) -> LinkedIn:
    return LinkedIn(_access(network))


def _access(network: LinkedInEmulator, **extra: str) -> Access:
    client = {"LINKEDIN_CLIENT_ID": "client-id", "LINKEDIN_CLIENT_SECRET": "client-secret"}
    return Access(base_url=network.url, extra={**client, **extra})


def _desk(handle: dict[str, Any] | None = None, **moments: Any) -> FakeDesk:
    return FakeDesk(handle, **{"account": ACCOUNT, **moments})


def _arrived(network: LinkedInEmulator, video: Video, post: Post) -> bool:
    """Whether every part is the stretch of the film it should be."""
    film = post.film.read_bytes()
    stretches = [film[at : at + network.part] for at in range(0, len(film), network.part)]
    held = [video.parts[index].hash for index in range(len(stretches))]
    return held == [hashlib.sha256(stretch).hexdigest() for stretch in stretches]


# The upload.


@pytest.mark.parametrize("size", [1, SMALL - 1, SMALL, SMALL + 1, 3 * SMALL, 3 * SMALL + 7])
def test_a_film_of_any_size_arrives_in_the_parts_that_are_asked_for(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path, size: int
) -> None:
    post = make_post(tmp_path, size=size)
    prepare(platform, post, _desk())
    (video,) = network.videos.values()
    assert _arrived(network, video, post)
    assert video.received == size
    assert network.mistakes == []


def test_parts_of_the_real_size_fit(platform: LinkedIn, tmp_path: Path) -> None:
    with LinkedInEmulator() as network:
        post = make_post(tmp_path, size=PART + 1)
        prepare(LinkedIn(_access(network)), post, _desk())
        assert [video.sizes for video in network.videos.values()] == [[PART, 1]]


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("number", range(8))
def test_a_kill_at_any_save_sends_at_most_one_part_again(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path, number: int, when: str
) -> None:
    post, handle, count = make_post(tmp_path, size=3 * SMALL + 5), {}, iter(range(100))

    def kill(_: Mapping[str, Any]) -> None:
        if next(count) == number:
            raise Killed

    with pytest.raises(Killed):
        publish(platform, post, _desk(handle, **{f"{when}_save": kill}))
    desk = prepare(platform, post, _desk(handle))
    video = network.videos[handle["video"]]
    assert _arrived(network, video, post)
    assert video.received <= video.size + SMALL
    if not platform.look_up(post, desk).published:
        platform.commit(post, desk)
    assert [commit["video"] for commit in network.commits] == [video.urn]


def test_a_kill_between_parts_sends_none_again(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post, handle = make_post(tmp_path, size=4 * SMALL), {}

    def kill(share: float) -> None:
        if share == 0.5:
            raise Killed

    with pytest.raises(Killed):
        platform.prepare(post, _desk(handle, on_progress=kill))
    prepare(platform, post, _desk(handle))
    (video,) = network.videos.values()
    assert video.received == video.size


def test_addresses_that_are_over_make_the_upload_begin_anew(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post, desk = make_post(tmp_path), _desk()
    network.arm(PREPARE, "expired")
    with pytest.raises(ProviderUnavailable):
        platform.prepare(post, desk)
    network.disarm()
    prepare(platform, post, desk)
    assert len(network.videos) == 2
    assert desk.handle["video"] == list(network.videos)[1]


def test_an_upload_of_another_film_is_not_continued(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    desk = prepare(platform, make_post(tmp_path, size=10), _desk())
    prepare(platform, make_post(tmp_path, size=11), desk)
    assert [video.size for video in network.videos.values()] == [10, 11]


def test_parts_with_a_gap_are_refused_before_anything_is_sent(
    network: LinkedInEmulator,
    platform: LinkedIn,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(Video, "sizes", property(lambda video: [video.size - 1]))
    with pytest.raises(BadProviderAnswer):
        platform.prepare(make_post(tmp_path), _desk())
    assert {seen.method for seen in network.seen} == {"POST"}


def test_captions_and_thumbnail_go_with_the_film_once(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    network.polls = 3
    post = make_post(tmp_path)
    prepare(platform, post, _desk())
    (video,) = network.videos.values()
    assert video.thumbnail == post.poster.stat().st_size
    assert video.captions["text"] == post.srt.read_bytes()
    assert video.captions["locale"]["language"] == "EN"
    assert sum("/captions/" in seen.path for seen in network.seen) == 1


def test_captions_that_are_refused_do_not_keep_the_film_from_coming_out(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    network.refuses_captions = True
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    assert not network.videos[desk.handle["video"]].wants_captions
    assert network.videos[desk.handle["video"]].received == post.film.stat().st_size
    assert platform.commit(post, desk).url


def test_a_video_that_is_worked_on_is_looked_at_again(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    network.arm(PREPARE, "never_ready")
    post, desk = make_post(tmp_path), _desk()
    assert [platform.prepare(post, desk) for _ in range(5)] == [False] * 5
    network.disarm()
    assert prepare(platform, post, desk)
    assert len(network.videos) == 1


def test_a_film_that_cannot_be_used_says_why_and_is_given_up(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    network.arm(PREPARE, "failed")
    post, desk = make_post(tmp_path), _desk()
    with pytest.raises(JobFailed, match="codec is not supported"):
        prepare(platform, post, desk)
    network.disarm()
    prepare(platform, post, desk)
    assert len(network.videos) == 2


# What is sent.


def test_what_is_sent_is_what_the_api_describes(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post, desk = make_post(tmp_path), _desk()
    platform.commit(post, prepare(platform, post, desk))
    sent = [seen for seen in network.seen if (seen.method, seen.path[:6]) == ("POST", "/rest/")]
    assert [seen.path for seen in sent] == ["/rest/videos", "/rest/videos", "/rest/posts"]
    for seen in sent:
        specs.assert_valid(SPEC, "POST", seen.path, seen.json())
        assert seen.headers["x-restli-protocol-version"] == "2.0.0"
        assert seen.headers["linkedin-version"] >= "202607"
        assert seen.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_version_that_ended_names_the_setting(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    platform = LinkedIn(_access(network, LINKEDIN_API_VERSION="202511"))
    with pytest.raises(ProviderRequestInvalid, match=r"426 .* Set LINKEDIN_API_VERSION"):
        platform.prepare(make_post(tmp_path), _desk())


@pytest.mark.parametrize(
    ("text", "spelled"),
    [
        ("Bees (and more) [1]", r"Bees \(and more\) \[1\]"),
        ("a|b{c}@d<e>*f_g~h\\i", r"a\|b\{c\}\@d\<e\>\*f\_g\~h\\i"),
        ("See #bees, #نحل", r"See {hashtag|\#|bees}, {hashtag|\#|نحل}"),
        ("#save_bees", r"{hashtag|\#|save\_bees}"),
        ("No. #1 of C#", r"No. \#1 of C\#"),
        ("", ""),
    ],
)
def test_text_is_escaped_so_that_none_is_cut(text: str, spelled: str) -> None:
    assert little_text(text) == spelled
    assert LinkedIn.rules.weigh(text) == len(spelled)


def test_a_post_carries_its_caption_and_hashtags(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post = make_post(tmp_path, caption="Bees (all of them).", title="T" * 400)
    platform.commit(post, prepare(platform, post, _desk()))
    (published,) = network.posts
    assert published["commentary"] == (
        r"Bees \(all of them\)." "\n\n" r"{hashtag|\#|bees} {hashtag|\#|nature}"
    )
    assert published["content"]["media"]["title"] == "T" * 400


# The commit and what is known of it.


def test_the_posts_id_comes_in_a_header(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    published = platform.commit(post, prepare(platform, post, _desk()))
    urn = network.commits[0]["id"]
    assert published.external_id == urn
    assert published.url.startswith(f"https://www.linkedin.com/feed/update/{urn}")


@pytest.mark.parametrize("fault", ["timeout", "dropped", "broken", "published_without_id"])
def test_a_lost_answer_is_never_posted_twice_and_found_by_its_video(
    network: LinkedInEmulator,
    platform: LinkedIn,
    tmp_path: Path,
    fault: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    network.arm(COMMIT, fault)
    with monkeypatch.context() as patch:
        patch.setattr(platform, "_service", replace(platform._service, submit_timeout_s=0.2))
        with pytest.raises(OutcomeUnknown):
            platform.commit(post, desk)
    assert (network.commit_attempts, len(network.commits)) == (1, 1)
    network.posts.insert(0, {**network.posts[0], "id": "urn:li:share:9", "content": {}})
    found = platform.look_up(post, desk)
    assert found.outcome is Outcome.PUBLISHED
    assert found.published is not None
    assert found.published.external_id == network.commits[0]["id"]


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("unavailable", ProviderUnavailable),
        ("rate_limited", ProviderRateLimited),
        ("token_expired", ProviderAuthFailed),
        ("token_revoked", ProviderAuthFailed),
        ("quota", ProviderQuotaExceeded),
        ("duplicate", ContentRefused),
        ("wrong_media", ProviderRequestInvalid),
    ],
)
@pytest.mark.parametrize("phase", [PREPARE, COMMIT])
def test_a_refusal_says_what_it_is_and_publishes_nothing(
    network: LinkedInEmulator,
    platform: LinkedIn,
    tmp_path: Path,
    phase: str,
    fault: str,
    kind: type[ProviderError],
) -> None:
    post, desk = make_post(tmp_path), _desk()
    if phase == COMMIT:
        prepare(platform, post, desk)
    network.arm(phase, fault)
    if (phase, fault) == (COMMIT, "unavailable"):
        kind = OutcomeUnknown  # gateways say so of what went through behind them
    act: Any = {PREPARE: platform.prepare, COMMIT: platform.commit}
    with pytest.raises(kind) as caught:
        act[phase](post, desk)
    assert type(caught.value) is kind
    assert caught.value.hint
    assert TOKEN not in str(caught.value)
    assert network.commits == []


def test_a_video_that_is_gone_at_the_commit_publishes_nothing(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    network.arm(COMMIT, "expired")
    with pytest.raises(ProviderRequestInvalid, match="not available"):
        platform.commit(post, desk)
    assert network.commits == []


def test_a_commit_without_a_video_sends_nothing(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    with pytest.raises(ProviderUnavailable):
        platform.commit(make_post(tmp_path), _desk())
    assert network.seen == []


def test_what_was_never_asked_for_is_not_out(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    seen = len(network.seen)
    assert platform.look_up(post, desk).outcome is Outcome.NOT_PUBLISHED
    assert len(network.seen) == seen


def test_a_post_nobody_sees_is_unclear_until_it_cannot_come_any_more(
    network: LinkedInEmulator, tmp_path: Path
) -> None:
    moments = [datetime.now(UTC)]
    platform = LinkedIn(_access(network), now=lambda: moments[-1])
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    network.arm(COMMIT, "dropped")
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    network.posts.clear()
    assert platform.look_up(post, desk).outcome is Outcome.UNCLEAR
    moments.append(moments[0] + timedelta(minutes=11))
    assert platform.look_up(post, desk).outcome is Outcome.NOT_PUBLISHED


def test_a_list_that_does_not_reach_back_proves_nothing(
    network: LinkedInEmulator, tmp_path: Path
) -> None:
    moments = [datetime.now(UTC)]
    platform = LinkedIn(_access(network), now=lambda: moments[-1])
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    network.arm(COMMIT, "dropped")
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    moments.append(moments[0] + timedelta(hours=5))
    later = int((moments[0] + timedelta(hours=1)).timestamp() * 1000)
    other = {"id": "urn:li:share:1", "author": MEMBER, "content": {}, "createdAt": later}
    network.posts[:0] = [other] * 60
    assert platform.look_up(post, desk).outcome is Outcome.UNCLEAR


def test_posts_that_may_not_be_read_leave_it_to_a_person(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    network.arm(COMMIT, "dropped")
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    network.lets_posts_be_read = False
    assert platform.look_up(post, desk).outcome is Outcome.UNCLEAR


@pytest.mark.parametrize("fault", ["unavailable", "rate_limited", "token_expired", "dropped"])
def test_a_look_that_fails_says_nothing_of_the_post(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path, fault: str
) -> None:
    post = make_post(tmp_path)
    desk = prepare(platform, post, _desk())
    network.arm(COMMIT, "dropped")
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    network.arm(LOOK_UP, fault)
    with pytest.raises(ProviderError) as caught:
        platform.look_up(post, desk)
    assert not isinstance(caught.value, OutcomeUnknown)
    network.disarm()
    assert platform.look_up(post, desk).outcome is Outcome.PUBLISHED


FAULTS = (
    *("timeout", "dropped", "broken", "unavailable", "rate_limited"),
    *LinkedInEmulator.refusals,
    *LinkedInEmulator.state_faults,
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("phase", PHASES)
def test_no_fault_makes_two_posts(
    network: LinkedInEmulator,
    platform: LinkedIn,
    tmp_path: Path,
    phase: str,
    fault: str,
) -> None:
    network.arm(phase, fault, times=1)
    post, desk = make_post(tmp_path), _desk()
    ended = publish(platform, post, desk)
    assert len(network.commits) <= 1, ended
    if isinstance(ended, ProviderError):
        assert ended.hint
        assert TOKEN not in str(ended)
    network.disarm()
    found = look(platform, post, desk)
    if found.outcome is Outcome.PUBLISHED:
        assert len(network.commits) == 1
    if found.outcome is Outcome.NOT_PUBLISHED:
        assert network.commits == []


def test_what_was_refused_in_words_may_be_asked_for_again(
    network: LinkedInEmulator, platform: LinkedIn, tmp_path: Path
) -> None:
    network.arm(COMMIT, "rate_limited", times=2)
    ended = publish(platform, make_post(tmp_path), _desk())
    assert isinstance(ended, Published)
    assert (network.commit_attempts, len(network.commits)) == (3, 1)


def test_metrics_are_those_of_pages(network: LinkedInEmulator, platform: LinkedIn) -> None:
    found = platform.metrics("urn:li:share:7", PAGE)
    assert found == Metrics(views=None, likes=3, comments=2, shares=1)
    seen = len(network.seen)
    assert platform.metrics("urn:li:share:7", ACCOUNT) == Metrics()
    assert len(network.seen) == seen


# Accounts.


def test_a_code_becomes_a_grant_of_a_member(platform: LinkedIn) -> None:
    grant = platform.exchange(code="good-code", verifier="v", redirect_uri="https://a.example/b")
    assert (grant.external_id, grant.name) == (MEMBER, "Ada Bee")
    assert grant.access_token == TOKEN
    assert grant.scopes == ("openid", "profile")


def test_a_browser_is_sent_to_linkedin_with_a_state() -> None:
    extra = {"LINKEDIN_CLIENT_ID": "c", "LINKEDIN_CLIENT_SECRET": "s"}
    url = LinkedIn(Access(extra=extra)).authorize_url(
        state="st", challenge="ch", redirect_uri="https://a.example/b"
    )
    assert url.startswith("https://www.linkedin.com/oauth/v2/authorization?")
    assert "state=st" in url
    assert "scope=openid+profile+w_member_social" in url


def test_a_refresh_keeps_what_the_answer_leaves_out(platform: LinkedIn) -> None:
    old = Grant(access_token="old", refresh_token=REFRESH, external_id=MEMBER, name="Ada")
    new = platform.refresh(old)
    assert (new.access_token, new.refresh_token, new.external_id) == (TOKEN, REFRESH, MEMBER)


@pytest.mark.parametrize("token", ["", "bad-refresh-token-value"])
def test_a_member_without_a_good_refresh_token_connects_again(
    platform: LinkedIn, token: str
) -> None:
    with pytest.raises(ProviderAuthFailed) as caught:
        platform.refresh(Grant(access_token="old", refresh_token=token))
    assert "Connect the account again" in caught.value.hint


def test_a_wrong_client_secret_is_the_operators_business(network: LinkedInEmulator) -> None:
    platform = LinkedIn(_access(network, LINKEDIN_CLIENT_SECRET="wrong-secret"))
    with pytest.raises(NotConfigured, match="LINKEDIN_CLIENT_SECRET"):
        platform.refresh(Grant(access_token="", refresh_token=REFRESH))
