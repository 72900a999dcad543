"""How long it takes to write the letters of one new post, and in how much memory.

`.venv/bin/python -m bench.announcements [READERS]` makes an instance of its own with READERS (10,000) wishes that are
confirmed, half for the blog and half for the whole site, publishes a post, and lets the worker's code write letters:
once whole, and once cut off in the middle and begun again. Then the digests of as many wishes. Prints a table and a
JSON line; ends with 1 when an address has no letter or two, or when memory grows by more than ALLOWED. Nothing is sent.
"""

import json
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event, func, insert, select, update

from hcpov import clock
from hcpov.app import create_app
from hcpov.blog.models import Post
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.ops.schema import upgrade
from hcpov.updates.models import Cadence, Subscription
from hcpov.updates.news import actions, digests, queries
from tests.make import Make

ALLOWED = 32  # megabytes, whatever the number of readers


class Killed(BaseException):
    """What a kill is to the code in between."""


def main(readers: int) -> int:
    """Measures, prints, and returns the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(instance=Path(folder), secret_key="a" * 40, rate_limits="off"))
        with app.app_context():
            upgrade()
        make = Make(app)
        first = make.post("What a clinic learns", summary="Three habits survived the experiment. " * 4)
        with app.app_context():
            db.session.execute(update(Post).values(announced_at=clock.now()))
            wishes = [_wish(number, first.blog_id) for number in range(readers)]
            db.session.execute(insert(Subscription), wishes)
            db.session.commit()
        rows = [_whole(make, app), _cut_off(make, app, readers), _digests(app)]
    print(f"{'':34}{'letters':>9}{'s':>8}{'a second':>10}{'statements':>12}{'peak MB':>9}")
    for row in rows:
        rate = row["letters"] / row["seconds"]
        print(f"{row['what']:34}{row['letters']:9,}{row['seconds']:8.2f}{rate:10,.0f}", end="")
        print(f"{row['statements']:12}{row['peak']:9.1f}")
    print(json.dumps({"bench": "announcements", "readers": readers, "rows": rows}))
    return int(any(row["letters"] != readers or row["peak"] > ALLOWED for row in rows))


def _wish(number: int, blog_id: int) -> dict[str, Any]:
    now = clock.now() - timedelta(days=2)
    place = {"blog_id": blog_id if number % 2 else None}
    return place | {"email": f"reader-{number}@example.org", "confirmed_at": now, "told_at": now}


def _whole(make: Make, app: Any) -> dict[str, Any]:
    make.post("The hand-off that fits on a card", summary="One card, four lines.")
    with app.app_context(), _measured("a post, all at once") as row:
        actions.announce_posts()
        row["letters"] = _letters("post %")
    return row


def _cut_off(make: Make, app: Any, readers: int) -> dict[str, Any]:
    post = make.post("Killed half way")
    left = [readers // queries.CHUNK // 2]

    def kill(*_arguments: object) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise Killed

    with app.app_context(), _measured("a post, killed half way and again") as row:
        event.listen(db.session, "before_commit", kill)
        try:
            actions.announce_posts()
        except Killed:
            db.session.rollback()
        finally:
            event.remove(db.session, "before_commit", kill)
        actions.announce_posts()
        row["letters"] = _letters(f"post {post.id} %")
    return row


def _digests(app: Any) -> dict[str, Any]:
    day = timedelta(days=1)
    with app.app_context():
        db.session.execute(update(Subscription).values(cadence=Cadence.DAILY, told_at=clock.now() - 2 * day))
        db.session.execute(update(Post).values(announced_at=digests.moments(clock.now())[0][1] - day / 2))
        db.session.commit()
        with _measured("a day's digest of three posts") as row:
            actions.write_digests()
            row["letters"] = _letters("digest %")
    return row


def _letters(keys: str) -> int:
    """Counts the addresses that have just one such letter."""
    one = select(Message.to).where(Message.dedupe_key.like(keys)).group_by(Message.to).having(func.count() == 1)
    return db.session.scalar(select(func.count()).select_from(one.subquery())) or 0


@contextmanager
def _measured(what: str) -> Iterator[dict[str, Any]]:
    """Yields a row, filled in at the end. Memory is what Python asked for; watching it doubles the time."""
    row: dict[str, Any] = {"what": what, "statements": 0}
    note: Callable[..., None] = lambda *_arguments: row.update(statements=row["statements"] + 1)  # noqa: E731
    event.listen(db.engine, "before_cursor_execute", note)
    tracemalloc.start()
    started = time.perf_counter()
    yield row
    row["seconds"] = round(time.perf_counter() - started, 2)
    row["peak"] = round(tracemalloc.get_traced_memory()[1] / 1e6, 1)
    tracemalloc.stop()
    event.remove(db.engine, "before_cursor_execute", note)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 10_000))
