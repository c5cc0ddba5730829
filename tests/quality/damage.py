"""Sixty ways to spoil a film, each with the rule that has to notice it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

from tests.quality.films import MadeFilm, Studio, run_ffmpeg
from video_platform.agents.gate import check_file
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.fonts import BOLD
from video_platform.quality.expectation import Expectation
from video_platform.quality.findings import Report

EN, FR, AR = Language.ENGLISH, Language.FRENCH, Language.ARABIC
BASES: Mapping[Language, Format] = {EN: Format.WIDE, FR: Format.SQUARE, AR: Format.TALL}


@dataclass(frozen=True)
class Workshop:
    """Where films are spoiled."""

    studio: Studio
    films: Mapping[Language, MadeFilm]
    folder: Path


Spoil = Callable[[Workshop, MadeFilm], Report]
_AGAIN = (
    *("-c:v", "libx264", "-preset", "ultrafast", "-crf", "20", "-pix_fmt", "yuv420p"),
    *("-color_primaries", "1", "-color_trc", "1", "-colorspace", "1", "-color_range", "1"),
    *("-c:a", "copy"),
)
"""Pictures encoded anew and tagged as before, the sound kept."""


@dataclass(frozen=True)
class Damage:
    """A way to spoil a film and the rule that should notice."""

    name: str
    rule: str
    language: Language
    spoil: Spoil


def sound(filters: str) -> Spoil:
    """Only the sound passes through a filter."""
    return command("-c:v", "copy", "-af", filters, "-c:a", "aac", "-b:a", "192k")


def pictures(filters: str, *more: str) -> Spoil:
    """Only the pictures pass through a filter."""
    return command("-vf", filters, *_AGAIN, *more)


def command(*arguments: str) -> Spoil:
    """FFmpeg makes another file of it."""

    def spoil(work: Workshop, film: MadeFilm) -> Report:
        return film.judge(run_ffmpeg(film.path, work.folder / "spoiled.mp4", *arguments))

    return spoil


def data(change: Callable[[bytes], bytes]) -> Spoil:
    """The file's bytes are changed."""

    def spoil(work: Workshop, film: MadeFilm) -> Report:
        path = work.folder / "spoiled.mp4"
        path.write_bytes(change(film.path.read_bytes()))
        return film.judge(path)

    return spoil


def captions(ending: str, change: Callable[[str], str | bytes]) -> Spoil:
    """The caption file beside it is changed."""

    def spoil(work: Workshop, film: MadeFilm) -> Report:
        made = change(getattr(film, ending).decode())
        return film.judge(**{ending: made if isinstance(made, bytes) else made.encode()})

    return spoil


def order(change: Callable[[Expectation], Expectation]) -> Spoil:
    """The film was ordered otherwise than it is."""

    def spoil(work: Workshop, film: MadeFilm) -> Report:
        return check_file(film.path, change(film.expected), film.subtitles())

    return spoil


def burned(change: Callable[[MadeFilm], list[str]]) -> Spoil:
    """The renderer burned other words than those that were approved."""

    def spoil(work: Workshop, film: MadeFilm) -> Report:
        words = film.order.timeline.words
        # As many words as there are times, whatever the change made of the text.
        texts = (change(film) * 3)[: len(words)]
        shown = tuple(replace(word, text=text) for word, text in zip(words, texts, strict=True))
        timeline = replace(film.order.timeline, words=shown)
        return film.judge(work.studio.cut(timeline, film.film.format, film.frame)[0].path)

    return spoil


def other_scene(film: MadeFilm) -> list[str]:
    """The words of the last scene before those of the first."""
    return [word for text in reversed(film.texts) for word in text.split()]


def unreadable(film: MadeFilm) -> list[str]:
    """The words with their encoding lost."""
    words = (word.text for word in film.order.timeline.words)
    return ["".join(mojibake(word).split()) for word in words]


def backwards(film: MadeFilm) -> list[str]:
    """The words of each line in the other order, as without bidirectional text."""
    words: list[str] = []
    for line in (line for text in film.expected.texts for line in text.lines):
        turned = line.rstrip(".").split()[::-1]
        # A full stop ends a cue: it stays last, so that lines are broken as they were.
        words += [*turned[:-1], turned[-1] + ("." if line.endswith(".") else "")]
    return words


