"""TikTok, against an emulated network that enforces its rules."""

import base64
import hashlib
import itertools
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.publishing.desks import TOKEN, FakeDesk, Killed, make_post
from tests.publishing.driving import Wall, look, prepare, publish
from tests.publishing.emulators.base import COMMIT, LOOK_UP, PHASES, PREPARE
from tests.publishing.emulators.tiktok import TikTokEmulator, hex_digest
from tests.scenarios import specs
from video_platform.errors import (
    ContentRefused,
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
from video_platform.publishing.base import Account, Finding, Grant, Metrics, Outcome, Post, Privacy
from video_platform.publishing.platforms import tiktok
from video_platform.publishing.platforms.tiktok import TikTok

SPEC = "tiktok.authored.json"
CHUNK = 10_000
"""Instead of 5 MB, but for the tests about sizes."""


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[TikTokEmulator]:
    monkeypatch.setattr(tiktok, "CHUNK_BYTES", CHUNK)
    with TikTokEmulator() as emulator:
        emulator.smallest_chunk = CHUNK
        yield emulator


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def platform(network: TikTokEmulator, wall: Wall) -> TikTok:
    extra = {"TIKTOK_CLIENT_ID": "client", "TIKTOK_CLIENT_SECRET": "client-secret"}
    return TikTok(Access(base_url=network.url, extra=extra), now=wall)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return make_post(tmp_path, size=4 * CHUNK + 1)


def _hash(post: Post) -> str:
    return hashlib.sha256(post.film.read_bytes()).hexdigest()


def _only_upload(network: TikTokEmulator) -> Any:
    (upload,) = network.uploads.values()
    return upload


# The upload.


@pytest.mark.parametrize(
    ("size", "chunks"),
    [(1, 1), (CHUNK, 1), (2 * CHUNK - 1, 1), (2 * CHUNK, 2), (2 * CHUNK + 1, 2), (4 * CHUNK, 4)],
)
def test_the_last_chunk_takes_what_is_left_over(
    network: TikTokEmulator, platform: TikTok, tmp_path: Path, size: int, chunks: int
) -> None:
    post = make_post(tmp_path, size=size)
    publish(platform, post, FakeDesk())
    upload = _only_upload(network)
    assert (upload.stored.hash, upload.received) == (_hash(post), size)
    assert upload.count == chunks
    assert network.mistakes == []


@pytest.mark.parametrize("size", [5 << 20, (10 << 20) - 1, 10 << 20, (10 << 20) + 1])
def test_real_chunks_are_the_smallest_that_tiktok_takes(tmp_path: Path, size: int) -> None:
    with TikTokEmulator() as network:
        post = make_post(tmp_path, size=size)
        publish(TikTok(Access(base_url=network.url)), post, FakeDesk())
        assert _only_upload(network).stored.hash == _hash(post)
        assert network.mistakes == []


def test_the_largest_film_has_no_more_chunks_than_allowed() -> None:
    info = tiktok._source_info(4 << 30)
    assert info["total_chunk_count"] <= 1000
    assert info["total_chunk_count"] == (4 << 30) // info["chunk_size"]


def test_nothing_is_out_before_the_last_chunk(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    desk = prepare(platform, post, FakeDesk())
    assert network.commits == []
    assert _only_upload(network).stored.size == 3 * CHUNK
    assert desk.shares == pytest.approx([k * CHUNK / (4 * CHUNK + 1) for k in (1, 2, 3)])
    assert platform.look_up(post, desk).outcome is Outcome.NOT_PUBLISHED


@pytest.mark.parametrize("moment", range(3))
def test_a_killed_upload_goes_on_where_tiktok_is(
    network: TikTokEmulator, platform: TikTok, post: Post, moment: int
) -> None:
    handle: dict[str, Any] = {}
    count = itertools.count()

    def kill(_: float) -> None:
        if next(count) == moment:
            raise Killed

    with pytest.raises(Killed):
        platform.prepare(post, FakeDesk(handle, on_progress=kill))
    publish(platform, post, FakeDesk(handle))
    upload = _only_upload(network)
    assert (upload.stored.hash, upload.received) == (_hash(post), 4 * CHUNK + 1)
    assert len(network.commits) == 1


@pytest.mark.parametrize("when", ["before_save", "after_save"])
@pytest.mark.parametrize("number", range(2))
def test_a_kill_at_any_save_publishes_at_most_once(
    network: TikTokEmulator, platform: TikTok, post: Post, when: str, number: int
) -> None:
    handle: dict[str, Any] = {}
    count = itertools.count()

    def kill(_: Any) -> None:
        if next(count) == number:
            raise Killed

    desk = FakeDesk(handle, **{when: kill})
    with pytest.raises(Killed):
        publish(platform, post, desk)
    assert network.commits == []
    publish(platform, post, FakeDesk(handle))
    assert len(network.commits) == 1


def test_a_chunk_whose_answer_was_lost_is_the_only_one_sent_twice(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    desk = FakeDesk()
    platform.prepare(make_post(post.film.parent, size=4 * CHUNK + 1), desk)
    handle = dict(desk.handle)
    upload = _only_upload(network)
    upload.chunks = 1  # TikTok lost the second and third
    upload.stored.size = CHUNK
    upload.stored.sha = hashlib.sha256(post.film.read_bytes()[:CHUNK])
    prepare(platform, post, FakeDesk(handle))
    assert upload.stored.size == 3 * CHUNK
    assert upload.stored.hash == hashlib.sha256(post.film.read_bytes()[: 3 * CHUNK]).hexdigest()


def test_a_link_that_is_over_begins_the_upload_anew(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    handle: dict[str, Any] = {}
    with pytest.raises(Killed):
        platform.prepare(post, FakeDesk(handle, on_progress=_kill))
    _only_upload(network).is_link_good = False
    with pytest.raises(ProviderUnavailable, match="no longer good"):
        platform.prepare(post, FakeDesk(handle))
    publish(platform, post, FakeDesk(handle))
    assert [commit["sha"] for commit in network.commits] == [_hash(post)]
    assert len(network.uploads) == 2


def _kill(_: float) -> None:
    raise Killed


def test_a_link_that_is_over_at_the_commit_publishes_once_all_the_same(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    desk = prepare(platform, post, FakeDesk())
    _only_upload(network).is_link_good = False
    with pytest.raises(ProviderUnavailable, match="no longer good"):
        platform.commit(post, desk)
    with pytest.raises(ProviderUnavailable, match="holds no upload_url"):
        platform.commit(post, desk)
    publish(platform, post, desk)
    assert len(network.commits) == 1


@pytest.mark.parametrize("looks_until_done", [1, 6])
def test_a_second_commit_of_a_complete_film_is_no_second_post(
    network: TikTokEmulator, platform: TikTok, post: Post, looks_until_done: int
) -> None:
    """What was unclear may be tried again: the network still holds the same upload."""
    network.looks_until_done = looks_until_done
    network.arm(COMMIT, "dropped", times=1)
    desk = prepare(platform, post, FakeDesk())
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    prepare(platform, post, desk)
    with pytest.raises(OutcomeUnknown, match="no more of this film"):
        platform.commit(post, desk)
    assert look(platform, post, desk).outcome is Outcome.PUBLISHED
    assert (len(network.commits), len(network.uploads)) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [{"caption": "Other words"}, {"privacy": Privacy.PRIVATE}, {"is_synthetic": False}],
)
def test_a_post_that_was_edited_comes_out_as_it_was_edited(
    network: TikTokEmulator, platform: TikTok, post: Post, change: dict[str, Any]
) -> None:
    desk = prepare(platform, post, FakeDesk())
    edited = replace(post, **change)
    with pytest.raises(ProviderUnavailable):
        platform.commit(edited, desk)
    publish(platform, edited, desk)
    (commit,) = network.commits
    wanted = {
        "title": "Other words\n\n#bees #nature" if "caption" in change else commit["info"]["title"],
        "privacy_level": "SELF_ONLY" if "privacy" in change else "PUBLIC_TO_EVERYONE",
        "is_aigc": "is_synthetic" not in change,
    }
    assert {name: commit["info"][name] for name in wanted} == wanted


def test_the_token_goes_to_the_api_and_not_to_the_upload(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    publish(platform, post, FakeDesk())
    shown = {
        one.method: one.headers.get("authorization") for one in network.seen if one.method != "GET"
    }
    assert shown == {"POST": f"Bearer {TOKEN}", "PUT": None}


def test_an_upload_elsewhere_over_plain_http_is_not_followed(
    platform: TikTok, post: Post, network: TikTokEmulator
) -> None:
    desk = prepare(platform, post, FakeDesk())
    handle = {**desk.handle, "upload_url": "http://192.168.0.1/video/?upload_id=v_pub~1"}
    with pytest.raises(ProviderError, match="is not followed"):
        platform.commit(post, FakeDesk(handle))
    assert network.commits == []


# What is sent.


def test_requests_are_those_of_the_description(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    network.looks_until_done = 1
    publish(platform, post, FakeDesk())
    platform.metrics("1", Account(external_id="open-1", token=TOKEN))
    asked = [one for one in network.seen if one.method == "POST"]
    assert len(asked) >= 5
    for one in asked:
        if one.path != "/v2/post/publish/creator_info/query/":
            specs.assert_valid(SPEC, "POST", one.path, one.json())


def test_a_film_is_disclosed_as_made_by_ai_unless_it_is_not(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    cases = {(True, False): True, (False, False): False, (False, True): True}
    for (is_synthetic, shows_people), expected in cases.items():
        changed = replace(post, is_synthetic=is_synthetic, shows_people=shows_people)
        publish(platform, changed, FakeDesk())
        assert network.commits[-1]["info"]["is_aigc"] is expected


def test_what_the_creator_switched_off_stays_off(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    publish(platform, post, FakeDesk())
    info = network.commits[0]["info"]
    assert (info["disable_comment"], info["disable_duet"], info["disable_stitch"]) == (
        False,
        True,
        False,
    )
    assert info["title"] == "A film about bees.\n\n#bees #nature"


@pytest.mark.parametrize(
    ("creator", "change", "said"),
    [
        ({"privacy_level_options": ["SELF_ONLY"]}, {}, "post as PUBLIC_TO_EVERYONE"),
        ({"max_video_post_duration_sec": 10}, {}, "takes 10 s"),
        ({}, {"options": {"privacy_level": "EVERYBODY"}}, "post as EVERYBODY"),
    ],
)
def test_what_the_creator_may_not_do_is_refused_before_anything_is_begun(
    network: TikTokEmulator,
    platform: TikTok,
    post: Post,
    creator: dict[str, Any],
    change: dict[str, Any],
    said: str,
) -> None:
    network.creator |= creator
    with pytest.raises(ProviderRequestInvalid, match=said) as caught:
        platform.prepare(replace(post, **change), FakeDesk())
    assert caught.value.hint
    assert network.uploads == {}


def test_a_caption_is_counted_in_utf16_units() -> None:
    assert TikTok.rules.weigh("bee 🐝") == 6
    assert TikTok.rules.weigh("نحلة") == 4


# What became of it.


def test_a_post_is_published_only_when_tiktok_says_complete(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    network.looks_until_done = 3
    desk = prepare(platform, post, FakeDesk())
    with pytest.raises(OutcomeUnknown, match="not done with it"):
        platform.commit(post, desk)
    assert platform.look_up(post, desk).outcome is Outcome.UNCLEAR
    found = platform.look_up(post, desk)
    assert found.published is not None
    number = network.post_id("v_pub~1")
    assert found.published.external_id == str(number)
    assert found.published.url == f"https://www.tiktok.com/@bee.film/video/{number}"


def test_a_private_post_has_no_number_and_is_published_all_the_same(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    network.looks_until_done = 1
    published = publish(platform, replace(post, privacy=Privacy.PRIVATE), FakeDesk())
    assert getattr(published, "url", "") == "https://www.tiktok.com/@bee.film"


def test_a_last_chunk_that_never_arrived_is_certain_when_its_link_is_over(
    network: TikTokEmulator, platform: TikTok, post: Post, wall: Wall
) -> None:
    desk = prepare(platform, post, FakeDesk())
    handle = {**desk.handle, "asked_at": wall().isoformat()}
    wall.turn(minutes=59)
    assert platform.look_up(post, FakeDesk(handle)).outcome is Outcome.UNCLEAR
    wall.turn(minutes=2)
    found = platform.look_up(post, FakeDesk(handle))
    assert found.outcome is Outcome.NOT_PUBLISHED
    assert found.why == f"TikTok has {3 * CHUNK} of {4 * CHUNK + 1} bytes of the film."


def test_a_post_that_tiktok_gave_up_says_why(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    network.arm(LOOK_UP, "failed")
    found = publish(platform, post, FakeDesk())
    assert isinstance(found, Finding)
    assert found.outcome is Outcome.NOT_PUBLISHED
    assert "file_format_check_failed" in found.why


def test_a_status_that_cannot_be_read_leaves_the_commit_undecided(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    desk = prepare(platform, post, FakeDesk())
    network.arm(LOOK_UP, "token_expired")
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    assert len(network.commits) == 1


FAULTS = (
    "timeout",
    "dropped",
    "broken",
    "unavailable",
    "rate_limited",
    *TikTokEmulator.refusals,
    *TikTokEmulator.state_faults,
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("phase", PHASES)
def test_no_fault_makes_two_posts(
    network: TikTokEmulator, platform: TikTok, post: Post, phase: str, fault: str
) -> None:
    times = 3 if fault in ("timeout", "rate_limited", "unavailable") else 1
    network.arm(phase, fault, times=times)
    desk = FakeDesk()
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


@pytest.mark.parametrize("fault", ["timeout", "dropped", "broken", "published_without_id"])
def test_a_lost_answer_is_found_by_its_upload(
    network: TikTokEmulator, platform: TikTok, post: Post, fault: str
) -> None:
    network.arm(COMMIT, fault, times=1)
    desk = FakeDesk()
    publish(platform, post, desk)
    assert look(platform, post, desk).outcome is Outcome.PUBLISHED
    assert len(network.commits) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("token_expired", ProviderAuthFailed),
        ("token_revoked", ProviderAuthFailed),
        ("duplicate", ContentRefused),
        ("quota", ProviderQuotaExceeded),
        ("wrong_media", ProviderRequestInvalid),
        ("unaudited", ProviderRequestInvalid),
        ("rate_limited", ProviderRateLimited),
        ("unavailable", ProviderUnavailable),
        ("failed", JobFailed),
    ],
)
def test_a_refusal_says_what_it_is(
    network: TikTokEmulator, platform: TikTok, post: Post, fault: str, kind: type[ProviderError]
) -> None:
    network.arm(PREPARE, fault)
    with pytest.raises(kind) as caught:
        platform.prepare(post, FakeDesk())
    assert type(caught.value) is kind
    assert getattr(caught.value, "retry_after_s", 7.0) == 7.0


# The account.


def test_a_browser_is_sent_to_tiktok_with_its_own_kind_of_challenge(platform: TikTok) -> None:
    verifier = "v" * 43
    digest = hashlib.sha256(verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    url = platform.authorize_url(
        state="s1", challenge=challenge, redirect_uri="https://app.example/back"
    )
    asked = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert asked == {
        "client_key": "client",
        "response_type": "code",
        "redirect_uri": "https://app.example/back",
        "scope": "user.info.basic,video.publish,video.list",
        "state": "s1",
        "code_challenge": hex_digest(verifier),
        "code_challenge_method": "S256",
    }


def test_a_code_becomes_a_named_account(network: TikTokEmulator, platform: TikTok) -> None:
    grant = platform.exchange(code="good-code", verifier="v", redirect_uri="https://a.example/b")
    assert (grant.external_id, grant.name, grant.refresh_token) == ("open-1", "Bee Film", "renew-2")
    assert grant.scopes == ("user.info.basic", "video.publish")
    assert grant.facts["max_ms"] == 600_000
    specs.assert_valid(
        SPEC,
        "POST",
        "/v2/oauth/token/",
        network.grants[0],
        content_type="application/x-www-form-urlencoded",
    )


def test_an_account_whose_limits_cannot_be_read_is_connected_all_the_same(
    network: TikTokEmulator, platform: TikTok
) -> None:
    network.creator["privacy_level_options"] = None
    network.token = "another"
    network.check_token = lambda *_: (_ for _ in ()).throw(AssertionError)  # type: ignore[method-assign]
    grant = platform.exchange(code="good-code", verifier="v", redirect_uri="https://a.example/b")
    assert (grant.external_id, grant.name) == ("open-1", "")


def test_a_refused_token_comes_with_200_and_asks_for_the_person(platform: TikTok) -> None:
    with pytest.raises(ProviderAuthFailed, match="invalid_grant"):
        platform.refresh(Grant(access_token="old", refresh_token="used-up"))


def test_a_refresh_takes_the_new_token_to_renew_with(platform: TikTok, wall: Wall) -> None:
    before = Grant(access_token="old", refresh_token="renew-1", external_id="open-1")
    grant = platform.refresh(before)
    assert (grant.access_token, grant.refresh_token) == (TOKEN, "renew-2")
    assert grant.external_id == "open-1"
    assert grant.expires_at is not None
    assert (grant.expires_at - wall()).total_seconds() == 86_400


def test_metrics_are_numbers_or_nothing(network: TikTokEmulator, platform: TikTok) -> None:
    network.videos["7"] = {"view_count": 12, "like_count": 3, "comment_count": -1}
    account = Account(external_id="open-1", token=TOKEN)
    metrics = platform.metrics("7", account)
    assert (metrics.views, metrics.likes, metrics.comments, metrics.shares) == (12, 3, None, None)
    assert platform.metrics("8", account).views is None


def test_a_post_that_had_no_number_when_it_came_out_is_counted_by_its_upload(
    network: TikTokEmulator, platform: TikTok, post: Post
) -> None:
    network.arm(LOOK_UP, "published_without_id")
    desk = FakeDesk()
    publish(platform, post, desk)
    found = look(platform, post, desk)
    assert found.published is not None
    assert found.published.external_id == "v_pub~1"
    assert platform.metrics("v_pub~1", desk.account) == Metrics()
    network.disarm()
    network.videos[str(network.post_id("v_pub~1"))] = {"view_count": 12}
    assert platform.metrics("v_pub~1", desk.account).views == 12


def test_a_post_without_an_id_is_not_asked_about(network: TikTokEmulator, platform: TikTok) -> None:
    assert platform.metrics("", Account(external_id="open-1", token=TOKEN)) == Metrics()
    assert network.seen == []
