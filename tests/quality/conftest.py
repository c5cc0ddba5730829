"""One studio for all films of the gate's tests, and one film of each language to spoil."""

import pytest

from tests.quality.damage import BASES, Workshop
from tests.quality.films import Studio


@pytest.fixture(scope="session")
def studio(tmp_path_factory: pytest.TempPathFactory) -> Studio:
    return Studio(tmp_path_factory.mktemp("studio"))


@pytest.fixture(scope="session")
def workshop(studio: Studio, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    films = {language: studio.make(language, ratio) for language, ratio in BASES.items()}
    return Workshop(studio, films, tmp_path_factory.mktemp("spoiled"))
