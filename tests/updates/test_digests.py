"""Digests: at the hour of the site's zone, once, of what an address has not heard; nothing when there is nothing."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from flask import Flask

from hcpov.blog.models import State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.updates import actions
from hcpov.updates.models import Cadence, Subscription
from hcpov.updates.news import digests, sheets
from hcpov.updates.news.actions import write_digests
from tests.make import START, Make
from tests.updates.readers import EMAIL, letters, stored, tell, wish

MONDAY = datetime(2026, 3, 2, 12, 1, tzinfo=UTC)  # 7:01 in New York
DAY = timedelta(days=1)


@pytest.fixture
def clock() -> Any:
    """The clock, at a minute past seven on a Monday."""
    with time_machine.travel(MONDAY, tick=True) as moved:
        yield moved


def _utc(numbers: tuple[int, ...]) -> datetime:
    return datetime(*numbers).replace(tzinfo=UTC)  # type: ignore[arg-type]  # noqa: DTZ001


def digest(app: Flask) -> list[Message]:
    """Writes what is due, and returns all digests there are."""
    tell(app)
    return [letter for letter in letters(app) if letter.dedupe_key.startswith("digest ")]


@pytest.mark.parametrize(
    ("now", "daily", "weekly"),
    [
        ((2026, 3, 4, 12, 0), (2026, 3, 3, 12), (2026, 3, 2, 12)),  # a minute's margin
        ((2026, 3, 4, 12, 1), (2026, 3, 4, 12), (2026, 3, 2, 12)),
        ((2026, 3, 2, 11, 59), (2026, 3, 1, 12), (2026, 2, 23, 12)),
        ((2026, 3, 8, 12, 30), (2026, 3, 8, 11), (2026, 3, 2, 12)),  # the night the clocks went forward
        ((2026, 11, 1, 12, 30), (2026, 11, 1, 12), (2026, 10, 26, 11)),  # and back
        ((2026, 3, 5, 4, 0), (2026, 3, 4, 12), (2026, 3, 2, 12)),  # still yesterday in New York
    ],
)
def test_the_hour_is_the_sites(app: Flask, now: Any, daily: Any, weekly: Any) -> None:
    with app.app_context():
        assert digests.moments(_utc(now)) == [
            (Cadence.DAILY, _utc(daily)),
            (Cadence.WEEKLY, _utc(weekly)),
        ]


def test_the_hour_can_be_set(app: Flask, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(app.config, "HCPOV", replace(settings, digest_hour=18, time_zone="Europe/Berlin"))
    with app.app_context():
        [(_, daily), _] = digests.moments(datetime(2026, 1, 5, 20, tzinfo=UTC))
    assert daily == datetime(2026, 1, 5, 17, tzinfo=UTC)


def test_a_day_and_a_week_are_told_once(app: Flask, make: Make, clock: Any) -> None:
    blog = make.blog()
    wish(app, "daily@example.org", blog_id=blog, cadence="daily")
    wish(app, "weekly@example.org", cadence="weekly")
    assert digest(app) == []
    make.post("First", summary="A summary.")
    make.post("Second", blog="night-shift")
    make.post("Not to be told", announce=False)
    tell(app)
    clock.shift(DAY - timedelta(minutes=2))
    assert digest(app) == []
    clock.shift(timedelta(minutes=2))
    for _ in range(3):
        [letter] = digest(app)
        clock.shift(timedelta(minutes=1))
    assert (letter.to, letter.subject) == ("daily@example.org", "Boardroom Buzz: First")
    assert "A summary." in letter.text and "once a day" in letter.text and "Second" not in letter.text
    assert letter.headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    clock.shift(DAY)
    assert len(digest(app)) == 1  # nothing new, nothing sent
    clock.move_to(MONDAY + 7 * DAY)
    weekly = digest(app)[-1]
    assert (weekly.to, weekly.subject) == ("weekly@example.org", "Health Care POV: 2 new posts")
    assert weekly.text.index("Second\n") < weekly.text.index("First\n") and "Not to be told" not in weekly.text
    clock.move_to(MONDAY + 14 * DAY)
    assert len(digest(app)) == 2


def test_who_comes_in_the_middle_hears_of_the_rest(app: Flask, make: Make, clock: Any) -> None:
    wish(app, "first@example.org", cadence="daily")
    make.post("Before")
    tell(app)
    clock.shift(timedelta(hours=1))
    wish(app, "second@example.org", cadence="daily")
    clock.shift(timedelta(hours=1))
    make.post("After")
    tell(app)
    clock.move_to(MONDAY + DAY)
    assert {letter.to: letter.subject for letter in digest(app)} == {
        "first@example.org": "Health Care POV: 2 new posts",
        "second@example.org": "Health Care POV: After",
    }


def test_days_without_a_worker_are_one_digest(app: Flask, make: Make, clock: Any) -> None:
    wish(app, cadence="daily")
    make.post("One")
    tell(app)
    clock.shift(DAY / 2)
    make.post("Two")
    tell(app)
    clock.move_to(MONDAY + 4 * DAY)
    make.post("Too late for today")
    assert [letter.subject for letter in digest(app)] == ["Health Care POV: 2 new posts"]


def test_what_was_withdrawn_by_then_is_not_told(app: Flask, make: Make, clock: Any) -> None:
    wish(app, cadence="daily")
    post = make.post("Gone")
    wish(app, "thread@example.org", post_id=post.id, cadence="daily")
    make.comment(post, "Said.")
    tell(app)
    with app.app_context():
        db.session.execute(db.text(f"UPDATE post SET state = '{State.WITHDRAWN}'"))
        db.session.commit()
    clock.shift(DAY)
    assert digest(app) == []


def test_a_thread_says_who_spoke_and_not_what(app: Flask, make: Make, clock: Any) -> None:
    post = make.post("Rounds", announced_at=START)
    root = make.comment(post, announced_at=START)
    wish(app, post_id=post.id, cadence="daily")
    wish(app, post_id=post.id, comment_id=root, cadence="daily")
    wish(app, "ada@example.org", post_id=post.id, cadence="daily")
    make.comment(post, "Private words.", name="Ada Reader", title="Nurse", email="Ada@example.org")
    answer = make.comment(post, "An answer.", name="Bo Reader", parent=root)
    tell(app)
    clock.shift(DAY)
    found = {(letter.to, letter.subject) for letter in digest(app)}
    assert found == {
        (EMAIL, "1 new comment on “Rounds”"),
        (EMAIL, "1 new answer to your comment on “Rounds”"),
        ("ada@example.org", "1 new comment on “Rounds”"),  # and not of her own
    }
    for letter in digest(app):
        assert "Private words." not in letter.text and "An answer." not in letter.text
    assert f"http://localhost/comments/{answer}/" in digest(app)[1].text


def test_the_narrower_wish_speaks(app: Flask, make: Make, clock: Any) -> None:
    blog = make.blog()
    wish(app, cadence="weekly")
    wish(app, blog_id=blog)
    make.post("Told at once")
    make.post("Told weekly", blog="night-shift")
    assert tell(app) == [(EMAIL, "Boardroom Buzz: Told at once")]
    clock.shift(7 * DAY)
    assert [letter.subject for letter in digest(app)] == ["Health Care POV: Told weekly"]


def test_changing_how_often_loses_and_repeats_nothing(app: Flask, make: Make, clock: Any) -> None:
    number, _ = wish(app)
    subjects = []

    def to(cadence: Cadence) -> None:
        with app.app_context():
            actions.change(EMAIL, number, cadence)

    def publish(title: str) -> None:
        clock.shift(timedelta(hours=1))
        make.post(title)
        tell(app)
        clock.shift(timedelta(hours=1))

    publish("At once")
    to(Cadence.WEEKLY)
    publish("For the week")
    to(Cadence.DAILY)
    publish("For the day")
    to(Cadence.AT_ONCE)
    publish("At once again")
    to(Cadence.DAILY)
    clock.move_to(MONDAY + 9 * DAY)
    digest(app)
    subjects = [letter.subject.partition(": ")[2] for letter in letters(app)]
    assert subjects == ["At once", "2 new posts", "At once again"]


def test_who_left_gets_none(app: Flask, make: Make, clock: Any) -> None:
    number, _ = wish(app, cadence="daily")
    wish(app, "asked@example.org", confirmed=False, cadence="daily", told_at=START)
    make.post()
    tell(app)
    clock.shift(DAY)
    assert len(digest(app)) == 1
    with app.app_context():
        actions.leave(EMAIL, number)  # takes back what waits
    clock.shift(DAY)
    assert digest(app) == []


def test_a_long_list_is_cut_and_says_so(app: Flask, make: Make, clock: Any) -> None:
    post = make.post("Rounds", announced_at=START)
    wish(app, cadence="daily", post_id=post.id)
    for _ in range(sheets.SHOWN + 3):
        make.comment(post)
    tell(app)
    clock.shift(DAY)
    [letter] = digest(app)
    assert letter.text.count("/comments/") == sheets.SHOWN
    assert f"And 3 more:\nhttp://localhost{post.path}#talk\n" in letter.text


def test_a_chunk_costs_the_same_with_ten_times_the_readers(
    app: Flask, make: Make, clock: Any, queries: Callable[[], Any]
) -> None:
    costs = []
    for rows in (4, 40):
        for number in range(rows):
            wish(app, f"reader-{rows}-{number}@example.org", cadence="daily")
        make.post()
        tell(app)
        clock.shift(DAY)
        with app.app_context(), queries() as said:
            write_digests()
        costs.append(len(said))
    # Who is due, each is claimed, what else they asked for, the posts, the letters; none more, and no weekly ones.
    assert costs == [7, 7]


def test_a_crash_before_the_commit_is_made_good(app: Flask, make: Make, clock: Any) -> None:
    wish(app, cadence="daily")
    make.post()
    tell(app)
    clock.shift(DAY)
    assert len(digest(app)) == 1
    with app.app_context():  # as if the note had been lost, and the letter not
        db.session.execute(db.update(Subscription).values(told_at=MONDAY))
        db.session.commit()
    assert len(digest(app)) == 1
    assert stored(app)[0].told_at == MONDAY + DAY - timedelta(minutes=1)
