"""What waits together is written together, and nobody waits for nothing."""

from concurrent.futures import Future, ThreadPoolExecutor

import pytest

from hcpov.batches import Batches
from hcpov.turns import turns
from tests.crowds import queued

SECONDS = 10


def test_whoever_is_alone_is_written_alone() -> None:
    written: list[list[int]] = []
    batches = Batches(written.append)
    batches.add(1)
    with turns.one():
        batches.add(2)
    assert written == [[1], [2]]


def test_all_who_wait_are_written_at_once() -> None:
    written: list[list[int]] = []
    batches = Batches(written.append)
    for each in at_once(batches, 4):
        each.result(SECONDS)
    batches.add(4)
    assert written == [[0, 1, 2, 3], [4]]


def test_what_fails_fails_for_each_and_for_none_after() -> None:
    written: list[list[int]] = []

    def write(entries: list[int]) -> None:
        if len(entries) > 1:
            raise ZeroDivisionError
        written.append(entries)

    batches = Batches(write)
    for each in at_once(batches, 3):
        with pytest.raises(ZeroDivisionError):
            each.result(SECONDS)
    batches.add(3)
    assert written == [[3]]


def at_once(batches: Batches[int], number: int) -> list[Future[None]]:
    """Adds so many, each in a request of its own that waits for its turn with the others."""

    def add(entry: int) -> None:
        with turns.one():
            batches.add(entry)

    with ThreadPoolExecutor(number) as crowd:
        with turns.one():
            added = []
            for entry in range(number):
                added.append(crowd.submit(add, entry))
                queued(turns, entry + 1)
        return added
