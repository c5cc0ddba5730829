"""The parts of the benchmark: each measures one question and answers with a table."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from benchmarks.montage.bench import Bench
from benchmarks.montage.films import end_offset_ms, video_bit_rate
from benchmarks.montage.job import with_other_music, with_other_picture, with_other_word
from benchmarks.montage.measure import Cost
from benchmarks.montage.report import Report, Table, ratio
from video_platform.domain.formats import Format
from video_platform.domain.timeline import Timeline

_FULL_COLUMNS = (
    *("what", "CPU s", "wall s", "peak MB", "CPU / encoder alone"),
    *("wall / (encoder's CPU / cores)", "CPU / ours"),
)
_VMAF_EVERY = 5
"""VMAF of every fifth frame: each second of film is looked at six times."""

Part = Callable[[Bench, Report], None]


def measure_floor(bench: Bench, report: Report) -> None:
    """What the encoder alone takes."""
    table = report.table(
        "The encoder alone",
        ("settings", "frames reach it by", "CPU s", "wall s", "CPU / piped"),
        f"The film's own frames, drawn beforehand, {bench.workers} encoders side by side, one "
        "thread each. The pipe's writer counts; the in-process row is the library PyAV brings.",
    )
    for encoder in ("default", "plain"):
        facts = bench.run("encode_alone", bench.job(bench.size.scenes), encoder=encoder).facts
        for way, used in facts.items():
            bench.costs[f"floor {encoder} {way}"] = Cost(peak_mb=0, facts={}, **used)
            share = ratio(used["cpu_s"], facts["pipe"]["cpu_s"])
            table.add(encoder, way, f"{used['cpu_s']:.1f}", f"{used['wall_s']:.1f}", share)


def measure_full(bench: Bench, report: Report) -> None:
    """Our film from nothing, at our settings and at plain ``veryfast``."""
    table = _whole_film(report)
    for encoder in ("default", "plain"):
        cost = bench.full(bench.size.scenes, encoder).cost
        table.add(*_full_row(bench, f"ours, {encoder} settings", cost, encoder))


def measure_naive(bench: Bench, report: Report) -> None:
    """One FFmpeg command with one filter graph."""
    table = _whole_film(report)
    cost = _naive(bench, "veryfast")
    table.add(*_full_row(bench, "one filter graph, veryfast", cost, "plain"))


def measure_moviepy(bench: Bench, report: Report, *, way: str) -> None:
    """Moviepy: everything composed once, or a file written at every step."""
    whole = bench.job(bench.size.scenes)
    measured = bench.job(bench.size.moviepy_scenes)
    scale = whole.frames / measured.frames
    part = f" ({measured.frames} of {whole.frames} frames, scaled)" if scale > 1 else ""
    cost = bench.run_moviepy(way, measured)
    cost = replace(cost, cpu_s=cost.cpu_s * scale, wall_s=cost.wall_s * scale)
    bench.costs[f"moviepy {way}"] = cost
    row = _full_row(bench, f"moviepy, {way}, veryfast{part}", cost, "plain")
    _whole_film(report).add(*row)


def _whole_film(report: Report) -> Table:
    """The table in which every way to the same film has its row."""
    return report.table(
        "The whole film",
        _FULL_COLUMNS,
        "Whole processes, their start included. Ours stand beside the encoder alone, piped, at the "
        "same settings; the others beside it at plain ones. Memory is the largest sum of the "
        "resident sets of a process and its children.",
    )


def _full_row(bench: Bench, what: str, cost: Cost, encoder: str) -> Sequence[str]:
    floor = _cpu_s(bench, f"floor {encoder} pipe")
    ours = _cpu_s(bench, f"ours default {bench.size.scenes}")
    return (
        what,
        f"{cost.cpu_s:.1f}",
        f"{cost.wall_s:.1f}",
        f"{cost.peak_mb:.0f}",
        ratio(cost.cpu_s, floor),
        ratio(cost.wall_s * bench.workers, floor),
        ratio(cost.cpu_s, ours),
    )


def _cpu_s(bench: Bench, name: str) -> float | None:
    cost = bench.costs.get(name)
    return cost.cpu_s if cost else None


def _naive(bench: Bench, encoder: str) -> Cost:
    """The filter graph's film, made once in a run."""
    name = f"naive {encoder}"
    if name not in bench.costs:
        timeline = bench.job(bench.size.scenes)
        bench.costs[name] = bench.run("render_graph", timeline, encoder=encoder)
    return bench.costs[name]


def measure_quality(bench: Bench, report: Report) -> None:
    """VMAF and bit rate."""
    table = report.table(
        "Picture quality",
        ("what", "Mbit/s", "VMAF mean", "harmonic mean", "lowest"),
        "Each film against its own frames before encoding: ours against the same frames drawn "
        "again, the graph's against the same graph encoded without loss. FFmpeg's libvmaf, its "
        f"default model, every {_VMAF_EVERY}th frame.",
    )
    for encoder in ("default", "plain"):
        full = bench.full(bench.size.scenes, encoder)
        film = full.cost.facts["films"][0]["path"]
        compared = bench.run(
            "compare_film", full.timeline, encoder=encoder, film=film, every=_VMAF_EVERY
        )
        _add_quality(table, f"ours, {encoder} settings", film, compared)
    film, reference = (_naive(bench, name).facts["path"] for name in ("veryfast", "lossless"))
    compared = bench.run(
        "compare_graph",
        bench.job(bench.size.scenes),
        film=film,
        reference=reference,
        every=_VMAF_EVERY,
    )
    _add_quality(table, "one filter graph, veryfast", film, compared)


