"""Settling: each decision as a page and as a fragment, by everybody, once."""

import logging
import time
from typing import Any

import pytest

from hcpov.blog.models import Post
from hcpov.comments import actions, queue
from hcpov.comments.models import Comment, Decision, State
from hcpov.extensions import db
from tests.desk.conftest import BODY, HELD, Desk
from tests.forms import hidden
from tests.house.markup import problems_of

ACTS: dict[str, tuple[dict[str, Any], State, tuple[str, str]]] = {
    "publish": ({}, State.PUBLISHED, ("published", "")),
    "edit": ({"body": "We had one last week."}, State.PUBLISHED, ("edited", "")),
    "return": ({"reason": "Please take the date out."}, State.RETURNED, ("returned", "Please take the date out.")),
    "spam": ({}, State.SPAM, ("spam", "")),
    "remove": ({"reason": "It insults a ward."}, State.REMOVED, ("removed", "It insults a ward.")),
}


def count(desk: Desk) -> int:
    """Returns the post's count of comments."""
    with desk.app.app_context():
        return db.session.get_one(Post, desk.post.id).comment_count


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("who", ["editor", "moderator", "admin"])
@pytest.mark.parametrize("action", ACTS)
def test_each_decision(desk: Desk, action: str, who: str, htmx: bool) -> None:
    fields, state, (what, reason) = ACTS[action]
    number, other = desk.hold(), desk.hold("Another one.")
    answer = desk.send(who, f"{HELD}/{number}", htmx, action=action, **fields)
    assert desk.state(number) == state
    assert desk.state(other) == State.HELD
    assert desk.decisions() == [(what, reason, False)]
    assert count(desk) == (1 if state == State.PUBLISHED else 0)
    if htmx:
        assert answer.status_code == 200
        assert f'id="held-{number}"' in answer.text
        assert f'action="/desk/undo/{desk.last()}"' in answer.text
        assert '<hx-partial hx-target="#waits" hx-swap="innerHTML">1</hx-partial>' in answer.text
        assert "<html" not in answer.text
    else:
        assert (answer.status_code, answer.location) == (303, HELD)
        page = desk.browsers[who].get(HELD).text
        assert problems_of(page) == []
        assert f'action="/desk/undo/{desk.last()}"' in page
        assert f'id="held-{number}"' not in page


def test_an_edit_is_marked_and_shown(desk: Desk) -> None:
    number = desk.hold()
    desk.send("editor", f"{HELD}/{number}", action="edit", body=" We had **one** last week.\r\n")
    stored = desk.comment(number)
    assert (stored.body, stored.edited_by_editor) == ("We had **one** last week.", True)
    page = desk.browsers["stranger"].get(desk.post.path).text
    assert "<strong>one</strong>" in page
    assert "edited by an editor" in page
    assert "1961" not in page


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403), ("other", 403)])
@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("action", ACTS)
def test_who_may_not_settle(desk: Desk, action: str, who: str, status: int, htmx: bool) -> None:
    number = desk.hold()
    assert desk.send(who, f"{HELD}/{number}", htmx, action=action, **ACTS[action][0]).status_code == status
    assert desk.send(who, HELD, htmx, action="publish", ids=[number]).status_code == status
    assert desk.state(number) == State.HELD
    assert desk.decisions() == []


