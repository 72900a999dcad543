"""What the importer's tests share: an import in one call, and the rows it left."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from hcpov.extensions import db
from hcpov.transfer.imports.actions import import_wordpress
from tests.transfer import wxr


class Bar:
    """Counts what a progress bar was told."""

    def __init__(self) -> None:
        self.length = self.done = 0

    @contextmanager
    def __call__(self, _label: str, length: int) -> Iterator["Bar"]:
        self.length = length
        yield self

    def update(self, steps: int) -> None:
        self.done += steps


@pytest.fixture
def bar() -> Bar:
    """A progress bar that shows nothing."""
    return Bar()


@pytest.fixture
def take(app: Flask, tmp_path: Path, bar: Bar) -> Callable[..., str]:
    """Imports an export's text, or a file, into a blog and returns the report."""

    def imported(export: str | bytes | Path, blog: str = "the-ward", name: str = "") -> str:
        path = export if isinstance(export, Path) else wxr.saved(tmp_path, export)
        with app.app_context():
            return import_wordpress(path, blog, name, bar).text()

    return imported


@pytest.fixture
def rows(app: Flask) -> Callable[[], dict[str, list[tuple[Any, ...]]]]:
    """Returns every row of every table."""

    def read() -> dict[str, list[tuple[Any, ...]]]:
        with app.app_context():
            return {
                table.name: sorted((tuple(row) for row in db.session.execute(sa.select(table))), key=repr)
                for table in db.metadata.sorted_tables
            }

    return read
