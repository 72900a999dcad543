"""How modules are loaded: none that nobody here needs, and all in one go. Each is a part of every start."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import ModuleType


@contextmanager
def without(*names: str) -> Iterator[None]:
    """Lets modules seem not to be installed, unless they are loaded by now; behind it they can be imported again."""
    hidden = {name for name in names if name not in sys.modules}
    modules: dict[str, ModuleType | None] = sys.modules  # type: ignore[assignment]  # None: an import of it fails
    modules.update(dict.fromkeys(hidden))
    try:
        yield
    finally:
        for name in hidden:
            del modules[name]


@contextmanager
def in_one_go() -> Iterator[None]:
    """Looks for no garbage meanwhile.

    What is loaded stays; to look through all of it again and again took a fifth of a start.
    """
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
