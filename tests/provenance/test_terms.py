"""What is known of licences: shipped, stated by the operator, stated with a file, or unknown."""

from pathlib import Path

import pytest

from video_platform.domain.generation import Capability
from video_platform.domain.rights import LICENCES, Making, Role, Terms, state_terms
from video_platform.errors import InvalidInput, NotConfigured
from video_platform.fonts import FAMILY
from video_platform.provenance.terms import UPLOAD, load_terms
from video_platform.providers.registry import DEFAULTS

SHA = "a" * 64


def test_everything_that_works_without_a_key_has_a_licence_and_no_training() -> None:
    book = load_terms()
    for capability in (Capability.SCRIPT, Capability.IMAGE, Capability.VOICE, Capability.MUSIC):
        name = DEFAULTS[capability]
        assert book.find(name, Role.PICTURE, SHA).licence, name
        assert book.making(name) is Making.ALGORITHMIC
    assert book.fonts[FAMILY].licence == "OFL-1.1"


def test_a_provider_nobody_wrote_down_counts_as_trained_and_of_unknown_terms() -> None:
    book = load_terms()
    assert book.making("tomorrow") is Making.TRAINED
    assert book.find("tomorrow", Role.PICTURE, SHA).licence == ""


def test_a_persons_own_file_is_what_they_stated_or_unknown() -> None:
    book = load_terms()
    assert book.making(UPLOAD) is Making.UNKNOWN
    assert book.find(UPLOAD, Role.LOGO, SHA).licence == ""
    assert (
        book.find(UPLOAD, Role.LOGO, SHA, stated=Terms(licence="CC-BY-4.0")).licence == "CC-BY-4.0"
    )


def test_a_gateway_without_rights_cannot_state_any() -> None:
    assert (
        load_terms()
        .find("suno", Role.MUSIC, SHA, stated=Terms(licence="unofficial gateway"))
        .licence
        == ""
    )


def test_a_role_may_have_terms_of_its_own() -> None:
    book = load_terms()
    voice, music = (book.find("elevenlabs", role, SHA).licence for role in (Role.VOICE, Role.MUSIC))
    assert voice != music


def test_the_operators_word_goes_before_the_shipped_and_a_files_before_a_providers(
    tmp_path: Path,
) -> None:
    own = tmp_path / "licences.toml"
    own.write_text(
        f'[providers.openai]\nlicence = "Contract 7"\n[files.{SHA}]\nlicence = "Own photograph"\n'
    )
    book = load_terms(own)
    assert book.find("openai", Role.PICTURE, "b" * 64).licence == "Contract 7"
    assert book.find("openai", Role.PICTURE, SHA).licence == "Own photograph"
    assert book.making("openai") is Making.TRAINED
    assert book.find("stability", Role.PICTURE, SHA[:-1]).licence.startswith("Stability")


@pytest.mark.parametrize(
    "content", ["[providers", '[providers.x]\nmaking = "magic"', "providers = 3", "files = [1]"]
)
def test_a_list_that_cannot_be_understood_is_refused(tmp_path: Path, content: str) -> None:
    own = tmp_path / "licences.toml"
    own.write_text(content)
    with pytest.raises(NotConfigured) as caught:
        load_terms(own)
    assert caught.value.code == "licences_invalid"


def test_a_list_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(NotConfigured) as caught:
        load_terms(tmp_path / "none.toml")
    assert caught.value.code == "licences_invalid"


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("cc-by-4.0", "CC-BY-4.0"),
        ("  Letter of the  photographer, 2026-03-01 ", "Letter of the photographer, 2026-03-01"),
        ("NOASSERTION", ""),
        ("unknown", ""),
        ("", ""),
    ],
)
def test_a_licence_is_kept_as_spdx_spells_it_or_as_it_was_said(said: str, kept: str) -> None:
    assert state_terms(said, "").licence == kept
    assert state_terms(LICENCES[0], "a.pdf") == Terms(licence=LICENCES[0], source="a.pdf")


@pytest.mark.parametrize(("licence", "source"), [("x" * 121, ""), ("MIT", "y" * 256), ("", "z")])
def test_a_licence_nobody_could_read_is_refused(licence: str, source: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        state_terms(licence, source)
    assert caught.value.code == "licence_invalid"