def _add_quality(table: Table, what: str, film: str, compared: Cost) -> None:
    vmaf = compared.facts
    rate = f"{video_bit_rate(Path(film)) / 1e6:.2f}"
    table.add(what, rate, *(f"{vmaf[key]:.2f}" for key in ("mean", "harmonic", "min")))


def measure_edits(bench: Bench, report: Report) -> None:
    """What is rendered again after a change."""
    table = report.table(
        "After a change",
        ("what", "segments rendered", "CPU s", "wall s", "CPU / whole film"),
        "Beyond the start of the process and its imports, which take the seconds of the last row.",
    )
    few, many = bench.size.scenes, bench.size.many_scenes
    changes: list[tuple[str, int, Callable[[Timeline], Timeline]]] = [
        ("nothing", few, lambda timeline: timeline),
        ("one caption word", few, with_other_word),
        (f"one picture of {few}", few, with_other_picture),
        (f"one picture of {many}", many, with_other_picture),
        ("the music", few, with_other_music),
    ]
    for what, scenes, change in changes:
        full = bench.full(scenes)
        cost = bench.render(change(full.timeline), full.segments)
        bench.costs[f"changed {what}"] = cost
        table.add(what, *_edit_cells(cost, full.cost))
    last = bench.costs["changed nothing"]
    start_cpu, start_wall = last.cpu_s - last.facts["work_cpu_s"], last.wall_s - _work_wall(last)
    table.add("(start of the process)", "-", f"{start_cpu:.2f}", f"{start_wall:.2f}", "-")


def _edit_cells(cost: Cost, full: Cost) -> Sequence[str]:
    work, film = cost.facts["work_cpu_s"], cost.facts["films"][0]
    return (
        f"{film['rendered']} of {film['rendered'] + film['reused']}",
        f"{work:.2f}",
        f"{_work_wall(cost):.2f}",
        f"{work / full.facts['work_cpu_s']:.3f}",
    )


def _work_wall(cost: Cost) -> float:
    return float(cost.facts["work_wall_s"])


def measure_formats(bench: Bench, report: Report) -> None:
    """Several shapes of one film."""
    table = report.table(
        "Several formats",
        ("formats", "CPU s together", "CPU s apart", "together / apart", "wall s together"),
        "Together: one process and one store. Apart: a process and an empty store for each.",
    )
    formats = tuple(Format)
    timeline = bench.job(bench.size.scenes, formats)
    apart = [
        bench.render(timeline, bench.new_segments(), formats=[ratio_]).cpu_s for ratio_ in formats
    ]
    for count in (1, 3, 4):
        together = bench.render(timeline, bench.new_segments(), formats=formats[:count])
        bench.costs[f"formats {count}"] = together
        alone = sum(apart[:count])
        table.add(
            ", ".join(formats[:count]),
            f"{together.cpu_s:.1f}",
            f"{alone:.1f}",
            ratio(together.cpu_s, alone),
            f"{together.wall_s:.1f}",
        )


def measure_length(bench: Bench, report: Report) -> None:
    """How cost and memory grow with the film, and whether its end is in step."""
    table = report.table(
        "Longer films",
        (
            *("scenes", "seconds", "CPU s", "CPU s per second of film", "/ shortest's"),
            *("wall s", "peak MB", "sound behind picture at the end, ms"),
        ),
    )
    shortest = None
    for scenes in (bench.size.scenes, bench.size.many_scenes, bench.size.most_scenes):
        full = bench.full(scenes)
        seconds = full.timeline.duration_ms / 1000
        each = full.cost.cpu_s / seconds
        shortest = shortest or each
        film = Path(full.cost.facts["films"][0]["path"])
        table.add(
            str(scenes),
            f"{seconds:.1f}",
            f"{full.cost.cpu_s:.1f}",
            f"{each:.3f}",
            ratio(each, shortest),
            f"{full.cost.wall_s:.1f}",
            f"{full.cost.peak_mb:.0f}",
            f"{end_offset_ms(film, full.timeline, bench.store):.2f}",
        )


PARTS: dict[str, Part] = {
    "floor": measure_floor,
    "full": measure_full,
    "naive": measure_naive,
    "moviepy": partial(measure_moviepy, way="direct"),
    "layered": partial(measure_moviepy, way="layered"),
    "quality": measure_quality,
    "edits": measure_edits,
    "formats": measure_formats,
    "length": measure_length,
}
OPTIONAL = {"layered"}
"""Parts that take half an hour and answer the same every time."""
NEED_MOVIEPY = {"moviepy", "layered"}
