"""The index is kept with what is written, whoever writes it and however."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import Account
from hcpov.blog import actions
from hcpov.blog.models import Change, Kind, Post, State
from hcpov.blog.writing import tag_named, write_body
from hcpov.comments import actions as comment_actions
from hcpov.comments import arrivals
from hcpov.comments.models import Comment
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.ops.schema import downgrade, upgrade
from hcpov.search import actions as search_actions
from hcpov.search import fts5, index
from hcpov.search.models import POST, Due
from tests.conftest import POSTGRES
from tests.forms import WORDS, new_code
from tests.live import wait_until
from tests.make import START, MadePost, Make
from tests.search.test_finding import titles

STEPS = 36  # the bit that FTS5's pages to step by have in their numbers, and others have not (fts5_index.c)

Rows = set[tuple[str, int]]


@pytest.fixture
def within(app: Flask) -> Iterator[None]:
    """The application's context."""
    with app.app_context():
        yield


def indexed() -> Rows:
    """Returns what is in the index; nothing may wait to come in."""
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Due)) == 0
    found = {(kind, number) for kind, table in index.TABLES.items() for (number,) in _run(f"SELECT rowid FROM {table}")}
    db.session.rollback()
    return found


def public() -> Rows:
    """Returns what should be in it."""
    shown = (Post.kind == Kind.POST, Post.state == State.PUBLISHED)
    found = {("p", number) for number in db.session.scalars(sa.select(Post.id).where(*shown))}
    said = sa.select(Comment.id).join(Comment.post).where(*shown, Comment.state == CommentState.PUBLISHED)
    found |= {("c", number) for number in db.session.scalars(said)}
    db.session.rollback()
    return found


def _run(statement: str) -> Any:
    return db.session.execute(sa.text(statement))


def post_of(made: MadePost) -> Post:
    """Returns a post as it is now."""
    return db.session.get_one(Post, made.id)


def test_a_post_is_found_while_it_is_public(app: Flask, within: None, make: Make) -> None:
    writer = make.account()
    number = make.draft(author_id=writer.id, title="Kettles", body="Of kettles.")
    assert titles(app, "kettle") == []
    actions.publish_now(db.session.get_one(Post, number), writer.id)
    assert titles(app, "kettle") == ["Kettles"]
    made = MadePost(number, "", 0, "")
    make.comment(made, "A kettle of ours.")
    assert len(titles(app, "kettle")) == 2
    post = post_of(made)
    actions.withdraw(post, post.version, writer.id, "A mistake.")
    assert titles(app, "kettle") == [] and indexed() == set()
    post = post_of(made)
    actions.bring_back(post, post.version, writer.id, "None after all.")
    assert len(titles(app, "kettle")) == 2
    post = post_of(made)
    actions.change(post, {"body": "Of teapots."}, post.version, writer.id, Change.REMOVAL, "Somebody's privacy.")
    assert titles(app, '"of kettles"') == [] and len(titles(app, "teapots")) == 1
    assert indexed() == public() and len(public()) == 2


def test_a_comment_is_found_while_it_is_public(app: Flask, client: FlaskClient, within: None, make: Make) -> None:
    post, editor = make.post(), make.account(roles=("moderator",))
    client.post(post.comments, data=WORDS | {"body": "A kettle."} | new_code(app, client, post))
    assert titles(app, "kettle") == ["A kettle."]
    comment = db.session.scalars(sa.select(Comment)).one()
    decision = comment_actions.settle(comment, editor.id, "removed", CommentState.REMOVED)
    assert titles(app, "kettle") == []
    comment_actions.undo(decision)
    assert titles(app, "kettle") == ["A kettle."]
    comment_actions.edit(db.session.scalars(sa.select(Comment)).one(), "A teapot.")
    assert titles(app, "kettle") == [] and titles(app, "teapot") == ["A teapot."]
    comment_actions.erase(db.session.scalars(sa.select(Comment)).one())
    assert titles(app, "teapot") == [] and indexed() == public() == {("p", post.id)}


def _withdraw_all() -> None:
    _run("UPDATE post SET state = 'withdrawn'")


def _erase_some() -> None:
    db.session.execute(sa.delete(Comment).where(Comment.parent_id.is_not(None)))


def _hold_some() -> None:
    db.session.execute(sa.update(Comment).where(Comment.parent_id.is_(None)).values(state=CommentState.HELD))


def _empty() -> None:
    _run("DELETE FROM post")


