"""Another version of this program, run as a child: only its own code knows its tables."""

import http.client
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path
from typing import IO

from hcpov import signing
from hcpov.config import Settings
from hcpov.ops.backups import sqlite
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.ties import tie
from hcpov.ops.upgrades.releases import Release

START_SECONDS, ANSWER_SECONDS = 60, 10
ASKED = ("/readyz", "/")


def tables(release: Release, environment: dict[str, str], revision: str, locks: tuple[int, ...]) -> None:
    """Brings the tables to a revision with a release's own migrations. Raises Refused, and they are as before.

    The child has the locks too: should we be killed, nobody else begins before it is done.
    """
    said = _ran(release, environment, ("upgrade", "--tables", revision), locks)
    if said.returncode:
        raise Refused(f"The tables could not be brought to {revision} by {release.name}: {_last(said.stderr)}")


def erase_again(release: Release, environment: dict[str, str], locks: tuple[int, ...]) -> str:
    """Erases again who had been erased since; returns what it said. Raises Refused."""
    said = _ran(release, environment, ("erase-again",), locks)
    if said.returncode:
        raise Refused(f"Who was erased could not be erased again: {_last(said.stderr)}")
    return said.stdout.strip()


def clear_pages(release: Release, environment: dict[str, str]) -> None:
    """Throws finished pages away: other code or other tables made them, perhaps."""
    _ran(release, environment, ("pages", "clear"), ())


def headers(release: Release, environment: dict[str, str]) -> str:
    """Returns what nginx adds to this release's pages; empty when it does not say."""
    return _ran(release, environment, ("pages", "headers"), ()).stdout


def own_environment(settings: Settings) -> dict[str, str]:
    """Returns the environment for work on the site itself."""
    return os.environ | {"HCPOV_INSTANCE": str(settings.instance)}


def environment_of(settings: Settings, instance: Path, database: str = "") -> dict[str, str]:
    """Returns the environment for a try on another instance folder, with the settings of this one.

    `database` is empty for one in that folder.
    """
    here = settings.instance / "hcpov.cfg"
    if here.exists() and instance != settings.instance:
        (instance / "hcpov.cfg").write_bytes(here.read_bytes())
        (instance / "hcpov.cfg").chmod(0o600)
    return os.environ | {
        "HCPOV_INSTANCE": str(instance),
        "HCPOV_DATABASE_URL": database or f"sqlite:///{instance / 'hcpov.sqlite3'}",
        "HCPOV_SECRET_KEY": signing.key(settings),
        "HCPOV_PAGES_MB": "0",  # the pages in use are not thrown away
        "HCPOV_WORKERS": "1",
    }


def real_database(settings: Settings) -> str:
    """Returns the address of the site's database for a process with another instance folder."""
    return f"sqlite:///{sqlite.path(settings)}" if sqlite.is_used(settings) else settings.database


def check(release: Release, environment: dict[str, str]) -> None:
    """Starts a release on a free port of loopback and asks it for its readiness and the home page. Raises Refused."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with tempfile.TemporaryFile("w+") as log, _started(release, environment, port, log) as process:
        end = time.monotonic() + START_SECONDS
        while not (answer := _asked(port, ASKED[0])) and process.poll() is None and time.monotonic() < end:
            time.sleep(0.05)
        if not answer:
            log.seek(0)
            raise Refused(f"{release.name} does not start: {_last(log.read())}")
        for path in ASKED:
            status, words = _asked(port, path) or (0, "")
            if status != http.client.OK:
                why = ", ".join(words.split("\n")).strip(", ") if path == ASKED[0] else "look at its log"
                raise Refused(f"{release.name} starts, and answers {path} with {status or 'nothing'}: {why}")


def _asked(port: int, path: str) -> tuple[int, str] | None:
    try:
        with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=ANSWER_SECONDS)) as connection:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read(2000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return None


@contextmanager
def _started(
    release: Release, environment: dict[str, str], port: int, log: IO[str]
) -> Iterator["subprocess.Popen[str]"]:
    words = [str(release.python), "-m", "hcpov.cli", "serve", "--web-only"]
    given = environment | {"HCPOV_BIND": f"127.0.0.1:{port}"}
    process = subprocess.Popen(
        words,
        cwd=release.folder,
        env=given,
        stdout=log,
        stderr=log,
        text=True,
        start_new_session=True,
        preexec_fn=partial(tie, signal.SIGTERM),  # should we be killed, nobody else knows of it
    )
    try:
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(START_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _ran(
    release: Release, environment: dict[str, str], words: tuple[str, ...], locks: tuple[int, ...]
) -> "subprocess.CompletedProcess[str]":
    asked = [str(release.python), "-m", "hcpov.cli", *words]
    return subprocess.run(
        asked, cwd=release.folder, env=environment, pass_fds=locks, capture_output=True, text=True, check=False
    )


def _last(said: str) -> str:
    """Returns the last line, which of a traceback is what went wrong; SQLAlchemy writes more in brackets below it."""
    lines = [line.strip() for line in said.splitlines() if line.strip() and not line.strip().startswith(("(", "["))]
    return lines[-1][:300] if lines else "it said nothing"
