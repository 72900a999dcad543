"""What is held about a person, as a file to take elsewhere and as lines to read.

The file is JSON (RFC 8259). Its shape, version 1:

    {"format": "hcpov personal data", "version": 1, "site": …, "site_address": …, "made_at": …, "held_under": …,
     "parts": {"comments": {"words": what these are, "rows": [{"number": 1, "body": …, …}, …]}, …}}

The names of fields, and what is chosen from a list such as a state, are English in the file and the site's language
in lines. Moments are RFC 3339 in UTC, pages are paths on the site, texts are as they were typed. A part or a field
may come new within a version; one that is renamed or goes makes a new version.
"""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hcpov import clock, config, languages
from hcpov.languages import gettext
from hcpov.text import dates
from hcpov.transfer import labels
from hcpov.transfer.queries import Part, Row

FORMAT, VERSION = "hcpov personal data", 1
LONG = {"about", "body", "editors_note"}  # fields of several lines


@dataclass(frozen=True)
class Line:
    """A field as people read it; `long` ones keep their line ends."""

    label: str
    text: str
    long: bool


@dataclass(frozen=True)
class ReadPart:
    """A part as people read it."""

    key: str
    title: str
    words: str
    rows: Iterator[list[Line]]


def as_json(held_under: str, parts: Iterable[Part]) -> Iterator[str]:
    """Yields the file in pieces, a row at a time."""
    settings = config.current()
    head = {"format": FORMAT, "version": VERSION, "site": settings.site_name, "site_address": settings.site_url}
    head |= {"made_at": dates.machine(clock.now()), "held_under": held_under}
    yield _dump(head)[:-2] + ',\n "parts": {'
    for number, part in enumerate(parts):
        yield f'{"," if number else ""}\n  {_dump(part.key, 0)}: {{\n   "words": {_dump(part.words, 0)},\n   "rows": ['
        for index, row in enumerate(part.rows):
            yield f"{',' if index else ''}\n    {_dump(row, 0)}"
        yield "]}"
    yield "\n }\n}\n"


def as_lines(parts: Iterable[Part]) -> list[ReadPart]:
    """Returns the parts to be read, without the fields that are empty."""
    zone = config.current().zone
    return [ReadPart(part.key, part.title, part.words, (_lines(row, zone) for row in part.rows)) for part in parts]


def _lines(row: Row, zone: ZoneInfo) -> list[Line]:
    return [
        Line(labels.of(name), text, name in LONG)
        for name, value in row.items()
        if (text := _said(labels.chosen(name, value), zone))
    ]


def _said(value: Any, zone: ZoneInfo) -> str:
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    if isinstance(value, datetime):
        return languages.long_moment(value)
    if isinstance(value, dict):
        return ", ".join(f"{labels.of(name)}: {_said(labels.chosen(name, each), zone)}" for name, each in value.items())
    if isinstance(value, list):
        return "; ".join(_said(each, zone) for each in value)
    return "" if value is None else str(value)


def _dump(value: Any, indent: int = 1) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent or None, default=_plain)


def _plain(value: Any) -> str:
    if isinstance(value, datetime):
        return dates.machine(value)
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no form in the file")
