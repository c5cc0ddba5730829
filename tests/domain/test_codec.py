"""Stored values come back equal, and equal values have equal bytes."""

import json

import pytest

from tests.factories import make_film, make_music, make_script, make_voice
from video_platform.domain.codec import content_hash, from_manifest, to_json, to_manifest
from video_platform.domain.manifests import Film, Music, VoiceTracks
from video_platform.domain.script import Script
from video_platform.errors import StoreError


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        (Script, make_script()),
        (VoiceTracks, make_voice(make_script())),
        (Music, make_music()),
        (Film, make_film()),
    ],
)
def test_manifest_round_trips(kind: type, value: object) -> None:
    assert from_manifest(kind, to_manifest(value)) == value


def test_hash_follows_content_only() -> None:
    assert content_hash(make_script()) == content_hash(make_script())
    assert content_hash(make_script()) != content_hash(make_script(title="Another"))


def test_script_keeps_the_documented_field_names() -> None:
    """Other tools read the architecture's script JSON."""
    document = json.loads(to_json(make_script()))
    assert {"title", "duration", "scenes"} <= document.keys()
    fields = {"id", "duration", "narration", "visual_prompt", "music_mood"}
    assert fields <= document["scenes"][0].keys()


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b'{"schema": "Music", "version": 1}'])
def test_damaged_manifest_is_refused(data: bytes) -> None:
    with pytest.raises(StoreError):
        from_manifest(Music, data)


def test_manifest_of_another_schema_is_refused() -> None:
    with pytest.raises(StoreError, match="Expected Music"):
        from_manifest(Music, to_manifest(make_script()))
