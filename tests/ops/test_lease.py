"""The lease of several machines: who has it, who follows, and what it keeps from being done twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov import schedule
from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.ops import actions, checks, examination, lease, queries
from hcpov.ops.actions import LENGTH
from hcpov.ops.lease import Holder
from hcpov.ops.models import Lease
from hcpov.pages.models import Purge

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

Pair = tuple[tuple[Flask, Holder], tuple[Flask, Holder]]


@pytest.fixture
def two(app: Flask, settings: Settings, tmp_path: Path) -> Iterator[Pair]:
    """Two machines' applications, each with a worker that may hold the lease; in this process."""
    kept, made = (huey.app, huey.storage), []
    for name in ("one", "other"):
        own = replace(settings, instance=tmp_path / name, database_url=settings.database, machines=2, server_name=name)
        made.append((create_app(own), Holder()))
        made[-1][0].extensions["hcpov.lease"] = made[-1][1]
    yield made[0], made[1]
    huey.app, huey.storage = kept
    for each, _ in made:
        with each.app_context():
            db.engine.dispose()


def looks(machine: tuple[Flask, Holder]) -> bool:
    with machine[0].app_context():
        return machine[1].look()


def runs_out(app: Flask) -> None:
    """Lets the time of the lease be over."""
    with app.app_context():
        db.session.execute(sa.update(Lease).values(until=LONG_AGO))
        db.session.commit()


def test_one_of_two_has_it_and_the_other_follows(two: Pair, app: Flask) -> None:
    one, other = two
    assert [looks(one), looks(other), looks(one), looks(other)] == [True, False, True, False]
    runs_out(app)
    assert [looks(other), looks(one), looks(other)] == [True, False, True]
    with other[0].app_context():
        actions.let_go(other[1].owner, other[1].tenure)
        other[1].tenure = 0
    assert [looks(one), looks(other)] == [True, False]


def test_what_ran_out_is_still_ours_when_nobody_took_it(two: Pair, app: Flask) -> None:
    one, other = two
    looks(one)
    tenure = one[1].tenure
    runs_out(app)
    assert looks(one) and one[1].tenure == tenure
    assert not looks(other)


def test_work_is_begun_under_the_lease_only(two: Pair, app: Flask) -> None:
    one, other = two
    done: list[str] = []
    work = lease.once(lambda: done.append("done"))
    with one[0].app_context():
        work()
        assert done == []
        one[1].look()
        work()
    with other[0].app_context():
        work()
    assert done == ["done"]
    runs_out(app)
    looks(other)
    with one[0].app_context():  # it does not know yet
        assert one[1].tenure
        work()
    assert done == ["done"]


def test_on_one_machine_it_is_just_done(app: Flask, queries: Any) -> None:
    done: list[str] = []
    with queries() as said, app.app_context():
        lease.once(lambda: done.append("done"))()
    assert (done, said) == (["done"], [])
    assert lease.begin(app, ()) is None


def test_nothing_is_written_that_began_under_a_lease_that_is_over(two: Pair, app: Flask) -> None:
    one, other = two
    looks(one)

    @lease.once
    def work() -> None:
        db.session.add(Purge(subjects=["before"]))
        db.session.commit()
        runs_out(app)  # as if this process had stood still here
        looks(other)
        db.session.add(Purge(subjects=["after"]))
        db.session.commit()

    with one[0].app_context():
        work()
    with app.app_context():
        assert db.session.scalars(sa.select(Purge.subjects)).all() == [["before"]]


def test_what_is_done_once_and_what_by_each() -> None:
    done_once = {task.func.__name__ for task in schedule.PERIODIC if hasattr(task.func, "__wrapped__")}
    assert done_once == {
        "publish_what_is_due",
        "tell_what_is_new",
        "forget_what_is_old",
        "index_what_was_left",
        "forget_words_that_were_erased",
        "back_up",
    }
    assert {task.func.__name__ for task in schedule.PERIODIC} - done_once == {
        "press_what_lasts",
        "write_down_what_was_erased",
        "say_that_it_works",
    }


def names(app: Flask) -> dict[str, str]:
    """Returns what is looked at, and how it is."""
    with app.app_context():
        return {each.name: each.state for each in examination.examine(app.config["HCPOV"], "")}


def test_backups_are_looked_for_where_the_lease_is(two: Pair, app: Flask) -> None:
    one, _ = two
    assert names(one[0])["Clock work"] == checks.BAD
    looks(one)
    assert [("Backup" in names(each[0]), names(each[0])["Clock work"]) for each in two] == [
        (True, checks.OK),
        (False, checks.OK),
    ]
    assert not {"Clock work", "Machines"} & set(names(app))


def test_it_is_told_who_has_it(two: Pair, app: Flask) -> None:
    one, _ = two
    with app.app_context():
        assert checks.lease(queries.holder()).state == checks.BAD
    looks(one)
    with app.app_context():
        found = queries.holder()
        assert found and timedelta() < found[1] <= LENGTH
        assert found[0] == "one"
