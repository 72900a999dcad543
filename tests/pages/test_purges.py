"""Each kind of write throws away the pages that show what it changed, and leaves the others."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from hcpov.auth.models import Account, Credential
from hcpov.blog import actions as posts
from hcpov.blog import texts
from hcpov.blog.models import Blog, BlogRole, Change, CommentRule, Post, State
from hcpov.blog.shelf import actions as shelf
from hcpov.captcha import challenges
from hcpov.comments import actions as comments
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.comments.words import Words
from hcpov.extensions import db
from hcpov.pages.store import Store
from hcpov.profiles import actions as profiles
from hcpov.transfer.departure import erase_account
from hcpov.updates.news import actions as news
from tests.make import Make

Kept = Callable[[], set[str]]
NEWER = datetime(2014, 5, 1, tzinfo=UTC)


@dataclass
class Site:
    """A small site: a blog with a post by a member and an older one, another blog with one post."""

    post: str
    post_id: int
    other: str
    older: str
    blog_id: int
    account_id: int
    comment_id: int
    worker: int
    pages: set[str]


@pytest.fixture
def site(app: Flask, client: FlaskClient, make: Make, store: Store, kept: Kept) -> Site:
    author, worker = make.account("Ada Author", handle="ada"), make.account("Worker", roles=("admin",))
    blog_id = make.blog()
    make.editor(worker.id, blog_id)
    older = make.post("Older", slug="older", tags=["Wards"])
    post = make.post("Newer", slug="newer", at=NEWER, author_id=author.id, tags=["Wards"])
    other = make.post("Elsewhere", blog="night-shift", slug="elsewhere")
    comment_id = make.comment(post, "By a member.", account_id=author.id)
    paths = {
        *("/", "/blogs/", "/boardroom-buzz/", "/night-shift/", "/boardroom-buzz/2014/04/", "/tags/wards/"),
        *(post.path, f"{post.path}history", older.path, other.path, "/people/ada/", "/moderation/"),
        *("/feed.atom", "/night-shift/feed.json", f"{post.path}comments.atom", f"{other.path}comments.atom"),
        *("/tags/wards/feed.rss", "/pages/privacy/"),
    }
    paths = {path for path in paths if client.get(path).status_code == 200}
    assert kept() == paths
    return Site(
        *(post.path, post.id, other.path, older.path, blog_id, author.id, comment_id, worker.id, paths),
    )


def gone_after(app: Flask, site: Site, kept: Kept, write: Callable[[], object]) -> set[str]:
    """Returns which pages a write threw away."""
    with app.app_context():
        write()
        db.session.commit()
    return site.pages - kept()


def the_post(site: Site) -> Post:
    return db.session.get_one(Post, site.post_id)


def lists(site: Site) -> set[str]:
    """The pages on which the newer post stands in a list."""
    return {
        "/",
        "/boardroom-buzz/",
        "/tags/wards/",
        "/people/ada/",
        *(p for p in site.pages if p.endswith("/2014/04/")),
    }


def test_a_comment(app: Flask, site: Site, make: Make, kept: Kept) -> None:
    def write() -> None:
        words = Words("Guest", "Nurse", "Galway", "", "New.", "")
        comments.submit(site.post_id, words, challenges.issue(site.post_id), None, None)

    assert gone_after(app, site, kept, write) == {site.post, f"{site.post}comments.atom", *lists(site)}


def test_a_held_comment_is_on_no_page(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        words = Words("Guest", "Nurse", "Galway", "", "New.", "")
        comments.submit(site.post_id, words, challenges.issue(site.post_id), None, None, reasons=["a link"])

    assert gone_after(app, site, kept, write) == set()


def test_other_words_for_a_comment(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        comments.edit(db.session.get_one(Comment, site.comment_id), "Other words.")

    assert gone_after(app, site, kept, write) == {site.post, f"{site.post}comments.atom", "/people/ada/"}


def test_a_decision(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        comment = db.session.get_one(Comment, site.comment_id)
        comments.settle(comment, site.worker, "removed", CommentState.REMOVED, "Names a patient.")

    gone = {site.post, f"{site.post}comments.atom", "/moderation/", *lists(site)}
    assert gone_after(app, site, kept, write) == gone


def test_an_erased_comment(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        comments.erase(db.session.get_one(Comment, site.comment_id))

    assert gone_after(app, site, kept, write) == {site.post, f"{site.post}comments.atom", *lists(site)}


def test_a_correction(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        post = the_post(site)
        fields = texts.fields_of(post) | {"body": "Corrected."}
        assert posts.change(post, fields, post.version, site.worker, Change.CORRECTION, "A wrong number.")

    feeds = {"/feed.atom", "/tags/wards/feed.rss", f"{site.post}comments.atom"}
    assert gone_after(app, site, kept, write) == {site.post, f"{site.post}history", *lists(site), *feeds}


def test_another_title_is_on_the_pages_beside_it(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        post = the_post(site)
        fields = texts.fields_of(post) | {"title": "Another title"}
        assert posts.change(post, fields, post.version, site.worker, Change.MINOR)

    gone = gone_after(app, site, kept, write)
    assert site.older in gone
    assert site.other not in gone
    assert "/night-shift/" not in gone


def test_a_withdrawal_and_a_return(app: Flask, client: FlaskClient, site: Site, kept: Kept) -> None:
    def write() -> None:
        post = the_post(site)
        assert posts.withdraw(post, post.version, site.worker, "It was wrong.")

    gone = gone_after(app, site, kept, write)
    feeds = {"/feed.atom", "/tags/wards/feed.rss", f"{site.post}comments.atom"}
    assert gone == {site.post, f"{site.post}history", site.older, *lists(site), *feeds}
    assert client.get(site.post).status_code == 410
    assert "Newer" not in client.get("/").text


def test_a_change_of_what_was_withdrawn_moves_the_feeds(
    app: Flask,
    client: FlaskClient,
    site: Site,
    made_now: Callable[[str], TestResponse],
    travel: Callable[[float], None],
) -> None:
    with app.app_context():
        assert posts.withdraw(the_post(site), the_post(site).version, site.worker, "It was wrong.")
    feeds = ("/feed.atom", "/boardroom-buzz/feed.json", "/tags/wards/feed.rss")
    before = [client.get(path).data for path in feeds]
    travel(60)
    with app.app_context():
        post = the_post(site)
        fields = texts.fields_of(post) | {"body": "Corrected."}
        assert posts.change(post, fields, post.version, site.worker, Change.CORRECTION, "A wrong number.")
    after = [client.get(path).data for path in feeds]
    assert after == [made_now(path).data for path in feeds]
    assert after[0] != before[0]


def test_a_name_alone(app: Flask, client: FlaskClient, site: Site) -> None:
    with app.app_context():
        db.session.get_one(Account, site.account_id).name = "Ada Another"
        db.session.commit()
    for path in ("/people/ada/", site.post, "/", "/feed.atom"):
        assert "Ada Another" in client.get(path).text


def test_a_new_post(app: Flask, make: Make, site: Site, kept: Kept) -> None:
    make.post("Newest", slug="newest", at=datetime(2015, 1, 1, tzinfo=UTC))
    gone = site.pages - kept()
    assert {"/", "/boardroom-buzz/", site.post, site.older, "/feed.atom"} <= gone
    assert not gone & {"/night-shift/", "/night-shift/feed.json", site.other, "/people/ada/", "/moderation/", "/blogs/"}


@pytest.mark.parametrize("state", [State.DRAFT, State.REVIEW, State.SCHEDULED])
def test_what_is_not_public_is_on_no_page(app: Flask, make: Make, site: Site, kept: Kept, state: State) -> None:
    draft = make.draft(title="A draft", body="Words.")

    def write() -> None:
        post = db.session.get_one(Post, draft)
        post.slug, post.published_at = "draft", datetime(2100, 1, 1, tzinfo=UTC)
        assert posts.save(post, {"title": "Other words"}, post.version, site.worker)
        assert posts.keep_draft(post.id, site.worker, "tab", 1, {"title": "typed"})
        if state != State.DRAFT:
            assert posts.set_state(post, state, site.worker)

    assert gone_after(app, site, kept, write) == set()


def test_what_was_scheduled_is_published(app: Flask, client: FlaskClient, make: Make, site: Site, kept: Kept) -> None:
    make.post("Scheduled", slug="scheduled", at=datetime(2015, 1, 1, tzinfo=UTC), state=State.SCHEDULED)
    client.get("/")
    assert gone_after(app, site, kept, posts.publish_due) >= {"/", "/boardroom-buzz/", site.post}
    assert "Scheduled" in client.get("/").text


def test_a_blogs_words(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        blog = db.session.get_one(Blog, site.blog_id)
        shelf.write_texts(blog, "Another tagline", "Other words about it.", "", site.worker)

    gone = gone_after(app, site, kept, write)
    assert {"/blogs/", "/boardroom-buzz/", site.post, site.older} <= gone
    assert not gone & {"/", "/night-shift/", site.other, "/moderation/", "/feed.atom"}


def test_a_blogs_name_is_on_every_page(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        shelf.rename(db.session.get_one(Blog, site.blog_id), "boardroom-buzz", "Another Name", site.worker)

    left = site.pages - gone_after(app, site, kept, write)
    assert left <= {path for path in site.pages if "feed." in path or "comments." in path}


def test_a_blogs_rule(app: Flask, client: FlaskClient, site: Site, kept: Kept) -> None:
    def write() -> None:
        posts.set_comment_rule(site.blog_id, CommentRule.CLOSED, None)

    assert {site.post, site.older} <= gone_after(app, site, kept, write)
    assert "Comments are closed" in client.get(site.post).text


def test_an_editor_more(app: Flask, client: FlaskClient, site: Site, kept: Kept) -> None:
    def write() -> None:
        db.session.add(BlogRole(account_id=site.account_id, blog_id=site.blog_id, role="editor"))

    assert gone_after(app, site, kept, write) == {"/boardroom-buzz/"}
    assert "Ada Author" in client.get("/boardroom-buzz/").text


def test_a_profile(app: Flask, client: FlaskClient, site: Site, kept: Kept) -> None:
    def write() -> None:
        account = db.session.get_one(Account, site.account_id)
        profiles.write_profile(account, "Ada Another", "Nurse", "Galway", "About me.")

    gone = gone_after(app, site, kept, write)
    assert {"/people/ada/", site.post, "/", "/feed.atom"} <= gone
    assert not gone & {site.other, site.older, "/night-shift/", "/moderation/"}
    assert "Ada Another" in client.get(site.post).text


def test_a_badge(app: Flask, client: FlaskClient, make: Make, site: Site, kept: Kept) -> None:
    number = make.badge(site.account_id)
    assert site.pages - kept() == {"/people/ada/"}
    assert "Registered nurse" in client.get("/people/ada/").text

    def write() -> None:
        assert profiles.withdraw(site.account_id, number)
        assert db.session.get_one(Credential, number).state == "withdrawn"

    assert gone_after(app, site, kept, write) == {"/people/ada/"}


def test_a_badge_ends_with_its_day(
    client: FlaskClient, make: Make, site: Site, travel: Callable[[float], None]
) -> None:
    make.badge(site.account_id, expires_on=(datetime.now(UTC) + timedelta(days=1)).date())
    assert "Registered nurse" in client.get("/people/ada/").text
    travel(3 * 86400)
    assert "Registered nurse" not in client.get("/people/ada/").text


def test_a_page_of_the_sites_own(app: Flask, client: FlaskClient, site: Site, kept: Kept) -> None:
    def write() -> None:
        shelf.open_page(site.blog_id, "privacy", "Privacy here", "Our own words.", site.worker)

    assert gone_after(app, site, kept, write) == {"/pages/privacy/"}
    assert "Our own words." in client.get("/pages/privacy/").text


def test_marks_of_the_mail_are_on_no_page(app: Flask, site: Site, make: Make, kept: Kept) -> None:
    def write() -> None:
        db.session.execute(db.update(Post).values(announced_at=None))
        db.session.execute(db.update(Comment).values(announced_at=None))
        news.tell()
        comments.forget_networks()

    assert gone_after(app, site, kept, write) == set()


def test_a_statement_that_says_nothing_throws_everything_away(app: Flask, site: Site, kept: Kept) -> None:
    def write() -> None:
        db.session.execute(db.update(Post).values(title="All the same"))

    assert gone_after(app, site, kept, write) == site.pages


def test_an_erased_account_is_on_no_page(app: Flask, client: FlaskClient, site: Site, kept: Kept) -> None:
    gone_after(app, site, kept, lambda: erase_account(db.session.get_one(Account, site.account_id), "removed"))
    for path in site.pages:
        assert "Ada Author" not in client.get(path).text


def test_a_post_closes_by_the_clock(
    app: Flask, client: FlaskClient, make: Make, store: Store, travel: Callable[[float], None]
) -> None:
    post = make.post(at=datetime.now(UTC))
    with app.app_context():
        posts.set_comment_rule(post.blog_id, CommentRule.OPEN, 3)
    assert "Leave a comment" in client.get(post.path).text
    travel(3 * 86400 + 1)
    assert "Comments are closed" in client.get(post.path).text


def test_what_was_not_committed_throws_nothing_away(app: Flask, site: Site, kept: Kept) -> None:
    with app.app_context():
        the_post(site).title = "Never said"
        db.session.flush()
        db.session.rollback()
        db.session.commit()
    assert kept() == site.pages
