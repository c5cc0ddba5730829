"""PostgreSQL and Redis for the chaos: real programs that may be killed, and started again as they
were, on the same port and with the same data."""

import os
import pwd
import subprocess
from pathlib import Path

from tests.services import _program, _until_open, _until_ready, free_port

_WAIT_S = 30.0


class Postgres:
    """A cluster in a folder. What was committed survives its death: ``fsync`` is about power."""

    name = "postgres"

    def __init__(self, home: Path) -> None:
        self._home = home
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        # PostgreSQL refuses to run as root.
        self._owner = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        home.mkdir()
        if self._owner:
            account = pwd.getpwnam("postgres")
            os.chown(home, account.pw_uid, account.pw_gid)
        initdb = [*self._owner, _program("initdb", "postgresql"), "-D", str(home / "data")]
        wishes = ["-U", "admin", "-A", "trust", "--no-sync"]
        subprocess.run([*initdb, *wishes], check=True, capture_output=True, cwd=home)

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self._port

    def url(self, port: int = 0) -> str:
        """Of its database, there or behind a proxy's port."""
        return f"postgresql+psycopg2://admin@127.0.0.1:{port or self._port}/postgres"

    def start(self) -> None:
        """Return when it takes connections; after a death it recovers first."""
        settings = (
            "fsync=off",
            "listen_addresses=127.0.0.1",
            f"unix_socket_directories={self._home}",
        )
        program = [*self._owner, _program("postgres", "postgresql"), "-D", f"{self._home}/data"]
        program += ["-p", str(self._port), *(part for one in settings for part in ("-c", one))]
        (self._home / "data" / "postmaster.pid").unlink(missing_ok=True)
        self._process = subprocess.Popen(
            program, cwd=self._home, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        _until_open(self._port, self._process, "PostgreSQL")
        _until_ready(self._port)

    def stop(self) -> None:
        """As ``pg_ctl stop -m immediate``: every connection is cut, nothing is tidied up."""
        if self._process is not None:
            # runuser passes SIGTERM on, which would wait for clients; the server's own number does.
            server = int((self._home / "data" / "postmaster.pid").read_text().split()[0])
            os.kill(server, 3)
            self._process.wait(_WAIT_S)
            self._process = None


class Redis:
    """A Redis that keeps nothing: each start is an empty one."""

    name = "redis"

    def __init__(self, home: Path) -> None:
        home.mkdir()
        self._home = home
        self._port = free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> tuple[str, int]:
        """Where it listens."""
        return "127.0.0.1", self._port

    def url(self, port: int = 0) -> str:
        """Of its first database, there or behind a proxy's port."""
        return f"redis://127.0.0.1:{port or self._port}/0"

    def start(self) -> None:
        """Return when it takes connections."""
        program = [_program("redis-server", "redis-server"), "--port", str(self._port)]
        wishes = ["--bind", "127.0.0.1", "--save", "", "--dir", str(self._home)]
        self._process = subprocess.Popen([*program, *wishes], stdout=subprocess.DEVNULL)
        _until_open(self._port, self._process, "Redis")

    def stop(self) -> None:
        """Kill it."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(_WAIT_S)
            self._process = None
