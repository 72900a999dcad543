"""What lists are read from is what the tables say, whatever was written."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from hcpov import clock
from hcpov.auth.models import Account
from hcpov.blog import actions, history, lists, queries, texts
from hcpov.blog.models import BlogMonth, Change, Kind, Post, State, post_tag
from hcpov.blog.shelf.actions import open_page
from hcpov.extensions import db
from hcpov.ops.schema import downgrade, upgrade
from hcpov.transfer.imports.actions import import_wordpress
from tests.make import START, MadeAccount, Make
from tests.transfer.conftest import Bar
from tests.transfer.wxr import export, item, saved, term

TAGS = ("Night shifts", "Rounds", "Hand hygiene")
BLOGS = ("boardroom-buzz", "open-door")

Kept = tuple[set[tuple[Any, ...]], set[tuple[Any, ...]]]


def kept() -> Kept:
    """What is kept: the rows of tags, and the months with posts in them."""
    filed = db.session.execute(select(post_tag)).all()
    months = select(BlogMonth.blog_id, BlogMonth.year, BlogMonth.month, BlogMonth.posts).where(BlogMonth.posts > 0)
    return {tuple(row) for row in filed}, {tuple(row) for row in db.session.execute(months)}


def counted() -> Kept:
    """The same from the posts themselves."""
    db.session.expire_all()
    filed, months = set(), dict[tuple[Any, ...], int]()
    for post in db.session.scalars(select(Post)):
        public = post.kind == Kind.POST and post.state == State.PUBLISHED
        gone = post.kind == Kind.POST and post.state == State.WITHDRAWN
        for tag in post.tags:
            filed.add((post.id, tag.id, post.published_at if public else None, post.updated_at if gone else None))
        if public:
            place = (post.blog_id, post.year, post.month)
            months[place] = months.get(place, 0) + 1
    return filed, {(*place, number) for place, number in months.items()}


@pytest.fixture
def writer(make: Make) -> MadeAccount:
    """Who writes."""
    return make.account()


@pytest.fixture
def within(app: Flask) -> Iterator[None]:
    """The application's context."""
    with app.app_context():
        yield


class Newsroom:
    """Writes of every kind, each on a post taken by chance."""

    def __init__(self, make: Make, account_id: int, lot: Random) -> None:
        self.make, self.account_id, self.lot = make, account_id, lot

    def begin(self) -> None:
        """Begins a draft, mostly with tags."""
        fields = {"title": f"Post {self.make.number}", "body": "Words.", "tags": self._tags()}
        self.make.draft(self.lot.choice(BLOGS), self.account_id, **fields)

    def schedule(self) -> None:
        """Schedules a draft, for a time that comes before `due`."""
        if post := self._one(State.DRAFT):
            at = (clock.now() - timedelta(days=self.lot.randrange(90))).strftime("%Y-%m-%dT%H:%M")
            actions.save(post, {"at": at}, post.version, self.account_id)
            actions.set_state(post, State.SCHEDULED, self.account_id)

    def due(self) -> None:
        """Publishes what is due."""
        actions.publish_due()

    def publish(self) -> None:
        """Publishes a draft now."""
        if post := self._one(State.DRAFT):
            actions.publish_now(post, self.account_id)

    def edit(self) -> None:
        """Saves a draft with other tags."""
        if post := self._one(State.DRAFT):
            actions.save(post, {"tags": self._tags()}, post.version, self.account_id)

    def change(self) -> None:
        """Changes a public or withdrawn post, its tags too."""
        if post := self._one(*actions.WAS_PUBLIC):
            fields = texts.fields_of(post) | {"tags": self._tags(), "body": f"Words {self.make.number}."}
            kind = self.lot.choice([Change.MINOR, Change.CORRECTION, Change.RETRACTION, Change.REMOVAL])
            actions.change(post, fields, post.version, self.account_id, kind, "Because.")

    def withdraw(self) -> None:
        """Withdraws a post."""
        if post := self._one(State.PUBLISHED):
            actions.withdraw(post, post.version, self.account_id, "Because.")

    def bring_back(self) -> None:
        """Brings a withdrawn post back."""
        if post := self._one(State.WITHDRAWN):
            actions.bring_back(post, post.version, self.account_id, "Because.")

    def restore(self) -> None:
        """Takes a post back as a restored backup does."""
        if post := self._one(State.PUBLISHED):
            history.take_back(post.id, clock.now() + timedelta(hours=1))
            db.session.commit()

    def open_page(self) -> None:
        """Opens a page of the site, which stands in no list."""
        blog_id = self.make.blog(BLOGS[0], "Boardroom Buzz")
        open_page(blog_id, f"page-{self.make.number}", "A page", "Words.", self.account_id)

    def delete(self) -> None:
        """Deletes a post, whatever its state."""
        if post := self._one(*State):
            db.session.delete(post)
            db.session.commit()

    def leave(self) -> None:
        """Ends the account: drafts and scheduled posts go."""
        actions.let_go(db.session.get_one(Account, self.account_id), keep_name=True)
        db.session.commit()

    def roll_back(self) -> None:
        """Publishes a post, and then does not."""
        if post := self._one(State.DRAFT):
            post.slug = post.slug or f"post-{post.id}"
            actions.publish(post, clock.now())
            db.session.flush()
            db.session.rollback()

    def _one(self, *states: State) -> Post | None:
        numbers = list(db.session.scalars(select(Post.id).where(Post.state.in_(states)).order_by(Post.id)))
        return db.session.get_one(Post, self.lot.choice(numbers)) if numbers else None

    def _tags(self) -> str:
        return ", ".join(self.lot.sample(TAGS, self.lot.randrange(len(TAGS) + 1)))


