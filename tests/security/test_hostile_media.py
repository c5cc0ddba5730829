"""200 and more hostile files through the real intake: none leaks, none kills its reader."""

import os
import signal
import subprocess
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.security.canaries import Visits, watching
from tests.security.corpus import MP4, PNG, WAV, Case, hostile_cases, make_samples
from video_platform.domain.formats import FRAMES, Format
from video_platform.domain.look import Fit
from video_platform.domain.timing import FrameRate
from video_platform.errors import ProbeFailed, UnsupportedMedia, VideoPlatformError
from video_platform.montage import confined
from video_platform.montage.footage import Footage
from video_platform.montage.intake import examine_upload
from video_platform.montage.probe import probe_media
from video_platform.montage.runner import Ffmpeg
from video_platform.montage.stills import StillRequest, load_still

_AT_ONCE = 4


def _outcome(case: Case, path: Path) -> str:
    """``taken``, ``refused``, or what went wrong in words."""
    path.write_bytes(case.content)
    try:
        examine_upload(path, case.media_type)
    except VideoPlatformError as error:
        return "refused" if error.hint else "refused without a hint"
    except Exception as error:  # noqa: BLE001 - any other error is what is looked for
        return repr(error)
    return _used(case, path)


def _used(case: Case, path: Path) -> str:
    """What was taken is put into a film's frame, as the montage does."""
    frame = FRAMES[Format.WIDE]
    size = (frame.width_px, frame.height_px)
    try:
        if case.media_type.startswith("image/"):
            load_still(StillRequest(path, size))
        elif case.media_type.startswith("video/"):
            footage = Footage(
                path,
                case.media_type,
                size=size,
                fit=Fit.CROP,
                rate=FrameRate(30, 1),
                first_frame=0,
                start_ms=0,
                speed_percent=100,
                cube=None,
            )
            footage.next_planes()
            footage.close()
    except VideoPlatformError:
        return "taken, then refused"
    except Exception as error:  # noqa: BLE001 - any other error is what is looked for
        return f"taken, then {error!r}"
    return "taken" if case.may_be_taken else "taken, and must not be"


@pytest.mark.slow
def test_no_hostile_file_leaks_or_breaks_what_looks_at_it(
    ffmpeg: Ffmpeg, visits: Visits, tmp_path: Path
) -> None:
    canary = tmp_path / "canary.ts"
    canary.write_bytes(b"somebody else's")
    samples = make_samples(ffmpeg, tmp_path)
    cases = hostile_cases(samples, ffmpeg, tmp_path, visits.url, canary)
    assert len(cases) >= 200
    assert len({case.name for case in cases}) == len(cases)
    with watching([canary]) as opened, ThreadPoolExecutor(_AT_ONCE) as pool:
        paths = [tmp_path / f"upload-{number}" for number in range(len(cases))]
        outcomes = dict(
            zip((case.name for case in cases), pool.map(_outcome, cases, paths), strict=True)
        )
        assert opened.count() == 0
    assert visits.seen() == 0
    wrong = {name: said for name, said in outcomes.items() if said not in ("refused", "taken")}
    assert not wrong
    kinds = list(outcomes.values())
    print(f"{len(cases)} files: {kinds.count('refused')} refused, {kinds.count('taken')} harmless")  # noqa: T201


