"""Publishing from the command line: on this machine without any account, elsewhere with one."""

import json
from pathlib import Path

import pytest

from cli.publications import read_answer
from tests.conftest import Command
from tests.dagster.test_publications import finished
from video_platform.bootstrap import build_studio
from video_platform.errors import InvalidInput
from video_platform.settings import Settings


@pytest.fixture
def project(settings: Settings, tmp_path: Path) -> str:
    return finished(build_studio(settings), tmp_path).key


def test_a_film_is_published_here_once_and_listed(command: Command, project: str) -> None:
    done = command("publish", project, "--to", "local_channel", "--title", "Mine", "--json")
    (out,) = json.loads(done.stdout)
    assert (done.returncode, out["state"], out["title"]) == (0, "published", "Mine")
    assert out["url"].startswith("file://")
    assert json.loads(command("publications", "--json").stdout) == [out]


def test_a_planned_one_can_be_taken_back(command: Command, project: str) -> None:
    when = ("--at", "2099-12-01 09:00", "--zone", "Europe/Paris")
    (planned,) = json.loads(
        command("publish", project, "--to", "local_channel", *when, "--json").stdout
    )
    assert planned["due_at"] == "2099-12-01T08:00:00+00:00"
    (gone,) = json.loads(command("unschedule", planned["id"], "--json").stdout)
    assert gone["state"] == "cancelled"
    again = command("unschedule", planned["id"], "--json")
    assert json.loads(again.stdout)["error"]["code"] == "publication_ended"


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("--to", "youtube"), "account_missing"),
        (("--to", "myspace"), "platform_unknown"),
        (("--to", "local_channel", "--at", "soon"), "time_invalid"),
        (("--to", "local_channel", "--zone", "Nowhere"), "zone_unknown"),
        (("--to", "local_channel", "--format", "9:16"), "format_missing"),
    ],
)
def test_what_cannot_be_published_says_why(
    command: Command, project: str, arguments: tuple[str, ...], code: str
) -> None:
    done = command("publish", project, *arguments, "--json")
    assert done.returncode != 0
    assert json.loads(done.stdout)["error"]["code"] == code


def test_no_account_yet_says_how_to_connect_one(command: Command) -> None:
    assert json.loads(command("accounts", "--json").stdout) == []
    assert "accounts connect" in command("accounts").stderr
    refused = command("accounts", "connect", "youtube")
    assert "YOUTUBE_CLIENT_ID" in refused.stderr
    assert refused.returncode == 3


def test_an_address_that_was_shown_can_be_answered_with_an_address_or_a_code() -> None:
    shown = "https://net.test/allow?state=abc&x=1"
    assert read_answer("https://here/?code=c%2Fd&state=xyz", shown) == ("xyz", "c/d")
    assert read_answer(" c/d \n", shown) == ("abc", "c/d")
    with pytest.raises(InvalidInput, match="access_denied"):
        read_answer("https://here/?error=access_denied", shown)
    with pytest.raises(InvalidInput):
        read_answer("", shown)
