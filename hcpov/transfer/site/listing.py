"""Lists as JSON, an item on a line: any program reads them whole, and ours reads them one by one."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hcpov.transfer.site.problems import broken

LONGEST = 256 * 1024 * 1024  # bytes in a line: a comment with ten thousand answers has half of that


def written(items: Iterable[dict[str, Any]]) -> Iterator[bytes]:
    """Yields a list as it lies in a file."""
    before = b"[\n"
    for item in items:
        yield before + one(item)
        before = b",\n"
    yield b"[]\n" if before == b"[\n" else b"\n]\n"


def one(item: object) -> bytes:
    """Returns an item on one line."""
    return json.dumps(item, ensure_ascii=False).encode()


def read(path: Path, where: str) -> Iterator[tuple[str, Any]]:
    """Yields the items of a list with where each stands. Raises BadSite for what is not laid out so."""
    with path.open("rb") as file:
        first = file.readline(LONGEST)
        if first == b"[]\n":
            return
        if first != b"[\n":
            raise broken(f"{where}, line 1", "a list was expected")
        number = 1
        while line := file.readline(LONGEST):
            number += 1
            if line == b"]\n":
                return
            yield f"{where}, line {number}", parsed(line.rstrip(b",\n"), f"{where}, line {number}")
    raise broken(f"{where}, line {number}", "the list has no end")


def parsed(text: bytes, where: str) -> Any:
    """Returns what a piece of JSON says. Raises BadSite when it cannot be read."""
    try:
        return json.loads(text, parse_constant=_refused)
    except (ValueError, RecursionError):
        raise broken(where, "this cannot be read as JSON") from None


def _refused(word: str) -> None:
    raise ValueError(word)
