"""Our own static files, with an address that changes when the file does."""

import hashlib
from functools import cache
from pathlib import Path

from flask import current_app, url_for


def asset(name: str) -> str:
    """Returns the address of a file in `static/`, which browsers may keep for ever."""
    folder = current_app.static_folder
    assert folder is not None
    return url_for("static", filename=name, v=_mark(Path(folder) / name))


@cache
def _mark(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
