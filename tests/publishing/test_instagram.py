"""Instagram, against an emulated network that enforces its rules."""

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
from tests.publishing.emulators.instagram import ACCOUNT, InstagramEmulator
from tests.scenarios import specs
from video_platform.errors import (
    ContentRefused,
    OutcomeUnknown,
    ProviderAuthFailed,
    ProviderError,
    ProviderQuotaExceeded,
    ProviderRateLimited,
    ProviderRequestInvalid,
    ProviderUnavailable,
)
from video_platform.providers.service import Access
from video_platform.publishing.base import (
    Account,
    Finding,
    Grant,
    Metrics,
    Outcome,
    Post,
    Published,
)
from video_platform.publishing.platforms import instagram
from video_platform.publishing.platforms.instagram import Instagram

SPEC = "instagram.authored.json"
STEP = 10_000
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def network(monkeypatch: pytest.MonkeyPatch) -> Iterator[InstagramEmulator]:
    monkeypatch.setattr(instagram, "_STEP_BYTES", STEP)
    with InstagramEmulator() as emulator:
        yield emulator


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def platform(network: InstagramEmulator, wall: Wall) -> Instagram:
    extra = {"INSTAGRAM_CLIENT_ID": "client", "INSTAGRAM_CLIENT_SECRET": "client-secret"}
    return Instagram(Access(base_url=network.url, extra=extra), now=wall)


@pytest.fixture
def post(tmp_path: Path) -> Post:
    return make_post(tmp_path, size=4 * STEP + 1)


def _desk(handle: dict[str, Any] | None = None, **moments: Any) -> FakeDesk:
    account = Account(external_id=ACCOUNT, name="bee.film", token=TOKEN)
    return FakeDesk(handle, account=account, **moments)


def _hash(post: Post) -> str:
    return hashlib.sha256(post.film.read_bytes()).hexdigest()


def _only(network: InstagramEmulator) -> Any:
    (container,) = network.containers.values()
    return container


# The upload.


@pytest.mark.parametrize("size", [1, STEP - 1, STEP, STEP + 1, 5 << 20])
def test_a_film_of_any_size_arrives_whole_in_one_stream(
    network: InstagramEmulator, platform: Instagram, tmp_path: Path, size: int
) -> None:
    post = make_post(tmp_path, size=size)
    prepare(platform, post, _desk())
    assert (_only(network).stored.hash, _only(network).received) == (_hash(post), size)
    assert network.mistakes == []
    assert [one.method for one in network.seen if "ig-api-upload" in one.path] == ["POST"]


