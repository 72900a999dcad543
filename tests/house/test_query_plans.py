"""Every query of a public page is served by an index: a site that grows stays as quick as it was.

SQLite says how it will look for rows (`EXPLAIN QUERY PLAN`). `SCAN` is a walk through a whole table or index, and `USE
TEMP B-TREE FOR ORDER BY` sorts everything that was found before the first row is given. `BLOOM FILTER` reads a whole
table to spare itself some look-ups. What it chooses depends on what it knows of the rows, so each query is asked about
twice: in a database whose rows were never counted, and in a filled one where they were.
"""

import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov.extensions import db
from tests.conftest import POSTGRES
from tests.house.routes import PUBLIC, routes
from tests.house.tree import ROOT
from tests.make import Make

SMALL = {
    "alembic_version",
    "blog",
    "blog_role",
    "feed_name",
    "role",
    "account_role",
}  # one row, or as many as there are blogs, or people who work here
SCAN = re.compile(r"^SCAN (\w+)\b(?! VIRTUAL TABLE INDEX \d+:\S*M)")  # of a full-text index, what matches is no walk
FILTER = re.compile(r"^BLOOM FILTER ON (\w+)")
SORT = "USE TEMP B-TREE FOR ORDER BY"
# Sorted as a whole, and small: blogs and who edits one; the answers to one page of a thread; the tags of one page of
# posts; one page of posts that was chosen by number before.
FEW = re.compile(
    r"\bFROM (blog|role|blog_role|account JOIN blog_role)\b|\bcomment.parent_id IN \("
    r"|\bFROM post_tag JOIN tag\b.*\bpost_tag.post_id IN \(|\bpost.id IN \(SELECT post.id"
)
# Walked from its newest row, one page long, by the number that is also its order; what was undone is passed over.
FROM_ITS_END = "FROM decision "

# What waits is counted for this machine alone, by its own index; nobody else reads it.
READ = PUBLIC.keys() - {"ops.measured"}

Asked = list[tuple[str, Any]]

pytestmark = pytest.mark.skipif(bool(POSTGRES), reason="SQLite tells its plan in words of its own")


@pytest.fixture
def asked(app: Flask) -> Iterator[Asked]:
    """Collects what is asked of the database, with its values."""
    said: Asked = []

    def note(_connection: Any, _cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        if statement.lstrip().upper().startswith(("SELECT", "WITH")):
            said.append((statement, values))

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield said
    sa.event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def uncounted(app: Flask) -> Iterator[sqlite3.Connection]:
    """The tests' database."""
    with app.app_context():
        name = db.engine.url.database
    assert name
    with closing(sqlite3.connect(name)) as connection:
        yield connection


@pytest.fixture(scope="module")
def counted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """A filled database in which ANALYZE counted what there is."""
    folder = tmp_path_factory.mktemp("filled")
    command = [sys.executable, "-m", "bench.data", str(folder), "2000", "20000"]
    subprocess.run(command, cwd=ROOT, check=True, timeout=120)
    with closing(sqlite3.connect(folder / "hcpov.sqlite3")) as connection:
        yield connection


def slow_parts(database: sqlite3.Connection, statement: str, values: Any) -> list[str]:
    """Returns the steps of a query's plan that would take longer with every row."""
    statement = " ".join(statement.split())
    plan = [str(row[3]) for row in database.execute(f"EXPLAIN QUERY PLAN {statement}", values)]
    aliases = dict(re.findall(r"\b(\w+) AS (\w+)", statement))
    names = {alias: table for table, alias in aliases.items()}
    walks = [(step, SCAN.match(step) or FILTER.match(step)) for step in plan]
    scans = [step for step, found in walks if found and names.get(found[1], found[1]) not in SMALL]
    derived = [step for step in scans if not re.match(r"SCAN (\(|CONSTANT|SUBQUERY|anon_)", step)]
    sorts = [step for step in plan if step == SORT and not FEW.search(statement)]
    if FROM_ITS_END in statement and "ORDER BY decision.id DESC" in statement:
        derived = []
    return derived + sorts


def test_no_public_page_walks_through_a_table(
    app: Flask,
    client: FlaskClient,
    make: Make,
    asked: Asked,
    uncounted: sqlite3.Connection,
    counted: sqlite3.Connection,
) -> None:
    post = make.post("Older", tags=["Night shifts"])
    comment = make.comment(post, "Words.")
    paths = [route.path for route in routes(app, make) if route.method == "GET" and route.endpoint in READ]
    assert {"/tags/night-shifts/", "/tags/night-shifts/feed.atom", "/moderation/"} <= set(paths)
    by_member = make.comment(post, "Words.", account_id=make.account(handle="who-says").id)
    paths += [f"{path}?before={post.id}" for path in paths if path.endswith(("/", ".atom"))]
    paths += [f"{post.path}?after={comment}", f"{post.path}comments.atom?before={comment}", f"/comments/{comment}/"]
    paths += [
        "/search?q=words",
        "/search?q=%22no+words%22&kind=comments&blog=open-door&year=2013&author=who-says&tag=a",
    ]
    paths += ["/people/who-says/", f"/people/who-says/?before=c{by_member}"]
    asked.clear()
    for path in paths:
        with closing(client.get(path)) as answer:
            assert answer.status_code < 500
    statements = dict(asked)
    assert len(statements) > 20
    wrong = {
        f"{statement}\n    {', '.join(parts)}": 0
        for statement, values in statements.items()
        for database in (uncounted, counted)
        if (parts := slow_parts(database, statement, values))
    }
    assert not wrong, "\n".join(wrong)


def test_a_walk_is_seen(uncounted: sqlite3.Connection, counted: sqlite3.Connection) -> None:
    for database in (uncounted, counted):
        assert slow_parts(database, "SELECT id FROM post WHERE title = 'x'", ())
        assert slow_parts(database, "SELECT id FROM post WHERE blog_id = 1 ORDER BY title", ())
        assert not slow_parts(database, "SELECT id FROM post WHERE id = 1", ())
        assert slow_parts(database, "SELECT rowid FROM search_post WHERE title = 'x'", ())
        assert slow_parts(database, "SELECT rowid FROM search_post WHERE search_post MATCH 'x' ORDER BY body", ())
        assert not slow_parts(
            database, "SELECT rowid FROM search_post WHERE search_post MATCH 'x' ORDER BY rowid DESC", ()
        )
    joined = "SELECT comment.id FROM comment JOIN post ON post.id = comment.post_id WHERE post.state = 'published'"
    assert slow_parts(counted, f"{joined} AND comment.account_id = 1 AND comment.state = 'published'", ())
