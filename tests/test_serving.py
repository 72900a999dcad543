"""Web and worker of one application: forked with nothing open, stopped together, started again."""

import fcntl
import multiprocessing
import os
import re
import signal
import sys
from collections.abc import Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov import serving
from hcpov.app import create_app
from hcpov.auth.models import Role
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.ops.schema import upgrade
from hcpov.pages import tasks
from hcpov.pages.changes import STORE
from hcpov.pages.store import Store
from tests import live
from tests.conftest import POSTGRES

SHARED = "/pages/counters"  # a mapped file: what one process writes, all see

fork = multiprocessing.get_context("fork")


@pytest.fixture
def own(app: Flask, tmp_path: Path) -> Iterator[Flask]:
    """An application of its own, for the tests' is in use."""
    storage = huey.app, huey.storage
    made = create_app(
        Settings(instance=tmp_path, secret_key="the forked one's secret, known to all of them", rate_limits="off")
    )
    with made.app_context():
        upgrade()
    yield made
    huey.app, huey.storage = storage


def _open(folder: Path) -> list[str]:
    """Returns which files in a folder this process has open."""
    found = []
    for each in Path("/proc/self/fd").iterdir():
        try:
            found.append(str(each.readlink()))
        except FileNotFoundError:  # what was opened to look
            continue
    return [name for name in found if name.startswith(str(folder)) and not name.endswith(SHARED)]


@pytest.mark.skipif(sys.platform != "linux", reason="what is open is read from /proc")
def test_nothing_is_open_when_the_processes_are_forked(own: Flask, tmp_path: Path) -> None:
    tasks.begin_anew(own)
    assert own.test_client().get("/").status_code == 200
    assert own.test_client().get("/sign-in").status_code == 200
    assert _open(tmp_path)
    serving.close_all(own)
    assert _open(tmp_path) == []
    assert own.test_client().get("/").status_code == 200


def test_forked_processes_lock_each_other_out_of_the_pages(own: Flask, tmp_path: Path) -> None:
    serving.close_all(own)
    locked = fork.Event()
    child = fork.Process(target=_clear, args=(own.extensions[STORE], locked))
    child.start()  # before the lock is opened here, which would else be the child's too
    with (tmp_path / "pages" / "lock").open("r+b") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        locked.set()
        child.join(0.3)
        waits = child.is_alive()
    child.join(live.SECONDS)
    assert waits and child.exitcode == 0


def test_forked_processes_write_to_the_database_at_once(own: Flask) -> None:
    serving.close_all(own)
    writers = [fork.Process(target=_write, args=(own, each)) for each in ("ada", "ben", "cleo")]
    for each in writers:
        each.start()
    for each in writers:
        each.join(live.SECONDS)
    assert [each.exitcode for each in writers] == [0, 0, 0]
    with own.app_context():
        written = db.session.scalars(sa.select(Role.name).where(Role.name.contains("-")))
        assert sorted(written) == sorted(f"{who}-{number:02}" for who in ("ada", "ben", "cleo") for number in range(20))


def _clear(store: Store, locked: Event) -> None:
    assert locked.wait(live.SECONDS)
    store.clear()


def _write(app: Flask, who: str) -> None:
    with app.app_context():
        for number in range(20):
            db.session.add(Role(name=f"{who}-{number:02}"))
            db.session.commit()


@pytest.mark.skipif(bool(POSTGRES), reason="asks no database of the tests")
def test_what_was_started_stops_together_and_starts_again(own: Flask, tmp_path: Path) -> None:
    port = live.free_port()
    for _ in range(2):
        with live.serving(own.config["HCPOV"], port=port):
            log = (tmp_path / f"serve-{port}.log").read_text(encoding="utf-8")
            main, *web = [int(number) for number in re.findall(r"(?:main PID|with PID): ([0-9]+)", log)]
            assert len(web) == Settings.workers
            os.kill(main, signal.SIGHUP)  # forks nothing, and ends nothing
        assert not [pid for pid in (main, *web) if _runs(pid)]
        log = (tmp_path / f"serve-{port}.log").read_text(encoding="utf-8")
        assert "respawning" not in log and "Traceback" not in log


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