def other_sound(source: Language) -> Spoil:
    """The sound of another film."""

    def spoil(work: Workshop, film: MadeFilm) -> Report:
        other = str(work.films[source].path)
        maps = ("-i", other, "-map", "0:v", "-map", "1:a", "-c", "copy")
        return film.judge(run_ffmpeg(film.path, work.folder / "spoiled.mp4", *maps))

    return spoil


def mark(x: str, y: str, size: int) -> Spoil:
    """A name in a corner of footage."""
    font = f"fontfile={BOLD}:fontsize={size}:fontcolor=white@0.7:borderw=1"
    drawn = f"drawtext={font}:text='KlingAI':x={x}:y={y}"

    def spoil(work: Workshop, film: MadeFilm) -> Report:
        marked = run_ffmpeg(film.path, work.folder / "spoiled.mp4", "-vf", drawn, *_AGAIN)
        expected = film.expected
        scenes = tuple(replace(scene, is_footage=True) for scene in expected.scenes)
        return check_file(marked, replace(expected, scenes=scenes), film.subtitles())

    return spoil


def flip(content: bytes, *, at: float, count: int) -> bytes:
    """Bytes overwritten in the middle of the media data."""
    start = int(len(content) * at)
    return (
        content[:start]
        + bytes(255 - b for b in content[start : start + count])
        + content[start + count :]
    )


def moved(expected: Expectation, x: int, y: int) -> Expectation:
    """Every text so much farther right and down."""
    return replace(
        expected,
        texts=tuple(
            replace(t, box=(t.box[0] + x, t.box[1] + y, t.box[2] + x, t.box[3] + y))
            for t in expected.texts
        ),
    )


def mojibake(text: str) -> str:
    """UTF-8 read as Windows-1252."""
    return text.encode().decode("cp1252", errors="replace")


def without_stamps(vtt: str) -> str:
    import re

    return re.sub(r"<[\d:.]+>", "", vtt)


def later(text: str, by_s: int) -> str:
    """Caption times so many whole seconds later."""
    import re

    return re.sub(r"00:00:(\d\d)", lambda m: f"00:00:{int(m[1]) + by_s:02}", text)


def next_scene(text: str) -> str:
    """Each cue at the next one's time."""
    head, *cues = text.strip().split("\n\n")
    times = [cue.split("\n")[0] for cue in cues]
    bodies = [without_stamps(cue).split("\n", 1)[1] for cue in cues]
    turned = [
        f"{time}\n{body}" for time, body in zip(times, bodies[-1:] + bodies[:-1], strict=True)
    ]
    return "\n\n".join([head, *turned]) + "\n"


def heard_badly(expected: Expectation) -> Expectation:
    speech = tuple(replace(s, timing="recognised", confidence=0.1) for s in expected.speech)
    return replace(expected, speech=speech)


def crowded(expected: Expectation) -> Expectation:
    first = expected.texts[0]
    return replace(expected, texts=(*expected.texts, replace(first, kind="title", lines=("Mill",))))


_PLATE = "drawbox=x=0:y=ih*0.62:w=iw:h=ih*0.36"
_BLACK = "drawbox=t=fill:c=black"

