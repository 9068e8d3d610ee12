"""Real servers for the tests: PostgreSQL and Chroma, each in a folder of its own, that stop and start again."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, make_url, text

DEBIAN = "usr/lib/postgresql/*/bin/initdb"  # below /: Debian keeps these programs off the path
PATIENCE = 60  # seconds for a server to listen
PASSWORD = "not to be shown"

both_stores = pytest.mark.parametrize("stores", ["files", pytest.param("servers", marks=pytest.mark.servers)])


def postgres_programs() -> Path | None:
    """The folder of PostgreSQL's programs, None where there is none."""
    found = shutil.which("initdb")
    return (
        Path(found).resolve().parent
        if found
        else max((path.parent for path in Path("/").glob(DEBIAN)), default=None)
    )


class Server:
    """A process that listens on a port of this machine; ``start`` again brings it back with what it held."""

    def __init__(self, **options: Any) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = int(free.getsockname()[1])
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def command(self) -> Sequence[str]:
        """What is run."""
        raise NotImplementedError

    def start(self) -> None:
        """Returns when it listens."""
        self._process = subprocess.Popen(
            self.command(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self._options
        )
        until = time.monotonic() + PATIENCE
        while True:
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                assert self._process.poll() is None and time.monotonic() < until
                time.sleep(0.05)

    def stop(self, how: int = signal.SIGTERM) -> None:
        """Returns when it has ended; connections are cut."""
        if self._process is not None:
            self._process.send_signal(how)
            self._process.wait(PATIENCE)
            self._process = None


class Chroma(Server):
    """``chroma run``."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="chroma-"))
        super().__init__()
        self.url = f"http://127.0.0.1:{self.port}"

    def command(self) -> Sequence[str]:
        program = Path(sys.executable).with_name("chroma")
        return [str(program), "run", "--path", str(self.folder), "--port", str(self.port)]

    def close(self) -> None:
        """End it and remove what it held."""
        self.stop(signal.SIGKILL)
        shutil.rmtree(self.folder)


class Postgres(Server):
    """A cluster of its own; as root it is run by the user ``postgres``, for it refuses root."""

    def __init__(self, programs: Path) -> None:
        self._programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="postgres-"))
        options: dict[str, Any] = {"cwd": self.folder}
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres", "postgres")
            options |= {"user": "postgres", "group": "postgres", "extra_groups": []}
        secret = self.folder / "password"
        secret.write_text(PASSWORD, "utf-8")
        command = ["initdb", "-D", "data", "-U", "policy", "--pwfile=password", "--auth=scram-sha-256"]
        subprocess.run(
            [programs / command[0], *command[1:], "--encoding=UTF8", "--locale=C", "--no-sync"],
            check=True,
            stdout=subprocess.DEVNULL,
            **options,
        )
        super().__init__(**options)

    def command(self) -> Sequence[str]:
        settings = [
            "listen_addresses=127.0.0.1",
            "unix_socket_directories=",
            "fsync=off",
            "shared_buffers=32MB",
        ]
        flags = [word for setting in settings for word in ("-c", setting)]
        return [str(self._programs / "postgres"), "-D", "data", "-p", str(self.port), *flags]

    def database(self) -> str:
        """The URL, with its password, of a new and empty database."""
        name = f"policy_{secrets.token_hex(4)}"
        admin = create_engine(self._url("postgres"), isolation_level="AUTOCOMMIT")
        with admin.connect() as connection:
            connection.execute(text(f"CREATE DATABASE {name}"))
        admin.dispose()
        return self._url(name)

    def _url(self, database: str) -> str:
        url = make_url(f"postgresql://policy@127.0.0.1:{self.port}/{database}").set(password=PASSWORD)
        return url.render_as_string(hide_password=False)

    def start(self) -> None:
        """Returns when it lets clients in."""
        super().start()
        until = time.monotonic() + PATIENCE
        while subprocess.call(
            [self._programs / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port), "-d", "postgres"]
        ):
            assert time.monotonic() < until
            time.sleep(0.05)

    def stop(self, how: int = signal.SIGINT) -> None:
        """The fast way, which waits for nobody."""
        super().stop(how)

    def close(self) -> None:
        """End it and remove what it held."""
        self.stop(signal.SIGQUIT)
        shutil.rmtree(self.folder)
