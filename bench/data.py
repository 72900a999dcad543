"""Makes a site of any size in an empty instance folder: posts of ordinary length, each with its comments.

`.venv/bin/python -m bench.data FOLDER POSTS COMMENTS` makes it for a look by hand; the measurements call `fill`.
The same numbers give the same site. Rows are put in as they would be stored, without the journeys that make them one
by one: a million comments take about a minute.
"""

import random
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import insert

from hcpov.app import create_app
from hcpov.auth.models import Account
from hcpov.blog.models import Blog, Kind, Post, State, Tag, post_tag
from hcpov.comments.models import Comment
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.text import markdown
from hcpov.text.excerpts import excerpt, text_of

BLOGS, WRITERS, TAGS = 5, 50, 40
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
    """Makes the site and returns its application. The newest post has fifty comments, when there are so many."""
    app = create_app(settings_for(folder))
    with app.app_context():
        upgrade()
        db.session.execute(insert(Blog), list(_blogs()))
        db.session.execute(insert(Account), list(_writers()))
        db.session.execute(insert(Tag), [{"slug": f"tag-{n}", "name": f"Tag {n}"} for n in range(TAGS)])
        talk = _talk(posts, comments)
        for table, rows in (
            (Post, _posts(posts, talk)),
            (post_tag, ({"post_id": n + 1, "tag_id": n * each % TAGS + 1} for n in range(posts) for each in (1, 7))),
            (Comment, _comments(talk)),
        ):
            waiting = _distinct(rows)
            while some := list(islice(waiting, AT_ONCE)):
                db.session.execute(insert(table), some)
        db.session.commit()
        with db.engine.connect() as connection:
            connection.exec_driver_sql("ANALYZE")
            connection.commit()
    return app


def newest_path(app: Flask) -> str:
    """Returns the address of the newest post."""
    with app.app_context():
        post = db.session.scalars(db.select(Post).order_by(Post.published_at.desc()).limit(1)).one()
        return f"/{post.blog.slug}/{post.year:04}/{post.month:02}/{post.slug}/"


def _talk(posts: int, comments: int) -> list[int]:
    """Returns how many comments each post has, newest first: fifty, then the rest evenly."""
    first = min(50, comments)
    rest, left = divmod(comments - first, max(posts - 1, 1))
    return [first, *(rest + (n < left) for n in range(posts - 1))]


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
            "state": State.PUBLISHED,
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
            "comment_count": talk[n],
            "last_comment_at": at + timedelta(minutes=talk[n]) if talk[n] else None,
        }


def _comments(talk: list[int]) -> Iterator[dict[str, Any]]:
    texts = [_text(random.Random(1000 + n), 1) for n in range(50)]
    htmls = [markdown.render_comment(text) for text in texts]
    for post, number in enumerate(talk):
        for n in range(number):
            at, which = _at(post, len(talk)) + timedelta(minutes=n + 1), (post + n) % len(texts)
            who = {"name": f"Reader {n}", "title": "Midwife", "place": "Galway", "body": texts[which]}
            when = {"created_at": at, "published_at": at, "announced_at": at}
            yield {"post_id": post + 1, "html": htmls[which], "state": "published"} | who | when


def _at(number: int, posts: int) -> datetime:
    return NEWEST - YEARS * number / posts


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
