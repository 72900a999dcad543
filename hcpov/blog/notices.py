"""The dated notices of a post, made ready to show."""

from dataclasses import dataclass
from datetime import datetime

from hcpov import languages
from hcpov.blog.models import Change, Post
from hcpov.languages import gettext, lazy
from hcpov.text import dates

WORDS = {
    Change.PUBLICATION: lazy("Published"),
    Change.MINOR: lazy("Minor change"),
    Change.CORRECTION: lazy("Correction"),
    Change.CONCERN: lazy("Expression of concern"),
    Change.RETRACTION: lazy("Retraction"),
    Change.REMOVAL: lazy("Removed for privacy"),
    Change.WITHDRAWAL: lazy("Withdrawn"),
    Change.RETURN: lazy("Brought back"),
}
ON_TOP = frozenset({Change.CONCERN, Change.RETRACTION})
UNTITLED = lazy("Untitled")


@dataclass(frozen=True)
class NoticeRow:
    """A notice. `number` is that of the revision it tells of; `on_top` ones stand before the text."""

    number: int
    kind: str
    words: str
    reason: str
    at: str
    at_machine: str
    on_top: bool


def notice_rows(post: Post) -> list[NoticeRow]:
    """Makes a post's notices ready to show, oldest first."""
    return [_row(each) for each in post.notices]


def titled(post: Post) -> str:
    """Returns a post's title as it is shown: named when it has none, marked when it was retracted."""
    title = post.title or str(UNTITLED)
    return gettext("Retracted: %(title)s", title=title) if post.retracted else title


def _row(said: dict[str, str]) -> NoticeRow:
    kind, at = Change(said["kind"]), datetime.fromisoformat(said["at"])
    return NoticeRow(
        number=int(said["number"]),
        kind=kind.value,
        words=str(WORDS[kind]),
        reason=said["reason"],
        at=languages.long_date(at),
        at_machine=dates.machine(at),
        on_top=kind in ON_TOP,
    )
