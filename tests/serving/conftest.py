"""A site of its own, for it is started, loaded anew, killed and stopped."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from flask import Flask

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import huey
from hcpov.ops.schema import upgrade
from tests.make import MadePost, Make


@contextmanager
def application(folder: Path) -> Iterator[Flask]:
    """Yields an application of its own, for the tests' is in use."""
    before = {name: vars(huey)[name] for name in ("app", "storage") if name in vars(huey)}
    settings = Settings(instance=folder, secret_key="the forked one's secret, known to all of them", rate_limits="off")
    made = create_app(settings)
    with made.app_context():
        upgrade()
    yield made
    for name, value in before.items():
        setattr(huey, name, value)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Flask]:
    """The application of that site."""
    with application(tmp_path) as made:
        yield made


@pytest.fixture
def post(own: Flask) -> MadePost:
    """A post on that site."""
    return Make(own).post()
