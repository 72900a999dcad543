"""What the tests of finished pages share: a look behind the layer, and at what is kept."""

from collections.abc import Callable

import pytest
from flask import Flask
from werkzeug.test import Client, TestResponse

from hcpov.pages.changes import STORE
from hcpov.pages.layer import Layer
from hcpov.pages.store import Store
from hcpov.web.finished import LAYER


@pytest.fixture
def layer(app: Flask) -> Layer:
    """The layer in front of the tests' application."""
    found: Layer = app.extensions[LAYER]
    return found


@pytest.fixture
def store(app: Flask) -> Store:
    """The store of the tests' application, empty."""
    found: Store = app.extensions[STORE]
    found.clear()
    return found


@pytest.fixture
def made_now(layer: Layer) -> Callable[[str], TestResponse]:
    """Returns a way to have a page made anew, whatever is kept."""
    return lambda path: Client(layer.application).get(path)


@pytest.fixture
def kept(store: Store) -> Callable[[], set[str]]:
    """Returns a way to name the addresses of the pages that are kept."""

    def names() -> set[str]:
        found = set()
        for folder in (store.site, "others"):
            for file in (store.folder / folder).rglob("*@*.html"):
                path, _, query = str(file.relative_to(store.folder / folder)).removesuffix(".html").rpartition("@")
                found.add(f"/{path}" + (f"?{query}" if query != "index" else ""))
        return found

    return names
