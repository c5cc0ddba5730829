"""Signing a file and reading it back: what is said, what is detected, and what is not."""

import hashlib
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.provenance.conftest import make_ingredient
from video_platform.domain.rights import Making, Role
from video_platform.errors import InvalidInput, MontageError
from video_platform.montage.runner import Ffmpeg, find_ffmpeg
from video_platform.provenance.credentials import read_credentials, sign_file
from video_platform.provenance.identity import Identity
from video_platform.provenance.statement import Statement, state

INGREDIENTS = (
    make_ingredient(Role.SCRIPT, "1" * 64, media_type="application/json", is_input=True),
    make_ingredient(Role.PICTURE, "2" * 64, scene_id=1),
    make_ingredient(Role.VOICE, "3" * 64, scene_id=1, media_type="audio/wav", provider="espeak"),
    make_ingredient(Role.MUSIC, "4" * 64, media_type="audio/flac"),
)


def film(title: str = "A film") -> Statement:
    return state(title, "video/mp4", INGREDIENTS)


@pytest.fixture(scope="module")
def signed(samples: Path, identity: Identity) -> Iterator[Path]:
    target = samples / "signed.mp4"
    sign_file(samples / "a.mp4", target, film(), identity, {})
    yield target
    target.unlink()


def test_a_signed_film_reads_back_valid_and_names_every_ingredient(signed: Path) -> None:
    found = read_credentials(signed)
    assert found.is_valid
    assert not found.problems
    assert found.title == "A film"
    assert found.generator.startswith("video-platform ")
    told = [
        (one["role"], one["provider"], one["model"], one["sha256"]) for one in found.ingredients
    ]
    assert told == [(one.role, one.provider, one.model, one.sha256) for one in INGREDIENTS]
    assert [one["relationship"] for one in found.ingredients] == ["inputTo"] + ["componentOf"] * 3
    assert {one["licence"] for one in found.ingredients} == {"Atelier terms"}


def test_a_test_certificate_is_told_apart_and_trusted_only_when_asked(
    signed: Path, identity: Identity
) -> None:
    assert read_credentials(signed).is_test
    assert not read_credentials(signed).is_trusted
    trusting = read_credentials(signed, anchors_pem=identity.chain_pem)
    assert trusting.is_trusted
    assert trusting.is_test


