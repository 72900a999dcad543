"""A feed before it has a format: Atom, RSS and JSON Feed are written from the same rows. Addresses in it are whole."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from hcpov.blog.rows import TagRow
from hcpov.text import dates
from hcpov.text.plain import storable

KINDS = {"atom": "application/atom+xml", "rss": "application/rss+xml", "json": "application/feed+json"}


@dataclass(frozen=True)
class Person:
    """Who wrote something; `page` is their address, if they have one here."""

    name: str
    page: str = ""


@dataclass(frozen=True)
class Answered:
    """What an entry answers: its id and its address."""

    id: str
    address: str


@dataclass(frozen=True)
class Entry:
    """One post or comment. `thread` is where the feeds of its comments are, without the ending; "" for none.

    `lang` is its language where that is another than the feed's.
    """

    id: str
    address: str
    title: str
    html: str
    published_at: datetime
    updated_at: datetime
    authors: Sequence[Person]
    contributors: Sequence[Person] = ()
    summary: str = ""
    tags: Sequence[TagRow] = ()
    thread: str = ""
    lang: str = ""
    answers: Answered | None = None

    @property
    def published(self) -> str:
        """When it was published (RFC 3339)."""
        return dates.machine(self.published_at)

    @property
    def published_822(self) -> str:
        """The same as RSS has it (RFC 822, with four digits for the year)."""
        return format_datetime(self.published_at, usegmt=True)

    @property
    def updated(self) -> str:
        """When it was last changed in a way that readers are told of (RFC 3339)."""
        return dates.machine(self.updated_at)


@dataclass(frozen=True)
class Feed:
    """One page of a feed. `author` is whose it is, for entries without an author of their own.

    `stem` is its address without the ending, `home` that of the page with the same things. `before` is the row below
    which this page begins, None for the newest; `older` and `newer` begin the pages beside it. `exact` says that
    `updated_at` moves whenever something leaves the feed, so that it can stand for the whole.
    """

    id: str
    title: str
    subtitle: str
    author: Person
    home: str
    stem: str
    site: str
    updated_at: datetime
    entries: Sequence[Entry]
    before: int | None = None
    older: int | None = None
    newer: int | None = None
    exact: bool = True

    @property
    def updated(self) -> str:
        """When the newest change was made (RFC 3339)."""
        return dates.machine(self.updated_at)

    @property
    def updated_822(self) -> str:
        """The same as RSS has it."""
        return format_datetime(self.updated_at, usegmt=True)

    def address(self, kind: str, before: int | None = None) -> str:
        """Returns the address of a page of this feed in one of the KINDS."""
        return f"{self.stem}.{kind}" + ("" if before is None else f"?before={before}")

    def pages(self, kind: str) -> list[tuple[str, str]]:
        """Returns this page and those beside it as relation and address (RFC 4287 4.2.7, RFC 5005 3).

        No archive (RFC 5005 4): a correction may change an old page, and archives promise never to change.
        """
        found = [("self", self.address(kind, self.before))]
        if self.before is not None or self.older is not None:
            found.append(("first", self.address(kind)))
        if self.before is not None:
            found.append(("previous", self.address(kind, self.newer)))
        if self.older is not None:
            found.append(("next", self.address(kind, self.older)))
        return found


def people(name: str, page: str = "") -> list[Person]:
    """Returns somebody as authors are given; nobody for a name in which no character can be written."""
    return [Person(storable(name), page)] if storable(name) else []


def name_of(namer: str, thing: str) -> str:
    """Returns the permanent name of a thing such as `post/12` (RFC 4151), which no change of address moves."""
    return f"tag:{namer}:{thing}"
