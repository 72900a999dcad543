"""Our own static files, pressed once and answered from memory. Their addresses change when they do."""

import mimetypes
from pathlib import Path

from werkzeug.utils import get_content_type

from hcpov.pages import files
from hcpov.pages.encodings import SLOW, encoded
from hcpov.pages.entry import Entry, Headers
from hcpov.pages.files import NEW, STATIC

PREFIX = "/static/"
FOR_EVER = "public, max-age=31536000, immutable"  # the longest that RFC 9111 caches are asked for: a year


def press(source: Path, folder: Path) -> None:
    """Writes copies of the static files in all encodings, from where nginx serves them."""
    for file in sorted(source.rglob("*")):
        if file.is_file():
            written = files.write(folder / NEW, encoded(file.read_bytes(), SLOW))
            files.put(written, folder / STATIC / file.relative_to(source))


class Assets:
    """The pressed files of one process. One that was not pressed is the application's to answer."""

    def __init__(self, source: Path, folder: Path, headers: Headers) -> None:
        self._source, self._folder, self._headers = source, folder, headers
        self._ready: dict[str, Entry] = {}

    def find(self, path: str) -> Entry | None:
        """Returns the file at an address."""
        if not path.startswith(PREFIX):
            return None
        if path in self._ready:
            return self._ready[path]
        name = path.removeprefix(PREFIX)
        known = {file.relative_to(self._source).as_posix() for file in self._source.rglob("*") if file.is_file()}
        entry = self._read(name) if name in known else None
        if entry:
            self._ready[path] = entry
        return entry

    def _read(self, name: str) -> Entry | None:
        body = files.read(self._folder / STATIC / name)
        if body is None or body.plain != (self._source / name).read_bytes():
            return None
        kind = get_content_type(mimetypes.guess_type(name)[0] or "application/octet-stream", "utf-8")
        headers = [("Content-Type", kind), *self._headers, ("Cache-Control", FOR_EVER), ("Vary", "Accept-Encoding")]
        return Entry(body, headers, 0, frozenset())