def _write_past_the_session() -> None:
    row = "SELECT post_id, 'Ada', '', '', '', 'Kettle', '<p>Kettle</p>', '', 'published', '[]', '', false, created_at"
    names = "post_id, name, title, place, email, body, html, disclosure, state, reasons, body_mark, edited_by_editor"
    _run(f"INSERT INTO comment ({names}, created_at) {row} FROM comment WHERE parent_id IS NULL")
    search_actions.catch_up()


@pytest.mark.parametrize("change", [_withdraw_all, _erase_some, _hold_some, _empty, _write_past_the_session])
def test_a_statement_for_many_is_followed(within: None, make: Make, change: Callable[[], None]) -> None:
    post = make.post(tags=["Night shifts"])
    make.comment(post, "An answer.", parent=make.comment(post, "Said."))
    make.comment(make.post("Another"), "Said too.")
    before = indexed()
    assert before == public() and len(before) == 5
    change()
    db.session.commit()
    assert indexed() == public() != before


def test_what_is_taken_back_was_never_in(app: Flask, within: None, make: Make) -> None:
    post = make.post()
    row = db.session.get_one(Post, post.id)
    row.title = "Kettles"
    db.session.flush()
    index.keep(db.session.connection())
    db.session.rollback()
    assert titles(app, "kettles") == [] and indexed() == public()


def test_names_and_tags_are_followed(app: Flask, within: None, make: Make) -> None:
    writer = make.account("Inés Calder", handle="ines")
    post = make.post("By her", author_id=writer.id, tags=["Night shifts"])
    make.comment(post, "Said.")
    assert titles(app, "calder") == ["By her"]
    db.session.get_one(Account, writer.id).name = "Inés Quill"
    db.session.commit()
    assert titles(app, "calder") == [] and titles(app, "quill") == ["By her"]
    post_of(post).tags = [tag_named("Kettles", db.session())]
    db.session.commit()
    assert titles(app, "", tag="night shifts") == [] and len(titles(app, "", tag="kettles")) == 2
    make.blog("lab-notes", "Lab Notes")
    row = post_of(post)
    row.blog_id = make.blog("lab-notes")
    db.session.commit()
    assert len(titles(app, "", blog="lab-notes")) == 2 and titles(app, "", blog="boardroom-buzz") == []
    db.session.delete(db.session.get_one(Account, writer.id))
    db.session.commit()
    assert titles(app, "", author="ines") == [] and indexed() == public()


def test_what_is_locked_or_counted_costs_no_look(within: None, make: Make, queries: Callable[[], Any]) -> None:
    post = make.post()
    number = make.comment(post)
    with queries() as said:
        arrivals.count_in(post.id, post_of(post).published_at)  # type: ignore[arg-type]
        db.session.execute(sa.update(Comment).where(Comment.id == number).values(state=Comment.state))
        db.session.execute(sa.update(Comment).values(network=None))
        db.session.commit()
    assert [each for each in said if "search_" in each] == []


def test_a_post_and_a_comment_cost_three_statements(within: None, make: Make, queries: Callable[[], Any]) -> None:
    post = make.post()
    for change in (lambda: make.comment(post), lambda: make.post("Another")):
        with queries() as said:
            change()
        ours = [
            each
            for each in said
            if "search_" in each or "aggregate" in each or "concat" in each or "string_agg" in each
        ]
        assert len(ours) == 3, ours


def test_an_old_site_is_put_in(app: Flask, within: None, make: Make) -> None:
    post = make.post(tags=["Night shifts"])
    make.comment(post, "A kettle.")
    make.post("Page", kind=Kind.PAGE)
    before = indexed()
    db.session.remove()
    downgrade(revision="20261128_languages")
    try:
        assert "search_due" not in sa.inspect(db.engine).get_table_names()
    finally:
        upgrade()
    assert indexed() == before == public()
    assert titles(app, "kettle") == ["A kettle."]


def _hold_it(connection: sa.Connection) -> None:
    connection.execute(sa.update(Comment).values(state=CommentState.HELD))


def _withdraw_it(connection: sa.Connection) -> None:
    connection.execute(sa.update(Post).values(state=State.WITHDRAWN))