@pytest.mark.parametrize("box", [b"moov", b"mdat"])
def test_one_changed_byte_is_detected_wherever_it_is(
    signed: Path, tmp_path: Path, box: bytes
) -> None:
    """In the index and in pictures and sound; the padding of the manifest itself may change."""
    data = signed.read_bytes()
    begin = data.index(box) + 4
    end = begin - 8 + int.from_bytes(data[begin - 8 : begin - 4], "big")
    for at in {*range(begin, end, (end - begin) // 25), begin, end - 1}:
        changed = tmp_path / "changed.mp4"
        changed.write_bytes(data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :])
        found = read_credentials(changed)
        assert not found.is_valid, at
        assert found.problems


def test_a_remux_drops_the_credentials(signed: Path, tmp_path: Path) -> None:
    """Why nothing may touch a film after it was signed."""
    shutil.copy(signed, tmp_path / "in.mp4")
    Ffmpeg(find_ffmpeg()).run(["-i", "in.mp4", "-c", "copy", "out.mp4"], directory=tmp_path)
    found = read_credentials(tmp_path / "out.mp4")
    assert not found.is_valid
    assert found.problems == ("The file carries no content credentials.",)


@pytest.mark.parametrize(
    ("name", "media_type", "roles"),
    [
        ("a.jpg", "image/jpeg", ["script", "picture"]),
        ("a.png", "image/png", ["script", "picture"]),
        ("a.gif", "image/gif", ["script", "picture"]),
        ("a.m4a", "audio/mp4", ["script", "voice", "music"]),
        ("a.wav", "audio/wav", ["script", "voice", "music"]),
    ],
)
def test_posters_and_sound_name_what_is_seen_or_heard_in_them(
    samples: Path, tmp_path: Path, identity: Identity, name: str, media_type: str, roles: list[str]
) -> None:
    statement = state("A part", media_type, INGREDIENTS)
    sign_file(samples / name, tmp_path / name, statement, identity, {})
    found = read_credentials(tmp_path / name)
    assert found.is_valid
    assert [one["role"] for one in found.ingredients] == roles


def test_credentials_a_provider_put_into_its_picture_are_kept(
    samples: Path, tmp_path: Path, identity: Identity
) -> None:
    theirs = tmp_path / "theirs.png"
    manifest = sign_file(samples / "a.png", theirs, state("Theirs", "image/png", ()), identity, {})
    sha256 = hashlib.sha256(theirs.read_bytes()).hexdigest()
    one = make_ingredient(sha256=sha256)
    statement = state("Ours", "video/mp4", (one,))
    sign_file(samples / "a.mp4", tmp_path / "ours.mp4", statement, identity, {sha256: theirs})
    found = read_credentials(tmp_path / "ours.mp4")
    assert found.is_valid
    (kept,) = found.ingredients
    assert kept["sha256"] == sha256
    assert kept["credentials"]["manifest"] == manifest
    assert kept["credentials"]["problems"] == []


def test_a_providers_broken_credentials_are_told_and_do_not_spoil_the_film(
    samples: Path, tmp_path: Path, identity: Identity
) -> None:
    theirs = tmp_path / "theirs.png"
    sign_file(samples / "a.png", theirs, state("Theirs", "image/png", ()), identity, {})
    data = bytearray(theirs.read_bytes())
    data[-20] ^= 1
    theirs.write_bytes(data)
    one = make_ingredient()
    statement = state("Ours", "video/mp4", (one,))
    sign_file(samples / "a.mp4", tmp_path / "o.mp4", statement, identity, {one.sha256: theirs})
    found = read_credentials(tmp_path / "o.mp4")
    assert found.is_valid
    assert found.ingredients[0]["credentials"]["problems"]


def test_an_ingredient_that_is_no_picture_at_all_is_listed_by_its_facts(
    samples: Path, tmp_path: Path, identity: Identity
) -> None:
    junk = tmp_path / "junk.png"
    junk.write_bytes(b"\x89PNG no more")
    one = make_ingredient()
    statement = state("Ours", "video/mp4", (one,))
    sign_file(samples / "a.mp4", tmp_path / "o.mp4", statement, identity, {one.sha256: junk})
    assert read_credentials(tmp_path / "o.mp4").ingredients[0]["sha256"] == one.sha256


@pytest.mark.parametrize(
    ("makings", "film_is"),
    [
        ([Making.TRAINED], Making.COMPOSITE_TRAINED),
        ([Making.ALGORITHMIC, Making.TRAINED], Making.COMPOSITE_TRAINED),
        ([Making.ALGORITHMIC, Making.ALGORITHMIC], Making.ALGORITHMIC),
        ([Making.ALGORITHMIC, Making.UNKNOWN], Making.COMPOSITE),
    ],
)
def test_a_films_source_type_follows_from_its_parts(
    samples: Path, tmp_path: Path, identity: Identity, makings: list[Making], film_is: Making
) -> None:
    parts = [make_ingredient(sha256=f"{n}" * 64, making=making) for n, making in enumerate(makings)]
    sign_file(samples / "a.mp4", tmp_path / "o.mp4", state("F", "video/mp4", parts), identity, {})
    assert read_credentials(tmp_path / "o.mp4").source_type == film_is


def test_what_cannot_be_signed_leaves_no_file(
    samples: Path, tmp_path: Path, identity: Identity
) -> None:
    target = tmp_path / "o.mp4"
    with pytest.raises(MontageError) as caught:
        sign_file(samples / "a.wav", target, film(), identity, {})
    assert caught.value.code == "signing_failed"
    assert not target.exists()


def test_a_file_of_an_unknown_kind_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput) as caught:
        read_credentials(tmp_path / "notes.txt")
    assert caught.value.code == "kind_unknown"


@pytest.mark.parametrize("content", [b"", b"\0" * 200, b"ftypmp42" * 50])
def test_a_file_of_junk_has_no_credentials(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "junk.mp4").write_bytes(content)
    found = read_credentials(tmp_path / "junk.mp4")
    assert not found.is_valid
    assert found.problems
