"""A site with something of everything, its export, and ways to begin anew."""

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from hcpov.audit.models import Audit
from hcpov.auth.models import CredentialState, Tombstone
from hcpov.blog import history
from hcpov.blog.feeds.models import FeedName
from hcpov.blog.models import Blog, Change, Kind, OldAddress, OldSlug, Post, State
from hcpov.blog.writing import write_body
from hcpov.comments.models import Comment, Decision, HeldWord
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.media.actions import take_in
from hcpov.pages.changes import STORE
from hcpov.transfer.site.actions import Done, export_site, import_site
from hcpov.updates.models import Subscription
from tests.make import START, Make

WRITE = {"write_for_us": "Do *write*.", "write_for_us_html": "<p>Do <em>write</em>.</p>\n"}
ODD = (
    "---\n\nA line with blanks behind  \n\ttabs, *stars*, 😀 and ]]> in it\n\n---\n\n<b>bold</b> “quoted”: yes\n- 1\n\n"
)
Give = Callable[..., Done]
Take = Callable[[Path], Done]


class Bar:
    """A progress bar that shows nothing."""

    @contextmanager
    def __call__(self, _label: str, _length: int) -> Iterator["Bar"]:
        yield self

    def update(self, _steps: int) -> None:
        pass


@pytest.fixture
def give(app: Flask) -> Give:
    """Exports the site."""

    def given(target: Path, private: bool = False) -> Done:
        with app.app_context():
            return export_site(target, private, Bar())

    return given


@pytest.fixture
def take(app: Flask) -> Take:
    """Imports a site."""

    def taken(path: Path) -> Done:
        with app.app_context():
            return import_site(path, Bar())

    return taken


@pytest.fixture
def begin_anew(app: Flask) -> Callable[[], None]:
    """Makes the site as empty as a new one, with another name in its feeds."""

    def emptied() -> None:
        with app.app_context():
            for table in reversed(db.metadata.sorted_tables):
                if table.name != "feed_name":
                    db.session.execute(table.delete())
            db.session.execute(sa.update(FeedName).values(name="another,2026-01-01", made_at=START))
            db.session.commit()
        app.extensions[STORE].clear()

    return emptied


@pytest.fixture
def own_name(app: Flask) -> Iterator[None]:
    """Gives the site of the tests its name back, which an import replaces."""
    with app.app_context():
        before = db.session.execute(sa.select(FeedName.name, FeedName.made_at)).one()
    yield
    with app.app_context():
        db.session.execute(sa.update(FeedName).values(name=before.name, made_at=before.made_at))
        db.session.commit()


@pytest.fixture
def crawl(client: FlaskClient, app: Flask) -> Callable[[], dict[str, bytes]]:
    """Reads every page and feed that a stranger can come to from the front page."""

    def crawled() -> dict[str, bytes]:
        app.extensions[STORE].clear()
        found: dict[str, bytes] = {}
        waiting = ["/", "/feed.atom", "/feed.rss", "/feed.json", "/old-name/", "/2011/01/an-old-one/"]
        while waiting:
            path = waiting.pop()
            if path in found:
                continue
            answer = client.get(path)
            found[path] = f"{answer.status_code} {answer.headers.get('Location', '')}\n".encode() + answer.data
            if answer.mimetype in {"text/html", "application/atom+xml"} and answer.status_code == 200:
                waiting += _links(answer.text)
        return found

    return crawled


def _links(text: str) -> list[str]:
    pieces = [piece.split('"', 1)[0] for piece in text.split('href="')[1:]]
    paths = [piece.removeprefix("http://localhost").split("#")[0].replace("&amp;", "&") for piece in pieces]
    return [path for path in paths if path.startswith("/") and not path.startswith(("//", "/static/"))]


