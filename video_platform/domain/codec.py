"""Canonical JSON of domain values: what is stored, compared and hashed."""

import hashlib
import json
from functools import lru_cache
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from video_platform.errors import StoreError

ValueT = TypeVar("ValueT")


def is_absent(value: object) -> bool:
    """Whether a field is left out of its JSON: ``Annotated[..., Field(exclude_if=is_absent)]``.

    So that values which do not use a field that came later keep their hash, and are not paid twice.
    """
    return not value


@lru_cache(maxsize=256)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def to_json(value: object) -> bytes:
    """Canonical UTF-8 JSON: sorted keys, no spaces, so equal values give equal bytes."""
    kind: Any = type(value)
    plain = _adapter(kind).dump_python(value, mode="json")
    return json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def content_hash(value: object) -> str:
    """SHA-256 of the canonical JSON."""
    return hashlib.sha256(to_json(value)).hexdigest()


def from_json(kind: type[ValueT], data: bytes) -> ValueT:
    """The value that ``to_json`` wrote; ``StoreError`` when the bytes are not such a value."""
    try:
        wanted: Any = kind
        value: ValueT = _adapter(wanted).validate_json(data)
    except ValidationError as error:
        raise StoreError(f"Stored {kind.__name__} cannot be read: {error}") from error
    return value


def to_manifest(value: object, *, version: int = 1) -> bytes:
    """A labelled document: schema name and version beside the value."""
    document = {
        "schema": type(value).__name__,
        "version": version,
        "value": json.loads(to_json(value)),
    }
    return json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1).encode()


def from_manifest(kind: type[ValueT], data: bytes, *, version: int = 1) -> ValueT:
    """The value of a document written by ``to_manifest`` with the same schema and version."""
    try:
        document = json.loads(data)
        label = (document["schema"], document["version"])
        body = json.dumps(document["value"]).encode()
    except (ValueError, KeyError, TypeError) as error:
        raise StoreError(f"A stored {kind.__name__} is not a manifest: {error}") from error
    if label != (kind.__name__, version):
        raise StoreError(f"Expected {kind.__name__} version {version}, found {label}.")
    return from_json(kind, body)
