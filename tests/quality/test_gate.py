"""No bad film passes, each is stopped by the rule that names its fault; good films pass."""

import sys
from dataclasses import dataclass, field

import pytest

from tests.quality.damage import DAMAGES, Damage, Workshop
from tests.quality.films import Studio, failed
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.domain.look import (
    CaptionLook,
    CaptionPlace,
    CaptionStyle,
    Grade,
    GradePreset,
    Look,
)

LOOKS: dict[str, Look] = {
    "outlined": Look(captions=CaptionLook(style=CaptionStyle.OUTLINE)),
    "karaoke": Look(
        captions=CaptionLook(style=CaptionStyle.KARAOKE, place=CaptionPlace.TOP, size=1.5),
        progress_bar=True,
    ),
    "designed": Look(captions=CaptionLook(style=CaptionStyle.PLAIN, place=CaptionPlace.MIDDLE)),
    "bare": Look(
        captions=CaptionLook(style=CaptionStyle.NONE), grade=Grade(preset=GradePreset.FILM)
    ),
    "small": Look(
        captions=CaptionLook(size=0.7), grade=Grade(preset=GradePreset.MONO), accent="#40C0FF"
    ),
}


@dataclass
class Table:
    """Which rules stopped what."""

    bad: dict[str, tuple[str, list[str]]] = field(default_factory=dict)
    good: dict[str, list[str]] = field(default_factory=dict)


@pytest.fixture(scope="module")
def table() -> Table:
    return Table()


@pytest.mark.parametrize("damage", DAMAGES, ids=lambda damage: damage.name)
def test_damaged_film_is_stopped_by_the_right_rule(
    workshop: Workshop, table: Table, damage: Damage
) -> None:
    report = damage.spoil(workshop, workshop.films[damage.language])
    table.bad[damage.name] = (damage.rule, failed(report))
    assert damage.rule in failed(report)
    finding = next(one for one in report.findings if one.name == damage.rule)
    assert finding.hint
    assert finding.mend


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("ratio", list(Format))
@pytest.mark.parametrize("language", list(Language))
def test_good_film_passes(
    studio: Studio, table: Table, language: Language, ratio: Format, look: str
) -> None:
    film = studio.make(
        language, ratio, look=LOOKS[look], shorter_px=360, designed=look == "designed"
    )
    report = film.judge()
    table.good[f"{language} {ratio} {look}"] = failed(report)
    assert failed(report) == []


def test_confusion_table(table: Table, capsys: pytest.CaptureFixture[str]) -> None:
    if len(table.bad) < len(DAMAGES) or len(table.good) < 60:
        pytest.skip("counts only after all films were judged")
    caught = sum(rule in found for rule, found in table.bad.values())
    wrongly = sum(bool(found) for found in table.good.values())
    rows = [
        f"{'':<14}{'right rule':>12}{'passed':>8}",
        f"{len(table.bad):>3} damaged   {caught:>12}{len(table.bad) - caught:>8}",
        f"{len(table.good):>3} good      {wrongly:>12}{len(table.good) - wrongly:>8}",
    ]
    for name, (rule, found) in table.bad.items():
        others = ", ".join(one for one in found if one != rule)
        rows.append(f"  {name:<45} {rule:<17} {others}")
    with capsys.disabled():
        sys.stdout.write("\n" + "\n".join(rows) + "\n")
    assert caught == len(table.bad) >= 60
    assert wrongly == 0