@pytest.fixture
def everything(app: Flask, make: Make, own_name: None) -> int:
    """A site with something of everything; returns the number of its best-kept post."""
    editor = make.account("Edith Editor", roles=("moderator",), handle="edith-editor", about="Edits *much*.")
    member = make.account("Mo Member", handle="mo-member")
    make.account("Never Confirmed", confirmed_at=None, handle=None)
    make.badge(member.id, expires_on=date(2100, 1, 1))
    make.badge(member.id, CredentialState.ASKED)
    buzz = make.blog("boardroom-buzz", "Boardroom Buzz", close_after_days=20_000, **WRITE)
    make.blog("night-notes", "Night Notes", comment_rule="hold the first", position=1)
    make.editor(editor.id, buzz)
    picture = _picture(app, editor.id)
    kept = make.post(
        "A post & its <history>",
        body=f"# One\n\n{ODD}\n\n{picture}",
        tags=["Night shift", "Café"],
        author_id=editor.id,
        editors_note="Written\nby two.",
        disclosure="None.",
        summary="What happened.",
        origin="wordpress:https://old.example.org/?p=7",
    )
    guest = make.post(
        "By a guest", byline_name="Gus Guest", byline_title="MD", byline_place="Rome", author_id=editor.id
    )
    make.post("Taken back", state=State.WITHDRAWN, at=START + timedelta(days=40))
    make.post("About us", kind=Kind.PAGE, slug="about-us", body="We are *we*.")
    reviewed: dict[str, Any] = {"reviewer_name": "Rosa Vidal", "reviewer_title": "MD", "reviewer_place": "Girona"}
    reviewed |= {"reviewed_on": date(2013, 3, 3)}
    at = START + timedelta(days=1)
    make.post("At night", blog="night-notes", at=at, tags=["Night shift"], body=ODD, lang="ar", **reviewed)
    make.draft("night-notes", member.id, title="Not yet", body=ODD, tags="Café")
    with app.app_context():
        post = db.session.get_one(Post, kept.id)
        history.record(post, editor.id)
        db.session.flush()
        for kind in (Change.MINOR, Change.CORRECTION):
            write_body(post, f"{post.body}\n\nAnd {kind}.")
            history.note_change(post, editor.id, kind, "A number was wrong.")
            db.session.flush()
        later = db.session.scalars(sa.select(Post).where(Post.title == "Not yet")).one()
        scheduled = Post(
            blog_id=buzz, slug="soon", title="Soon", state=State.SCHEDULED, published_at=START, author_id=None
        )
        write_body(scheduled, "Soon.")
        db.session.add_all([scheduled, OldSlug(slug="old-name", blog_id=buzz)])
        db.session.add(OldAddress(path="/2011/01/an-old-one", post_id=kept.id))
        db.session.add(OldAddress(path="/?p=7", post_id=kept.id))
        later.embargo = "Until the paper is out."
        _erased(guest.id)
        _wishes(kept.id, buzz)
        db.session.commit()
    _talk(app, make, kept, member.id)
    return kept.id


def _picture(app: Flask, account_id: int) -> str:
    file = io.BytesIO()
    Image.effect_noise((700, 300), 50).convert("RGB").save(file, "JPEG")
    with app.app_context():
        return take_in(file.getvalue(), "ward.jpg", "A ward", account_id).markdown


def _erased(post_id: int) -> None:
    """Keeps a text that was erased afterwards for somebody's privacy."""
    post = db.session.get_one(Post, post_id)
    history.record(post)
    db.session.flush()
    history.erase(post_id)
    history.note_change(post, None, Change.REMOVAL, "A patient could be known.")


def _wishes(post_id: int, blog_id: int) -> None:
    wish = {"email": "reader@example.org", "confirmed_at": START, "created_at": START, "told_at": START}
    db.session.add(Subscription(blog_id=blog_id, key="a" * 22, **wish))
    db.session.add(Subscription(post_id=post_id, key="b" * 22, **wish))
    db.session.add(HeldWord(word="miracle cure"))
    db.session.add(Tombstone(kind="comment", number=4_000, how="removed"))
    db.session.add(Audit(what="post published", about=f"post {post_id}", details={"revision": 2}))


def _talk(app: Flask, make: Make, post: Any, member: int) -> None:
    first = make.comment(post, "I *agree*.\n\nTwice.", email="ada@example.org", disclosure="I sell beds.")
    make.comment(post, "So do I.", parent=first, account_id=member, name="Mo Member")
    second = make.comment(post, "Well.", edited_at=START + timedelta(days=2), edited_by_editor=True)
    make.comment(post, "Held back.", state=CommentState.HELD, reasons=["three links"])
    make.comment(post, "Buy pills.", state=CommentState.SPAM)
    removed = make.comment(post, "Rude.", state=CommentState.REMOVED)
    make.comment(post, "I answer you.", parent=first)
    with app.app_context():
        gone = make_erased(post.id)
        db.session.add(
            Decision(comment_id=removed, post_id=post.id, what="removed", reason="Rude.", before={"state": "x"})
        )
        db.session.execute(sa.update(Comment).where(Comment.id == second).values(network="0" * 64))
        under = {"name": "Ann", "body": "Under it.", "html": "<p>Under it.</p>\n", "created_at": START}
        db.session.add(Comment(post_id=post.id, parent_id=gone, published_at=START, **under))
        db.session.commit()


def make_erased(post_id: int) -> int:
    """Makes what is left of an erased comment that was answered."""
    stub = Comment(post_id=post_id, name="", body="", html="", state=CommentState.REMOVED, created_at=START)
    db.session.add(stub)
    db.session.flush()
    return stub.id


def blogs(app: Flask) -> int:
    """Returns how many blogs there are."""
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Blog)) or 0
