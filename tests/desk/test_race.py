"""Many at one comment at once, on two real servers with one database: one decision counts, the others are told."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.blog.models import Post
from hcpov.comments import receipts
from hcpov.comments.models import Comment, Decision, State
from hcpov.config import Settings
from hcpov.extensions import db
from tests import live
from tests.desk.conftest import HELD, Desk
from tests.forms import hidden

DONE, TOLD = 303, 409
ROUNDS = range(4)  # the ways in which requests can overtake each other are many
STATES = {"published": State.PUBLISHED, "edited": State.PUBLISHED, "spam": State.SPAM, "removed": State.REMOVED}


@pytest.fixture(scope="module")
def servers(server: str, settings: Settings) -> Iterator[tuple[str, str]]:
    """Two servers, each of several processes."""
    with live.serving(settings) as second:
        yield server, second


@dataclass(frozen=True)
class Sender:
    """Somebody's session, for requests that go to the servers in turn."""

    cookie: str
    token: str
    servers: tuple[str, str]

    def send(self, number: int, path: str, **fields: str) -> int:
        """Posts a form to one server or the other; returns the status."""
        return live.post(self.servers[number % 2], path, {"csrf_token": self.token} | fields, self.cookie)[0]


def sender(browser: FlaskClient, servers: tuple[str, str]) -> Sender:
    """Takes the session of a browser that is signed in."""
    token = hidden(browser.get("/").text, "csrf_token")
    cookie = browser.get_cookie("session")
    return Sender(f"session={cookie.value}" if cookie else "", token, servers)


@pytest.fixture
def moderator(desk: Desk, servers: tuple[str, str]) -> Sender:
    """One of the two."""
    return sender(desk.browsers["moderator"], servers)


@pytest.fixture
def admin(desk: Desk, servers: tuple[str, str]) -> Sender:
    """The other one."""
    return sender(desk.browsers["admin"], servers)


def standing(desk: Desk, number: int) -> tuple[str, list[str], int]:
    """Returns where a comment stands, the decisions that hold, and the post's count."""
    with desk.app.app_context():
        holding = db.select(Decision.what).where(Decision.undone.is_(False)).order_by(Decision.id)
        count = db.session.get_one(Post, desk.post.id).comment_count
        return db.session.get_one(Comment, number).state, list(db.session.scalars(holding)), count


@pytest.mark.parametrize("_round", ROUNDS)
def test_of_many_who_settle_one_counts(desk: Desk, moderator: Sender, admin: Sender, _round: int) -> None:
    number = desk.hold()
    acts = [{"action": "publish"}, {"action": "spam"}, {"action": "remove"}, {"action": "edit", "body": "Mended."}]

    def settle(at: int) -> int:
        return (moderator, admin)[at % 3 == 0].send(at, f"{HELD}/{number}", **acts[at // 2 % 4])

    with ThreadPoolExecutor(16) as crowd:
        answers = sorted(crowd.map(settle, range(16)))
    assert answers == [DONE] + [TOLD] * 15
    state, [decided], count = standing(desk, number)
    assert state == STATES[decided]
    assert count == (1 if state == State.PUBLISHED else 0)


@pytest.mark.parametrize("_round", ROUNDS)
def test_of_many_who_undo_one_counts(desk: Desk, moderator: Sender, admin: Sender, _round: int) -> None:
    number = desk.hold()
    desk.send("moderator", f"{HELD}/{number}", action="publish")
    decision = desk.last()
    with ThreadPoolExecutor(12) as crowd:
        answers = sorted(
            crowd.map(lambda at: (moderator, admin)[at % 3 == 0].send(at, f"/desk/undo/{decision}"), range(12))
        )
    assert answers == [DONE] + [TOLD] * 11
    assert standing(desk, number) == (State.HELD, [], 0)


@pytest.mark.parametrize("_round", ROUNDS)
def test_settling_beside_undoing_adds_up(desk: Desk, moderator: Sender, admin: Sender, _round: int) -> None:
    number = desk.hold()
    desk.send("moderator", f"{HELD}/{number}", action="publish")
    decision = desk.last()

    def act(at: int) -> tuple[str, int]:
        if at % 2:
            return "undo", moderator.send(at // 2, f"/desk/undo/{decision}")
        return "publish", admin.send(at // 2, f"{HELD}/{number}", action="publish")

    with ThreadPoolExecutor(16) as crowd:
        answers = list(crowd.map(act, range(16)))
    assert {status for _, status in answers} <= {DONE, TOLD}
    assert answers.count(("undo", DONE)) == 1
    again = answers.count(("publish", DONE))
    assert again <= 1
    assert standing(desk, number) == ((State.PUBLISHED, ["published"], 1) if again else (State.HELD, [], 0))


def test_the_count_is_right_when_writers_erase_what_is_being_published(desk: Desk, moderator: Sender) -> None:
    at = clock.now() - timedelta(minutes=1)
    numbers = [desk.hold(f"Held number {number}.", at=at) for number in range(12)]
    with desk.app.app_context():
        tokens = [receipts.issue(number) for number in numbers]

    def act(at: int) -> int:
        if at % 2:
            return live.post(moderator.servers[at // 2 % 2], f"/receipts/{tokens[at // 2]}/erase", {})[0]
        return moderator.send(at // 2, f"{HELD}/{numbers[at // 2]}", action="publish")

    with ThreadPoolExecutor(8) as crowd:
        answers = set(crowd.map(act, range(24)))
    assert answers <= {200, DONE, TOLD, 404}
    with desk.app.app_context():
        assert db.session.scalar(db.select(db.func.count()).select_from(Comment)) == 0
        assert db.session.get_one(Post, desk.post.id).comment_count == 0
