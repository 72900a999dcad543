"""Undo: the newest decision of a comment, by who made it, and never over somebody's newer words."""

import pytest

from hcpov.comments import actions
from hcpov.comments.models import Comment, State
from hcpov.extensions import db
from tests.desk.conftest import BODY, HELD, Desk
from tests.desk.test_settle import ACTS, count
from tests.house.markup import problems_of


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("action", ACTS)
def test_each_decision_can_be_undone(desk: Desk, action: str, htmx: bool) -> None:
    number = desk.hold()
    desk.send("editor", f"{HELD}/{number}", action=action, **ACTS[action][0])
    answer = desk.send("editor", f"/desk/undo/{desk.last()}", htmx)
    stored = desk.comment(number)
    assert (stored.state, stored.body, stored.edited_by_editor) == (State.HELD, BODY, False)
    assert count(desk) == 0
    assert desk.decisions()[0][2] is True
    if htmx:
        assert answer.status_code == 200
        assert f'<article class="item" id="held-{number}"' in answer.text
        assert '<hx-partial hx-target="#waits" hx-swap="innerHTML">1</hx-partial>' in answer.text
    else:
        assert (answer.status_code, answer.location) == (303, HELD)
        assert "/desk/undo/" not in desk.browsers["editor"].get(HELD).text


@pytest.mark.parametrize(
    ("who", "status"),
    [("stranger", 404), ("member", 403), ("other", 403), ("moderator", 403), ("admin", 303), ("editor", 303)],
)
def test_who_may_undo(desk: Desk, who: str, status: int) -> None:
    number = desk.hold()
    desk.send("editor", f"{HELD}/{number}", action="spam")
    assert desk.send(who, f"/desk/undo/{desk.last()}").status_code == status
    assert desk.state(number) == (State.HELD if status == 303 else State.SPAM)


@pytest.mark.parametrize("htmx", [False, True])
def test_only_the_newest_and_only_once(desk: Desk, htmx: bool) -> None:
    number = desk.hold()
    desk.send("editor", f"{HELD}/{number}", action="publish")
    first = desk.last()
    with desk.app.app_context():
        actions.report(db.session.get_one(Comment, number), "an advertisement", "a network")
    desk.send("editor", f"{HELD}/{number}", action="spam")
    second = desk.last()
    early = desk.send("editor", f"/desk/undo/{first}", htmx)
    assert early.status_code == 409
    assert "This can be undone no more" in early.text
    assert htmx or problems_of(early.text) == []
    assert desk.state(number) == State.SPAM
    assert desk.send("editor", f"/desk/undo/{second}", htmx).status_code == (200 if htmx else 303)
    assert desk.send("editor", f"/desk/undo/{second}", htmx).status_code == 409
    assert desk.send("editor", f"/desk/undo/{first}", htmx).status_code == (200 if htmx else 303)
    assert (desk.state(number), count(desk)) == (State.HELD, 0)
    assert desk.send("editor", "/desk/undo/999999999", htmx).status_code == 404


def test_the_writers_newer_words_are_never_undone(desk: Desk) -> None:
    number = desk.hold()
    desk.send("editor", f"{HELD}/{number}", action="publish")
    with desk.app.app_context():
        actions.edit(db.session.get_one(Comment, number), "What I meant to say.")
    assert desk.send("editor", f"/desk/undo/{desk.last()}").status_code == 409
    assert desk.comment(number).body == "What I meant to say."


def test_an_erased_comment_stays_erased(desk: Desk) -> None:
    number = desk.hold()
    desk.send("editor", f"{HELD}/{number}", action="publish")
    with desk.app.app_context():
        actions.erase(db.session.get_one(Comment, number))
    assert desk.send("editor", f"/desk/undo/{desk.last()}").status_code == 409


def test_an_editors_edit_undone_leaves_no_mark(desk: Desk) -> None:
    number = desk.hold()
    desk.send("editor", f"{HELD}/{number}", action="edit", body="We had one last week.")
    desk.send("editor", f"/desk/undo/{desk.last()}")
    desk.send("editor", f"{HELD}/{number}", action="publish")
    assert "edited" not in desk.browsers["stranger"].get(desk.post.path).text


def test_what_cannot_be_undone_offers_no_undo(desk: Desk) -> None:
    kept = desk.send("editor", f"{HELD}/{desk.report()}", htmx=True, action="keep")
    assert "Kept, and the reports are answered." in kept.text
    assert "/desk/undo/" not in kept.text
