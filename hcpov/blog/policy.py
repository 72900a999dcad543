"""Who may write, edit and publish what."""

from dataclasses import dataclass

from hcpov.blog.models import UNPUBLISHED, State


@dataclass(frozen=True)
class Writer:
    """A member as their posts see them: admins work `everywhere`, editors on the blogs they `edit`.

    Authors write on the blogs in `writes`, their own posts only; an editor publishes them.
    """

    account_id: int
    everywhere: bool
    edits: frozenset[int]
    writes: frozenset[int]


def may_start(writer: Writer, blog_id: int) -> bool:
    """Editors and authors of a blog begin posts there."""
    return may_publish(writer, blog_id) or blog_id in writer.writes


def may_publish(writer: Writer, blog_id: int) -> bool:
    """A blog's editors publish, schedule, correct and withdraw."""
    return writer.everywhere or blog_id in writer.edits


def may_see(writer: Writer, blog_id: int, author_id: int | None) -> bool:
    """Authors see their own posts wherever these stand, editors all of their blogs'."""
    return may_publish(writer, blog_id) or (author_id == writer.account_id and blog_id in writer.writes)


def may_edit(writer: Writer, blog_id: int, author_id: int | None, state: str) -> bool:
    """Authors change their own posts until these are public; editors change every post of their blogs."""
    if may_publish(writer, blog_id):
        return True
    return may_see(writer, blog_id, author_id) and state in {State.DRAFT, State.REVIEW}


def steps(writer: Writer, blog_id: int, author_id: int | None, state: str) -> frozenset[str]:
    """Returns what may be done with a post that is not public: save, review, return, schedule, publish.

    Authors hand their posts in and take them back; editors do the rest.
    """
    if state not in UNPUBLISHED or not may_edit(writer, blog_id, author_id, state):
        return frozenset()
    found = {"save", "review" if state == State.DRAFT else "return"}
    return frozenset(found | {"schedule", "publish"} if may_publish(writer, blog_id) else found)
