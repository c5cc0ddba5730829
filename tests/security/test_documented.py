"""The page on security names tests that exist."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_every_test_named_on_the_security_page_exists() -> None:
    page = (ROOT / "docs" / "security.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(test_\w+)`", page))
    written = "".join(
        path.read_text(encoding="utf-8")
        for room in ("security", "observing")
        for path in (ROOT / "tests" / room).glob("test_*.py")
    )
    assert len(named) > 10
    assert named <= set(re.findall(r"(?m)^def (test_\w+)\(", written))