def test_nothing_is_out_before_the_commit(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    desk = prepare(platform, post, _desk())
    assert network.commits == []
    assert desk.shares == pytest.approx([min(1, k * STEP / (4 * STEP + 1)) for k in range(1, 6)])
    assert platform.look_up(post, desk).outcome is Outcome.NOT_PUBLISHED
    published = platform.commit(post, desk)
    assert published == Published(
        url="https://www.instagram.com/reel/m1/",
        published_at="2026-11-22T12:00:00+00:00",
        external_id="m1",
    )


@pytest.mark.parametrize("moment", range(4))
def test_a_killed_upload_goes_on_where_instagram_is(
    network: InstagramEmulator, platform: Instagram, post: Post, moment: int
) -> None:
    handle: dict[str, Any] = {}
    count = itertools.count()

    def kill(_: float) -> None:
        if next(count) == moment:
            raise Killed

    with pytest.raises(Killed):
        platform.prepare(post, _desk(handle, on_progress=kill))
    assert publish(platform, post, _desk(handle))
    assert _only(network).stored.hash == _hash(post)
    assert _only(network).received <= 4 * STEP + 1 + STEP
    assert len(network.commits) == 1


@pytest.mark.parametrize("kept", [1, STEP, STEP + 1, 4 * STEP])
def test_an_upload_that_was_cut_is_continued_from_the_networks_offset(
    network: InstagramEmulator, platform: Instagram, post: Post, kept: int
) -> None:
    network.cut_after = kept
    desk = _desk()
    with pytest.raises(ProviderUnavailable, match="PartialRequestError"):
        platform.prepare(post, desk)
    network.cut_after = None
    prepare(platform, post, desk)
    offsets = [one.headers["offset"] for one in network.seen if "ig-api-upload" in one.path]
    assert offsets == ["0", str(kept)]
    assert _only(network).stored.hash == _hash(post)


@pytest.mark.parametrize("when", ["before_save", "after_save"])
@pytest.mark.parametrize("number", range(3))
def test_a_kill_at_any_save_publishes_at_most_once(
    network: InstagramEmulator, platform: Instagram, post: Post, when: str, number: int
) -> None:
    handle: dict[str, Any] = {}
    count = itertools.count()

    def kill(_: Any) -> None:
        if next(count) == number:
            raise Killed

    with pytest.raises(Killed):
        publish(platform, post, _desk(handle, **{when: kill}))
    was_out = len(network.commits)
    found = look(platform, post, _desk(handle))
    if was_out:
        assert found.outcome is Outcome.PUBLISHED
    else:
        assert found.outcome is not Outcome.PUBLISHED
        assert isinstance(publish(platform, post, _desk(handle)), Published)
    assert len(network.commits) == 1


def test_a_container_that_expired_is_made_anew(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    desk = prepare(platform, post, _desk())
    network.arm(PREPARE, "expired")
    with pytest.raises(ProviderUnavailable, match="threw the container away"):
        platform.prepare(post, desk)
    network.disarm()
    publish(platform, post, desk)
    assert (len(network.containers), len(network.commits)) == (2, 1)


def test_a_second_commit_is_no_second_post(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    network.arm(COMMIT, "dropped", times=1)
    desk = prepare(platform, post, _desk())
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    prepare(platform, post, desk)
    with pytest.raises(ProviderRequestInvalid, match="published before"):
        platform.commit(post, desk)
    assert look(platform, post, desk).outcome is Outcome.PUBLISHED
    assert (len(network.commits), len(network.containers)) == (1, 1)


def test_a_post_that_was_edited_comes_out_as_it_was_edited(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    desk = prepare(platform, post, _desk())
    edited = replace(post, caption="Other words")
    with pytest.raises(ProviderUnavailable, match="holds no container"):
        platform.commit(edited, desk)
    publish(platform, edited, desk)
    assert [one["fields"]["caption"] for one in network.commits] == ["Other words\n\n#bees #nature"]


def test_the_token_is_spelled_as_each_host_wants_it(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    publish(platform, post, _desk())
    for one in network.seen:
        word = "OAuth" if "ig-api-upload" in one.path else "Bearer"
        assert one.headers["authorization"] == f"{word} {TOKEN}"
        assert TOKEN not in str(one.query)


def test_an_upload_elsewhere_over_plain_http_is_not_followed(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    handle: dict[str, Any] = {}

    def lead_astray(_: Any) -> None:
        if "upload_url" in handle:
            handle["upload_url"] = "http://192.168.0.1/ig-api-upload/v26.0/c1"

    with pytest.raises(ProviderError, match="is not followed"):
        platform.prepare(post, _desk(handle, after_save=lead_astray))
    assert _only(network).received == 0


# What is sent.


def test_requests_are_those_of_the_description(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    publish(platform, post, _desk())
    forms = [one for one in network.seen if one.headers.get("content-type") == FORM]
    assert [one.path for one in forms] == [
        f"/v26.0/{ACCOUNT}/media",
        f"/v26.0/{ACCOUNT}/media_publish",
    ]
    for one in forms:
        fields = {name: values[0] for name, values in parse_qs(one.body.decode()).items()}
        specs.assert_valid(SPEC, "POST", one.path, fields, content_type=FORM)
    upload = next(one for one in network.seen if "ig-api-upload" in one.path)
    assert (upload.headers["offset"], upload.headers["file_size"]) == ("0", str(4 * STEP + 1))
    assert upload.headers["content-length"] == str(4 * STEP + 1)


def test_the_cover_lies_within_a_short_film(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    prepare(platform, replace(post, duration_ms=1200), _desk())
    assert _only(network).fields["thumb_offset"] == "600"


def test_a_caption_is_counted_in_characters() -> None:
    assert Instagram.rules.weigh("bee 🐝") == 5


# What became of it.


def test_a_post_without_an_id_is_published_and_never_taken_for_the_newest(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    network.arm(COMMIT, "published_without_id")
    desk = prepare(platform, post, _desk())
    with pytest.raises(OutcomeUnknown, match="has no id"):
        platform.commit(post, desk)
    found = platform.look_up(post, desk)
    assert found.outcome is Outcome.PUBLISHED
    assert found.published == Published(
        url="https://www.instagram.com/bee.film", published_at="2026-11-22T12:00:00+00:00"
    )
    asked = {one.path for one in network.seen if one.phase == LOOK_UP}
    assert asked == {"/v26.0/c1"}


def test_a_link_that_cannot_be_read_does_not_undo_the_post(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    network.has_permalinks = False
    published = publish(platform, post, _desk())
    assert isinstance(published, Published)
    assert (published.external_id, published.url) == ("m1", "https://www.instagram.com/bee.film")


@pytest.mark.parametrize("fault", ["unknown", "unknown_400", "server_error", "unlisted", "broken"])
def test_an_error_that_says_nothing_leaves_the_commit_undecided(
    network: InstagramEmulator, platform: Instagram, post: Post, wall: Wall, fault: str
) -> None:
    network.arm(COMMIT, fault, times=1)
    desk = prepare(platform, post, _desk())
    with pytest.raises(OutcomeUnknown):
        platform.commit(post, desk)
    if fault == "broken":
        assert platform.look_up(post, desk).outcome is Outcome.PUBLISHED
        return
    assert platform.look_up(post, desk).outcome is Outcome.UNCLEAR
    wall.turn(minutes=11)
    found = platform.look_up(post, desk)
    assert found.outcome is Outcome.NOT_PUBLISHED
    assert found.why == "The container is not published: FINISHED."


def test_a_film_that_instagram_cannot_use_says_why(
    network: InstagramEmulator, platform: Instagram, post: Post
) -> None:
    network.arm(PREPARE, "failed")
    with pytest.raises(ProviderRequestInvalid, match="format is not supported") as caught:
        platform.prepare(post, _desk())
    assert caught.value.hint


FAULTS = (
    "timeout",
    "dropped",
    "broken",
    "unavailable",
    "rate_limited",
    *InstagramEmulator.refusals,
    *InstagramEmulator.state_faults,
)


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("phase", PHASES)
def test_no_fault_makes_two_posts(
    network: InstagramEmulator, platform: Instagram, post: Post, phase: str, fault: str
) -> None:
    network.arm(phase, fault, times=2 if fault in ("timeout", "rate_limited") else 1)
    desk = _desk()
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
def test_a_lost_answer_is_found_by_its_container(
    network: InstagramEmulator, platform: Instagram, post: Post, fault: str
) -> None:
    network.arm(COMMIT, fault, times=1)
    ended = publish(platform, post, _desk())
    assert isinstance(ended, Finding)
    assert ended.outcome is Outcome.PUBLISHED
    assert len(network.commits) == 1


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("token_expired", ProviderAuthFailed),
        ("token_revoked", ProviderAuthFailed),
        ("duplicate", ContentRefused),
        ("quota", ProviderQuotaExceeded),
        ("wrong_media", ProviderRequestInvalid),
        ("not_ready", ProviderUnavailable),
        ("unknown_400", ProviderUnavailable),
        ("server_error", ProviderUnavailable),
        ("unlisted", ProviderUnavailable),
        ("rate_limited", ProviderRateLimited),
        ("unavailable", ProviderUnavailable),
    ],
)
def test_a_refusal_says_what_it_is(
    network: InstagramEmulator,
    platform: Instagram,
    post: Post,
    fault: str,
    kind: type[ProviderError],
) -> None:
    network.arm(PREPARE, fault)
    with pytest.raises(ProviderError) as caught:
        platform.prepare(post, _desk())
    assert type(caught.value) is kind


# The account.


def test_a_browser_is_sent_to_facebook_with_pkce(platform: Instagram) -> None:
    url = platform.authorize_url(state="s1", challenge="abc", redirect_uri="https://a.example/b")
    asked = parse_qs(urlsplit(url).query)
    assert asked["client_id"] == ["client"]
    assert asked["code_challenge"] == ["abc"]
    assert "instagram_content_publish" in asked["scope"][0].split(",")


def test_a_code_becomes_a_long_grant_of_the_account_behind_the_page(
    network: InstagramEmulator, platform: Instagram, wall: Wall
) -> None:
    grant = platform.exchange(code="good-code", verifier="v", redirect_uri="https://a.example/b")
    assert (grant.external_id, grant.name, grant.access_token) == (ACCOUNT, "bee.film", TOKEN)
    assert grant.expires_at is not None
    assert (grant.expires_at - wall()).days == 59
    assert grant.facts["accounts"] == [{"id": ACCOUNT, "username": "bee.film", "page": "Bees"}]
    assert [one["grant_type"] for one in network.grants] == [
        "authorization_code",
        "fb_exchange_token",
    ]
    assert all(not one.query for one in network.seen if one.path.endswith("access_token"))


def test_a_person_without_a_professional_account_is_told_so(
    network: InstagramEmulator, platform: Instagram
) -> None:
    network.pages = network.pages[:1]
    with pytest.raises(ProviderAuthFailed, match="professional"):
        platform.exchange(code="good-code", verifier="v", redirect_uri="https://a.example/b")


def test_a_good_token_is_changed_for_a_longer_one(platform: Instagram) -> None:
    before = Grant(access_token=TOKEN, external_id=ACCOUNT, name="bee.film")
    after = platform.refresh(before)
    assert (after.external_id, after.name, after.access_token) == (ACCOUNT, "bee.film", TOKEN)
    with pytest.raises(ProviderAuthFailed):
        platform.refresh(Grant(access_token="a-dead-token"))


def test_an_account_tells_how_many_posts_are_left(
    network: InstagramEmulator, platform: Instagram
) -> None:
    account = Account(external_id=ACCOUNT, token=TOKEN)
    assert platform.inspect(account) == {"username": "bee.film", "posts_left": 48}
    network.quota["quota_usage"] = 60
    assert platform.inspect(account)["posts_left"] == 0


def test_metrics_are_numbers_or_nothing(network: InstagramEmulator, platform: Instagram) -> None:
    network.insights["m1"] = {"views": 12, "likes": 3, "comments": -1}
    metrics = platform.metrics("m1", Account(external_id=ACCOUNT, token=TOKEN))
    assert (metrics.views, metrics.likes, metrics.comments, metrics.shares) == (12, 3, None, None)


def test_a_post_without_an_id_is_not_asked_about(
    network: InstagramEmulator, platform: Instagram
) -> None:
    assert platform.metrics("", Account(external_id=ACCOUNT, token=TOKEN)) == Metrics()
    assert network.seen == []
