"""What a library loads if it is there, and nobody here needs: megabytes in each process, and a part of each start."""

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
