"""What stands under a film: its caption with the hashtags, and how networks count it."""

from video_platform.publishing.base import Post


def full_caption(post: Post) -> str:
    """The caption and below it the hashtags, as ``Rules.weigh`` counts them."""
    tags = " ".join(f"#{tag}" for tag in post.hashtags)
    return "\n\n".join(part for part in (post.caption.strip(), tags) if part)


def utf16_units(text: str) -> int:
    """Length in UTF-16 units: most emoji count as two."""
    return len(text.encode("utf-16-le")) // 2
