"""The child process that speaks: reads one JSON job on stdin, writes a WAV and its events.

It is started by path (``python -I -S _worker.py``), so only the standard library is in reach and
start-up stays short. espeak-ng is GPL-3 and not thread-safe: it is loaded here and nowhere else.

Job: ``library`` and ``data`` (paths of espeak-ng), ``directory``, ``parent`` (process id),
``voice``, ``text``, ``parameters`` (espeak's own numbers to values). Results: ``speech.wav``
(mono 16-bit at the engine's rate) and ``events.json``: ``sample_rate_hz`` and ``words``, a list
of ``[position, sample]`` where position counts characters of the text from 0.
"""

import ctypes
import json
import os
import signal
import sys

AUDIO_OUTPUT_SYNCHRONOUS = 2
DONT_EXIT = 0x8000
POSITION_CHARACTER = 1
CHARS_UTF8 = 1
"""Neither SSML (0x10) nor phoneme mnemonics (0x100): the text is only ever text."""
EVENT_END_OF_LIST = 0
EVENT_WORD = 1
PR_SET_PDEATHSIG = 1


class Event(ctypes.Structure):
    """``espeak_EVENT`` of speak_lib.h."""

    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", ctypes.c_char * 8),
    )


CALLBACK = ctypes.CFUNCTYPE(
    ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(Event)
)


def follow_parent(parent: int) -> None:
    """Die when the process that asked dies; nobody would read the result."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:  # it died before the line above
        sys.exit("the asking process is gone")


def load_engine(library: str, data: str) -> tuple[ctypes.CDLL, int]:
    """espeak-ng ready to speak, and its sample rate in Hz."""
    engine = ctypes.CDLL(library)
    rate_hz = engine.espeak_Initialize(AUDIO_OUTPUT_SYNCHRONOUS, 0, os.fsencode(data), DONT_EXIT)
    if rate_hz <= 0:
        sys.exit(f"espeak_Initialize gave {rate_hz}")
    return engine, rate_hz


def speak(engine: ctypes.CDLL, text: str) -> tuple[bytearray, list[tuple[int, int]]]:
    """Samples of ``text`` in the machine's byte order, and its word events."""
    samples = bytearray()
    words: list[tuple[int, int]] = []

    def receive(wave, count, events):  # type: ignore[no-untyped-def]  # called by espeak-ng only
        if wave and count > 0:
            samples.extend(ctypes.string_at(wave, 2 * count))
        index = 0
        while events[index].type != EVENT_END_OF_LIST:
            if events[index].type == EVENT_WORD:
                words.append((events[index].text_position - 1, events[index].sample))
            index += 1
        return 0

    callback = CALLBACK(receive)
    engine.espeak_SetSynthCallback(callback)
    raw = text.encode("utf-8") + b"\0"
    status = engine.espeak_Synth(
        raw, ctypes.c_size_t(len(raw)), 0, POSITION_CHARACTER, 0, CHARS_UTF8, None, None
    )
    if status == 0:
        status = engine.espeak_Synchronize()
    if status != 0:
        sys.exit(f"espeak_Synth gave {status}")
    return samples, words


def write_wav(path: str, samples: bytearray, rate_hz: int) -> None:
    """Write mono 16-bit PCM; every machine with a wheel is little-endian, as WAV is."""
    size = len(samples)
    with open(path, "wb") as file:  # noqa: PTH123  # pathlib would double the start-up time
        file.write(b"RIFF" + (36 + size).to_bytes(4, "little") + b"WAVEfmt ")
        numbers = ((16, 4), (1, 2), (1, 2), (rate_hz, 4), (2 * rate_hz, 4), (2, 2), (16, 2))
        file.write(b"".join(value.to_bytes(width, "little") for value, width in numbers))
        file.write(b"data" + size.to_bytes(4, "little"))
        file.write(samples)


def main() -> None:
    """Do the job on stdin."""
    job = json.loads(sys.stdin.buffer.read())
    follow_parent(job["parent"])
    engine, rate_hz = load_engine(job["library"], job["data"])
    status = engine.espeak_SetVoiceByName(job["voice"].encode("utf-8"))
    if status != 0:
        sys.exit(f"espeak_SetVoiceByName({job['voice']!r}) gave {status}")
    for parameter, value in job["parameters"]:
        engine.espeak_SetParameter(parameter, value, 0)
    samples, words = speak(engine, job["text"])
    write_wav(job["directory"] + "/speech.wav", samples, rate_hz)
    with open(job["directory"] + "/events.json", "w", encoding="ascii") as file:  # noqa: PTH123
        json.dump({"sample_rate_hz": rate_hz, "words": words}, file)


if __name__ == "__main__":
    main()
