"""Where finished pages lie on the disk, so that nginx finds them by address (`deploy/nginx-pov.conf`).

A page is three files: plain, `.gz` and `.br`. Their time is no time but the mark of their content, of which nginx makes
the same validator as we do.
"""

import os
import re
import tempfile
from contextlib import suppress
from pathlib import Path

from hcpov import clock
from hcpov.pages.encodings import ENDINGS, Body

SITE, OTHERS, STATIC, NEW = "site", "others", "static", "new"
FOLDERS = (SITE, OTHERS, STATIC, NEW)

# What an address of ours can be made of. Anything else has no page, however it is written. Each part ends in one way
# only: were the slash behind it a choice, a long address would be tried in all ways.
PATH = re.compile(r"/(?:[a-z0-9][a-z0-9._-]{0,199}/)*(?:[a-z0-9][a-z0-9._-]{0,199})?")
QUERY = re.compile(r"(?:before|after)=[a-z]?[0-9]{1,9}")
LONGEST = 1000


def name(path: str, query: str) -> str | None:
    """Returns the name of the file for an address; None when it can have none."""
    if len(path) > LONGEST or not PATH.fullmatch(path) or (query and not QUERY.fullmatch(query)):
        return None
    return f"{path[1:]}@{query or 'index'}.html"


def write(folder: Path, body: Body) -> dict[str, str]:
    """Writes the files of a page under names of chance; returns them by ending. They are yet to be put in place."""
    written: dict[str, str] = {}
    try:
        for encoding, ending in ENDINGS.items():
            handle, path = tempfile.mkstemp(dir=folder)
            written[ending] = path
            with os.fdopen(handle, "wb") as file:
                file.write(body.of(encoding))
                os.fchmod(handle, 0o644)  # nginx runs as somebody else
            os.utime(path, (clock.now().timestamp(), body.mark))
    except OSError:  # the disk is full: what is there takes room from others
        drop(written)
        raise
    return written


def put(written: dict[str, str], place: Path) -> None:
    """Puts written files in their place, each at once."""
    make_folder(place.parent)
    for ending, path in written.items():
        Path(path).replace(f"{place}{ending}")


def make_folder(folder: Path) -> None:
    """Makes a folder, and those it lies in, that nginx can look into, whatever the process lets others do."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(exist_ok=True)
        each.chmod(0o755)


def drop(written: dict[str, str]) -> None:
    """Removes written files that found no place."""
    for path in written.values():
        Path(path).unlink(missing_ok=True)


def sweep(folder: Path, before: float) -> None:
    """Removes what a process that was killed wrote and never put in place: what nobody touched since a moment.

    A file's last modification is its page's mark and says nothing of time; the change of its name and rights does.
    """
    for each in folder.iterdir():
        with suppress(FileNotFoundError):
            if each.stat().st_ctime < before:
                each.unlink()


def read(place: Path, mark: int | None = None) -> Body | None:
    """Returns a page's bytes; None when a file is missing, or one is another's than the mark or the plain one says."""
    found = []
    for ending in ENDINGS.values():
        try:
            with open(f"{place}{ending}", "rb") as file:  # noqa: PTH123  # a path's own `open` takes twice as long
                found_mark = int(os.fstat(file.fileno()).st_mtime)
                if found_mark != (mark := found_mark if mark is None else mark):
                    return None
                found.append(file.read())
        except (FileNotFoundError, IsADirectoryError):
            return None
    assert mark is not None
    plain, gzip, br = found
    return Body(plain, gzip, br, mark)


def remove(place: Path) -> None:
    """Removes the files of a page."""
    for ending in ENDINGS.values():
        Path(f"{place}{ending}").unlink(missing_ok=True)
