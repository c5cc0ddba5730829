"""What only the API is told by its operator; everything else is in the core's settings."""

from ipaddress import ip_address
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict


class ApiSettings(BaseSettings):
    """Read from ``VIDEO_PLATFORM_<NAME>``; the defaults suit one machine of one's own."""

    model_config = SettingsConfigDict(
        env_prefix="VIDEO_PLATFORM_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    token_keys: str = Field(
        default="",
        repr=False,
        description="Keys tokens are signed with: name=base64,name=base64; the first one signs. "
        "Default on loopback: made once and kept in data_dir.",
    )
    registration: Literal["", "open", "closed"] = Field(
        default="",
        description="Whether anybody may register: open or closed; default: open on loopback.",
    )
    redis_url: str = Field(
        default="",
        repr=False,
        description="Redis that API processes count requests in together; default: each its own.",
    )
    cors_origins: list[str] = Field(
        default=[], description="Origins of other web pages that may call the API, as JSON."
    )
    frontend_dir: Path = Field(
        default=Path(__file__).parents[1] / "frontend" / "out",
        description="Folder of the built web pages; `make frontend` fills the default.",
    )


def is_loopback(url: str) -> bool:
    """Whether an address leads to this machine only."""
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
