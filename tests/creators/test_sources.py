"""Films are told from documents and pages; neither can reach into this machine or fill it."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from video_platform.agents import sources
from video_platform.errors import BriefError


def word_file() -> bytes:
    import docx

    document = docx.Document()
    document.add_heading("Bread", 0)
    document.add_heading("Yeast", 1)
    document.add_paragraph("Yeast eats sugar.")
    document.add_paragraph("Flour", style="List Bullet")
    table = document.add_table(1, 2)
    table.rows[0].cells[0].text, table.rows[0].cells[1].text = "Water", "300 g"
    kept = io.BytesIO()
    document.save(kept)
    return kept.getvalue()


def pdf_file(*, password: str = "") -> bytes:
    """A page with one line of text, written by hand."""
    import pypdf

    stream = b"BT /F1 24 Tf 72 720 Td (Yeast eats sugar.) Tj ET"
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R "
        b"/Resources << /Font << /F1 5 0 R >> >> >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    written, places = b"%PDF-1.4\n", []
    for number, one in enumerate(objects, start=1):
        places.append(len(written))
        written += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"xref\n0 6\n0000000000 65535 f \n%strailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n%d\n"
    whole = written + end % (table, len(written)) + b"%%EOF"
    if not password:
        return whole
    writer = pypdf.PdfWriter(clone_from=io.BytesIO(whole))
    writer.encrypt(password, algorithm="RC4-128")
    kept = io.BytesIO()
    writer.write(kept)
    return kept.getvalue()


def test_word_keeps_headings_lists_and_tables_as_markdown() -> None:
    found = sources.read_document("notes/bread.docx", word_file())
    assert found.cited == "bread.docx"
    assert found.text.split("\n\n") == [
        "# Bread",
        "# Yeast",
        "Yeast eats sugar.",
        "- Flour",
        "- Water: 300 g",
    ]


def test_pdf_gives_its_text() -> None:
    assert sources.read_document("bread.pdf", pdf_file()).text == "Yeast eats sugar."


def test_a_transcript_gives_the_words_that_are_said_once_each() -> None:
    vtt = b"WEBVTT\n\n1\n00:01.000 --> 00:02.000\n<v Ann>Bread rises.\n\n00:02.000 --> 00:03.000\n"
    assert (
        sources.read_document("talk.vtt", vtt + b"<c>Bread rises.</c>\nAlways.\n").text
        == "Bread rises. Always."
    )


def bomb() -> bytes:
    kept = io.BytesIO()
    with zipfile.ZipFile(kept, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("word/document.xml", b"0" * 300_000_000)
    return kept.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "code"),
    [
        ("a.docx", lambda: b"not a zip", "source_damaged"),
        ("a.docx", bomb, "source_too_large"),
        ("a.pdf", lambda: b"%PDF-1.4 nothing", "source_damaged"),
        ("a.pdf", lambda: pdf_file(password="x"), "source_locked"),
        ("a.srt", lambda: b"1\n00:00:01,000 --> 00:00:02,000\n", "source_empty"),
        ("a.html", lambda: b"x" * (sources.MAX_BYTES + 1), "source_too_large"),
    ],
)
def test_what_cannot_be_told_from_is_refused(
    name: str, data: Callable[[], bytes], code: str
) -> None:
    with pytest.raises(BriefError) as refused:
        sources.read_document(name, data())
    assert refused.value.code == code


PAGE = """<html><head><title>Bread</title><script>evil()</script></head><body><nav>Menu</nav>
<article><h2>Yeast</h2><p>Yeast eats
sugar.</p><ul><li>Flour</li></ul></article><footer>Imprint</footer></body></html>"""


def serve(answers: dict[str, httpx.Response]) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: answers[str(request.url)])


def test_a_page_gives_its_article_and_is_cited_by_its_last_address() -> None:
    html = {"content-type": "text/html; charset=utf-8"}
    found = sources.fetch_page(
        "http://old.test/a",
        serve(
            {
                "http://old.test/a": httpx.Response(301, headers={"location": "https://new.test/"}),
                "https://new.test/": httpx.Response(200, headers=html, text=PAGE),
            }
        ),
    )
    assert found.text == "# Bread\n\n## Yeast\n\nYeast eats sugar.\n\n- Flour"
    assert found.cited == "https://new.test/"


@pytest.mark.parametrize(
    "answer",
    [
        httpx.Response(404),
        httpx.Response(200, headers={"content-type": "image/png"}, content=b"x"),
        httpx.Response(200, headers={"content-type": "text/html"}, text="<nav>Menu</nav>"),
        httpx.Response(302, headers={"location": "file:///etc/passwd"}),
        httpx.Response(302, headers={"location": "http://user@inside.test/"}),
        httpx.Response(302, headers={"location": "http://a.test/"}),
    ],
)
def test_a_page_without_text_or_with_a_trick_is_refused(answer: httpx.Response) -> None:
    with pytest.raises(BriefError) as refused:
        sources.fetch_page("http://a.test/", serve({"http://a.test/": answer}))
    assert refused.value.code == "source_unreachable"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "169.254.169.254", "[::1]", "10.0.0.1"])
def test_nothing_inside_the_network_is_connected_to(host: str, monkeypatch: Any) -> None:
    def never(*_: Any, **__: Any) -> Any:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr("socket.create_connection", never)
    with pytest.raises(BriefError, match="not a public address"):
        sources.fetch_page(f"http://{host}/latest/meta-data")
