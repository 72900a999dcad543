"""Our own static files: an address that changes when the file does, or the words themselves inside a page."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

from flask import current_app, url_for
from markupsafe import Markup

from hcpov import config

_REMARKS, _BLANKS = re.compile(r"/\*.*?\*/", re.DOTALL), re.compile(r"\s*([{};,>])\s*|(?<=:)\s+")
READERS_STYLES = "css/pov.css"  # stand in every page: on a slow line a second request is what text waits for


def asset(name: str) -> str:
    """Returns the address of a file in `static/`, which browsers may keep for ever."""
    folder = current_app.static_folder
    assert folder is not None
    return url_for("static", filename=name, v=_mark(Path(folder) / name))


@cache
def readers_styles() -> Markup:
    """Returns what stands in a page's style element, to the letter: the policy names its hash.

    Remarks and the blanks beside `{};,>` and behind `:` are left out. That is right for this file, whose texts in
    quotation marks hold none of them, and saves what a library for it would.
    """
    text = _REMARKS.sub("", (config.ROOT / "static" / READERS_STYLES).read_text(encoding="utf-8"))
    return Markup(_BLANKS.sub(r"\1", text).strip())  # noqa: S704  # our own file


@cache
def styles_hash() -> str:
    """Returns how the Content-Security-Policy names these styles."""
    return "sha256-" + base64.b64encode(hashlib.sha256(readers_styles().encode()).digest()).decode()


@cache
def _mark(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:8]
