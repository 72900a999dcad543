"""What a page shows, noted while it is made.

Whatever a page shows has a subject, a word such as `text:12`, which is named beside the query that reads it. A write
touches subjects (`pages/changes.py`), and every page that shows one of them is thrown away. Parts of a page that are
another's for each reader are marked as holes.
"""

import json
import re
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from markupsafe import Markup

# In a request's environment: the name under which a page will be kept, for the view; and what the view noted of it.
NAME, RECORDING = "hcpov.name", "hcpov.recording"

# In no text that people can write: nobody knows it, and it is another one in each process.
_SEAL = secrets.token_hex(8)
_MARK = re.compile(rf"<!--{_SEAL}:(.*?)-->".encode())


@dataclass(frozen=True)
class Hole:
    """A part of a page that is another's for each reader: its name, what is needed to fill it, and where it stands."""

    name: str
    facts: list[Any]
    start: int
    end: int


@dataclass
class Recording:
    """What is noted of the page that is being made. `number` is the newest change before it was begun."""

    number: int
    subjects: set[str] = field(default_factory=set)
    until: datetime | None = None
    holes: list[Hole] = field(default_factory=list)


_current: ContextVar[Recording | None] = ContextVar("recording", default=None)


@contextmanager
def recording(number: int) -> Iterator[Recording]:
    """Notes what is shown inside; the code inside calls `show`, `show_until` and `hole`."""
    made = Recording(number)
    token = _current.set(made)
    try:
        yield made
    finally:
        _current.reset(token)


def show(*subjects: str) -> None:
    """Notes that the page being made shows these subjects; nothing when no page is being made."""
    if made := _current.get():
        made.subjects.update(subjects)


def show_until(moment: datetime | None) -> None:
    """Notes that the page being made is true until a moment at most; None sets no end."""
    made = _current.get()
    if made and moment is not None:
        made.until = min(made.until or moment, moment)


def hole(name: str, *facts: Any) -> Markup:
    """Returns the mark that begins a hole; facts go into JSON, and are kept beside the page, not in it."""
    return _mark(f"({json.dumps([name, *facts])}")


def end_of_hole() -> Markup:
    """Returns the mark that ends the hole begun last."""
    return _mark(")")


def point(name: str, *facts: Any) -> Markup:
    """Returns the mark of a hole that is empty for strangers."""
    return _mark(f".{json.dumps([name, *facts])}")


def without_marks(page: bytes) -> tuple[bytes, list[Hole]]:
    """Returns a page without the marks, and its holes in order. What is marked inside a hole goes with it."""
    pieces: list[bytes] = []
    holes: list[Hole] = []
    begun: list[tuple[str, list[Any], int]] = []
    length = 0
    for number, piece in enumerate(_MARK.split(page)):
        if number % 2 == 0:
            pieces.append(piece)
            length += len(piece)
        elif piece == b")":
            name, facts, start = begun.pop()
            holes = [each for each in holes if each.start < start]
            holes.append(Hole(name, facts, start, length))
        else:
            name, *facts = json.loads(piece[1:])
            if piece[:1] == b"(":
                begun.append((name, facts, length))
            else:
                holes.append(Hole(name, facts, length, length))
    return b"".join(pieces), holes


def _mark(words: str) -> Markup:
    if _current.get() is None:
        return Markup("")
    return Markup(f"<!--{_SEAL}:{words.replace('>', chr(92) + 'u003e')}-->")  # noqa: S704  # ours, and JSON
