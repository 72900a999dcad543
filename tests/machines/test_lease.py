"""Two real workers on one database: one ticks; killed or stopped, the other follows, and the first ticks no more."""

import signal
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops.actions import LENGTH
from hcpov.ops.lease import EVERY
from hcpov.pages.models import Purge
from tests import live
from tests.machines.sites import SECONDS, Machine, machine


def ticks(app: Flask) -> list[str]:
    """Returns which machine ticked, in order."""
    with app.app_context():
        rows = db.session.scalars(sa.select(Purge.subjects).order_by(Purge.id)).all()
    return [row[0].removeprefix("tick ") for row in rows if row[0].startswith("tick ")]


@pytest.fixture
def ticking(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[Callable[..., Machine]]:
    """Starts a worker that ticks, with the times of the lease."""
    with ExitStack() as stack:

        def start(name: str, every: float = EVERY, length: float = LENGTH.total_seconds()) -> Machine:
            words = ("tests.machines.ticking", str(every), str(length))
            return stack.enter_context(machine(settings, tmp_path / name, *words))

        yield start


def test_a_worker_that_is_killed_is_followed_by_the_other(app: Flask, ticking: Callable[..., Machine]) -> None:
    one = ticking("one")
    live.wait_until(lambda: len(ticks(app)) >= 2, SECONDS)
    other = ticking("other")
    live.wait_until(lambda: "The worker does" in other.log, SECONDS)
    before = len(ticks(app))
    live.wait_until(lambda: len(ticks(app)) >= before + 7, SECONDS)  # longer than the other waits between two looks
    assert set(ticks(app)) == {"one"}
    one.kill()
    killed = time.monotonic()
    live.wait_until(lambda: ticks(app)[-1] == "other", SECONDS)
    assert time.monotonic() - killed < LENGTH.total_seconds() + EVERY + 5  # a tick comes each second, or later
    said = ticks(app)
    assert said == sorted(said, key=["one", "other"].index)


def test_a_worker_that_ends_is_followed_at_once(app: Flask, ticking: Callable[..., Machine]) -> None:
    one = ticking("one", 1, 1000)
    live.wait_until(lambda: "one" in ticks(app), SECONDS)
    ticking("other", 1, 1000)
    one.process.send_signal(signal.SIGTERM)
    live.wait_until(lambda: "other" in ticks(app), SECONDS)


def test_a_worker_that_stood_still_past_its_lease_does_not_go_on(app: Flask, ticking: Callable[..., Machine]) -> None:
    one = ticking("one", 0.5, 3)
    live.wait_until(lambda: "one" in ticks(app), SECONDS)
    other = ticking("other", 0.5, 3)
    live.wait_until(lambda: "The worker does" in other.log, SECONDS)
    (one.folder / "hold").touch()
    live.wait_until(lambda: (one.folder / "held").exists(), SECONDS)
    one.signal(signal.SIGSTOP)
    before = len(ticks(app))
    live.wait_until(lambda: "other" in ticks(app), SECONDS)
    (one.folder / "hold").unlink()
    one.signal(signal.SIGCONT)
    live.wait_until(lambda: "tick was left: another machine does the work of the clock now" in one.log, SECONDS)
    after = len(ticks(app))
    live.wait_until(lambda: len(ticks(app)) >= after + 3, SECONDS)
    assert ticks(app)[:before] == ["one"] * before
    assert set(ticks(app)[before:]) == {"other"}
