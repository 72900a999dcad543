"""One request at a time, and no longer than it must."""

import sqlite3
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from threading import Barrier, Event, Thread
from typing import Any

import pytest

from hcpov import turns as module
from hcpov.turns import Connection, Turns
from tests.crowds import queued

SECONDS = 10


@pytest.fixture
def turns() -> Turns:
    return Turns()


def test_a_request_waits_for_the_one_before(turns: Turns) -> None:
    inside, most = [], []

    def application(environ: dict[str, Any], _begin: Any) -> Iterable[bytes]:
        inside.append(environ)
        most.append(len(inside))
        Event().wait(0.001)
        inside.remove(environ)
        return ()

    answer, start = turns.install(application), Barrier(8)

    def ask(number: int) -> None:
        start.wait(SECONDS)
        list(answer({"number": number}, lambda *_: lambda _: None))

    with ThreadPoolExecutor(8) as crowd:
        list(crowd.map(ask, range(8)))
    assert most == [1] * 8


def test_whoever_waits_longest_is_next(turns: Turns) -> None:
    served: list[int] = []

    def ask(number: int) -> None:
        with turns.one():
            served.append(number)

    crowd = [Thread(target=ask, args=[number]) for number in range(20)]
    with turns.one():
        for number, each in enumerate(crowd, 1):
            each.start()
            queued(turns, number)
    for each in crowd:
        each.join(SECONDS)
    assert served == list(range(20))


def test_a_turn_may_be_asked_for_again_and_is_given_back_once(turns: Turns) -> None:
    with turns.one(), turns.one():
        pass
    with ThreadPoolExecutor(1) as other:
        other.submit(_once, turns).result(SECONDS)


def test_a_turn_is_given_back_when_a_request_fails(turns: Turns) -> None:
    with pytest.raises(ZeroDivisionError), turns.one():
        raise ZeroDivisionError
    with ThreadPoolExecutor(1) as other:
        other.submit(_once, turns).result(SECONDS)


def test_who_steps_aside_lets_others_in(turns: Turns) -> None:
    with ThreadPoolExecutor(1) as other, turns.one():
        with turns.aside():
            other.submit(_once, turns).result(SECONDS)
        waiting = other.submit(_once, turns)
        assert not waiting.done()
    waiting.result(SECONDS)


def test_who_stepped_aside_comes_before_those_who_wait(turns: Turns) -> None:
    came, over, served = Event(), Event(), []

    def between() -> None:
        with turns.one():
            came.set()
            assert over.wait(SECONDS)

    def behind() -> None:
        with turns.one():
            served.append("behind")

    def let_go() -> None:
        queued(turns, 2)
        over.set()

    with ThreadPoolExecutor(3) as others, turns.one():
        with turns.aside():
            others.submit(between)
            assert came.wait(SECONDS)
            others.submit(behind)
            queued(turns, 1)
            others.submit(let_go)
        served.append("aside")
    assert served == ["aside", "behind"]


def test_who_steps_behind_comes_after_those_who_wait(turns: Turns) -> None:
    served: list[str] = []

    def other(name: str) -> None:
        with turns.one():
            served.append(name)

    turns.behind()  # without a turn there is nothing to give up
    with ThreadPoolExecutor(2) as others, turns.one():
        turns.behind()  # nobody waits
        for number, name in enumerate(("first", "second"), 1):
            others.submit(other, name)
            queued(turns, number)
        turns.behind()
        served.append("behind")
    assert served == ["first", "second", "behind"]


def test_others_have_their_turn_while_a_commit_waits_for_the_disk(tmp_path: Path) -> None:
    with (
        ThreadPoolExecutor(1) as other,
        closing(sqlite3.connect(tmp_path / "db", SECONDS, factory=Connection)) as writes,
        closing(sqlite3.connect(tmp_path / "db", check_same_thread=False)) as reads,
    ):
        writes.execute("CREATE TABLE word (said TEXT)")
        writes.executemany("INSERT INTO word VALUES (?)", [("one",), ("two",)])
        writes.commit()
        looks = reads.execute("SELECT said FROM word")
        assert looks.fetchone() == ("one",)  # without WAL, a commit waits for whoever reads

        def come_and_let_go() -> None:
            with module.turns.one():
                looks.close()

        with module.turns.one():
            writes.execute("INSERT INTO word VALUES ('three')")
            waiting = other.submit(come_and_let_go)
            queued(module.turns, 1)
            writes.commit()
            waiting.result(SECONDS)
            assert module.turns._has()
        assert reads.execute("SELECT count(*) FROM word").fetchone() == (3,)


def test_what_is_only_read_keeps_its_turn(tmp_path: Path) -> None:
    with ThreadPoolExecutor(1) as other, closing(sqlite3.connect(tmp_path / "db", factory=Connection)) as reads:
        with module.turns.one():
            reads.execute("SELECT 1").fetchone()
            waiting = other.submit(_once, module.turns)
            queued(module.turns, 1)
            reads.commit()
            assert not waiting.done()
        waiting.result(SECONDS)


def test_who_stepped_aside_goes_on_when_whoever_came_between_waits_for_it(
    turns: Turns, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "AGAIN", 0.05)
    came, over = Event(), Event()

    def between() -> None:
        with turns.one():
            came.set()
            assert over.wait(SECONDS)

    with ThreadPoolExecutor(1) as other:
        with turns.one(), turns.aside():
            waits = other.submit(between)
            assert came.wait(SECONDS)
        over.set()
        waits.result(SECONDS)
        other.submit(_once, turns).result(SECONDS)


def _once(turns: Turns) -> None:
    with turns.one():
        pass
