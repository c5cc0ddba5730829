"""The official packages would send what we send: same method, path, parameters and body.

Their methods know every field by name: one that is misspelt or was retired is refused here before
anybody pays for the mistake. They send nothing in the product; see ADR 8.
"""

import tempfile
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.generation.ledgers import FakeTime
from tests.scenarios.accounts import KEY, account, request_for
from tests.scenarios.samples import Drawer
from tests.scenarios.server import Call, ScenarioServer
from tests.scenarios.speakers import all_speakers
from video_platform.domain.generation import Capability
from video_platform.providers.jobs import SlowProvider
from video_platform.providers.registry import Catalogue
from video_platform.providers.transport import Clock

_KEY_HEADERS = ("authorization", "x-api-key", "xi-api-key", "anthropic-version")


@contextmanager
def _openai(url: str) -> Iterator[Any]:
    openai = pytest.importorskip("openai")
    with openai.OpenAI(api_key=KEY, base_url=url, max_retries=0) as client:
        yield client


@contextmanager
def _anthropic(url: str) -> Iterator[Any]:
    anthropic = pytest.importorskip("anthropic")
    # The package says who asks in Authorization, and names a newer version of the interface than
    # its pages do, which we follow.
    ours = {"x-api-key": KEY, "Authorization": anthropic.Omit(), "anthropic-version": "2023-06-01"}
    options = {"api_key": KEY, "base_url": url, "max_retries": 0, "default_headers": ours}
    with anthropic.Anthropic(**options) as client:
        yield client


@contextmanager
def _elevenlabs(url: str) -> Iterator[Any]:
    import httpx

    elevenlabs = pytest.importorskip("elevenlabs")
    with httpx.Client() as http:
        yield elevenlabs.ElevenLabs(api_key=KEY, base_url=url, httpx_client=http)


@contextmanager
def _replicate(url: str) -> Iterator[Any]:
    client = pytest.importorskip("replicate").Client(api_token=KEY, base_url=url)
    with client._client:
        yield client


def _heard(client: Any, call: Call) -> Any:
    form = call.form()
    return client.audio.transcriptions.create(
        file=("voice.wav", form["file"], "audio/wav"),
        model=form["model"],
        response_format=form["response_format"],
        timestamp_granularities=[form["timestamp_granularities[]"]],
        language=form["language"],
    )


def _spoken(client: Any, call: Call) -> Any:
    return client.text_to_speech.convert_with_timestamps(
        call.path.split("/")[3], **call.query, **call.json()
    )


def _composed(client: Any, call: Call) -> Any:
    return b"".join(client.music.compose(**call.query, **call.json()))


def _aligned(client: Any, call: Call) -> Any:
    form = call.form()
    file = ("voice.wav", form["file"], "audio/wav")
    return client.forced_alignment.create(file=file, text=form["text"])


def _predicted(client: Any, call: Call) -> Any:
    return client.predictions.create(**call.json())


@dataclass(frozen=True)
class Case:
    """A provider of ours, and how an official package is told the same.

    ``prefix`` is what stands in our base URL and in their paths.
    """

    name: str
    capability: Capability
    open: Callable[[str], AbstractContextManager[Any]]
    send: Callable[[Any, Call], Any]
    prefix: str = ""


CASES = (
    Case(
        "openai",
        Capability.SCRIPT,
        _openai,
        lambda client, call: client.chat.completions.create(**call.json()),
    ),
    Case(
        "openai",
        Capability.IMAGE,
        _openai,
        lambda client, call: client.images.generate(**call.json()),
    ),
    Case(
        "openai",
        Capability.VOICE,
        _openai,
        lambda client, call: client.audio.speech.create(**call.json()).read(),
    ),
    Case("openai", Capability.ALIGNMENT, _openai, _heard),
    Case(
        "anthropic",
        Capability.SCRIPT,
        _anthropic,
        lambda client, call: client.messages.create(**call.json()),
    ),
    Case("elevenlabs", Capability.VOICE, _elevenlabs, _spoken),
    Case("elevenlabs", Capability.MUSIC, _elevenlabs, _composed),
    Case("elevenlabs", Capability.ALIGNMENT, _elevenlabs, _aligned),
    Case("musicgen", Capability.MUSIC, _replicate, _predicted, "/v1"),
    Case("sadtalker", Capability.AVATAR, _replicate, _predicted, "/v1"),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ScenarioServer]:
    made = ScenarioServer(list(all_speakers().values()), tmp_path / "accepted.log")
    yield made
    made.close()


def _ours(case: Case, server: ScenarioServer, home: Path) -> Call:
    """The submit our provider sends."""
    kind = type(Catalogue().find(case.capability, case.name))
    drawer, time = Drawer(home / "media"), FakeTime()
    access = account(kind, server.url(kind.service.name))
    provider = kind(access, drawer.path, clock=Clock(time.now, time.sleep))
    request = request_for(kind, drawer)
    if isinstance(provider, SlowProvider):
        provider.submit(request, "key-1")
    else:
        with tempfile.TemporaryDirectory() as directory:
            provider.generate(request, Path(directory))
    provider.http.close()
    return _submit(server)


def _submit(server: ScenarioServer) -> Call:
    (call,) = [call for _, phase, call in server.world.calls if phase == "submit"]
    server.world.calls.clear()
    return call


def _body(call: Call) -> Any:
    if call.headers["content-type"].startswith("multipart/"):
        return call.form()
    return call.json()


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.name}-{case.capability}")
def test_the_official_package_sends_the_same(
    case: Case, server: ScenarioServer, tmp_path: Path
) -> None:
    ours = _ours(case, server, tmp_path)
    service = Catalogue().find(case.capability, case.name).service
    # Where a path begins otherwise, our ordinary address ends so.
    assert urlsplit(service.base_url).path.endswith(case.prefix)
    with case.open(server.url(service.name)) as client:
        case.send(client, ours)
    theirs = _submit(server)
    assert (theirs.method, theirs.path) == (ours.method, f"{case.prefix}{ours.path}")
    assert theirs.query == ours.query
    assert _body(theirs) == _body(ours)
    for name in _KEY_HEADERS:
        assert theirs.headers.get(name) == ours.headers.get(name), name
    assert server.world.mistakes == []


def test_the_official_package_refuses_a_field_it_does_not_know(
    server: ScenarioServer, tmp_path: Path
) -> None:
    """Else the comparison above would say nothing about names."""
    ours = _ours(CASES[1], server, tmp_path)
    with _openai(server.url("openai")) as client, pytest.raises(TypeError, match="sise"):
        client.images.generate(**ours.json(), sise="1024x1024")
