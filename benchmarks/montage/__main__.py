"""``make bench``: what the montage costs beside its encoder and beside other ways, in one run.

Every figure of one table comes from this run on this machine; read the ratios.
"""

import argparse
import json
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.montage.bench import QUICK_SCENES, ROOT, TINY, Bench, Size
from benchmarks.montage.measure import run_measured
from benchmarks.montage.parts import NEED_MOVIEPY, OPTIONAL, PARTS
from benchmarks.montage.report import MarkedDocument, Report

_DOCUMENT = ROOT / "docs" / "performance.md"
_IMAGES = ROOT / "docs" / "images"
_MOVIEPY = ROOT / ".venv" / "bench" / "bin" / "python"


def main(words: Sequence[str] | None = None) -> None:
    """Run the chosen parts; ``--help`` tells the options."""
    options = _parse(words)
    parts = [name for name in PARTS if name in options.only]
    if not options.moviepy_python.exists():
        missing = [name for name in parts if name in NEED_MOVIEPY]
        if missing:
            print(f"Left out: {', '.join(missing)}. {options.moviepy_python} does not exist.")
        parts = [name for name in parts if name not in NEED_MOVIEPY]
    # Before half an hour of measuring, not after it.
    document = MarkedDocument(_DOCUMENT) if options.write else None
    with tempfile.TemporaryDirectory(dir=options.folder, prefix="bench-") as name:
        bench = Bench(Path(name), _size(options), options.moviepy_python)
        heading, report = _heading(bench), Report()
        print(heading)
        for part in parts:
            PARTS[part](bench, report)
        if document is not None:
            document.fill("\n\n".join([heading, str(report), *_plots(bench)]))


def _parse(words: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.montage", description=__doc__)
    usual = [name for name in PARTS if name not in OPTIONAL]
    parser.add_argument(
        "--only",
        type=lambda names: _known(names.split(","), parser),
        default=usual,
        help=f"parts to run, of {','.join(PARTS)}; without this {','.join(usual)}",
    )
    parser.add_argument(
        "--layered", action="store_true", help="moviepy's layered way, too: half an hour"
    )
    parser.add_argument(
        "--quick", action="store_true", help="moviepy makes two scenes; figures are scaled up"
    )
    parser.add_argument(
        "--tiny", action="store_true", help="see that it runs: 360p, no real figures"
    )
    parser.add_argument(
        "--write", action="store_true", help="write docs/performance.md and its plots"
    )
    parser.add_argument("--moviepy-python", type=Path, default=_MOVIEPY, help="where moviepy is")
    parser.add_argument("--folder", type=Path, help="for temporary files; five gigabytes")
    options = parser.parse_args(words)
    options.only = [*options.only, *(["layered"] if options.layered else [])]
    return options


def _size(options: argparse.Namespace) -> Size:
    size = TINY if options.tiny else Size()
    return replace(size, moviepy_scenes=QUICK_SCENES) if options.quick else size


def _known(names: list[str], parser: argparse.ArgumentParser) -> list[str]:
    for name in names:
        if name not in PARTS:
            parser.error(f"{name!r} is not a part; choose of {', '.join(PARTS)}.")
    return names


def _heading(bench: Bench) -> str:
    job = bench.job(bench.size.scenes)
    return (
        f"Reference job: {bench.size.scenes} scenes, {job.duration_ms / 1000:.1f} s, "
        f"{bench.size.height_px} lines at {job.rate.fraction} frames a second; {bench.workers} "
        f"cores of {platform.machine()}, Python {platform.python_version()}."
    )


def _plots(bench: Bench) -> list[str]:
    """Draw the run's figures; the Markdown that shows those there were figures for."""
    directory = bench.new_folder("plot")
    (directory / "figures.json").write_text(json.dumps(bench.figures()))
    script = Path(__file__).with_name("plot.py")
    drawn = run_measured([str(bench.moviepy), str(script), str(_IMAGES)], directory=directory).facts
    return [f"![{title}](images/{name})" for name, title in drawn.items()]


if __name__ == "__main__":
    main()