def test_the_same_files_whole_are_taken(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    """Else everything would be refused, and nothing shown by it."""
    for number, (kind, content) in enumerate(make_samples(ffmpeg, tmp_path).items()):
        path = tmp_path / str(number)
        path.write_bytes(content)
        assert examine_upload(path, kind) == probe_media(path, kind)


def test_a_canary_that_is_opened_is_noticed(visits: Visits, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    canary.write_text("x")
    with watching([canary]) as opened:
        assert opened.count() == 0
        subprocess.run(["cat", canary], check=True, stdout=subprocess.DEVNULL)
        assert opened.count() == 1


@pytest.mark.parametrize("deed", ["os.abort()", "bytearray(4 << 30)", "print('{}')", "print(1)"])
def test_a_file_that_kills_its_reader_is_refused_and_its_sender_goes_on(
    deed: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decoder that dies of a file is not at hand: a reader that dies stands for it."""
    reader = tmp_path / "reader.py"
    reader.write_text(
        "import os, resource\n"
        f"resource.setrlimit(resource.RLIMIT_AS, ({confined.MEMORY_BYTES},) * 2)\n{deed}\n"
    )
    monkeypatch.setattr(confined, "COMMAND", (str(reader),))
    with pytest.raises(ProbeFailed, match="breaks its reader"):
        examine_upload(tmp_path / "x", PNG)


def test_a_file_that_is_never_read_to_its_end_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader is gone with its time; a pipe that nobody fills stands for the endless file."""
    os.mkfifo(tmp_path / "endless")
    with pytest.raises(ProbeFailed, match="time to read"):
        confined.examine_confined(tmp_path / "endless", PNG, timeout_s=1.0)


def test_the_reader_is_bounded_in_memory_files_and_processor_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told = tmp_path / "told.py"
    told.write_text(
        "import resource, sys\nfrom video_platform.montage import confined, intake\n"
        "from video_platform.errors import UnsupportedMedia\n"
        "def told(*_):\n"
        "    limits = [resource.getrlimit(getattr(resource, 'RLIMIT_' + name))[0]\n"
        "              for name in ('AS', 'FSIZE', 'CORE', 'CPU')]\n"
        "    raise UnsupportedMedia(str(limits))\n"
        "intake.examine = told\nconfined._main(*sys.argv[1:3])\n"
    )
    monkeypatch.setattr(confined, "COMMAND", (str(told),))
    with pytest.raises(UnsupportedMedia, match=rf"\[{confined.MEMORY_BYTES}, 0, 0, 60\]"):
        examine_upload(tmp_path / "x", PNG)


def test_the_largest_film_that_is_taken_fits_into_the_bound(ffmpeg: Ffmpeg, tmp_path: Path) -> None:
    source = ("-f", "lavfi", "-i", "testsrc=s=4096x4096:r=10:d=2", "-pix_fmt", "yuv420p")
    ffmpeg.run([*source, "-preset", "ultrafast", "-refs", "16", "a.mp4"], directory=tmp_path)
    assert examine_upload(tmp_path / "a.mp4", MP4).frames == 20


@pytest.mark.parametrize("size", [0, 0x7FFF_FFFF, 0xFFFF_FFFF])
def test_a_wav_that_was_streamed_states_no_size_and_is_taken(
    ffmpeg: Ffmpeg, tmp_path: Path, size: int
) -> None:
    sound = make_samples(ffmpeg, tmp_path)[WAV]
    at = sound.find(b"data") + 4
    path = tmp_path / "streamed.wav"
    path.write_bytes(sound[:at] + size.to_bytes(4, "little") + sound[at + 4 :])
    if size:
        assert probe_media(path, WAV).duration_ms == 1000


def test_the_reader_dies_with_its_parent(tmp_path: Path) -> None:
    """A child that waits for a file, and its parent killed: it is gone with it."""
    os.mkfifo(tmp_path / "endless")
    program = (
        "import sys; from pathlib import Path; from video_platform.montage import confined; "
        "confined.examine_confined(Path(sys.argv[1]), 'image/png')"
    )
    import sys

    parent = subprocess.Popen([sys.executable, "-c", program, tmp_path / "endless"])
    # Opening the pipe for writing returns when the child has opened it for reading.
    writer = os.open(tmp_path / "endless", os.O_WRONLY)
    parent.send_signal(signal.SIGKILL)
    parent.wait()
    signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    with pytest.raises(BrokenPipeError):
        _fill(writer)
    os.close(writer)


def _fill(pipe: int) -> None:
    for _ in range(2_000_000):
        os.write(pipe, b"\x89")
