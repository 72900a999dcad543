"""A thread: comments oldest first, replies one level deep."""

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row

from hcpov import config, languages
from hcpov.comments import receipts
from hcpov.comments.models import Comment, State
from hcpov.languages import gettext, lazy
from hcpov.text import dates
from hcpov.text.plain import initials

REMOVED, WAITS = lazy("This comment was removed."), lazy("This comment is with the editors.")
STUBS = {State.REMOVED: REMOVED, State.SPAM: REMOVED, State.HELD: WAITS, State.RETURNED: WAITS}

Shown = Comment | Row[Any]  # a comment, or as much of it as is shown


@dataclass(frozen=True)
class CommentRow:
    """A comment made ready to show, with the replies under it. A `stub` stands in place of words not to be shown."""

    id: int
    name: str
    title: str
    place: str
    initials: str
    html: str
    disclosure: str
    said: str
    said_machine: str
    said_on: str
    by_author: bool
    is_reply: bool
    account_id: int | None
    receipt: str
    stub: str
    edited: str
    replies: list["CommentRow"] = field(default_factory=list)


@dataclass(frozen=True)
class Thread:
    """One page of a post's thread. `after` leads to the next page, None when there is none."""

    comments: list[CommentRow]
    after: int | None
    first_page: bool = True


def comment_row(comment: Shown, author_id: int | None, reader_id: int | None = None) -> CommentRow:
    """Makes a comment ready to show; `author_id` is the post's author, and a reader's own comments carry a receipt."""
    own = comment.account_id is not None and comment.account_id == reader_id
    return CommentRow(
        id=comment.id,
        name=comment.name,
        title=comment.title,
        place=comment.place,
        initials=initials(comment.name),
        html=comment.html,
        disclosure=comment.disclosure,
        said=languages.long_moment(comment.created_at),
        said_machine=dates.machine_minute(comment.created_at),
        said_on=dates.machine_day(comment.created_at, config.current().zone),
        by_author=comment.account_id is not None and comment.account_id == author_id,
        is_reply=comment.parent_id is not None,
        account_id=comment.account_id,
        receipt=receipts.issue(comment.id) if own else "",
        stub=STUBS.get(State(comment.state), ""),
        edited=""
        if not comment.edited_at
        else gettext("edited by an editor")
        if comment.edited_by_editor
        else gettext("edited"),
    )


def assemble(
    roots: list[Comment], replies: list[Comment], author_id: int | None, reader_id: int | None
) -> list[CommentRow]:
    """Puts replies under the comments they answer."""
    rows = {root.id: comment_row(root, author_id, reader_id) for root in roots}
    for reply in replies:
        if reply.parent_id in rows:
            rows[reply.parent_id].replies.append(comment_row(reply, author_id, reader_id))
    return list(rows.values())
