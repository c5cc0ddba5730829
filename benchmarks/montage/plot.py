"""Draws a run's figures; a program for the environment that has matplotlib.

With ``figures.json`` in the working directory: ``python plot.py FOLDER``
"""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.figure import Figure

Figures = dict[str, dict[str, Any]]

_WAYS = {
    "floor default pipe": "encoder alone, our settings",
    "ours default {}": "ours, our settings",
    "floor plain pipe": "encoder alone, veryfast",
    "ours plain {}": "ours, veryfast",
    "naive veryfast": "one filter graph, veryfast",
    "moviepy direct": "moviepy, direct",
    "moviepy layered": "moviepy, layered",
}
_OURS, _FLOOR, _OTHERS = "#1f6feb", "#8b949e", "#d29922"


def main() -> None:
    """Write every plot there are figures for, and which these are to ``result.json``."""
    figures: Figures = json.loads(Path("figures.json").read_text())
    folder = Path(sys.argv[1])
    plt.rcParams.update({"svg.hashsalt": "bench", "font.size": 10, "svg.fonttype": "none"})
    drawn = {}
    for name, (title, draw) in _PLOTS.items():
        figure = draw(figures)
        if figure is not None:
            figure.savefig(folder / name, metadata={"Date": None})
            drawn[name] = title
    Path("result.json").write_text(json.dumps(drawn))


def draw_ways(figures: Figures) -> Figure | None:
    """CPU seconds of each way to the same film, on one axis."""
    scenes = min((_scenes(name) for name in figures if name.startswith("ours ")), default=0)
    found = {
        label: figures[name.format(scenes)]["cpu_s"]
        for name, label in _WAYS.items()
        if name.format(scenes) in figures
    }
    if not found:
        return None
    figure, axes = plt.subplots(figsize=(8, 0.8 + 0.4 * len(found)), layout="constrained")
    bars = axes.barh(list(found), list(found.values()), color=[_color(way) for way in found])
    axes.bar_label(bars, fmt="%.0f", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set_xlabel("CPU seconds for the reference film")
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def draw_lengths(figures: Figures) -> Figure | None:
    """CPU and peak memory of our films by number of scenes."""
    films = sorted(
        (_scenes(name), cost) for name, cost in figures.items() if name.startswith("ours default ")
    )
    if len(films) < 2:
        return None
    scenes = [count for count, _ in films]
    figure, axes = plt.subplots(1, 2, figsize=(8, 3), layout="constrained")
    for panel, key, label in zip(
        axes, ("cpu_s", "peak_mb"), ("CPU seconds", "peak memory, MB"), strict=True
    ):
        values = [cost[key] for _, cost in films]
        panel.plot(scenes, values, "o-", color=_OURS)
        panel.set(xlabel="scenes", ylabel=label, xlim=(0, None), ylim=(0, 1.15 * max(values)))
        panel.spines[["top", "right"]].set_visible(False)
    return figure


_PLOTS: dict[str, tuple[str, Callable[[Figures], Figure | None]]] = {
    "montage-cost.svg": ("CPU seconds of each way to the reference film", draw_ways),
    "montage-length.svg": ("CPU and memory by number of scenes", draw_lengths),
}


def _color(way: str) -> str:
    return _OURS if way.startswith("ours") else _FLOOR if way.startswith("encoder") else _OTHERS


def _scenes(name: str) -> int:
    return int(name.rpartition(" ")[2])


if __name__ == "__main__":
    main()
