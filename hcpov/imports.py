"""How modules are loaded: none that nobody here needs, and all in one go. Each is a part of every start."""

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


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
def later(**functions: str) -> Iterator[None]:
    """Lets functions stand in for those of modules (`function="its.module"`): the first call of one loads its module.

    Modules that are loaded by now stay as they are.
    """
    standing = {}
    for name, module in functions.items():
        if module not in sys.modules:
            standing[module] = ModuleType(module)
            setattr(standing[module], name, _standing_in(name, module))
    sys.modules.update(standing)
    try:
        yield
    finally:
        for module in standing:
            del sys.modules[module]


def _standing_in(name: str, module: str) -> Callable[..., Any]:
    def load_and_call(*arguments: Any, **named: Any) -> Any:
        package, _, last = module.rpartition(".")
        shown = vars(sys.modules[package]).get(last)
        function = getattr(import_module(module), name)
        if last == name and shown is not None:  # the package shows a function by its module's name, and still shall
            setattr(sys.modules[package], name, function)
        return function(*arguments, **named)

    return load_and_call


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
