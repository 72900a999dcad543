"""The house as files: where it stands and what is in it."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Source:
    """A file: its path from the root, and what it says."""

    path: str
    text: str

    @property
    def name(self) -> str:
        """The file's name."""
        return self.path.rsplit("/", 1)[-1]


def python_sources() -> list[Source]:
    """Returns the application's own files, migrations left out but for how they are run."""
    return [source for source in _read("hcpov", "*.py") if "/versions/" not in source.path]


def templates() -> list[Source]:
    """Returns every template."""
    return list(_read("templates", "*.*"))


def _read(folder: str, pattern: str) -> Iterator[Source]:
    for path in sorted((ROOT / folder).rglob(pattern)):
        if path.is_file() and "__pycache__" not in path.parts:
            yield Source(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"))
