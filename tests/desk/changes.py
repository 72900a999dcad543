"""Changing a published post, as a tool outside would: by its form."""

from typing import Any

from werkzeug.test import TestResponse

from hcpov.blog.models import Draft, Post, Revision
from hcpov.extensions import db
from tests.desk.conftest import Desk
from tests.make import MadePost

WORDS = {
    "title": "The hand-off that fits on a card",
    "summary": "",
    "editors_note": "",
    "body": "One paragraph.\n\nAnother one.",
    "disclosure": "",
}


def change(desk: Desk, kind: str, who: str = "editor", post: MadePost | None = None, **fields: Any) -> TestResponse:
    """Changes a post: its words as they were but for `fields`, at the version it has now."""
    post = post or desk.post
    said: dict[str, Any] = WORDS | {
        "title": post.title,
        "version": str(stored(desk, post).version),
        "kind": kind,
        "reason": "",
    }
    said |= {"action": "save"} | fields
    return desk.send(who, f"/desk/posts/{post.id}/change", **said)


def stored(desk: Desk, post: MadePost | None = None) -> Post:
    """Returns a post as it is stored."""
    with desk.app.app_context():
        found = db.session.get_one(Post, (post or desk.post).id)
        db.session.expunge(found)
        return found


def kept(desk: Desk, post: MadePost | None = None) -> list[Revision]:
    """Returns a post's revisions, oldest first."""
    with desk.app.app_context():
        wanted = db.select(Revision).where(Revision.post_id == (post or desk.post).id).order_by(Revision.number)
        found = list(db.session.scalars(wanted))
        db.session.expunge_all()
        return found


def drafts(desk: Desk) -> int:
    """Counts all drafts."""
    with desk.app.app_context():
        return db.session.scalar(db.select(db.func.count()).select_from(Draft)) or 0
