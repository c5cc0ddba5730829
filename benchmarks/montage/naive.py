"""The whole film in one FFmpeg command, as a competent person writes it by hand."""

from pathlib import Path
from typing import Any

from video_platform.montage.runner import Ffmpeg

VERYFAST = ["-c:v", "libx264", "-preset", "veryfast", "-crf", "21", "-pix_fmt", "yuv420p"]
LOSSLESS = ["-c:v", "libx264", "-preset", "ultrafast", "-qp", "0", "-pix_fmt", "yuv420p"]

_MOVES = {
    # motion: zoom, x and y of the crop, over {at} from 0 to 1 and with {s} the strength
    "hold": ("1", "0", "0"),
    "zoom_in": ("1+{s}*{at}", "(iw-iw/zoom)/2", "(ih-ih/zoom)/2"),
    "zoom_out": ("1+{s}*(1-{at})", "(iw-iw/zoom)/2", "(ih-ih/zoom)/2"),
    "pan_left": ("1+{s}", "(iw-iw/zoom)*(1-{at})", "(ih-ih/zoom)/2"),
    "pan_right": ("1+{s}", "(iw-iw/zoom)*{at}", "(ih-ih/zoom)/2"),
    "pan_up": ("1+{s}", "(iw-iw/zoom)/2", "(ih-ih/zoom)*(1-{at})"),
    "pan_down": ("1+{s}", "(iw-iw/zoom)/2", "(ih-ih/zoom)*{at}"),
}
_TRANSITIONS = {"dissolve": "fade", "slide": "slideleft"}
"""What the reference job's transitions are called in ``xfade``."""
_SPOKEN, _USUAL = "&H0050D0FF&", "&H00FFFFFF&"


def render_naive(job: dict[str, Any], ffmpeg: Ffmpeg, directory: Path, encoder: list[str]) -> Path:
    """Render the described job (see ``job.describe``) as ``naive.mp4``."""
    sounds = [voice["path"] for voice in job["voice"]]
    (directory / "captions.ass").write_text(captions(job), encoding="utf-8")
    (directory / "fonts").symlink_to(job["fonts_dir"], target_is_directory=True)
    (directory / "graph.txt").write_text(f"{_pictures(job)};\n{_sound(job)}", encoding="utf-8")
    inputs = []
    for path in [*(scene["picture"] for scene in job["scenes"]), *sounds]:
        inputs += ["-i", path]
    arguments = [
        *(*inputs, "-stream_loop", "-1", "-i", job["music"], "-/filter_complex", "graph.txt"),
        *("-map", "[picture]", "-map", "[sound]", *encoder, "-c:a", "aac", "-b:a", "192k"),
        *("-t", f"{job['frames'] / job['fps']:.6f}", "naive.mp4"),
    ]
    ffmpeg.run(arguments, directory=directory)
    return directory / "naive.mp4"


def _pictures(job: dict[str, Any]) -> str:
    chains = [_scene(job, index) for index in range(len(job["scenes"]))]
    shown = "v0"
    for index, scene in enumerate(job["scenes"][1:], 1):
        offset = scene["start_frame"] / job["fps"]
        length = scene["overlap"] / job["fps"]
        chains.append(
            f"[{shown}][v{index}]xfade=transition={_TRANSITIONS[scene['transition']]}:"
            f"duration={length:.6f}:offset={offset:.6f}[x{index}]"
        )
        shown = f"x{index}"
    chains.append(f"[{shown}]ass=captions.ass:fontsdir=fonts,format=yuv420p[picture]")
    return ";\n".join(chains)


def _scene(job: dict[str, Any], index: int) -> str:
    scene = job["scenes"][index]
    at = f"on/{max(1, scene['frames'] - 1)}"
    zoom, x, y = (part.format(at=at, s=scene["strength"]) for part in _MOVES[scene["motion"]])
    return (
        f"[{index}:v]format=yuv420p,zoompan=z='{zoom}':x='{x}':y='{y}':d={scene['frames']}:"
        f"s={job['width']}x{job['height']}:fps={job['fps']},setsar=1[v{index}]"
    )


def _sound(job: dict[str, Any]) -> str:
    """Voices at their places, music ducked under them by a compressor, one pass of loudness."""
    first, length = len(job["scenes"]), job["frames"] / job["fps"]
    chains = []
    for number, voice in enumerate(job["voice"]):
        delay = round(voice["start_s"] * 1000)
        chains.append(f"[{first + number}:a]aresample=48000,adelay={delay}:all=1[a{number}]")
    voices = "".join(f"[a{number}]" for number in range(len(job["voice"])))
    count = len(job["voice"])
    chains += [
        f"{voices}amix=inputs={count}:normalize=0,apad=whole_dur={length:.6f},"
        "aformat=channel_layouts=stereo,asplit[voice][key]",
        f"[{first + count}:a]aresample=48000,atrim=0:{length:.6f},volume=0.35[music]",
        "[music][key]sidechaincompress=threshold=0.03:ratio=8:attack=100:release=600[ducked]",
        "[voice][ducked]amix=inputs=2:normalize=0,loudnorm=I=-14:TP=-1:LRA=11,"
        "aresample=48000[sound]",
    ]
    return ";\n".join(chains)


def captions(job: dict[str, Any]) -> str:
    """An ASS script: white on a box, one line for each spoken word with that word in yellow."""
    size = round(job["height"] * 0.064)
    margin = round(job["height"] * (1 - job["caption_bottom"]))
    head = (
        "[Script Info]\nScriptType: v4.00+\nWrapStyle: 2\n"
        f"PlayResX: {job['width']}\nPlayResY: {job['height']}\n\n[V4+ Styles]\n"
        "Format: Name, Fontname, Fontsize, PrimaryColour, OutlineColour, BackColour, Bold, "
        "BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding\n"
        f"Style: Default,{job['font_family']},{size},{_USUAL},&H381C120C,&H381C120C,-1,"
        f"4,{round(size * 0.15)},0,2,60,60,{margin},1\n\n[Events]\n"
        "Format: Layer, Start, End, Style, Text\n"
    )
    return head + "".join(_cue_events(cue) for cue in job["captions"])


def _cue_events(cue: dict[str, Any]) -> str:
    words = [word for line in cue["lines"] for word in line]
    starts = [start for _, start in words]
    events = []
    for spoken, (start, end) in enumerate(zip(starts, [*starts[1:], cue["end_s"]], strict=True)):
        shown, place = [], 0
        for line in cue["lines"]:
            marked = [
                f"{{\\c{_SPOKEN}}}{text}{{\\c}}" if place + n == spoken else text
                for n, (text, _) in enumerate(line)
            ]
            place += len(line)
            shown.append(" ".join(marked))
        text = "\\N".join(shown)
        events.append(f"Dialogue: 0,{_clock(start)},{_clock(end)},Default,{text}\n")
    return "".join(events)


def _clock(seconds: float) -> str:
    hundredths = round(seconds * 100)
    minutes, rest = divmod(hundredths, 6000)
    return f"{minutes // 60}:{minutes % 60:02}:{rest // 100:02}.{rest % 100:02}"
