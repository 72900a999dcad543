"""Every query of a public page is served by an index: a site that grows stays as quick as it was.

SQLite says how it will look for rows (`EXPLAIN QUERY PLAN`). `SCAN` is a walk through a whole table or index, and `USE
TEMP B-TREE FOR ORDER BY` sorts everything that was found before the first row is given.
"""

import re
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
from tests.make import Make

SMALL = {
    "blog",
    "blog_role",
    "feed_name",
    "role",
    "account_role",
}  # one row, or as many as there are blogs, or people who work here
SCAN = re.compile(r"^SCAN (\w+)")
SORT = "USE TEMP B-TREE FOR ORDER BY"
# Sorted as a whole, and small: a thread, which is shown whole; the tags of one page of posts; who edits one blog; one
# page of posts that was chosen by number before.
FEW = re.compile(
    r"\bFROM (blog|role|blog_role|comment|post_tag|account JOIN blog_role)\b|\bpost.id IN \(SELECT post.id"
)
# Walked from its newest row, one page long, by the number that is also its order; what was undone is passed over.
FROM_ITS_END = "FROM decision "

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


def slow_parts(app: Flask, statement: str, values: Any) -> list[str]:
    """Returns the steps of a query's plan that would take longer with every row."""
    with app.app_context(), db.engine.connect() as connection:
        plan = [str(row[3]) for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
    aliases = dict(re.findall(r"\b(\w+) AS (\w+)", statement))
    names = {alias: table for table, alias in aliases.items()}
    scans = [step for step in plan if (found := SCAN.match(step)) and names.get(found[1], found[1]) not in SMALL]
    derived = [step for step in scans if not re.match(r"SCAN (\(|CONSTANT|SUBQUERY|anon_)", step)]
    sorts = [step for step in plan if step == SORT and not FEW.search(statement)]
    if FROM_ITS_END in statement.replace("\n", " ") and "ORDER BY decision.id DESC" in statement:
        derived = []
    return derived + sorts


def test_no_public_page_walks_through_a_table(app: Flask, client: FlaskClient, make: Make, asked: Asked) -> None:
    post = make.post("Older")
    make.comment(post, "Words.")
    paths = [route.path for route in routes(app, make) if route.method == "GET" and route.endpoint in PUBLIC]
    paths += [f"{path}?before={post.id}" for path in paths if path.endswith("/")]
    asked.clear()
    for path in paths:
        with closing(client.get(path)) as answer:
            assert answer.status_code < 500
    statements = dict(asked)
    assert len(statements) > 20
    wrong = {
        f"{statement}\n    {', '.join(parts)}": 0
        for statement, values in statements.items()
        if (parts := slow_parts(app, statement, values))
    }
    assert not wrong, "\n".join(wrong)


def test_a_walk_is_seen(app: Flask) -> None:
    assert slow_parts(app, "SELECT id FROM post WHERE title = 'x'", ())
    assert slow_parts(app, "SELECT id FROM post WHERE blog_id = 1 ORDER BY title", ())
    assert not slow_parts(app, "SELECT id FROM post WHERE id = 1", ())
