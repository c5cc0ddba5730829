"""Any server by its address: no key needed, no price known for one that wants a key."""

from decimal import Decimal
from pathlib import Path

from tests.providers.chats import ask, desk
from tests.scenarios.openai_compatible import SPEAKER
from tests.scenarios.specs import assert_valid
from video_platform.providers.vendors.openai_compatible import CompatibleScripts


def test_server_without_a_key_is_asked_without_one_and_is_free(tmp_path: Path) -> None:
    with desk(CompatibleScripts, SPEAKER, tmp_path, key="", model="qwen3:8b") as made:
        made.write()
        (_, _, call) = made.server.world.calls[0]
        assert "authorization" not in call.headers
        assert made.provider.price_usd(ask()) == Decimal(0)
        assert made.sent()["model"] == "qwen3:8b"


def test_key_is_sent_where_there_is_one(tmp_path: Path) -> None:
    with desk(CompatibleScripts, SPEAKER, tmp_path) as made:
        made.write()
        (_, _, call) = made.server.world.calls[0]
        assert call.headers["authorization"] == "Bearer test-key-123456"


def test_request_is_in_openai_s_own_form(tmp_path: Path) -> None:
    with desk(CompatibleScripts, SPEAKER, tmp_path) as made:
        made.write()
        assert_valid("openai-sdk-3.54.0.json", "POST", made.path(), made.sent())


def test_script_is_found_after_thoughts_aloud(tmp_path: Path) -> None:
    with desk(CompatibleScripts, SPEAKER, tmp_path) as made:
        script, _ = made.write()  # its stub thinks aloud
        assert len(script.scenes) == 4
