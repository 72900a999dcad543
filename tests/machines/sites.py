"""Machines: whole `hcpov` processes with instance folders of their own, which share what settings have them share."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from pathlib import Path

from hcpov import config
from hcpov.config import Settings
from tests import live

SECONDS = 120.0  # for what takes a start, when others test as well


@dataclass
class Machine:
    """One machine."""

    name: str
    folder: Path
    process: "subprocess.Popen[bytes]"
    address: str = ""

    @property
    def log(self) -> str:
        """What it said."""
        return (self.folder / "log").read_text(encoding="utf-8")

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to all its processes, as if it were the machine's."""
        os.killpg(self.process.pid, number)

    def kill(self) -> None:
        """Ends it as a machine ends whose plug is pulled."""
        self.signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def machine(settings: Settings, folder: Path, *words: str, address: str = "", **more: str) -> Iterator[Machine]:
    """Runs one of two machines on the tests' database, with `words` for `python -m`; one that serves has an address."""
    folder.mkdir(exist_ok=True)
    env = live.environment_of(settings, HCPOV_INSTANCE=str(folder), HCPOV_MACHINES="2", HCPOV_SERVER_NAME=folder.name)
    if address:
        env["HCPOV_BIND"] = address
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", *words],
            cwd=config.ROOT,
            env=env | more,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    made = Machine(folder.name, folder, process, f"http://{address}")
    try:
        yield made
    finally:
        if process.poll() is None:
            made.signal(signal.SIGCONT)
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=SECONDS)
            except subprocess.TimeoutExpired:
                made.kill()
                raise


@contextmanager
def answering(started: AbstractContextManager[Machine]) -> Iterator[Machine]:
    """Waits for a machine that serves until it answers."""
    with started as found:
        live.wait_until(lambda: _is_there(found.address) or found.process.poll() is not None, SECONDS)
        assert found.process.poll() is None, found.log
        yield found


def _is_there(address: str) -> bool:
    try:
        return live.get(address, "/healthz")[0] == 200
    except OSError:
        return False
