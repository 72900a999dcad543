"""Requests that come at once."""

from threading import Event
from time import monotonic

from hcpov.turns import Turns

SECONDS = 10


def queued(turns: Turns, number: int) -> None:
    """Waits until so many requests wait for their turn."""
    end = monotonic() + SECONDS
    while len(turns._waiting) < number:
        assert monotonic() < end, f"{len(turns._waiting)} wait, not {number}"
        Event().wait(0.001)
