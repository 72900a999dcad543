"""One request at a time, and no longer than it must."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Event, Thread
from time import monotonic
from typing import Any

import pytest

from hcpov import turns as module
from hcpov.turns import Turns

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
            _queued(turns, number)
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


def _queued(turns: Turns, number: int) -> None:
    end = monotonic() + SECONDS
    while len(turns._waiting) < number:
        assert monotonic() < end, f"{len(turns._waiting)} wait, not {number}"
        Event().wait(0.001)