OFTEN = ("begin", "publish", "begin", "schedule", "due", "edit", "begin", "change", "withdraw", "bring_back", "begin")
SELDOM = ("restore", "open_page", "delete", "leave", "roll_back")


@pytest.mark.parametrize("seed", range(4))
def test_what_is_kept_is_what_the_tables_say(within: None, make: Make, writer: MadeAccount, seed: int) -> None:
    lot = Random(seed)
    room = Newsroom(make, writer.id, lot)
    steps = list(OFTEN * 4 + SELDOM * 2)
    lot.shuffle(steps)
    steps = [*OFTEN, *steps]
    assert {name for name in vars(Newsroom) if not name.startswith("_")} == set(steps)
    listed = withdrawn = 0
    for number, step in enumerate(steps):
        do: Callable[[], None] = getattr(room, step)
        do()
        filed, months = kept()
        assert (filed, months) == counted(), f"after {steps[: number + 1]}"
        listed, withdrawn = max(listed, len(months)), withdrawn + any(row[-1] for row in filed)
    assert listed > 2 and withdrawn


def test_an_import_keeps_them(within: None, make: Make, tmp_path: Path) -> None:
    shown = [
        item(number, "Words.", term("Rounds"), status="publish" if number % 4 else "draft") for number in range(1, 9)
    ]
    for _ in range(2):  # the second time all is known already
        import_wordpress(saved(tmp_path, export(*shown)), "the-ward", "", Bar())
        assert kept() == counted()
        assert sum(row[-1] for row in kept()[1]) == 6


def test_an_old_site_is_filled_in(within: None, make: Make) -> None:
    make.post("One", tags=TAGS)
    make.post("Two", tags=TAGS[:1], at=START - timedelta(days=90))
    make.post("Three", tags=TAGS[:2], state=State.WITHDRAWN)
    make.post("Page", tags=TAGS[:2], kind=Kind.PAGE)
    make.draft(tags=TAGS[0])
    before = kept()
    db.session.remove()
    downgrade(revision="20261122_updates")
    try:
        assert "blog_month" not in sa.inspect(db.engine).get_table_names()
    finally:
        upgrade()
    assert kept() == before == counted()
    assert len(before[1]) == 2


def test_a_statement_past_the_session_is_followed_by_hand(within: None, make: Make) -> None:
    post = make.post(tags=TAGS)
    db.session.execute(update(Post).where(Post.id == post.id).values(state=State.WITHDRAWN))
    assert kept() != counted()
    lists.keep(db.session.connection(), [post.id])
    assert kept() == counted()


def test_a_post_moved_to_another_month_leaves_the_first(within: None, make: Make) -> None:
    post = db.session.get_one(Post, make.post().id)
    post.year, post.month = 2001, 2
    db.session.commit()
    assert kept() == counted()


def test_two_who_publish_at_once_are_both_counted(app: Flask, make: Make, writer: MadeAccount) -> None:
    numbers = [make.draft(author_id=writer.id, title=f"Post {n}", body="Words.", tags=TAGS[0]) for n in range(6)]

    def publish(number: int) -> bool:
        with app.app_context():
            return actions.publish_now(db.session.get_one(Post, number), writer.id)

    with ThreadPoolExecutor(len(numbers)) as many:
        assert all(many.map(publish, numbers))
    with app.app_context():
        assert kept() == counted()
        assert sum(row[-1] for row in kept()[1]) == 6


def test_a_stale_row_shows_nothing_that_was_withdrawn(app: Flask, client: FlaskClient, make: Make) -> None:
    shown, gone = make.post("Shown", tags=TAGS[:1]), make.post("Gone", tags=TAGS[:1])
    with app.app_context():
        db.session.execute(update(Post).where(Post.id == gone.id).values(state=State.WITHDRAWN))
        db.session.commit()
        tag = queries.tag_named("night-shifts")
        assert tag and [each.id for each in queries.tagged(tag.id).posts] == [shown.id]
    for path in ("/tags/night-shifts/", "/tags/night-shifts/feed.atom"):
        page = client.get(path).text
        assert "Shown" in page and "Gone" not in page
