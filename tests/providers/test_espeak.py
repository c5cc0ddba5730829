"""The embedded speaker's promises: every token timed by the engine, and a track ready to mix."""

import json
import os
import re
import signal
import subprocess
import sys
import time
import wave
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from tests.loudness import measured_lufs
from video_platform.domain.generation import Capability, VoiceRequest
from video_platform.domain.language import Language
from video_platform.errors import (
    InvalidInput,
    NotConfigured,
    PermanentProviderError,
    TransientProviderError,
)
from video_platform.providers.registry import find_provider
from video_platform.providers.vendors.espeak import PROVIDERS, VOICES, EspeakSpeaker, _engine
from video_platform.providers.vendors.espeak import _sound as sound
from video_platform.providers.vendors.espeak._text import place_words, prepare_text
from video_platform.providers.vendors.espeak._voices import find_voice

EN, FR, AR = Language.ENGLISH, Language.FRENCH, Language.ARABIC
ODD_TEXTS = [
    (EN, "It cost $3.50 — about 12,000 people's 😀 word. Dr. Smith's U.S.A. e-mail at 3:45pm."),
    (EN, "— «»  A/B & C++ 𝐀𝐁 100% “quoted” … 1998–2005; £2bn (yes)! 👩‍🚀"),
    (
        FR,
        "L’énergie « solaire » coûte 12\u202f000\u00a0€ — aujourd'hui, c'est 73\u00a0% de moins !",
    ),
    (FR, "M. Dupont, à 14h30 : qu’en dites-vous\u00a0? L'œuvre n° 5 fait 3,50 €."),
    (AR, "تُعَدُّ الطاقة الشمسية 12٪ من السوق، و٣٤٥ دولارًا — «نعم» لِلْكِتَابِ."),
    (AR, "هل هذا صحيح؟ ـ الســـلام عليكم 😀 3.5 مليون\u200f."),
]


def ask(text: str, language: Language = EN, voice: str = "", speed: float = 1.0) -> VoiceRequest:
    return VoiceRequest(text=text, language=language, voice=voice, speed=speed)


def speak(request: VoiceRequest, directory: Path) -> tuple[list[dict[str, Any]], Path]:
    """Word entries and the track."""
    directory.mkdir(parents=True, exist_ok=True)
    produced = EspeakSpeaker().generate(request, directory)
    words: Any = produced.details["words"]
    return words, produced.path


def read(path: Path) -> NDArray[np.float64]:
    with wave.open(str(path)) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (48_000, 1, 2)
        raw = np.frombuffer(file.readframes(file.getnframes()), dtype="<i2")
    return raw / 32768


def test_registry_finds_the_speaker_as_the_default() -> None:
    assert isinstance(find_provider(Capability.VOICE), EspeakSpeaker)
    assert list(PROVIDERS) == [EspeakSpeaker]


@pytest.mark.parametrize(("language", "text"), ODD_TEXTS)
def test_every_token_has_a_word_in_order_and_inside_the_track(
    tmp_path: Path, language: Language, text: str
) -> None:
    words, path = speak(ask(text, language), tmp_path)
    length_ms = len(read(path)) / 48

    assert [word["text"] for word in words] == text.split()
    assert words[0]["start_ms"] >= 0
    assert words[-1]["end_ms"] <= length_ms
    for word, following in pairwise(words):
        assert word["start_ms"] <= word["end_ms"] <= following["start_ms"]
    heard = [word for word in words if any(char.isalpha() for char in word["text"])]
    assert all(word["end_ms"] - word["start_ms"] >= 20 for word in heard)


@pytest.mark.parametrize(("language", "text"), ODD_TEXTS)
def test_words_start_where_the_engine_says(tmp_path: Path, language: Language, text: str) -> None:
    """Against the worker's own events, moved by what was trimmed before the first sound."""
    words, _ = speak(ask(text, language), tmp_path / "track")
    voice = find_voice(language, "")
    spoken = prepare_text(text, language)
    speech = _engine.run_engine(
        text=spoken.text, voice=voice.engine, parameters=voice.parameters(1.0), directory=tmp_path
    )
    first, _ = sound.find_speech(sound.read_wav(speech.wav_path), speech.sample_rate_hz)
    begin = first - sound.EDGE_MS * speech.sample_rate_hz / 1000
    expected: dict[int, float] = {}
    for position, sample in speech.events:
        at_ms = (sample - begin) * 1000 / speech.sample_rate_hz
        expected.setdefault(spoken.token_at(position), max(0.0, at_ms))
    assert len(expected) >= len(text.split()) * 0.5
    for index, at_ms in expected.items():
        assert words[index]["start_ms"] == pytest.approx(at_ms, abs=5), words[index]


