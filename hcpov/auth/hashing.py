"""Passwords are hashed at most two at a time: a flood of sign-ins must leave a core for readers."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from passlib.context import CryptContext
from werkzeug.exceptions import ServiceUnavailable

SLOTS = 2
PATIENCE = 5.0  # seconds to wait for a slot; who waits longer is asked to come back
LOOK = 0.005


class Slots:
    """Two locked files: the processes of one server share them, and a killed process gives its own back."""

    def __init__(self, folder: Path) -> None:
        self.paths = [folder / f"hashing-{number}.lock" for number in range(SLOTS)]

    @contextmanager
    def one(self) -> Iterator[None]:
        """Holds a slot. Raises ServiceUnavailable when none was free for PATIENCE seconds."""
        end = time.monotonic() + PATIENCE
        while True:
            for path in self.paths:
                with path.open("ab") as file:
                    if _locked(file):
                        yield
                        return
            if time.monotonic() > end:
                raise ServiceUnavailable
            time.sleep(LOOK)


def _locked(file: BinaryIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


class SlottedContext(CryptContext):  # type: ignore[misc]
    """Passlib's context, which hashes and compares inside a slot."""

    slots: Slots

    def hash(self, *arguments: Any, **named: Any) -> Any:
        """Hashes a password."""
        with self.slots.one():
            return super().hash(*arguments, **named)

    def verify(self, *arguments: Any, **named: Any) -> Any:
        """Compares a password with a hash."""
        with self.slots.one():
            return super().verify(*arguments, **named)


def slotted(context: CryptContext, folder: Path) -> SlottedContext:
    """Returns a context like `context` that shares the slots in `folder`."""
    inside: SlottedContext = SlottedContext.from_string(context.to_string())
    inside.slots = Slots(folder)
    return inside
