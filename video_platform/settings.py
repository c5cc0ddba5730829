"""Typed settings from the environment and ``.env``; the only place that reads either."""

import os
from decimal import Decimal
from pathlib import Path
from typing import Any

from dotenv import dotenv_values
from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from video_platform.domain.rights import LicencePolicy
from video_platform.providers.remote import RemoteProvider
from video_platform.providers.service import Access


class Settings(BaseSettings):
    """Everything an operator can change without touching code.

    Each field is read from ``VIDEO_PLATFORM_<NAME>``; the defaults need no key, no network and no
    system package.
    """

    model_config = SettingsConfigDict(
        env_prefix="VIDEO_PLATFORM_", env_file=".env", env_file_encoding="utf-8", extra="ignore"
    )

    data_dir: Path = Field(
        default=Path(".video-platform"),
        description="Where projects, media and run history live on this machine.",
    )
    store_url: str = Field(
        default="",
        description="Media store: file:///path or s3://bucket/prefix; default: in data_dir.",
    )
    s3_endpoint_url: str = Field(
        default="", description="S3 server other than AWS, e.g. MinIO: http://host:9000."
    )
    cdn_base_url: str = Field(
        default="",
        description="Network of caches that delivers films in S3: https://name, no path.",
    )
    cache_max_bytes: int = Field(
        default=20_000_000_000, ge=0, description="What local copies of media in S3 may take."
    )
    keep_unused_days: int = Field(
        default=7, ge=1, description="Days media that nothing names are kept, twice: see gc."
    )
    keep_previews_days: int = Field(
        default=7, ge=1, description="Days a film's parts, watched while it was rendered, are kept."
    )
    keep_runs_days: int = Field(
        default=90, ge=1, description="Days Dagster's runs of retired projects are kept."
    )
    keep_events_days: int = Field(default=90, ge=1, description="Days events are kept.")
    otlp_endpoint: str = Field(
        default="",
        description="Collector of traces, OTLP over HTTP: http://host:4318; default: none.",
    )
    database_url: str = Field(
        default="", description="SQLAlchemy URL of the product's tables; default: SQLite."
    )
    database_connect_timeout: int = Field(
        default=5, ge=1, le=120, description="Seconds to wait for a connection to PostgreSQL."
    )
    database_statement_timeout: float = Field(
        default=60.0, ge=0, description="Seconds a statement may take in PostgreSQL; 0: any."
    )
    database_lock_timeout: float = Field(
        default=20.0, ge=0, description="Seconds to wait for a lock in PostgreSQL; 0: any."
    )
    ffmpeg: str = Field(
        default="", description="Path of an FFmpeg to use instead of the one that is shipped."
    )
    render_workers: int = Field(
        default=0, ge=0, le=64, description="Segments rendered at once; 0: one per processor core."
    )
    max_parallel_agents: int = Field(
        default=4, ge=1, le=64, description="Generations in flight at once in one stage."
    )
    retry_attempts: int = Field(
        default=3, ge=1, le=10, description="Times a request that was not accepted is sent in all."
    )
    timeout_per_step: float = Field(
        default=300.0, gt=0, description="Seconds one generation may take."
    )
    timeouts: dict[str, float] = Field(
        default={"video": 1200.0, "avatar": 1800.0},
        description="Seconds by capability, where they differ, as JSON.",
    )
    enable_caching: bool = Field(
        default=True, description="Whether equal requests made before are taken from the store."
    )
    project_cap_usd: Decimal | None = Field(
        default=None, ge=0, description="What one project may spend; default: no cap."
    )
    tenant_cap_usd: Decimal | None = Field(
        default=None, ge=0, description="What all projects together may spend; default: no cap."
    )
    repeat_unknown_below_usd: Decimal = Field(
        default=Decimal(0),
        ge=0,
        description="Price below which a request of unknown outcome is sent again by itself.",
    )
    encoder: str = Field(
        default="software",
        description="software, auto, or a hardware encoder: nvenc, qsv, vaapi, videotoolbox, amf.",
    )
    channel_dir: Path | None = Field(
        default=None, description="Folder of the local channel; default: in data_dir."
    )
    min_free_bytes: int = Field(
        default=300_000_000, ge=0, description="Free disk space below which no film is begun."
    )
    secret_keys: str = Field(
        default="",
        description="Keys of stored secrets with commas between, the first one encrypts; default: "
        "one made in data_dir.",
    )
    allow_local_webhooks: bool = Field(
        default=False, description="Whether webhooks may be on this machine, without https."
    )
    signing_certificate: Path | None = Field(
        default=None,
        description="Certificate chain films are signed with, PEM; default: a test certificate.",
    )
    signing_key: Path | None = Field(
        default=None, description="Its key, PKCS#8 PEM without a passphrase."
    )
    signing_command: str = Field(
        default="",
        description="In place of the key: a program that signs standard input, without a shell.",
    )
    timestamp_url: str = Field(
        default="", description="RFC 3161 authority that dates signatures; default: none."
    )
    allow_faults: bool = Field(
        default=False, description="Whether processes may be told to die, for tests."
    )
    fault_points: Path | None = Field(
        default=None, description="Folder whose files name points where a process dies."
    )
    unknown_licence: LicencePolicy = Field(
        default=LicencePolicy.ALLOW,
        description="allow or block films with a part whose licence nobody stated.",
    )
    licences: Path | None = Field(
        default=None, description="Licences you state of providers and files, TOML."
    )
    public_url: str = Field(
        default="http://127.0.0.1:8001", description="Where a browser reaches the API."
    )

    def access_of(self, provider: type[RemoteProvider[Any]]) -> Access:
        """A provider's account, from the environment and ``.env``: the only place keys are read.

        The key stands in the service's own variable; ``VIDEO_PLATFORM_<PROVIDER>_MODEL`` and
        ``_BASE_URL`` change what is asked and where (``..._<CAPABILITY>_MODEL`` for one capability
        of several), and the service's ``extra_variables`` are passed on as they are.
        """
        service = provider.service
        values = {**dotenv_values(".env"), **os.environ}
        prefix = f"VIDEO_PLATFORM_{provider.name.upper()}_"
        own_model = values.get(f"{prefix}{provider.capability.value.upper()}_MODEL")
        return Access(
            key=values.get(service.key_variable) or "",
            base_url=values.get(f"{prefix}BASE_URL") or "",
            model=own_model or values.get(f"{prefix}MODEL") or "",
            extra={name: values.get(name) or "" for name in service.extra_variables},
        )

    def access_of_network(self, platform: type[Any]) -> Access:
        """A network's registered application, from the environment and ``.env``.

        Its id and secret stand in the variables that the network's ``service`` and ``flow`` name;
        ``VIDEO_PLATFORM_<NETWORK>_BASE_URL`` changes where it is reached.
        """
        values = {**dotenv_values(".env"), **os.environ}
        service, flow = platform.service, platform.flow
        names = {flow.id_variable, flow.secret_variable, *service.extra_variables}
        return Access(
            base_url=values.get(f"VIDEO_PLATFORM_{platform.name.upper()}_BASE_URL") or "",
            extra={name: values.get(name) or "" for name in names},
        )

    @property
    def home(self) -> Path:
        """``data_dir`` as an absolute path."""
        return self.data_dir.expanduser().absolute()

    @property
    def resolved_store_url(self) -> str:
        """The store's URL with the default filled in."""
        return self.store_url or (self.home / "store").as_uri()

    @property
    def resolved_database_url(self) -> str:
        """The database's URL with the default filled in."""
        return self.database_url or f"sqlite:///{self.home / 'platform.db'}"

    @property
    def resolved_channel_dir(self) -> Path:
        """The local channel's folder with the default filled in."""
        return (self.channel_dir or self.home / "channel").expanduser().absolute()
