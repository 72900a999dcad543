"""What a WordPress export holds, as it says it."""

from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from email.utils import parsedate_to_datetime


@dataclass(frozen=True)
class Author:
    """A writer; `number` is 0 where the export does not say it."""

    login: str
    number: int
    name: str
    email: str


@dataclass(frozen=True)
class Said:
    """A comment, a pingback or a note of a shop."""

    number: int
    name: str
    email: str
    user: int
    kind: str
    approved: str
    parent: int
    date_gmt: str
    date: str
    content: str


@dataclass(frozen=True)
class Item:
    """A post, page, attachment or menu entry."""

    number: int
    line: int
    kind: str
    status: str
    title: str
    link: str
    slug: str
    content: str
    excerpt: str
    creator: str
    date_gmt: str
    date: str
    feed_date: str
    parent: int
    order: int
    protected: bool
    sticky: bool
    comments_open: bool
    file: str
    alt: str
    cover: int
    lang: str
    terms: tuple[str, ...]
    said: tuple[Said, ...]


@dataclass(frozen=True)
class Export:
    """All of it. `site` is the old site's address, without a last slash; `language` is as the file says it."""

    site: str
    language: str
    title: str
    description: str
    authors: list[Author]
    items: list[Item]


def number(text: str) -> int:
    """Returns the number WordPress gave; 0 where there is none that a database could hold."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 15 else 0


def moment(gmt: str, local: str, feed: str, zone: tzinfo) -> tuple[datetime | None, bool]:
    """Returns when something was, and whether the zone had to be guessed.

    WordPress writes zeros for a draft's time in GMT. The feed's date names its zone; the local one does not, and is
    taken to be in `zone`.
    """
    if exact := _parsed(gmt, UTC) or _feed(feed):
        return exact, False
    guessed = _parsed(local, zone)
    return guessed, guessed is not None


def _parsed(text: str, zone: tzinfo) -> datetime | None:
    try:
        return _sane(datetime.strptime(text, "%Y-%m-%d %H:%M:%S").replace(tzinfo=zone))
    except ValueError:
        return None


def _feed(text: str) -> datetime | None:
    try:
        found = parsedate_to_datetime(text)
    except (ValueError, IndexError, OverflowError, TypeError):
        return None
    return _sane(found.replace(tzinfo=UTC) if found.tzinfo is None else found)


def _sane(found: datetime) -> datetime | None:
    """Keeps dates that every zone and database can hold."""
    return found.astimezone(UTC) if 1900 <= found.year <= 9000 else None
