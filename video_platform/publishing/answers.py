"""What networks answer, read with suspicion: every member may be missing or of another kind."""

from typing import Any

from video_platform.providers.transport import Answer


def object_at(answer: Answer, *path: str) -> dict[str, Any]:
    """The object at a path into the answer.

    Raises:
        BadProviderAnswer: there is something else.
    """
    found = answer.at(*path)
    if not isinstance(found, dict):
        raise answer.bad(f"{'.'.join(path)} is not an object")
    return found


def objects_in(found: Any) -> list[dict[str, Any]]:
    """The objects of a list; nothing of what is no list."""
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []


def texts_in(found: Any) -> list[str]:
    """The texts and numbers of a list, spelled out; nothing of what is no list."""
    kept = found if isinstance(found, list) else []
    return [str(one) for one in kept if isinstance(one, str | int) and one != ""]


def text_of(value: Any) -> str:
    """A text, or an empty one for anything else."""
    return value if isinstance(value, str) else ""


def count_of(value: Any) -> int | None:
    """A number of things; nothing where it is none."""
    is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
    return value if is_count else None
