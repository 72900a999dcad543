"""What must be true of a site after its processes were killed."""

import re
import sqlite3
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import closing
from html import unescape

import sqlalchemy as sa
from flask import Flask

from hcpov.blog.models import Post
from hcpov.comments.models import Comment, State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.updates.news import actions as news
from tests.hardship.cluster import Cluster
from tests.hardship.commenters import Sent
from tests.live import get
from tests.make import MadePost

SHOWN = re.compile(r'id="comment-([0-9]+)".*?<p>(.*?)</p>', re.DOTALL)
NEXT = re.compile(r'<a [^>]*href="[^"]*\?(after=[0-9]+)[^"]*"[^>]* rel="next"')  # a part's canonical address has it too
FILES = ("hcpov.sqlite3", "jobs.sqlite3", "pages/index.sqlite3")


def let_go(app: Flask) -> None:
    """Closes the database here: a crash must find nobody else who holds its file, and none to spare it the recovery."""
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


def structure(settings: Settings, cluster: Cluster | None) -> list[str]:
    """Looks at the databases' files: SQLite's own checks, and PostgreSQL's `pg_amcheck`."""
    wrong = cluster.problems() if cluster else []
    for name in FILES[bool(cluster) :]:
        with closing(sqlite3.connect(settings.instance / name, timeout=10)) as connection:
            said = [str(row[0]) for row in connection.execute("PRAGMA integrity_check")]
            wrong += [f"{name}: {each}" for each in said if each != "ok"]
            wrong += [f"{name}: no row for {row}" for row in connection.execute("PRAGMA foreign_key_check")]
    return wrong


def comments(app: Flask, sent: Iterable[Sent], begun: Iterable[str]) -> list[str]:
    """Looks for each acknowledged comment, there once as it was written, and at what their posts count.

    None that was sent and not answered may be there twice either.
    """
    with app.app_context():
        rows = db.session.execute(sa.select(Comment.id, Comment.post_id, Comment.body, Comment.state)).all()
        counted = {row.id: row.comment_count for row in db.session.execute(sa.select(Post.id, Post.comment_count))}
    let_go(app)
    stored = {row.id: (row.post_id, row.body, row.state) for row in rows}
    times, published = Counter(row.body for row in rows), Counter(row.post_id for row in rows)
    wrong = [
        f"comment {each.number}, which was acknowledged, is {stored.get(each.number)}"
        for each in sent
        if stored.get(each.number) != (each.post_id, each.text, State.PUBLISHED)
    ]
    wrong += [f"there {times[text]} times: {text}" for text in begun if times[text] > 1]
    return wrong + [
        f"post {id_} counts {n}, and has {published[id_]}" for id_, n in counted.items() if n != published[id_]
    ]


def pages(address: str, posts: Iterable[MadePost], sent: Iterable[Sent]) -> list[str]:
    """Reads all threads as a stranger, twice, for two processes answer, and looks for each acknowledged comment."""
    wrong, sent = [], list(sent)
    for post in posts:
        for _ in range(2):
            shown = dict(_thread(address, post))
            mine = [each for each in sent if each.post_id == post.id]
            wrong += [
                f"{post.path} lacks comment {each.number}" for each in mine if shown.get(each.number) != each.text
            ]
            heads = f"{len(shown):,} comment"
            if heads not in get(address, post.path)[1]:
                wrong.append(f"{post.path} does not say that it has {heads}s")
    return wrong


def _thread(address: str, post: MadePost) -> Iterator[tuple[int, str]]:
    query = ""
    while True:
        status, page = get(address, f"{post.path}{query}")
        assert status == 200, status
        yield from ((int(number), unescape(text)) for number, text in SHOWN.findall(page))
        found = NEXT.search(page)
        if not found:
            return
        query = f"?{found[1]}"


def outbox(app: Flask, sent: Iterable[Sent], readers: int) -> list[str]:
    """Lets what is new be told to the end, and looks whether each reader has one letter of each comment."""
    with app.app_context():
        news.announce_comments()
        keys = db.session.scalars(sa.select(Message.dedupe_key)).all()
    letters = Counter(tuple(key.split(" ")[:2]) for key in keys)
    return [
        f"comment {each.number} has {letters['comment', str(each.number)]} letters"
        for each in sent
        if letters["comment", str(each.number)] != readers
    ]