def test_a_word_ends_before_the_pause_behind_it(tmp_path: Path) -> None:
    words, path = speak(ask("The first sentence ends here. Another begins."), tmp_path)
    track = read(path)
    here, another = words[4], words[5]
    assert another["start_ms"] - here["end_ms"] >= 150
    pause = track[(here["end_ms"] + 20) * 48 : (another["start_ms"] - 20) * 48]
    assert np.sqrt(np.mean(pause**2)) < 0.01
    assert words[0]["end_ms"] == words[1]["start_ms"], "no gap inside a phrase"


def test_silence_at_both_ends_is_short_and_fixed(tmp_path: Path) -> None:
    for text in ("Hello.", "A longer sentence, with a pause, then an end."):
        words, path = speak(ask(text), tmp_path)
        track = np.abs(read(path))
        loud = np.flatnonzero(track > track.max() * 0.02)
        assert 30 <= loud[0] / 48 <= 110
        assert 30 <= (len(track) - loud[-1]) / 48 <= 160
        assert words[0]["start_ms"] <= 70


@pytest.mark.parametrize("language", list(Language))
def test_track_is_at_house_loudness_and_never_clips(tmp_path: Path, language: Language) -> None:
    text = {EN: ODD_TEXTS[0][1], FR: ODD_TEXTS[3][1], AR: ODD_TEXTS[4][1]}[language]
    for voice in VOICES[language]:
        _, path = speak(ask(text, language, voice), tmp_path)
        track = read(path)
        assert measured_lufs(path) == pytest.approx(-20, abs=1), voice
        assert np.abs(track).max() <= 10 ** (-3 / 20), voice
        assert abs(track.mean()) < 1e-4, voice


def test_markup_and_engine_commands_are_only_text(tmp_path: Path) -> None:
    """Length betrays interpretation: a long break, a slower rate, phonemes or commands."""

    def seconds(text: str) -> float:
        return len(read(speak(ask(text), tmp_path)[1])) / 48_000

    plain = seconds("Alpha Bravo")
    assert seconds("Alpha [[ Bravo ]]") == pytest.approx(plain, abs=0.4)
    assert seconds("Alpha \x01\x01 Bravo") == pytest.approx(plain, abs=0.1)
    assert seconds('<speak>Alpha <break time="9s"/> Bravo</speak>') < plain + 6
    assert "\x01" not in prepare_text("a\x0190s b", EN).text
    assert prepare_text("say [[h@l'oU]] now", EN).text == "say h@l'oU now"


def test_same_request_gives_the_same_bytes_even_in_parallel(tmp_path: Path) -> None:
    request = ask("Several scenes speak at once, each in its own process.")
    with ThreadPoolExecutor(4) as pool:
        made = list(pool.map(lambda n: speak(request, tmp_path / str(n)), range(6)))
    assert len({path.read_bytes() for _, path in made}) == 1
    assert all(words == made[0][0] for words, _ in made)


def test_nothing_but_the_track_is_left_behind(tmp_path: Path) -> None:
    _, path = speak(ask("Tidy."), tmp_path)
    assert list(tmp_path.iterdir()) == [path]


def test_speed_changes_the_pace(tmp_path: Path) -> None:
    text = "The pace of a narrator can be slower or faster than usual."
    slow, usual, fast = (
        len(read(speak(ask(text, speed=speed), tmp_path)[1])) for speed in (0.7, 1.0, 1.4)
    )
    assert slow / usual == pytest.approx(1 / 0.7, rel=0.15)
    assert fast / usual == pytest.approx(1 / 1.4, rel=0.15)


