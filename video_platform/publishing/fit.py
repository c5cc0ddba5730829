"""Whether a post fits a network, found out before anything is scheduled or sent."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from video_platform.errors import InvalidInput
from video_platform.publishing.base import Post, Rules
from video_platform.publishing.texts import full_caption


@dataclass(frozen=True, slots=True, kw_only=True)
class Misfit:
    """One thing a network would refuse; ``code`` is part of the public contract."""

    code: str
    message: str
    hint: str


def check_fit(
    post: Post, rules: Rules, *, has_account: bool = True, facts: Mapping[str, Any] | None = None
) -> list[Misfit]:
    """Everything about a post that does not fit; nothing when it may go out.

    Args:
        facts: what the network said of the account; ``max_ms`` there goes before the rules'.
    """
    found = [] if has_account else [_NO_ACCOUNT]
    for check in _CHECKS:
        found += check(post, rules, facts or {})
    return found


def require_fit(post: Post, rules: Rules, *, facts: Mapping[str, Any] | None = None) -> None:
    """Refuse a post that does not fit.

    Raises:
        InvalidInput: with the first misfit's code, and all of them in its words.
    """
    refuse(check_fit(post, rules, facts=facts))


def refuse(misfits: Sequence[Misfit]) -> None:
    """Raise these as one error; does nothing when there are none."""
    if misfits:
        raise InvalidInput(
            " ".join(misfit.message for misfit in misfits),
            hint=" ".join(misfit.hint for misfit in misfits),
            code=misfits[0].code,
        )


_NO_ACCOUNT = Misfit(
    code="account_missing",
    message="No account is connected for this network.",
    hint="Connect one: video-platform accounts connect NETWORK.",
)


def _title(post: Post, rules: Rules, _: Mapping[str, Any]) -> Iterator[Misfit]:
    if rules.title_chars and len(post.title) > rules.title_chars:
        yield Misfit(
            code="title_too_long",
            message=f"The title has {len(post.title)} characters of {rules.title_chars}.",
            hint=f"Shorten it by {len(post.title) - rules.title_chars}.",
        )
    if rules.title_chars and not post.title.strip():
        yield Misfit(
            code="title_missing", message="There is no title.", hint="Give one with --title."
        )


def _caption(post: Post, rules: Rules, _: Mapping[str, Any]) -> Iterator[Misfit]:
    weight = rules.weigh(full_caption(post))
    if weight > rules.caption_chars:
        yield Misfit(
            code="caption_too_long",
            message=f"Caption and hashtags count {weight} of {rules.caption_chars} here.",
            hint=f"Shorten them by {weight - rules.caption_chars}.",
        )


def _hashtags(post: Post, rules: Rules, _: Mapping[str, Any]) -> Iterator[Misfit]:
    if len(post.hashtags) > rules.hashtags:
        yield Misfit(
            code="hashtags_too_many",
            message=f"There are {len(post.hashtags)} hashtags of {rules.hashtags}.",
            hint=f"Leave out {len(post.hashtags) - rules.hashtags}.",
        )
    for tag in post.hashtags:
        if not tag.replace("_", "").isalnum():
            yield Misfit(
                code="hashtag_invalid",
                message=f"{tag[:40]!r} is not a hashtag.",
                hint="Letters, digits and _ only, without #.",
            )


def _duration(post: Post, rules: Rules, facts: Mapping[str, Any]) -> Iterator[Misfit]:
    own = facts.get("max_ms")
    longest = own if isinstance(own, int) and own > 0 else rules.max_ms
    if post.duration_ms > longest:
        yield Misfit(
            code="film_too_long",
            message=f"The film lasts {post.duration_ms / 1000:g} s of {longest / 1000:g} s.",
            hint=f"Make one of at most {longest // 1000} s: --duration.",
        )
    if post.duration_ms < rules.min_ms:
        yield Misfit(
            code="film_too_short",
            message=f"The film lasts {post.duration_ms / 1000:g} s; "
            f"{rules.min_ms / 1000:g} s is the least.",
            hint="Make a longer one: --duration.",
        )


def _shape(post: Post, rules: Rules, _: Mapping[str, Any]) -> Iterator[Misfit]:
    if post.format not in rules.formats:
        best = rules.formats[0]
        yield Misfit(
            code="format_unfit",
            message=f"A film of {post.format} is not taken here.",
            hint=f"{best} fits best: --format {best}.",
        )
    if max(post.width, post.height) > rules.max_width:
        yield Misfit(
            code="picture_too_large",
            message=f"The picture has {post.width} x {post.height} pixels; "
            f"{rules.max_width} is the most for a side.",
            hint="Publish a smaller film.",
        )


def _size(post: Post, rules: Rules, _: Mapping[str, Any]) -> Iterator[Misfit]:
    size = post.film.stat().st_size
    if size > rules.max_bytes:
        yield Misfit(
            code="film_too_large",
            message=f"The film has {size} bytes of {rules.max_bytes}.",
            hint="Make a shorter one, or one with a lower bit rate.",
        )


def _audience(post: Post, rules: Rules, _: Mapping[str, Any]) -> Iterator[Misfit]:
    if post.privacy not in rules.privacies:
        known = ", ".join(rules.privacies)
        yield Misfit(
            code="privacy_unfit",
            message=f"Posts cannot be {post.privacy} here.",
            hint=f"Choose from {known}.",
        )
    if post.shows_people and not post.is_synthetic:
        yield Misfit(
            code="disclosure_required",
            message="An avatar or a cloned voice has to be declared as made by AI.",
            hint="Leave the disclosure on.",
        )


_CHECKS: tuple[Callable[[Post, Rules, Mapping[str, Any]], Iterator[Misfit]], ...] = (
    _title,
    _caption,
    _hashtags,
    _duration,
    _shape,
    _size,
    _audience,
)
