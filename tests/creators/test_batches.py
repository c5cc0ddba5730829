"""Many films from one file: every line is a film or a reason, whatever the others are."""

import json
import re
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.creators.films import Workshop
from video_platform.agents.batches import Line, read_batch
from video_platform.agents.templates import Templates
from video_platform.domain.brief import Brief
from video_platform.domain.formats import Format
from video_platform.domain.language import Language
from video_platform.errors import BriefError, NotFound

BRIEFS = ROOT / "examples" / "briefs" / "briefs.jsonl"


def read(path: Path, own: Path | None = None) -> list[Line]:
    def read_file(name: str) -> tuple[str, str]:
        return Path(name).read_text(), Path(name).name

    return read_batch(path, Templates(own or path.parent / "none"), read_file)


def test_a_bad_line_says_why_and_stops_no_other(tmp_path: Path) -> None:
    (tmp_path / "bread.md").write_text("Bread rises.")
    lines = [
        {"text": "Why bread rises", "language": "fr", "formats": "9:16 1:1", "duration_s": 20},
        {"text": "Too fast", "duration_s": 1},
        {"text": "Unknown", "langauge": "fr"},
        {"file": "bread.md"},
        {"file": "../secret.md"},
        {"url": "/etc/passwd"},
        {"text": "Two", "file": "bread.md"},
        {"template": "quote", "fields": {"quote": "Q", "who": "W"}},
        "not a document",
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("\n".join(json.dumps(line) for line in lines) + "\n{broken\n")
    found = read(batch)
    assert [line.error.code if line.error else "" for line in found] == [
        *("", "duration_impossible", "batch_line", "", "file_elsewhere"),
        *("source_unreachable", "brief_twice", "template_fields", "batch_line", "batch_line"),
    ]
    first, fourth = found[0].brief, found[3].brief
    assert first is not None
    assert (first.language, first.formats) == (Language.FRENCH, (Format.TALL, Format.SQUARE))
    assert fourth == Brief(text="Bread rises.", source="bread.md")


def test_csv_carries_fields_of_templates_and_own_templates_come_first(tmp_path: Path) -> None:
    own = tmp_path / "templates"
    own.mkdir()
    (own / "quote.toml").write_text(
        'about = "Mine."\ntext = "{quote}, said {who}."\nduration_s = 12\n'
        '[fields]\nquote = "Words"\nwho = "Whose"\n'
    )
    batch = tmp_path / "batch.csv"
    batch.write_text('template,field.quote,field.who\nquote,"Less, {who}, is more",Mies\n')
    (line,) = read(batch, own)
    assert line.brief is not None
    # A brace inside a value is text.
    assert line.brief.text == "Less, {who}, is more, said Mies."
    assert line.brief.duration_s == 12


def test_a_template_whose_text_and_fields_differ_is_refused(tmp_path: Path) -> None:
    (tmp_path / "odd.toml").write_text('about = "x"\ntext = "{a}"\n[fields]\nb = "B"\n')
    with pytest.raises(BriefError, match="text and fields differ"):
        Templates(tmp_path).find("odd")
    with pytest.raises(NotFound):
        Templates(tmp_path).find("../odd")


def test_all_templates_of_the_product_are_sound(tmp_path: Path) -> None:
    templates = Templates(tmp_path)
    assert len(templates.names()) == 7
    for name in templates.names():
        template = templates.find(name)
        for language in Language:
            filled = template.fill(dict.fromkeys(template.fields, "قيمة"), language)
            assert "{" not in filled
            is_latin = re.search("[A-Za-z]", filled) is not None
            assert not (language is Language.ARABIC and is_latin), filled


def test_the_story_briefs_are_35_in_three_languages_of_mixed_kinds() -> None:
    found = read(BRIEFS)
    assert len(found) >= 35
    assert not [line.error for line in found if line.error]
    briefs = [line.brief for line in found if line.brief]
    assert {brief.language for brief in briefs} == set(Language)
    assert {brief.formats[0] for brief in briefs} == set(Format)
    assert len({brief.text for brief in briefs}) == len(briefs)


@pytest.mark.slow
@pytest.mark.timeout(1800)
@pytest.mark.wide
def test_a_batch_reports_a_sound_film_or_a_reason_for_each_line(tmp_path: Path) -> None:
    rows = BRIEFS.read_text().splitlines()
    batch = tmp_path / "three.jsonl"
    chosen = [rows[5], rows[18], rows[28], '{"text": "x", "style": "unknown"}']
    batch.write_text("\n".join(chosen))
    shop = Workshop(tmp_path, {})
    done = shop.run("batch", batch, "--out", tmp_path / "films", "--json", timeout=1500)
    assert done.returncode == 1
    report = json.loads((tmp_path / "films" / "report.json").read_text())
    assert report["states"] == {"finished": 3, "refused": 1}, json.dumps(report)
    assert report["lines"][3]["error"]["code"] == "style_unknown"
    for row in report["lines"][:3]:
        film = row["films"][0]
        assert shop.run("check", film["path"]).returncode == 0, row
    assert "batch_incomplete" in done.stderr
