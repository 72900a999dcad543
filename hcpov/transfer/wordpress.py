"""WordPress exports (WXR 1.0 to 1.2), read whole before anything is written.

The file is a stranger's. A DOCTYPE ends the reading before what is in it is looked at, so that no entity is ever
defined; nothing is fetched; libxml2's own bounds on depth (256) and on one text (10 MB) stay on.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlsplit
from xml.parsers import expat

from lxml import etree

from hcpov.text.plain import one_line
from hcpov.transfer.elements import author_of, item_of, name_of, text_of
from hcpov.transfer.export import Author, Export, Item

MAX_BYTES = 512 * 1024 * 1024
MAX_THINGS = 500_000
SITE_LENGTH = 300
VERSIONS = ("1.0", "1.1", "1.2")
AGAIN = "Export it again in WordPress under Tools, Export, and use the file as it was downloaded."

_CHUNK = 64 * 1024


class BadExport(ValueError):
    """A file that cannot be taken in; the message says where and what to do."""


class _RootReached(Exception):
    pass


def read(path: Path) -> Export:
    """Reads an export. Raises BadExport when any of it cannot be read: half an export is none."""
    size = path.stat().st_size
    if size == 0:
        raise BadExport(f"The file is empty. {AGAIN}")
    if size > MAX_BYTES:
        raise BadExport(f"The file has {size:,} bytes; at most {MAX_BYTES:,} are read. Export fewer posts at a time.")
    _refuse_doctype(path)
    try:
        with path.open("rb") as file:
            return _read(file)
    except etree.XMLSyntaxError as problem:
        said = one_line(problem.msg or "")
        raise BadExport(f"Line {problem.lineno} cannot be read as XML ({said}). {AGAIN}") from None


def _refuse_doctype(path: Path) -> None:
    """Reads up to the first element with expat, which tells of a DOCTYPE before it looks inside."""
    parser = expat.ParserCreate()

    def doctype(name: str, *_rest: Any) -> None:
        what = (
            "this is a web page" if name.lower() == "html" else "a DOCTYPE, which no WordPress export has, stands here"
        )
        raise BadExport(f"Line {parser.CurrentLineNumber}: {what}. {AGAIN}")

    def element(*_rest: Any) -> None:
        raise _RootReached

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    try:
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except _RootReached:
        return
    except (expat.ExpatError, ValueError, LookupError) as problem:
        if isinstance(problem, BadExport):
            raise
        raise BadExport(f"Line {parser.CurrentLineNumber} cannot be read as XML. {AGAIN}") from None


def _read(file: BinaryIO) -> Export:
    channel: dict[str, tuple[str, int]] = {}
    authors: list[Author] = []
    items: list[Item] = []
    things = 0
    for name, element in _channel(file):
        if name == "item":
            item = item_of(element)
            items.append(item)
            things += 1 + len(item.said)
        elif name == "wp:author":
            authors.append(author_of(element))
            things += 1
        elif len(element) == 0:
            channel.setdefault(name, (text_of(element), element.sourceline or 0))
        if things > MAX_THINGS:
            many = f"more than {MAX_THINGS:,} posts and comments"
            raise BadExport(f"Line {element.sourceline}: {many}. Export fewer at a time.")
    _check_version(*channel.get("wp:wxr_version", ("", 0)))
    told = {name: text for name, (text, _line) in channel.items()}
    site = _site(told.get("wp:base_blog_url", "")) or _site(told.get("link", ""))
    if not site:
        raise BadExport(f"The file does not say which site it comes from (<link> in <channel>). {AGAIN}")
    return Export(site, told.get("language", ""), told.get("title", ""), told.get("description", ""), authors, items)


def _channel(file: BinaryIO) -> Iterator[tuple[str, Any]]:
    """Yields what stands directly in the channel, one at a time, and forgets it afterwards."""
    events = etree.iterparse(
        file,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    depth, seen = 0, False
    for event, element in events:
        if event == "start":
            depth += 1
            if depth == 1:
                _check_root(element)
            seen = seen or (depth == 2 and element.tag == "channel")
            continue
        depth -= 1
        if depth == 2 and element.getparent().tag == "channel":
            yield name_of(element), element
            element.clear()
            while element.getprevious() is not None:
                del element.getparent()[0]
    if not seen:
        raise BadExport(f"There is no <channel> in the file, so this is not a WordPress export. {AGAIN}")


def _check_root(element: Any) -> None:
    if element.getroottree().docinfo.doctype:
        raise BadExport(f"Line 1: A DOCTYPE stands here, which no WordPress export has. {AGAIN}")
    if element.tag != "rss":
        what = "a web page" if str(element.tag).lower().endswith("html") else "something else"
        raise BadExport(f"Line {element.sourceline}: this is {what}, not a WordPress export (<rss>). {AGAIN}")


def _check_version(version: str, line: int) -> None:
    readable = ", ".join(VERSIONS)
    if not version:
        raise BadExport(f"The file names no version (<wp:wxr_version>), so it is a feed and not an export. {AGAIN}")
    if version not in VERSIONS:
        shown = one_line(version)[:40]
        raise BadExport(f"Line {line}: the export has version {shown}; {readable} can be read. {AGAIN}")


def _site(address: str) -> str:
    """Returns the old site's address without its last slash; "" when it is none."""
    try:
        parts = urlsplit(address)
        port = f":{parts.port}" if parts.port else ""
    except ValueError:
        return ""
    if parts.scheme not in {"http", "https"} or not parts.hostname or len(address) > SITE_LENGTH:
        return ""
    return f"{parts.scheme}://{parts.hostname}{port}{parts.path.rstrip('/')}"
