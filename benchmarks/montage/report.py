"""Tables that are printed row by row and kept between two marks of a document."""

from collections.abc import Sequence
from pathlib import Path

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"


class Report:
    """The run's tables by title, in the order in which they were begun."""

    def __init__(self) -> None:
        self._tables: dict[str, Table] = {}

    def table(self, title: str, columns: Sequence[str], note: str = "") -> "Table":
        """The table of this title; parts that answer one question share one."""
        if title not in self._tables:
            self._tables[title] = Table(title, columns, note)
        return self._tables[title]

    def __str__(self) -> str:
        return "\n\n".join(str(table) for table in self._tables.values())


class Table:
    """A Markdown table; each row is printed as soon as it is known."""

    def __init__(self, title: str, columns: Sequence[str], note: str = "") -> None:
        self._lines = [f"### {title}", ""]
        if note:
            self._lines += [note, ""]
        self._lines += [_row(columns), _row(["---"] * len(columns))]
        print("\n" + "\n".join(self._lines), flush=True)

    def add(self, *cells: str) -> None:
        """Append a row."""
        self._lines.append(_row(cells))
        print(self._lines[-1], flush=True)

    def __str__(self) -> str:
        return "\n".join(self._lines)


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


def ratio(value: float, other: float | None) -> str:
    """``value`` as a share of ``other``, or a dash when that was not measured in this run."""
    return "-" if not other else f"{value / other:.2f}"


class MarkedDocument:
    """A document with a place, between two marks, that a run fills anew.

    Raises:
        ValueError: it lacks its marks.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._before, begin, rest = path.read_text(encoding="utf-8").partition(BEGIN)
        _, end, self._after = rest.partition(END)
        if not begin or not end:
            raise ValueError(f"{path.name} lacks the marks {BEGIN} and {END}.")

    def fill(self, text: str) -> None:
        """Put ``text`` between the marks."""
        filled = f"{self._before}{BEGIN}\n\n{text}\n\n{END}{self._after}"
        self._path.write_text(filled, encoding="utf-8")