@pytest.mark.skipif(bool(POSTGRES), reason="PostgreSQL's index has no parts")
def test_many_at_once_are_one_part_of_the_index(within: None, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever order they are read in: a part for each would have to be merged with all others, again and again."""
    post = make.post()
    search_actions.tidy()  # of what other tests wrote, one part is left
    monkeypatch.setitem(index._READ, POST, index._POSTS.order_by(Post.id.desc()))  # as SQLite may by itself
    columns = [each for each in Post.__table__.c if each.name not in {"id", "slug", "published_at", "origin"}]
    row = dict(db.session.execute(sa.select(*columns).where(Post.id == post.id)).mappings().one())
    more = [{"slug": f"p-{n}", "published_at": START - timedelta(days=n)} for n in range(60)]
    db.session.execute(sa.insert(Post), [row | each for each in more])
    db.session.commit()
    assert _run("SELECT count(DISTINCT segid) FROM search_post_idx").scalar_one() <= 2
    assert indexed() == public()


@pytest.mark.skipif(bool(POSTGRES), reason="SQLite tells its plan in words of its own")
def test_what_is_due_now_is_found_among_all_that_waits(within: None, queries: Callable[[], Any], make: Make) -> None:
    post = make.post()
    with queries() as said:
        make.comment(post)
    (take,) = [each for each in said if each.startswith("DELETE FROM search_due")]
    plan = [str(row[3]) for row in _run(f"EXPLAIN QUERY PLAN {take.replace('?', '0')}")]
    assert any("ix_search_due_later" in step for step in plan) and not any("SCAN" in step for step in plan), plan


@pytest.mark.skipif(not POSTGRES, reason="SQLite has one writer")
@pytest.mark.parametrize("change", [_hold_it, _withdraw_it])
def test_what_is_taken_back_while_the_worker_puts_it_in_is_not_left(
    within: None, make: Make, change: Callable[[sa.Connection], None]
) -> None:
    post = make.post()
    rows = [{"kind": "p", "number": post.id}, {"kind": "c", "number": make.comment(post, "Said.")}]
    _run("DELETE FROM search_post")
    _run("DELETE FROM search_comment")
    db.session.execute(sa.insert(Due), [row | {"later": True} for row in rows])
    db.session.commit()

    def take_back(other: sa.Connection) -> None:
        change(other)
        other.commit()

    with db.engine.connect() as other, ThreadPoolExecutor(1) as thread:
        assert index.keep(db.session.connection(), later=True) == 2
        takes = thread.submit(take_back, other)
        wait_until(lambda: takes.done() or _waits())
        db.session.commit()
        takes.result(timeout=20)
    assert indexed() == public() != {(row["kind"], row["number"]) for row in rows}


def _waits() -> bool:
    """Says whether somebody waits for another's row."""
    with db.engine.connect() as other:
        return bool(other.scalar(sa.text("SELECT count(*) FROM pg_locks WHERE NOT granted")))


def test_a_long_post_is_put_in(app: Flask, within: None, make: Make) -> None:
    post = make.post("Long")
    row = post_of(post)
    write_body(row, " ".join(f"w{number} and" for number in range(30_000)) + " kettle")
    db.session.commit()
    assert titles(app, "kettle") == titles(app, "w29999") == titles(app, '"w100 and w101"') == ["Long"]


@pytest.mark.skipif(bool(POSTGRES), reason="PostgreSQL's autovacuum does that")
def test_nothing_is_left_in_the_index_of_what_was_erased(within: None, make: Make) -> None:
    post = make.post()
    for number in range(30):
        make.comment(post, f"Said {number}.")
    number = make.comment(post, "Zygomaticus.")
    comment_actions.erase(db.session.get_one(Comment, number))
    search_actions.tidy()
    blocks = b"".join(block for (block,) in _run("SELECT block FROM search_comment_data"))
    assert b"said" in blocks and b"zygom" not in blocks
    assert indexed() == public()
    search_actions.tidy()


@pytest.mark.skipif(bool(POSTGRES), reason="PostgreSQL's index has no documents in their order")
def test_what_has_a_common_word_is_stepped_over_and_not_walked_through(within: None) -> None:
    """A rare word is looked for beside a common one: FTS5 has an index to step by, once that fills four pages."""
    rows = [fts5.row(number, (" common ", " ", " "), "", 735_000) for number in range(1_500)]
    db.session.execute(sa.text(fts5.put("search_post")), rows)
    db.session.commit()
    try:
        assert _run(f"SELECT count(*) FROM search_post_data WHERE (id >> {STEPS}) & 1").scalar_one()
    finally:
        db.session.execute(sa.text("DELETE FROM search_post"))  # they are no posts, so nothing else takes them out
        db.session.commit()
