"""Makes a site of any size in an empty instance folder: posts of ordinary length, each with its comments.

`.venv/bin/python -m bench.data FOLDER POSTS COMMENTS` makes it for a look by hand; the measurements call `fill`.
The same numbers give the same site. Rows are put in as they would be stored, without the journeys that make them one
by one. With the search, a million comments take some ten minutes.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert

from hcpov.app import create_app
from hcpov.auth.models import Account
from hcpov.blog import lists
from hcpov.blog.models import Blog, Change, Kind, Post, Revision, State, Tag, post_tag
from hcpov.blog.rows import post_path
from hcpov.comments.models import Comment, Decision
from hcpov.comments.models import State as CommentState
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops.schema import upgrade
from hcpov.text import markdown
from hcpov.text.excerpts import excerpt, text_of

# So few that the list of each fills a page on a site of 200 posts too: full pages are compared with full pages.
BLOGS, WRITERS, TAGS = 5, 7, 13
FIRST_MONTH = 110  # posts from when the site began: enough to fill a month's page in each blog
# One post in so many is withdrawn, one comment is spam, an answer, a member's; one decision was undone.
WITHDRAWN, SPAM, ANSWERS, MEMBERS, UNDONE = 50, 25, 7, 10, 10
CORRECTED = 10  # one post in so many has a public correction
TALKED_OF, LONG = 50, 5_000  # comments under the newest post, and at most under the one before it
DECISIONS = 100  # at least
AT_ONCE = 5_000  # rows in one statement
# Whatever its size, a site is ten years old.
NEWEST, YEARS = datetime(2026, 11, 1, 12, tzinfo=UTC), timedelta(days=3650)
WORDS = (
    "the ward at night keeps a list of what is said twice and done once so we wrote it down and read it aloud before "
    "each round then asked who had seen the card and what it changed for those who came after us in the morning"
).split()


def settings_for(folder: Path) -> Settings:
    """Returns settings under which a machine is measured: no limits on how often it may be asked."""
    return Settings(instance=folder, secret_key="a secret of the measurements only, and no other", rate_limits="off")


def fill(folder: Path, posts: int, comments: int) -> Flask:
    """Makes the site and returns its application. Numbers of posts are given from the newest to the oldest.

    The newest post has fifty comments, when there are so many, and the next a seventh of all, up to five thousand.
    """
    app = create_app(settings_for(folder))
    with app.app_context():
        upgrade()
        db.session.execute(insert(Blog), list(_blogs()))
        db.session.execute(insert(Account), list(_writers()))
        db.session.execute(insert(Tag), [{"slug": f"tag-{n}", "name": f"Tag {n}"} for n in range(TAGS)])
        talk = _talk(posts, comments)
        for table, rows in (
            (Post, _posts(posts, talk)),
            (Revision, _revisions(posts)),
            (post_tag, ({"post_id": n + 1, "tag_id": n * each % TAGS + 1} for n in range(posts) for each in (1, 7))),
            (Comment, _comments(talk)),
            (Decision, _decisions(posts)),
        ):
            waiting = _distinct(rows)
            while some := list(islice(waiting, AT_ONCE)):
                db.session.execute(insert(table), some)
                db.session.commit()  # the search is written with each: all at once would outgrow what SQLite holds
        lists.keep(db.session.connection(), range(1, posts + 1))
        db.session.commit()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    return app


def newest_path(app: Flask) -> str:
    """Returns the address of the newest post."""
    return address(app, 1)


def address(app: Flask, number: int) -> str:
    """Returns the address of a post by its number, 1 being the newest."""
    with app.app_context():
        return post_path(db.session.get_one(Post, number))


def _talk(posts: int, comments: int) -> list[int]:
    """Returns how many comments each post has, newest first: fifty, a long thread, then the rest evenly."""
    first, second = min(TALKED_OF, comments), min(comments // 7, LONG)
    if posts < 3 or first + second > comments:
        return [comments, *(0 for _ in range(posts - 1))]
    rest, left = divmod(comments - first - second, posts - 2)
    return [first, second, *(rest + (n < left) for n in range(posts - 2))]


def _blogs() -> Iterator[dict[str, Any]]:
    about = markdown.render_comment("What we *saw*, and what it changed.")
    for n in range(BLOGS):
        yield {"slug": f"blog-{n}", "name": f"Blog {n}", "tagline": "Seen at work.", "about_html": about, "position": n}


def _writers() -> Iterator[dict[str, Any]]:
    for n in range(WRITERS):
        who = {"name": f"Writer {n}", "title": "Nurse", "place": "Tulsa OK", "handle": f"writer-{n}", "active": True}
        yield who | {"email": f"writer{n}@example.org", "fs_uniquifier": f"{n:064}", "confirmed_at": NEWEST}


def _posts(posts: int, talk: list[int]) -> Iterator[dict[str, Any]]:
    texts = [_text(random.Random(n), 8) for n in range(20)]
    htmls = [markdown.render_post(text) for text in texts]
    plain = [text_of(html) for html in htmls]
    for n in range(posts):
        at, which = _at(n, posts), n % len(texts)
        yield {
            "blog_id": n % BLOGS + 1,
            "kind": Kind.POST,
            "state": State.WITHDRAWN if n % WITHDRAWN == WITHDRAWN - 1 else State.PUBLISHED,
            "slug": f"post-{n}",
            "year": at.year,
            "month": at.month,
            "title": f"What the ward wrote down, part {n}",
            "summary": "A list, read aloud.",
            "body": texts[which],
            "html": htmls[which],
            "excerpt": excerpt(plain[which], 220),
            "words": len(plain[which].split()),
            "author_id": n % WRITERS + 1,
            "published_at": at,
            "updated_at": at,
            "announced_at": at,
            "comment_count": talk[n] - talk[n] // SPAM,
            "last_comment_at": at + timedelta(minutes=talk[n]) if talk[n] else None,
        }


def _revisions(posts: int) -> Iterator[dict[str, Any]]:
    for n in range(0, posts, CORRECTED):
        for number, kind in enumerate((Change.PUBLICATION, Change.CORRECTION), start=1):
            words = {"title": f"What the ward wrote down, part {n}", "body": _text(random.Random(number), 1)}
            at = _at(n, posts) + timedelta(days=number - 1)
            yield {"post_id": n + 1, "number": number, "kind": kind, "reason": "A number was wrong.", "at": at} | words


def _decisions(posts: int) -> Iterator[dict[str, Any]]:
    for n in range(max(posts // 5, DECISIONS), 0, -1):
        what = {"what": "removed", "reason": "An advertisement.", "undone": n % UNDONE == 0}
        yield {"post_id": n % posts + 1, "at": NEWEST - YEARS * n / max(posts, DECISIONS)} | what


def _comments(talk: list[int]) -> Iterator[dict[str, Any]]:
    texts = [_text(random.Random(1000 + n), 1) for n in range(50)]
    htmls = [markdown.render_comment(text) for text in texts]
    row = 0
    for post, number in enumerate(talk):
        for n in range(number):
            row += 1
            at, which = _at(post, len(talk)) + timedelta(minutes=n + 1), (post + n) % len(texts)
            who = {"name": f"Reader {n}", "title": "Midwife", "place": "Galway", "body": texts[which]}
            when = {"created_at": at, "published_at": at, "announced_at": at}
            by = (post + n // MEMBERS) % WRITERS + 1 if n % MEMBERS == 3 else None
            state = CommentState.SPAM if n % SPAM == SPAM - 1 else CommentState.PUBLISHED
            parent = row - 1 if n % ANSWERS == ANSWERS - 1 else None
            where = {"post_id": post + 1, "parent_id": parent, "account_id": by, "state": state}
            yield {"html": htmls[which], "body_mark": f"{row:064}"} | where | who | when


def _at(number: int, posts: int) -> datetime:
    """Returns when a post was published: evenly over the years, but for the many with which the site began."""
    before_it = number - max(posts - FIRST_MONTH, 0)
    return NEWEST - YEARS - timedelta(minutes=before_it) if before_it > 0 else NEWEST - YEARS * number / posts


def _distinct(rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Leaves out a row that was the one before: a post has a tag once."""
    last = None
    for row in rows:
        if row != last:
            yield row
        last = row


def _text(lot: random.Random, paragraphs: int) -> str:
    return "\n\n".join(" ".join(lot.choices(WORDS, k=60)).capitalize() + "." for _ in range(paragraphs))


if __name__ == "__main__":
    fill(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
