"""Many briefs at once."""

from pydantic import Field

from api.schemas.base import Output, shown

_MADE = {"line": 1, "project": "why-bread-rises-0123456789", "code": "", "message": ""}
_REFUSED = {"line": 2, "project": None, "code": "brief_empty", "message": "The brief is empty."}


class BatchRow(Output):
    """What became of one line: a project, or a reason."""

    model_config = shown(**_MADE)

    line: int = Field(description="Counted from 1; in CSV without its header.")
    project: str | None
    code: str
    message: str


class BatchOut(Output):
    """What became of every line."""

    model_config = shown(made=1, refused=1, rows=[_MADE, _REFUSED])

    made: int
    refused: int
    rows: list[BatchRow]
