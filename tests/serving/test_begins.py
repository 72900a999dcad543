"""What is told to a server that has hardly begun, and what it says when its own interpreter is gone."""

import shutil
import signal
import socket
import sys
from pathlib import Path

import pytest
from flask import Flask

from tests.live import Site, get, started, wait_until
from tests.serving.watching import FAILED, NEW, PATIENT, reloaded, serves

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked at in /proc")


@pytest.fixture
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An interpreter that can be taken away, with the packages of this one."""
    folder = tmp_path_factory.mktemp("python")
    (folder / "bin").mkdir()
    (folder / "lib").symlink_to(Path(sys.prefix, "lib"))
    shutil.copy(Path(sys.prefix, "pyvenv.cfg"), folder)
    (folder / "bin" / "python").symlink_to(Path(sys.executable).resolve())
    return folder / "bin" / "python"


def _keeps_for_later(site: Site, number: int) -> bool:
    """Says whether a signal to the process that was started would wait."""
    lines = Path(f"/proc/{site.process.pid}/status").read_text().splitlines()
    blocked = next(int(line.split()[1], 16) for line in lines if line.startswith("SigBlk:"))
    return bool(blocked >> number - 1 & 1)


def _handles(site: Site) -> int:
    return len(list(Path(f"/proc/{site.process.pid}/fd").iterdir()))


def test_told_to_reload_while_it_starts_it_does_so_once_it_serves(own: Flask) -> None:
    """The port is taken, so that it cannot have come further than that."""
    other = socket.create_server(("127.0.0.1", 0))
    with other, started(own.config["HCPOV"], port=other.getsockname()[1]) as site:
        wait_until(lambda: _keeps_for_later(site, signal.SIGHUP))
        site.process.send_signal(signal.SIGHUP)
        other.close()
        serves(site, 2)
        assert "Told to reload" in site.log
        reloaded(site, 1)
        assert get(site.address, "/")[0] == 200


def test_an_interpreter_that_is_gone_is_told_as_such(own: Flask, python: Path) -> None:
    other = socket.create_server(("127.0.0.1", 0))
    with other, started(own.config["HCPOV"], port=other.getsockname()[1], python=python) as site:
        wait_until(lambda: _keeps_for_later(site, signal.SIGHUP))  # it runs, and waits for the port
        python.unlink()
        other.close()
        assert site.process.wait(PATIENT) == 1
        assert site.log == f"Error: {python} cannot be started: No such file or directory.\n"


def test_a_reload_whose_interpreter_is_gone_changes_nothing(own: Flask, python: Path) -> None:
    with started(own.config["HCPOV"], python=python) as site:
        serves(site)
        real = python.readlink()
        python.unlink()
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: FAILED in site.log, PATIENT)
        assert f"{python} cannot be started" in site.log and get(site.address, "/")[0] == 200
        handles = _handles(site)
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: site.log.count(FAILED) == 2, PATIENT)
        assert _handles(site) == handles
        python.symlink_to(real)
        site.process.send_signal(signal.SIGHUP)
        wait_until(lambda: NEW in site.log, PATIENT)
        assert get(site.address, "/")[0] == 200
