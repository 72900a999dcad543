"""The history of a post: its revisions, and what changed between two of them.

Each function says how many queries it makes; tests hold them to it.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise

from sqlalchemy import func, select
from sqlalchemy.orm import joinedload

from hcpov import languages
from hcpov.auth.models import Account
from hcpov.blog import subjects, texts
from hcpov.blog.models import Change, Draft, Post, Revision
from hcpov.blog.notices import WORDS
from hcpov.extensions import db
from hcpov.languages import lazy
from hcpov.pages.recording import show
from hcpov.text import dates
from hcpov.text.differences import Paragraph, condensed, differences, is_changed

AT_ONCE = 10  # comparisons on one page
CHARACTERS = 400_000  # of text compared on one page, unless it is asked for two revisions
NAMES = {
    "title": lazy("Title"),
    "summary": lazy("Summary"),
    "editors_note": lazy("Editor's note"),
    "body": lazy("Text"),
    "disclosure": lazy("Disclosure"),
    "lang": lazy("Language"),
}


@dataclass(frozen=True)
class RevisionRow:
    """A revision without its text. `by` is for the desk; `minor` counts the minor changes just before it."""

    number: int
    kind: str
    words: str
    reason: str
    at: str
    at_machine: str
    by: str
    public: bool
    erased: bool
    size: int
    minor: int = 0


@dataclass(frozen=True)
class FieldChange:
    """What changed in one field: paragraphs, and between them how many were left out."""

    name: str
    parts: list[Paragraph | int]


@dataclass(frozen=True)
class Comparison:
    """What changed between two revisions. `erased` when a text of them was removed for somebody's privacy."""

    old: int
    new: int
    fields: list[FieldChange]
    erased: bool = False


def of_post(post_id: int) -> list[RevisionRow]:
    """Returns all revisions of a post, newest first, without their texts. One query."""
    show(subjects.revisions(post_id))
    size = sum((func.length(getattr(Revision, name)) for name in texts.REVISED), start=func.length(""))
    wanted = (
        select(Revision.number, Revision.kind, Revision.reason, Revision.at, Revision.public, Revision.erased_at, size)
        .add_columns(Account.name)
        .outerjoin(Account, Account.id == Revision.account_id)
        .where(Revision.post_id == post_id)
        .order_by(Revision.number.desc())
    )
    return [
        RevisionRow(
            number=number,
            kind=kind,
            words=WORDS[Change(kind)],
            reason=reason,
            at=languages.long_moment(at),
            at_machine=dates.machine(at),
            by=by or "",
            public=public,
            erased=erased_at is not None,
            size=characters,
        )
        for number, kind, reason, at, public, erased_at, characters, by in db.session.execute(wanted)
    ]


def only_public(rows: Sequence[RevisionRow]) -> tuple[list[RevisionRow], int]:
    """Returns the public ones of all revisions, each with the minor changes it took in, and how many came since."""
    shown: list[RevisionRow] = []
    minor = 0
    for row in reversed(rows):
        if not row.public:
            minor += 1
            continue
        shown.append(RevisionRow(**{**row.__dict__, "minor": minor}))
        minor = 0
    return shown[::-1], minor


def steps(rows: Sequence[RevisionRow]) -> list[tuple[RevisionRow, RevisionRow]]:
    """Returns the newest revisions, each with the one before it, as many as one page compares."""
    found: list[tuple[RevisionRow, RevisionRow]] = []
    left = CHARACTERS
    for new, old in pairwise(rows):
        left -= new.size + old.size
        if left < 0 or len(found) == AT_ONCE:
            break
        found.append((old, new))
    return found


def compared(post_id: int, pairs: Collection[tuple[RevisionRow, RevisionRow]]) -> dict[int, Comparison]:
    """Returns what changed in each pair, by the number of the newer one. One query."""
    numbers = {row.number for pair in pairs for row in pair if not row.erased}
    wanted = select(Revision).where(Revision.post_id == post_id, Revision.number.in_(numbers))
    words = {each.number: texts.fields_of_revision(each) for each in db.session.scalars(wanted)}
    return {
        new.number: Comparison(
            old.number,
            new.number,
            changed_fields(words.get(old.number, {}), words.get(new.number, {}))
            if not (old.erased or new.erased)
            else [],
            old.erased or new.erased,
        )
        for old, new in pairs
    }


def changed_fields(old: dict[str, str], new: dict[str, str]) -> list[FieldChange]:
    """Returns what changed in a post's words, field by field; nothing for a field that stayed."""
    found = []
    for name in texts.OPEN:
        before, after = old.get(name, ""), new.get(name, "")
        if before != after:
            paragraphs = differences(before, after)
            if any(is_changed(each) for each in paragraphs):
                found.append(FieldChange(NAMES[name], condensed(paragraphs)))
    return found


def one(post_id: int, number: int) -> Revision | None:
    """Returns a revision with its text; None for one that is not there or was erased. One query."""
    wanted = select(Revision).where(Revision.post_id == post_id, Revision.number == number)
    return db.session.scalar(wanted.where(Revision.erased_at.is_(None)))


def post_with_blog(post_id: int) -> Post | None:
    """Returns a post with its blog, whatever its state. One query."""
    return db.session.scalar(select(Post).where(Post.id == post_id).options(joinedload(Post.blog)))


def to_erase(post_id: int) -> tuple[int, int]:
    """Returns how many texts of revisions and how many drafts a removal for privacy would erase. Two queries."""
    texts_left = select(func.count()).where(Revision.post_id == post_id, Revision.erased_at.is_(None))
    drafts = select(func.count()).where(Draft.post_id == post_id)
    return db.session.scalar(texts_left) or 0, db.session.scalar(drafts) or 0