DAMAGES: tuple[Damage, ...] = (
    # The file.
    Damage(
        "cut to 60 % of its bytes, header whole",
        "decode",
        EN,
        data(lambda d: d[: len(d) * 6 // 10]),
    ),
    Damage(
        "cut to 97 % of its bytes, header whole",
        "decode",
        EN,
        data(lambda d: d[: len(d) * 97 // 100]),
    ),
    Damage("cut inside its header", "decode", EN, data(lambda d: d[:900])),
    Damage(
        "4 kB inverted in the middle", "decode", EN, data(lambda d: flip(d, at=0.5, count=4096))
    ),
    Damage("64 bytes inverted", "decode", FR, data(lambda d: flip(d, at=0.4, count=64))),
    Damage("noise instead of a film", "decode", FR, data(lambda d: bytes(range(256)) * 64)),
    Damage("empty file", "decode", AR, data(lambda d: b"")),
    # Length.
    Damage("last second missing", "duration", EN, command("-c", "copy", "-t", "6.5")),
    Damage(
        "40 pictures lost in the middle",
        "duration",
        FR,
        pictures("select='not(between(n,80,119))',setpts=N/30/TB"),
    ),
    Damage(
        "second half twice as fast",
        "duration",
        EN,
        pictures("select='lt(n,120)+not(mod(n,2))',setpts=N/30/TB"),
    ),
    Damage("a second of nothing added", "duration", AR, pictures("tpad=stop=30:stop_mode=clone")),
    # Size, rate, colours.
    Damage("ratio of another format", "size", EN, pictures("crop=ih:ih")),
    Damage("scaled down", "size", FR, pictures("scale=360:360")),
    Damage("turned on its side", "size", AR, pictures("transpose=1")),
    Damage("25 pictures a second", "frame_rate", EN, pictures("fps=25")),
    Damage("60 pictures a second", "frame_rate", FR, pictures("fps=60")),
    Damage(
        "pictures at uneven times",
        "frame_rate",
        EN,
        pictures("setpts='PTS+if(gt(N,100),0.05/TB,0)'", "-fps_mode", "vfr"),
    ),
    Damage(
        "no colour tags",
        "colour_tags",
        EN,
        command(
            "-c",
            "copy",
            "-bsf:v",
            "h264_metadata=colour_primaries=2:transfer_characteristics=2:matrix_coefficients=2",
        ),
    ),
    Damage(
        "BT.601 tags",
        "colour_tags",
        FR,
        command("-c", "copy", "-bsf:v", "h264_metadata=matrix_coefficients=6"),
    ),
    Damage(
        "full range",
        "colour_tags",
        AR,
        command("-c", "copy", "-bsf:v", "h264_metadata=video_full_range_flag=1"),
    ),
    Damage(
        "4:4:4 sampling",
        "colour_tags",
        EN,
        command("-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv444p", "-c:a", "copy"),
    ),
    # Sound.
    Damage("no sound track", "sound", EN, command("-c", "copy", "-an")),
    Damage("silent", "sound", FR, sound("volume=0")),
    Damage("3 dB too loud", "loudness", EN, sound("volume=3dB")),
    Damage("3 dB too soft", "loudness", FR, sound("volume=-3dB")),
    Damage("0.8 dB too soft", "loudness", AR, sound("volume=-0.8dB")),
    Damage(
        "a click above the ceiling",
        "true_peak",
        EN,
        sound("volume='if(between(t,2,2.02),3,1)':eval=frame"),
    ),
    Damage(
        "clipped by 8 dB", "clipping", EN, sound("volume=8dB,aformat=s16,aformat=fltp,volume=-6dB")
    ),
    Damage(
        "clipped by 14 dB",
        "clipping",
        FR,
        sound("volume=14dB,aformat=s16,aformat=fltp,volume=-10dB"),
    ),
    Damage(
        "clipped by 20 dB",
        "clipping",
        AR,
        sound("volume=20dB,aformat=s16,aformat=fltp,volume=-14dB"),
    ),
    Damage(
        "three seconds of silence",
        "silence",
        EN,
        sound("volume='if(between(t,2,5),0,1)':eval=frame"),
    ),
    Damage(
        "last scene not spoken", "narration", FR, sound("volume='if(gt(t,4.2),0.004,1)':eval=frame")
    ),
    Damage(
        "first scene not spoken",
        "narration",
        AR,
        sound("volume='if(lt(t,4.0),0.004,1)':eval=frame"),
    ),
    Damage("sound of another film", "narration", EN, other_sound(FR)),
    Damage("sound played backwards", "narration", EN, sound("areverse")),
    Damage("sound 120 ms late", "sync", EN, sound("adelay=120:all=1")),
    Damage("sound 120 ms early", "sync", FR, sound("atrim=start=0.12,asetpts=PTS-STARTPTS")),
    Damage("sound 60 ms late", "sync", AR, sound("adelay=60:all=1")),
    Damage("sound drifts by 120 ms", "sync", EN, sound("asetrate=48000*0.985,aresample=48000")),
    Damage("sound ends a second early", "lengths", EN, sound("atrim=end=7.2")),
    # Pictures.
    Damage("black for a second", "black", EN, pictures(f"{_BLACK}:enable='between(t,2,3)'")),
    Damage(
        "black for five pictures", "black", FR, pictures(f"{_BLACK}:enable='between(n,100,104)'")
    ),
    Damage("black from the middle on", "black", AR, pictures(f"{_BLACK}:enable='gt(t,5)'")),
    Damage(
        "frozen for two seconds",
        "frozen",
        EN,
        pictures("loop=loop=60:size=1:start=30,trim=end_frame=250"),
    ),
    Damage(
        "frozen to its end",
        "frozen",
        FR,
        pictures("trim=end_frame=150,tpad=stop=113:stop_mode=clone"),
    ),
    Damage("a name at the bottom right", "watermark", EN, mark("w-tw-20", "h-th-14", 20)),
    Damage("a name at the top left", "watermark", FR, mark("16", "16", 18)),
    Damage("a name at the top right", "watermark", AR, mark("w-tw-16", "20", 24)),
    # Burned texts.
    Damage("caption hidden", "text_seen", EN, pictures(f"{_PLATE}:t=fill:c=gray")),
    Damage(
        "right half of the captions cut off",
        "text_seen",
        FR,
        pictures("drawbox=x=iw/2:y=ih*0.62:w=iw/2:h=ih*0.36:t=fill:c=gray"),
    ),
    Damage(
        "captions pushed out of the frame",
        "text_seen",
        EN,
        pictures("pad=iw:ih*1.4:0:ih*0.4,crop=iw:ih/1.4:0:0"),
    ),
    Damage(
        "captions of the other scene burned",
        "text_seen",
        FR,
        burned(other_scene),
    ),
    Damage(
        "mojibake burned",
        "text_seen",
        AR,
        burned(unreadable),
    ),
    Damage("Arabic burned in the wrong order", "word_order", AR, burned(backwards)),
    Damage(
        "white haze over the captions", "contrast", EN, pictures(f"{_PLATE}:t=fill:c=white@0.8")
    ),
    # Caption files.
    Damage(
        "a word missing in the captions",
        "caption_words",
        EN,
        captions("vtt", lambda t: t.replace("wheels", "", 1)),
    ),
    Damage(
        "last caption missing",
        "caption_words",
        FR,
        captions("srt", lambda t: t.strip().rpartition("\n\n")[0]),
    ),
    Damage("captions a second late", "caption_times", EN, captions("vtt", lambda t: later(t, 1))),
    Damage("captions off by one scene", "caption_words", EN, captions("vtt", next_scene)),
    Damage("no times of words", "caption_times", FR, captions("vtt", without_stamps)),
    Damage(
        "mojibake in the captions",
        "letters",
        FR,
        captions("srt", lambda t: mojibake(t.replace("Le vent", "L\u2019été"))),
    ),
    Damage("Arabic mojibake in the captions", "letters", AR, captions("vtt", mojibake)),
    Damage(
        "captions in Latin-1",
        "letters",
        FR,
        captions("srt", lambda t: t.replace("vent", "été").encode("latin-1")),
    ),
    Damage(
        "captions in another language",
        "caption_language",
        FR,
        order(lambda e: replace(e, language=EN)),
    ),
    # What was ordered.
    Damage(
        "captions under a network's buttons", "safe_zone", AR, order(lambda e: moved(e, 0, 160))
    ),
    Damage("text outside the frame", "safe_zone", EN, order(lambda e: moved(e, 400, 0))),
    Damage("title over the captions", "overlap", FR, order(crowded)),
    Damage("another language spoken", "voice_language", EN, order(heard_badly)),
    Damage(
        "more spent than allowed",
        "spending",
        EN,
        order(lambda e: replace(e, spent_usd=Decimal(3), cap_usd=Decimal(2))),
    ),
)