def test_voices_differ_and_an_unknown_one_is_refused(tmp_path: Path) -> None:
    texts = {speak(ask("Same words.", voice=v), tmp_path)[1].read_bytes() for v in VOICES[EN]}
    assert len(texts) == len(VOICES[EN])
    with pytest.raises(InvalidInput, match="narrator, bright, deep, soft") as caught:
        speak(ask("Hello", FR, voice="Morgan"), tmp_path)
    assert caught.value.code == "voice_unknown"


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        (ask("Hello", speed=0.69), "voice_speed"),
        (ask("Hello", speed=float("nan")), "voice_speed"),
        (ask("a" * 10_001), "voice_text_too_long"),
        (ask(""), "voice_text_silent"),
        (ask("😀 — …"), "voice_text_silent"),
    ],
)
def test_impossible_requests_are_refused_by_rule(
    tmp_path: Path, request_: VoiceRequest, code: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        speak(request_, tmp_path)
    assert caught.value.code == code
    assert not list(tmp_path.iterdir())


def worker_that(tmp_path: Path, code: str) -> Path:
    """A stand-in for the worker that ends as told."""
    path = tmp_path / "stand_in.py"
    path.write_text(f"import os, signal, sys, time\nsys.stdin.read()\n{code}\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("code", "error", "said"),
    [
        ("os.kill(os.getpid(), signal.SIGKILL)", TransientProviderError, "ended with -9"),
        ("os.kill(os.getpid(), signal.SIGSEGV)", PermanentProviderError, "ended with -11"),
        ("sys.exit('no such voice')", PermanentProviderError, "no such voice"),
        ("", PermanentProviderError, "no readable events"),
        ("time.sleep(30)", TransientProviderError, "did not finish 6 characters"),
    ],
)
def test_bad_end_of_the_worker_is_explained(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: str,
    error: type[Exception],
    said: str,
) -> None:
    monkeypatch.setattr(_engine, "WORKER", worker_that(tmp_path, code))
    with pytest.raises(error) as caught:
        _engine.run_engine(
            text="Hello.", voice="en", parameters={}, directory=tmp_path, timeout_s=0.4
        )
    assert said in str(caught.value)


def test_unknown_engine_voice_is_a_permanent_error(tmp_path: Path) -> None:
    with pytest.raises(PermanentProviderError, match="SetVoiceByName"):
        _engine.run_engine(text="Hi", voice="qqq-none", parameters={}, directory=tmp_path)


def test_missing_wheel_names_the_remedy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "espeakng_loader", None)
    with pytest.raises(NotConfigured, match="pip install espeakng-loader"):
        speak(ask("Hello"), tmp_path)


def test_worker_starts_light() -> None:
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-X", "importtime", _engine.WORKER],
        input=b"",
        capture_output=True,
        check=False,
    )
    loaded = set(re.findall(r"\|\s+(\w[\w.]*)$", done.stderr.decode(), re.MULTILINE))
    assert "ctypes" in loaded
    assert not loaded & {"site", "numpy", "pydantic", "dagster", "video_platform", "subprocess"}


