"""What a published post said at each time: kept whole, with the notices that readers see. Nothing here commits."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select, update

from hcpov import clock
from hcpov.audit.actions import note
from hcpov.blog import texts, versions
from hcpov.blog.models import Change, Draft, Post, Revision, State
from hcpov.blog.subjects import revisions
from hcpov.extensions import db
from hcpov.languages import gettext
from hcpov.text.messages import mark

CAME_BACK = mark("A restored backup brought back words that had been removed for privacy.")


def record(
    post: Post,
    account_id: int | None = None,
    kind: Change = Change.PUBLICATION,
    reason: str = "",
    at: datetime | None = None,
) -> Revision:
    """Keeps the text of a public post as it now is, as its next revision. Does not commit."""
    last = db.session.scalar(select(func.max(Revision.number)).where(Revision.post_id == post.id)) if post.id else None
    words = {name: getattr(post, name) or "" for name in texts.REVISED}
    revision = Revision(post=post, number=(last or 0) + 1, kind=kind, reason=reason, account_id=account_id)
    revision.at = at or post.published_at or clock.now()
    for name, text in words.items():
        setattr(revision, name, text)
    revision.public = kind != Change.MINOR
    db.session.add(revision)
    return revision


def note_change(post: Post, account_id: int | None, kind: Change, reason: str, **facts: str) -> None:
    """Keeps a change as a revision, with its notice and its line in the log, which tells `facts` too.

    Does not commit.
    """
    revision = record(post, account_id, kind, reason, clock.now())
    if kind not in {Change.MINOR, Change.RETURN}:
        notice = {"number": str(revision.number), "kind": kind.value, "reason": reason, "at": revision.at.isoformat()}
        post.notices = [*post.notices, notice]
    note(account_id, f"post {kind.value}", f"post {post.id}", reason, revision=revision.number, **facts)


def begin(post: Post) -> None:
    """Keeps an imported post, or one from before there were revisions, before its first change. Does not commit."""
    if post.published_at and db.session.scalar(select(Revision.id).where(Revision.post_id == post.id).limit(1)) is None:
        record(post, post.author_id)
        db.session.flush()


def erase(post_id: int) -> None:
    """Empties all revisions, and throws away everybody's drafts and earlier texts of a post. Does not commit."""
    empty = dict.fromkeys(texts.REVISED, "") | {"erased_at": clock.now()}
    known = (Revision.post_id == post_id, Revision.erased_at.is_(None))
    erased = update(Revision).where(*known).values(**empty)
    db.session.execute(erased.execution_options(touches=[revisions(post_id)]))
    db.session.execute(delete(Draft).where(Draft.post_id == post_id))
    versions.forget_earlier(post_id)


def take_back(post_id: int, removed_at: datetime) -> bool:
    """Takes a post back whose text is from before a removal for privacy: a backup was restored. Does not commit.

    The words that were removed stand in it again, and nobody knows here which they were. Editors keep the text, to
    remove them once more; readers are told that the post was withdrawn. False when there is no such older text.
    """
    post = db.session.get(Post, post_id)
    if post is None or post.published_at is None or post.published_at > removed_at:
        return False
    since = (Revision.kind == Change.REMOVAL, Revision.at >= removed_at - timedelta(minutes=1))
    if db.session.scalar(select(Revision.id).where(Revision.post_id == post_id, *since).limit(1)) is not None:
        return False
    if post.state == State.WITHDRAWN and any(each.get("reason") == gettext(CAME_BACK) for each in post.notices):
        return False
    erase(post_id)
    post.state, post.version, post.updated_at = State.WITHDRAWN, post.version + 1, clock.now()
    note_change(post, None, Change.WITHDRAWAL, gettext(CAME_BACK))
    return True
