"""Pieces of films, and what a connection makes of answers."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from tests.publishing.desks import film_of, make_post
from tests.publishing.emulators.base import Emulator, Request
from tests.scenarios.server import Reply, json_reply
from video_platform.errors import (
    BadProviderAnswer,
    MediaMissing,
    OutcomeUnknown,
    ProviderQuotaExceeded,
    ProviderUnavailable,
)
from video_platform.providers.service import Access, Service
from video_platform.providers.transport import Answer, Clock
from video_platform.publishing.asked import made_of
from video_platform.publishing.uploads import (
    Connection,
    Piece,
    address,
    advised,
    byte_after,
    piece_at,
    pieces,
    read_piece,
    stream,
)


@pytest.mark.parametrize("total", [1, 9, 10, 11, 20, 21])
def test_pieces_cover_a_file_once_and_in_order(total: int, tmp_path: Path) -> None:
    film = film_of(tmp_path / "film.mp4", total)
    found = list(pieces(total, 10))
    assert b"".join(read_piece(film, piece) for piece in found) == film.read_bytes()
    assert [piece.is_last for piece in found] == [False] * (len(found) - 1) + [True]
    assert all(piece.size == 10 for piece in found[:-1])


def test_a_range_names_its_last_byte() -> None:
    assert piece_at(10, 10, 25).content_range == "bytes 10-19/25"
    assert piece_at(20, 10, 25).content_range == "bytes 20-24/25"


@pytest.mark.parametrize(
    ("header", "first"),
    [("bytes=0-99", 100), ("bytes 0-0", 1), ("0-99", 0), ("bytes=5-99", 0), ("", 0), ("x", 0)],
)
def test_a_range_header_says_where_to_go_on(header: str, first: int) -> None:
    assert byte_after(header) == first


def test_a_long_piece_is_streamed_a_megabyte_at_a_time(tmp_path: Path) -> None:
    film = film_of(tmp_path / "film.mp4", (2 << 20) + 7)
    found = list(stream(film, piece_at(5, 1 << 40, film.stat().st_size)))
    assert [len(part) for part in found] == [1 << 20, 1 << 20, 2]
    assert b"".join(found) == film.read_bytes()[5:]


def test_a_film_that_became_shorter_is_not_sent(tmp_path: Path) -> None:
    film = film_of(tmp_path / "film.mp4", 100)
    with pytest.raises(MediaMissing, match=r"film\.mp4 ended before its 200 bytes"):
        read_piece(film, Piece(50, 150, 200))
    with pytest.raises(MediaMissing):
        list(stream(film, Piece(50, 150, 200)))


def test_a_named_host_stands_for_every_host_of_a_network() -> None:
    url = "https://oauth2.example.com/token"
    assert address(Access(), url) == url
    assert address(Access(base_url="http://localhost:1/"), url) == "http://localhost:1/token"


class _Echo(Emulator):
    """Answers whatever a test laid down, after it read the body."""

    name = "net"
    reply = json_reply({"id": "1"})

    def is_commit(self, request: Request) -> bool:
        return request.path == "/commit"

    def answer(self, request: Request) -> Reply:
        for _ in request.pieces():
            pass
        return self.reply


_NET = Service(name="net", base_url="https://net.test", key_variable="NET_SECRET")


@pytest.fixture
def echo() -> Iterator[_Echo]:
    with _Echo() as emulator:
        yield emulator


def _connect(echo: _Echo, clock: Clock | None = None) -> Connection:
    return Connection(_NET, Access(base_url=echo.url, key="the-token"), {}, clock=clock)


def test_the_time_for_an_answer_begins_after_the_last_byte_of_a_slow_upload(echo: _Echo) -> None:
    now = [0.0]

    def slow_film() -> Iterator[bytes]:
        for _ in range(3):
            now[0] += 3600.0
            yield b"film"

    with _connect(echo, Clock(now=lambda: now[0])) as network:
        answer = network.put(
            "/film", operation="upload", content=slow_film(), headers={"Content-Length": "12"}
        )
    assert answer.json() == {"id": "1"}


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_no_fault_of_a_server_says_that_a_commit_was_not_done(echo: _Echo, status: int) -> None:
    echo.reply = json_reply({"error": {"message": "Try again later."}}, status)
    with _connect(echo) as network:
        with pytest.raises(OutcomeUnknown, match=f"net answered {status}.*later") as caught:
            network.commit("/commit", json={})
        assert "look at the network" in caught.value.hint
        with pytest.raises(ProviderUnavailable):
            network.post("/prepare", operation="begin", json={})


class _Strict(Connection):
    def refused(self, answer: Answer, *, is_paid: bool) -> ProviderQuotaExceeded:
        return ProviderQuotaExceeded("No.", provider="net", operation="x", hint="Buy a bigger one.")


def test_a_networks_own_hint_is_kept_and_others_speak_of_publishing(echo: _Echo) -> None:
    echo.reply = json_reply({}, 403)
    strict = _Strict(_NET, Access(base_url=echo.url), {})
    with strict as network, pytest.raises(ProviderQuotaExceeded) as caught:
        network.look("/", operation="check")
    assert caught.value.hint == "Buy a bigger one."
    echo.reply = json_reply({})
    with _connect(echo) as network:
        unusable = network.commit("/commit", json={})
        for error in (unusable.bad("x"), network.look("/", operation="check").bad("x")):
            assert "generations" not in error.hint
            assert error.hint == advised(error).hint
        assert isinstance(unusable.bad("x"), OutcomeUnknown)
        assert isinstance(network.look("/", operation="check").bad("x"), BadProviderAnswer)


def test_another_film_of_the_same_size_is_another_draft(tmp_path: Path) -> None:
    post = make_post(tmp_path, film_sha256="a" * 64)
    assert made_of(post, 1) == made_of(replace(post, title="another"), 1)
    assert made_of(post, 1) != made_of(replace(post, film_sha256="b" * 64), 1)
    assert made_of(post, 1) != made_of(post, 2)
