"""A browser or a build that is missing is never passed over in CI."""

from pathlib import Path

import pytest

from tests.frontend import browser


@pytest.mark.parametrize("is_installed", [True, False])
@pytest.mark.parametrize(
    ("ci", "outcome"), [("true", pytest.fail.Exception), ("", pytest.skip.Exception)]
)
def test_what_is_missing_fails_in_ci_and_is_skipped_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    is_installed: bool,
    ci: str,
    outcome: type[BaseException],
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setattr("shutil.which", lambda name: "/bin/chromium" if is_installed else None)
    monkeypatch.setattr(browser, "PAGES", tmp_path / "nothing")
    with pytest.raises(outcome, match="not built" if is_installed else "install chromium"):
        browser.chromium().__enter__()
