"""What pages show of comments, and which changes touch it."""

from collections.abc import Iterator

from hcpov.blog.subjects import DISCUSSED, LISTED, count, listed
from hcpov.comments.models import Comment, Decision, State
from hcpov.pages import changes
from hcpov.pages.changes import Before

DECISIONS = "decisions"  # what was decided of comments

_UNSEEN = {"network", "announced_at", "noticed_at", "reasons", "email", "submission_key", "body_mark", "origin", "body"}


def thread(post_id: int) -> str:
    """Names the comments under a post."""
    return f"thread:{post_id}"


def said_by(account_id: int | None) -> str:
    """Names what a member said."""
    return f"said by:{account_id}"


def talk(post_id: int) -> tuple[str, ...]:
    """Names what a comment more or less changes of its post."""
    return thread(post_id), count(post_id), DISCUSSED, LISTED, listed(post_id)


def publishing(post_id: int, account_id: int | None) -> set[str]:
    """Names what a new published comment changes."""
    return {*talk(post_id), *(() if account_id is None else (said_by(account_id),))}


@changes.of(Comment, _UNSEEN)
def _comment(row: Comment, before: Before | None) -> Iterator[str]:
    if row.state != State.PUBLISHED and "state" not in (before or ()):
        return
    yield thread(row.post_id)
    if row.account_id is not None:
        yield said_by(row.account_id)
    if before and before.get("account_id") is not None:
        yield said_by(before["account_id"])


@changes.of(Decision, {"before", "account_id"})
def _decision(_row: Decision, _before: Before | None) -> Iterator[str]:
    yield DECISIONS
