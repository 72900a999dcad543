"""The processes that are forked from one application: with nothing open, so that they lock each other out."""

import fcntl
import multiprocessing
import sys
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov.auth.models import Role
from hcpov.extensions import db
from hcpov.pages import tasks
from hcpov.pages.changes import STORE
from hcpov.pages.store import Store
from hcpov.serving import memory
from tests import live

SHARED = "/pages/counters"  # a mapped file: what one process writes, all see

fork = multiprocessing.get_context("fork")


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
    memory.close_all(own)
    assert _open(tmp_path) == []
    assert own.test_client().get("/").status_code == 200


def test_forked_processes_lock_each_other_out_of_the_pages(own: Flask, tmp_path: Path) -> None:
    memory.close_all(own)
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
    memory.close_all(own)
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