def test_visits_and_forms_without_a_token_change_nothing(desk: Desk) -> None:
    number, browser = desk.hold(), desk.browsers["moderator"]
    desk.send("moderator", f"{HELD}/{desk.hold()}", action="publish")
    for path in (f"{HELD}/{number}", f"/desk/undo/{desk.last()}", f"/desk/blogs/{desk.post.blog_id}"):
        assert browser.get(path).status_code == 405, path
    for path in (
        f"{HELD}/{number}",
        HELD,
        f"/desk/undo/{desk.last()}",
        "/desk/words",
        f"/desk/blogs/{desk.post.blog_id}",
    ):
        assert browser.post(path, data={"action": "publish", "ids": number, "rule": "closed"}).status_code == 400, path
    assert desk.state(number) == State.HELD
    assert desk.decisions() == [("published", "", False)]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("action", "fields", "words"),
    [
        ("return", {"reason": "  "}, "Please give the writer a reason."),
        ("return", {"reason": "Dear Ada Reader, no."}, "The log is public"),
        ("return", {"reason": "dear ada reader, no."}, "The log is public"),
        ("remove", {"reason": "It says DOB 4/12/1961."}, "The log is public"),
        ("return", {"reason": "a" * 301}, "at most 300 characters"),
        ("edit", {"body": "\u200b \n"}, "Please leave some words"),
        ("edit", {"body": "a" * 10_001}, "at most 10,000 characters"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_lost(
    desk: Desk, action: str, fields: dict[str, Any], words: str, htmx: bool
) -> None:
    number = desk.hold()
    answer = desk.send("editor", f"{HELD}/{number}", htmx, action=action, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert desk.state(number) == State.HELD
    if len(next(iter(fields.values()))) < 99:
        assert next(iter(fields.values())).strip() in answer.text
    assert htmx or problems_of(answer.text) == []


@pytest.mark.parametrize("action", ["", "approve", "published"])
def test_an_unknown_action_is_refused(desk: Desk, action: str) -> None:
    number = desk.hold()
    assert desk.send("editor", f"{HELD}/{number}", action=action).status_code == 400
    assert desk.send("editor", HELD, action=action or "return", ids=[number]).status_code == 400
    assert desk.send("editor", HELD, action="publish", ids=["1 OR 1"]).status_code == 400
    assert desk.send("editor", f"{HELD}/999999999", action="publish").status_code == 404
    assert desk.send("editor", f"{HELD}/99999999999999", action="publish").status_code == 404
    assert desk.state(number) == State.HELD


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("second", ACTS)
def test_who_comes_second_is_told_and_nothing_is_done_twice(desk: Desk, second: str, htmx: bool) -> None:
    number = desk.hold()
    desk.send("moderator", f"{HELD}/{number}", action="publish")
    answer = desk.send("editor", f"{HELD}/{number}", htmx, action=second, **ACTS[second][0])
    assert answer.status_code == 409
    assert "Somebody settled it meanwhile" in answer.text
    assert "Nothing was done twice." in answer.text
    assert htmx or problems_of(answer.text) == []
    assert desk.state(number) == State.PUBLISHED
    assert len(desk.decisions()) == 1
    assert count(desk) == 1


def test_of_two_who_read_it_held_one_settles(desk: Desk) -> None:
    number = desk.hold()
    with desk.app.app_context():
        read = db.session.get_one(Comment, number)
        with db.engine.begin() as another:
            another.execute(db.update(Comment).where(Comment.id == number).values(state=State.SPAM))
        assert read.state == State.HELD  # as the second one's request still has it
        assert queue.claim(read, None) is False


@pytest.mark.parametrize("htmx", [False, True])
def test_words_that_changed_since_are_read_again(desk: Desk, htmx: bool) -> None:
    number = desk.hold()
    read = hidden(desk.browsers["moderator"].get(HELD).text, "read")
    time.sleep(0.001)
    with desk.app.app_context():
        actions.edit(db.session.get_one(Comment, number), "Other words, which nobody read.")
    answer = desk.send("moderator", f"{HELD}/{number}", htmx, action="publish", read=read)
    assert answer.status_code == 409
    assert "It changed while you read." in answer.text
    assert "Other words, which nobody read." in answer.text
    assert desk.state(number) == State.HELD
    again = desk.send("moderator", f"{HELD}/{number}", htmx, action="publish", read=hidden(answer.text, "read"))
    assert again.status_code == (200 if htmx else 303)
    assert desk.state(number) == State.PUBLISHED


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("action", ["publish", "spam", "remove"])
def test_several_at_once(desk: Desk, action: str, htmx: bool) -> None:
    ours, left = [desk.hold(f"Held number {number}.") for number in range(3)], desk.hold("Left.")
    answer = desk.send("editor", HELD, htmx, action=action, ids=ours)
    assert answer.status_code == (200 if htmx else 303)
    assert {desk.state(number) for number in ours} == {ACTS[action][1]}
    assert desk.state(left) == State.HELD
    assert len(desk.decisions()) == 3
    page = answer.text if htmx else desk.browsers["editor"].get(HELD).text
    assert "Earlier: 2 decisions" in page
    assert f'id="held-{left}"' in page


def test_several_of_which_one_is_settled(desk: Desk) -> None:
    first, second = desk.hold(), desk.hold()
    desk.send("moderator", f"{HELD}/{first}", action="remove")
    answer = desk.send("editor", HELD, action="publish", ids=[first, second])
    assert answer.status_code == 409
    assert "1 settled. 1 left as it is." in answer.text
    assert (desk.state(first), desk.state(second)) == (State.REMOVED, State.PUBLISHED)


def test_several_of_which_one_is_erased_on_the_way(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second, third = desk.hold(), desk.hold(), desk.hold()
    settle = actions.settle

    def settle_and_erase(comment: Comment, *arguments: Any) -> Decision:
        decision = settle(comment, *arguments)
        with db.engine.begin() as another:
            another.execute(db.delete(Comment).where(Comment.id == second))
        return decision

    monkeypatch.setattr(actions, "settle", settle_and_erase)
    answer = desk.send("editor", HELD, action="spam", ids=[first, second, third])
    assert answer.status_code == 409
    assert "2 settled. 1 left as it is." in answer.text
    assert (desk.state(first), desk.state(third)) == (State.SPAM, State.SPAM)


def test_several_of_which_one_is_not_theirs(desk: Desk) -> None:
    ours, theirs = desk.hold(), desk.hold(post=desk.elsewhere)
    assert desk.send("editor", HELD, action="publish", ids=[ours, theirs]).status_code == 403
    assert (desk.state(ours), desk.state(theirs)) == (State.HELD, State.HELD)


def test_none_ticked(desk: Desk) -> None:
    desk.hold()
    for htmx in (False, True):
        answer = desk.send("editor", HELD, htmx, action="publish")
        assert answer.status_code == 422
        assert "Tick at least one comment first." in answer.text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_reported_comment_is_kept(desk: Desk, htmx: bool) -> None:
    number = desk.report()
    answer = desk.send("editor", f"{HELD}/{number}", htmx, action="keep")
    assert answer.status_code == (200 if htmx else 303)
    assert (desk.state(number), desk.reports(), count(desk)) == (State.PUBLISHED, 0, 1)
    assert desk.decisions() == [("kept", "", False)]
    assert desk.send("editor", f"{HELD}/{number}", htmx, action="keep").status_code == 409
    assert desk.send("editor", f"/desk/undo/{desk.last()}", htmx).status_code == 409  # its reports are gone


@pytest.mark.parametrize("action", ["edit", "return", "spam", "remove"])
def test_a_reported_comment_is_settled_like_a_held_one(desk: Desk, action: str) -> None:
    number = desk.report()
    assert desk.send("editor", f"{HELD}/{number}", action=action, **ACTS[action][0]).status_code == 303
    assert desk.state(number) == ACTS[action][1]
    assert count(desk) == (1 if action == "edit" else 0)
    assert f'id="held-{number}"' not in desk.browsers["editor"].get(HELD).text


def test_only_a_held_one_is_published_and_only_a_reported_one_kept(desk: Desk) -> None:
    held, reported, quiet = desk.hold(), desk.report(), desk.make.comment(desk.post, "Nobody minds.")
    assert desk.send("editor", f"{HELD}/{held}", action="keep").status_code == 409
    assert desk.send("editor", f"{HELD}/{reported}", action="publish").status_code == 409
    assert desk.send("editor", f"{HELD}/{quiet}", action="remove").status_code == 409
    assert desk.decisions() == []


def test_held_words_are_in_no_log(
    desk: Desk, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    caplog.set_level(logging.DEBUG)
    numbers = [desk.hold() for _ in ACTS]
    for number, (action, (fields, _, _)) in zip(numbers, ACTS.items(), strict=True):
        desk.send("editor", f"{HELD}/{number}", action=action, **fields)
        desk.send("editor", f"/desk/undo/{desk.last()}")
        desk.send("editor", f"{HELD}/{number}", action="return")

    def broken(*_arguments: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(actions, "settle", broken)
    assert desk.send("editor", f"{HELD}/{numbers[0]}", action="edit", body=BODY).status_code == 500
    assert "broken on purpose" in caplog.text
    for words in ("last week", "1961", "Ada Reader", "take the date out"):
        assert words not in caplog.text
