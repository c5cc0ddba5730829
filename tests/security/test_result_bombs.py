"""What a paid service delivers cannot kill, hang or swell the worker that looks at it."""

import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.generation.ledgers import make_ledger
from tests.scenarios._drawing import Easel, painter
from tests.scenarios.samples import image_request
from tests.scenarios.server import bytes_reply
from tests.scenarios.stability import SPEAKER
from video_platform.db.database import open_database
from video_platform.db.repositories.generations import GenerationState
from video_platform.errors import OutcomeUnknown, UnsupportedMedia
from video_platform.generation.ledger import Ledger, request_key
from video_platform.montage import confined
from video_platform.montage.probe import probe_media
from video_platform.providers.vendors.stability import StabilityImages
from video_platform.settings import Settings
from video_platform.store import MediaStore


@dataclass
class Bench:
    server: Easel
    ledger: Ledger
    home: Path


@pytest.fixture
def bench(tmp_path: Path, store: MediaStore) -> Iterator[Bench]:
    database = open_database(Settings(data_dir=tmp_path / "data").resolved_database_url)
    ledger = make_ledger(database, store, tmp_path / "s", probe=probe_media)
    ledger.probe_foreign = confined.probe_confined
    server = Easel([SPEAKER], tmp_path / "accepted.log")
    yield Bench(server, ledger, tmp_path)
    server.close()
    database.engine.dispose()


def _png(side_px: int) -> bytes:
    """A picture of one colour: a few kilobytes that unfold to ``side_px`` squared."""

    def chunk(name: bytes, content: bytes) -> bytes:
        check = struct.pack(">I", zlib.crc32(name + content))
        return struct.pack(">I", len(content)) + name + content + check

    head = struct.pack(">IIBBBBB", side_px, side_px, 8, 0, 0, 0, 0)
    rows = zlib.compress(bytes((side_px + 1) * 64), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def _is_refused_once(bench: Bench, code: str) -> None:
    """The row names ``code``; the same asked again sends nothing."""
    provider = painter(StabilityImages, bench.server, bench.home)
    with pytest.raises(UnsupportedMedia) as caught:
        bench.ledger.obtain(provider, image_request())
    assert caught.value.code == code
    assert caught.value.hint
    row = bench.ledger.rows.find(request_key(provider, image_request(), bench.ledger.tenant))
    assert row is not None
    assert (row.state, row.error_code) == (GenerationState.UNKNOWN, code)
    calls = len(bench.server.world.calls)
    with pytest.raises(OutcomeUnknown):
        bench.ledger.obtain(provider, image_request())
    assert len(bench.server.world.calls) == calls


def test_a_picture_bomb_is_refused_and_not_asked_for_again(bench: Bench) -> None:
    bench.server.world.faults["stability"] = lambda *_: bytes_reply(_png(40_000), "image/png")
    _is_refused_once(bench, "media_unsupported")


@pytest.mark.parametrize("deed", ["os.abort()", "bytearray(4 << 30)", "exec('while True: pass')"])
def test_a_result_that_kills_swells_or_hangs_its_reader_leaves_the_worker_alive(
    bench: Bench, deed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoder that dies of a file is not at hand: a reader that dies stands for it."""
    reader = bench.home / "reader.py"
    reader.write_text(
        "import os, resource\n"
        "resource.setrlimit(resource.RLIMIT_CPU, (1, 2))\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({confined.MEMORY_BYTES},) * 2)\n{deed}\n"
    )
    monkeypatch.setattr(confined, "COMMAND", (str(reader),))
    _is_refused_once(bench, "media_breaks_reader")


def test_a_whole_result_is_found_as_before(bench: Bench) -> None:
    provider = painter(StabilityImages, bench.server, bench.home)
    assert bench.ledger.obtain(provider, image_request()).media.probe.width_px == 64