@pytest.mark.skipif(sys.platform != "linux", reason="prctl is Linux only")
def test_worker_dies_with_the_process_that_asked(tmp_path: Path) -> None:
    """The parent is killed while the engine speaks; the child must not outlive it."""
    library, data = _engine._locate_engine()
    job = {
        "library": library,
        "data": data,
        "directory": str(tmp_path),
        "voice": "en",
        "text": "never ending story " * 20_000,
        "parameters": [],
    }
    parent_code = (
        "import json,os,subprocess,sys\n"
        "job=json.load(sys.stdin); job['parent']=os.getpid()\n"
        "child=subprocess.Popen([sys.executable,'-I','-S',sys.argv[1]],stdin=subprocess.PIPE)\n"
        "child.stdin.write(json.dumps(job).encode()); child.stdin.close()\n"
        "print(child.pid,flush=True); child.wait()\n"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", parent_code, str(_engine.WORKER)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    with parent:
        assert parent.stdin is not None
        assert parent.stdout is not None
        parent.stdin.write(json.dumps(job).encode())
        parent.stdin.close()
        child = int(parent.stdout.readline())
        wait_until(lambda: "espeak" in Path(f"/proc/{child}/maps").read_text())
        parent.kill()
    wait_until(lambda: has_ended(child))


def has_ended(pid: int) -> bool:
    """Gone, or dead and only waiting to be collected by whoever adopted it."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "Z"
    except OSError:
        return True


def wait_until(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_no_key_reaches_the_engine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_API_KEY", "hush")
    code = "open(sys.argv[0] + '.env', 'w').write(repr(sorted(os.environ)))"
    stand_in = worker_that(tmp_path, code)
    monkeypatch.setattr(_engine, "WORKER", stand_in)
    with pytest.raises(PermanentProviderError):
        _engine.run_engine(text="Hi", voice="en", parameters={}, directory=tmp_path)
    assert "SECRET" not in Path(f"{stand_in}.env").read_text()


@pytest.mark.parametrize(
    ("language", "text", "said"),
    [
        (
            EN,
            "It cost $3.50, or $1 (£2bn).",
            "It cost 3 dollars 50, or 1 dollar (2 billion pounds).",
        ),
        (EN, "$3.5 million, now", "3.5 million dollars, now"),
        (EN, "Cats & dogs 😀", "Cats and dogs"),
        (EN, "vs. them", "versus them"),
        (FR, "M. Dupont, à 14h30, paie 12 €.", "monsieur Dupont, à 14 heures 30, paie 12 euros."),
        (AR, "الســـلام 5$", "السلام 5 دولار"),
        (AR, "يستخدم، للكهرباء", "يَستَخدِم، لِ الكهرباء"),
        (AR, "(وانخفضت) وكان خمسة", "(وَ اِنخَفَضَت) وَ كَان خَمسَ"),
        (AR, "تُعَدُّ السوق", "تُعَدُّ السوق"),
    ],
)
def test_signs_are_said_in_words(language: Language, text: str, said: str) -> None:
    assert prepare_text(text, language).text == said


def test_resampling_keeps_time_and_pitch() -> None:
    """A tone of 1 kHz comes out as one, at the same place, across several blocks."""
    rate = 22_050
    tone = np.sin(2 * np.pi * 1000 * np.arange(rate * 30) / rate).astype(np.float32) * 0.1
    tone[: rate * 15] = 0
    flat = sound.resample(tone, ((100, 0.0), (10_000, 0.0)))
    assert len(flat) == 30 * 48_000
    onset = int(np.flatnonzero(np.abs(flat) > 0.05)[0])
    assert onset / 48 == pytest.approx(15_000, abs=3)
    settled = flat[16 * 48_000 : 29 * 48_000]
    ideal = np.abs(np.fft.rfft(settled * np.hanning(len(settled))))
    peak = int(ideal.argmax())
    assert peak * 48_000 / len(settled) == pytest.approx(1000, abs=1)
    ideal[peak - 20 : peak + 20] = 0
    assert ideal.max() < 1e-3 * len(settled) * 0.05, "no images, no seams"


TOKEN = st.text(st.characters(codec="utf-8"), min_size=1, max_size=8) | st.sampled_from(
    ["—", "«", "😀", "$3.50", "12\u00a0000", "[[x]]", "<b>", "كتاب", "l’eau", "\x01"]
)


@settings(max_examples=300, deadline=None)
@given(tokens=st.lists(TOKEN, max_size=12), language=st.sampled_from(Language), data=st.data())
def test_any_text_and_any_events_give_one_word_per_token(
    tokens: list[str], language: Language, data: st.DataObject
) -> None:
    text = " ".join(tokens)
    spoken = prepare_text(text, language)
    assert list(spoken.tokens) == text.split()
    assert len(spoken.starts) == len(spoken.tokens)
    assert all(ord(char) <= 0xFFFF and ord(char) >= 32 for char in spoken.text)
    if not spoken.text:
        return
    positions = data.draw(st.lists(st.integers(0, len(spoken.text) + 2), min_size=1, max_size=15))
    times = sorted(
        data.draw(st.lists(st.floats(0, 5_000), min_size=len(positions), max_size=len(positions)))
    )
    ends = [*times[1:], times[-1] + 100]
    words = place_words(spoken, list(zip(positions, times, strict=True)), ends)
    assert [word.text for word in words] == text.split()
    for word, following in pairwise(words):
        assert 0 <= word.start_ms <= word.end_ms <= following.start_ms


@settings(max_examples=200, deadline=None)
@given(words=st.lists(st.from_regex(r"[a-zà-ÿ]{1,6}", fullmatch=True), min_size=1, max_size=9))
def test_positions_lead_back_to_their_token(words: list[str]) -> None:
    spoken = prepare_text(" ".join(words), FR)
    for index, start in enumerate(spoken.starts):
        assert spoken.token_at(start) == index
        assert spoken.token_at(start + len(words[index]) - 1) == index


def test_number_in_two_tokens_shares_its_time() -> None:
    spoken = prepare_text("coûte 12\u00a0000 « euros »", FR)
    words = place_words(spoken, [(0, 0), (6, 400), (15, 1_400)], [400, 1_400, 1_900])
    assert [(word.start_ms, word.end_ms) for word in words] == [
        (0, 400),
        (400, 800),
        (800, 1_400),
        (1_400, 1_400),
        (1_400, 1_900),
        (1_900, 1_900),
    ]


def test_take_does_not_matter_to_a_voice_that_has_no_chance(tmp_path: Path) -> None:
    request = ask("Again.")
    first = speak(request, tmp_path / "a")[1].read_bytes()
    assert speak(replace(request, take=1), tmp_path / "b")[1].read_bytes() == first


def test_interrupt_kills_the_child(tmp_path: Path) -> None:
    """Ctrl-C during a long job leaves no child behind."""
    stand_in = worker_that(tmp_path, "open('pid', 'w').write(str(os.getpid())); time.sleep(30)")
    code = (
        "import sys; from pathlib import Path\n"
        "from video_platform.providers.vendors.espeak import _engine\n"
        f"_engine.WORKER = Path({str(stand_in)!r})\n"
        "_engine.run_engine(text='x', voice='en', parameters={}, directory=Path('.'))\n"
    )
    root = Path(__file__).resolve().parents[2]
    asking = subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.DEVNULL,
    )
    with asking:
        pid_file = tmp_path / "pid"
        wait_until(lambda: pid_file.exists() and pid_file.read_text() != "")
        asking.send_signal(signal.SIGINT)
    assert has_ended(int(pid_file.read_text()))
