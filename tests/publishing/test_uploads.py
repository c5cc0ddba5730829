"""Pieces of films, and what a connection makes of answers."""

from pathlib import Path

import pytest

from tests.publishing.desks import film_of
from video_platform.errors import MediaMissing
from video_platform.providers.service import Access
from video_platform.publishing.uploads import (
    Piece,
    address,
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
