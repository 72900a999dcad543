"""Finished pages and static files as the application keeps them, written by hand."""

import gzip
import os
from pathlib import Path

import brotli

from tests.deploy.fronts import SITE

MARK = 0x5EED1E55
WORD = b"read from a file"
TRAP = b"nobody may read this"

PAGES = {
    "/": f"{SITE}/@index.html",
    "/?before=20": f"{SITE}/@before=20.html",
    "/?after=c12": f"{SITE}/@after=c12.html",
    "/a/2026/11/b/": f"{SITE}/a/2026/11/b/@index.html",
    "/a/2026/11/b/history": f"{SITE}/a/2026/11/b/history@index.html",
    "/pages/privacy/": f"{SITE}/pages/privacy/@index.html",
}
STATIC = {"/static/css/pov.css": "text/css", "/static/js/comment.js": "text/javascript"}
STATIC |= {"/static/img/icon.svg": "image/svg+xml", "/static/js/htmx.min.js": "text/javascript"}
TRAPS = ["secret.html", f"{SITE}/.dot@index.html", f"{SITE}/a/.dot/@index.html", "static/.dot.css", "static/.dot/a.css"]
TRAPS += [
    "others/a@index.html",
    "new/a@index.html",
    "static/css/notes.txt",
    f"{SITE}/@before=x.html",
    f"{SITE}/x@index.html@index.html",
]


def text(path: str) -> bytes:
    """Returns what the finished page of an address says."""
    return b"<!doctype html><p>" + WORD + b": " + path.encode() + b" " * 500


def write(root: Path) -> None:
    """Writes PAGES, STATIC and TRAPS under the folder that nginx has as its root."""
    for path, name in PAGES.items():
        put(root / name, text(path))
    for path in STATIC:
        put(root / path[1:], text(path))
    for name in TRAPS:
        put(root / name, TRAP)
    put(root.parent / "secret.html", TRAP)


def put(file: Path, content: bytes) -> None:
    """Writes a file and its copies, with the mark for a time."""
    file.parent.mkdir(parents=True, exist_ok=True)
    copies = {"": content, ".gz": gzip.compress(content, mtime=0), ".br": brotli.compress(content)}
    for ending, said in copies.items():
        place = Path(f"{file}{ending}")
        place.write_bytes(said)
        os.utime(place, (MARK, MARK))
