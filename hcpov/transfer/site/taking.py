"""Texts and threads of an export as rows. Nothing here commits."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import insert

from hcpov import clock
from hcpov.blog import texts, writing
from hcpov.blog.models import Change, Kind, OldAddress, Post, Revision, State, post_tag
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.comments.words import mark
from hcpov.extensions import db
from hcpov.text import markdown
from hcpov.transfer.addresses import is_storable
from hcpov.transfer.site import front, layout
from hcpov.transfer.site.checking import Contents
from hcpov.transfer.site.problems import broken
from hcpov.transfer.site.shapes import COMMENT, POST, REVISION
from hcpov.transfer.site.texts import MORE, PARENT, REPLIES

AT_ONCE = 1000  # rows that wait to be written together
PUBLIC = (State.PUBLISHED, State.WITHDRAWN)


class Texts:
    """Takes texts with all that hangs on them. Blogs and tags are known by their slugs before."""

    def __init__(self, contents: Contents, blogs: dict[str, int], tags: dict[str, int]) -> None:
        self._contents, self._blogs, self._tags = contents, blogs, tags
        self._now = clock.now()
        # In the order in which they name each other.
        self._waiting: dict[Any, list[dict[str, Any]]] = {
            table: [] for table in (Post, Revision, post_tag, OldAddress, Comment)
        }
        self._threads = set(contents.under(layout.THREADS))
        self.posts: list[int] = []
        self.comments = 0

    def take(self) -> Iterator[str]:
        """Takes one text after the other, and yields where it stood."""
        for path in self._contents.under(*layout.TEXTS):
            self._text(path)
            yield path
        self._write()
        if self._threads:
            raise broken(min(self._threads), "there is no post that these comments are on")

    def _text(self, path: str) -> None:
        facts, body = front.read((self._contents.folder / path).read_bytes(), path)
        row = POST.row(facts, path, MORE)
        more = {name: facts.get(name) for name in MORE}
        _check(row, path)
        if more["blog"] not in self._blogs:
            raise broken(path, "its blog is not among the blogs")
        if layout.text_path(row | {"blog": more["blog"]}) != path:
            raise broken(path, "it names another address than the one it lies at")
        post = Post(title=row["title"])  # never written: it is what makes a text's HTML
        writing.write_body(post, body)
        made = {"body": body, "html": post.html, "excerpt": post.excerpt, "words": post.words}
        self._add(Post, row | made | {"blog_id": self._blogs[more["blog"]], "announced_at": self._announced(row)})
        self.posts.append(row["id"])
        for each in _list(more["revisions"], dict, path):
            self._revision(each, row | {"body": body}, path)
        for slug in _list(more["tags"], str, path):
            if slug not in self._tags:
                raise broken(path, f"its tag “{slug[:40]}” is not among the tags")
            self._add(post_tag, {"post_id": row["id"], "tag_id": self._tags[slug]})
        for address in _list(more["old_addresses"], str, path):
            if not address.startswith("/") or not is_storable(address):
                raise broken(path, "an old address cannot be one")
            self._add(OldAddress, {"path": address, "post_id": row["id"]})
        self._thread(layout.thread_path(path), row["id"])

    def _announced(self, row: dict[str, Any]) -> datetime | None:
        """Returns when readers heard of a post: what was public or came due elsewhere is no news here."""
        at: datetime | None = row["published_at"]
        is_due = row["state"] == State.SCHEDULED and at is not None and at <= self._now
        return at if row["state"] in PUBLIC or is_due else None

    def _revision(self, facts: dict[str, Any], post: dict[str, Any], path: str) -> None:
        words = {name: facts.get(name, post[name]) for name in texts.REVISED}
        self._add(Revision, REVISION.row(facts | words, path) | {"post_id": post["id"]})

    def _thread(self, path: str, post_id: int) -> None:
        if path not in self._threads:
            return
        self._threads.remove(path)
        for where, facts in self._contents.items(path):
            row = self._comment(facts, where, post_id, facts.get(PARENT) if isinstance(facts, dict) else None)
            for each in _list(facts.get(REPLIES), dict, where):
                self._comment(each, where, post_id, row["id"])

    def _comment(self, facts: Any, where: str, post_id: int, parent: Any) -> dict[str, Any]:
        row = COMMENT.row(facts, where, (REPLIES, PARENT))
        if parent is not None and not isinstance(parent, int):
            raise broken(where, "what it answers is no number")
        if row["state"] == CommentState.PUBLISHED and row["published_at"] is None:
            raise broken(where, "it is published and does not say when")
        _list(row["reasons"], str, where)
        self.comments += 1
        row |= {
            "post_id": post_id,
            "parent_id": parent,
            "html": markdown.render_comment(row["body"]) if row["body"] else "",
            "body_mark": mark(row["body"]) if row["body"] else "",
            "announced_at": row["published_at"] if row["state"] == CommentState.PUBLISHED else None,
            "noticed_at": row["created_at"],
        }
        self._add(Comment, row)
        return row

    def _add(self, table: Any, row: dict[str, Any]) -> None:
        self._waiting[table].append(row)
        if len(self._waiting[table]) >= AT_ONCE:
            self._write()

    def _write(self) -> None:
        for table, some in self._waiting.items():
            if some:
                db.session.execute(insert(table), some)
                some.clear()


def _check(row: dict[str, Any], path: str) -> None:
    """Raises BadSite for a text that no page could show."""
    if row["state"] in PUBLIC:
        dated = row["year"] and row["month"] and row["year"] <= 9999 and row["month"] <= 12
        if row["published_at"] is None or not row["slug"] or not (dated or row["kind"] == Kind.PAGE):
            raise broken(path, "it is public, and its date or address is missing")
    for each in _list(row["notices"], dict, path):
        if not all(isinstance(each.get(name), str) for name in ("number", "kind", "reason", "at")):
            raise broken(path, "a notice is incomplete")
        try:
            Change(each["kind"]), int(each["number"]), datetime.fromisoformat(each["at"])
        except ValueError:
            raise broken(path, "a notice cannot be read") from None


def _list(found: Any, kind: type, where: str) -> list[Any]:
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(each, kind) for each in found):
        raise broken(where, "a list was expected")
    return found
