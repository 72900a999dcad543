"""Whatever is written, and whichever pages were read before: no page is stale once the writer was answered."""

import os
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from werkzeug.test import TestResponse

from hcpov.auth.models import Account
from hcpov.blog import actions as posts
from hcpov.blog import texts
from hcpov.blog.models import Blog, BlogRole, Change, CommentRule, Post, State
from hcpov.blog.shelf import actions as shelf
from hcpov.comments import actions as comments
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.pages.store import Store
from hcpov.profiles import actions as profiles
from hcpov.transfer.departure import erase_account
from tests.make import START, MadePost, Make

# Long ones: most of what can go wrong needs a page that was read between two writes.
LEAST, MOST, EXAMPLES = 15, 25, int(os.environ.get("HCPOV_TEST_EXAMPLES", "6"))
PAGES = 8  # looked at after each step; behind the last one, all


class Site:
    """A site that is written to at random, by the actions that people's forms lead to."""

    def __init__(self, make: Make) -> None:
        self.make = make
        self.worker = make.account("Worker", roles=("admin",)).id
        self.members = [make.account(f"Member {n}", handle=f"member-of-{n}").id for n in range(2)]
        self.posts: list[MadePost] = []
        self.paths = ["/", "/blogs/", "/moderation/", "/feed.atom", "/pages/privacy/", "/tags/wards/", "/tags/night/"]
        self.paths += ["/sitemap.xml", "/sitemap-site.xml", "/sitemap-posts-0.xml", "/sitemap-tags-0.xml"]
        self.paths += ["/tags/wards/feed.rss", "/people/member-of-0/", "/people/member-of-1/"]
        for blog in ("day", "night"):
            make.blog(blog, blog.title())
            self.paths += [f"/{blog}/", f"/{blog}/feed.json", f"/{blog}/2013/01/", f"/{blog}/2013/02/"]
        for lot in range(4):
            self.publish(lot)

    def publish(self, lot: int) -> None:
        columns: dict[str, Any] = {"author_id": self.members[lot % 2]} if lot % 3 else {}
        at = START + timedelta(days=lot % 40)
        tags = [["Wards"], ["Night", "Wards"], []][lot % 3]
        made = self.make.post(f"Post {lot}", blog=("day", "night")[lot % 2], at=at, tags=tags, **columns)
        self.posts.append(made)
        self.paths += [made.path, f"{made.path}history", f"{made.path}comments.atom", f"{made.path}cite"]

    def comment(self, lot: int) -> None:
        member = self.members[lot % 2] if lot % 3 else None
        state = CommentState.HELD if lot % 5 == 0 else CommentState.PUBLISHED
        post = self.posts[lot % len(self.posts)]
        root = db.session.scalar(
            db.select(Comment.id).where(Comment.post_id == post.id, Comment.parent_id.is_(None)).limit(1)
        )
        parent = root if lot % 4 == 0 else None
        self.make.comment(post, f"Comment {lot}.", parent, account_id=member, state=state)

    def decide(self, lot: int) -> None:
        if comment := self._comment(lot):
            state = (CommentState.PUBLISHED, CommentState.REMOVED, CommentState.RETURNED, CommentState.SPAM)[lot % 4]
            done = comments.settle(comment, self.worker, str(state), state, "A reason.")
            if lot % 3 == 0:
                comments.undo(done)

    def reword(self, lot: int) -> None:
        if comment := self._comment(lot):
            comments.edit(comment, f"Reworded {lot}.", ["a link"] if lot % 3 == 0 else None)

    def erase(self, lot: int) -> None:
        if comment := self._comment(lot):
            comments.erase(comment)

    def change(self, lot: int) -> None:
        post = self._post(lot)
        field = ("title", "summary", "tags")[lot % 3]
        fields = texts.fields_of(post) | {field: f"Changed {lot}"}
        posts.change(post, fields, post.version, self.worker, list(Change)[1 + lot % 5], "A reason.")

    def take_back(self, lot: int) -> None:
        post = self._post(lot)
        move = posts.withdraw if post.state == State.PUBLISHED else posts.bring_back
        move(post, post.version, self.worker, "A reason.")

    def schedule(self, lot: int) -> None:
        columns: dict[str, Any] = {"state": State.SCHEDULED, "at": START + timedelta(days=lot % 40, hours=1)}
        made = self.make.post(f"Scheduled {lot}", blog=("day", "night")[lot % 2], **columns)
        posts.publish_due()
        self.posts.append(made)
        self.paths.append(made.path)

    def describe(self, lot: int) -> None:
        shelf.write_texts(self._blog(lot), f"Tagline {lot}", f"About {lot}", "Write." if lot % 3 else "", self.worker)

    def rename(self, lot: int) -> None:
        blog = self._blog(lot)
        shelf.rename(blog, blog.slug, f"Name {lot}", self.worker)

    def move(self, lot: int) -> None:
        shelf.move(self._blog(lot).id, bool(lot % 2), self.worker)

    def rule(self, lot: int) -> None:
        rule = (CommentRule.OPEN, CommentRule.CLOSED, CommentRule.ALL)[lot % 3]
        posts.set_comment_rule(self._blog(lot).id, rule, 20_000 if lot % 2 else None)

    def profile(self, lot: int) -> None:
        account = db.session.get(Account, self.members[lot % 2])
        if account:
            profiles.write_profile(account, f"Member {lot}", "Nurse", "Galway", f"About {lot}" if lot % 3 else "")

    def badge(self, lot: int) -> None:
        self.make.badge(self.members[lot % 2], profession=f"Nurse {lot}")

    def edit_blog(self, lot: int) -> None:
        key = {"account_id": self.members[lot % 2], "blog_id": self._blog(lot).id}
        role = db.session.get(BlogRole, key)
        db.session.add(BlogRole(**key, role="editor")) if role is None else db.session.delete(role)
        db.session.commit()

    def leave(self, lot: int) -> None:
        account = db.session.get(Account, self.members[lot % 2])
        if account and lot % 4 == 0:
            erase_account(account, ("removed", "anonymous named")[lot % 8 // 4])
            db.session.commit()
            self.members[lot % 2] = self.make.account(f"New {lot}", handle=f"new-{lot}-{self.make.number}").id

    def _comment(self, lot: int) -> Comment | None:
        numbers = db.session.scalars(db.select(Comment.id).order_by(Comment.id)).all()
        return db.session.get(Comment, numbers[lot % len(numbers)]) if numbers else None

    def _post(self, lot: int) -> Post:
        return db.session.get_one(Post, self.posts[lot % len(self.posts)].id)

    def _blog(self, lot: int) -> Blog:
        blogs = db.session.scalars(db.select(Blog).order_by(Blog.id)).all()
        found: Blog = blogs[lot % len(blogs)]
        return found


WRITES = ["publish", "comment", "decide", "reword", "erase", "change", "take_back", "schedule", "describe", "rename"]
WRITES += [
    "move",
    "rule",
    "profile",
    "badge",
    "edit_blog",
    "leave",
    "comment",
    "comment",
    "change",
    "change",
    "take_back",
]


@pytest.fixture
def fresh(app: Flask) -> Callable[[], None]:
    """Returns a way to empty the tables."""

    def empty() -> None:
        with app.app_context():
            for table in reversed(db.metadata.sorted_tables):
                if table.name != "feed_name":
                    db.session.execute(table.delete())
            db.session.commit()

    return empty


@given(steps=st.lists(st.tuples(st.sampled_from(WRITES), st.integers(0, 10_000)), min_size=LEAST, max_size=MOST))
@settings(
    max_examples=EXAMPLES,
    phases=(Phase.explicit, Phase.reuse, Phase.generate),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
def test_no_page_is_stale(
    app: Flask,
    make: Make,
    store: Store,
    fresh: Callable[[], None],
    made_now: Callable[[str], TestResponse],
    steps: list[tuple[str, int]],
) -> None:
    fresh()
    site, client = Site(make), app.test_client()
    for path in site.paths:
        client.get(path)
    for what, lot in steps:
        with app.app_context():
            getattr(site, what)(lot)
        look(client, made_now, [site.paths[(lot * 7 + n * 11) % len(site.paths)] for n in range(PAGES)], (what, lot))
    look(client, made_now, site.paths, steps[-1])


def look(client: FlaskClient, made_now: Callable[[str], TestResponse], paths: list[str], after: object) -> None:
    for path in paths:
        kept, made = client.get(path), made_now(path)
        assert (kept.status_code, kept.data) == (made.status_code, made.data), (path, after)


def test_it_would_be_seen(
    app: Flask, client: FlaskClient, make: Make, store: Store, made_now: Callable[[str], TestResponse]
) -> None:
    post = make.post()
    client.get(post.path)
    with app.app_context(), db.engine.begin() as behind_our_back:
        behind_our_back.execute(db.update(Post).values(title="Otherwise"))
    with pytest.raises(AssertionError):
        look(client, made_now, [post.path], "a write that nothing looked at")
