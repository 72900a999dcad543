"""A PostgreSQL server of one's own, to be killed and started again."""

import os
import pwd
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from typing import Any

import psycopg

from tests.live import free_port

FOLDERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
# Nothing here makes it quicker at the price of what a crash may lose: that is what is looked at.
CONF = "listen_addresses = '127.0.0.1'\nport = {port}\nunix_socket_directories = '{folder}'\nmax_connections = 40\n"


class Cluster:
    """The server's folder, its command and the address of its database."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"postgresql+psycopg://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def command(self) -> list[str]:
        """What runs the server as one process, which has all others below it."""
        return [program("postgres"), "-D", str(self.folder / "data")]

    def make(self) -> None:
        """Makes the cluster, empty."""
        if os.getuid() == 0:
            os.chown(self.folder, *owner())
        words = [program("initdb"), "-D", str(self.folder / "data"), "--username=postgres", "--auth=trust"]
        self._run([*words, "--encoding=UTF8", "--locale=C.UTF-8"])
        with (self.folder / "data" / "postgresql.conf").open("a", encoding="utf-8") as conf:
            conf.write(CONF.format(port=self.port, folder=self.folder))

    def answers(self) -> bool:
        """Says whether it takes questions: while it mends itself after a crash it does not."""
        try:
            psycopg.connect(self.url.replace("+psycopg", ""), connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True

    def problems(self) -> list[str]:
        """Returns what pg_amcheck finds wrong in tables and indexes: their structure, and rows without their entry."""
        words = [program("pg_amcheck"), "--install-missing", "--heapallindexed", "--rootdescend"]
        done = self._run([*words, "-h", "127.0.0.1", "-p", str(self.port), "-U", "postgres", "postgres"], check=False)
        return [] if done.returncode == 0 else ["pg_amcheck", *(done.stdout + done.stderr).splitlines()]

    def _run(self, words: list[str], check: bool = True) -> "subprocess.CompletedProcess[str]":
        done: subprocess.CompletedProcess[str] = subprocess.run(
            words, cwd=self.folder, check=check, capture_output=True, text=True, timeout=120, **as_owner()
        )
        return done


def program(name: str) -> str:
    """Returns the path of one of PostgreSQL's programs; its bare name when it is not where Debian has it."""
    return str(FOLDERS[-1] / name) if FOLDERS else name


def is_there() -> bool:
    """Says whether PostgreSQL is installed."""
    return bool(FOLDERS) or which("initdb") is not None


def owner() -> tuple[int, int]:
    """Returns the user and group of PostgreSQL on Debian."""
    found = pwd.getpwnam("postgres")
    return found.pw_uid, found.pw_gid


def as_owner() -> dict[str, Any]:
    """Returns what starts a process of PostgreSQL's, which refuses to run as root."""
    if os.getuid():
        return {}
    user, group = owner()
    return {"user": user, "group": group, "extra_groups": []}


@contextmanager
def made() -> Iterator[Cluster]:
    """Makes a cluster that does not run yet, gone at the end."""
    with TemporaryDirectory() as folder:
        cluster = Cluster(Path(folder))
        cluster.make()
        yield cluster
