"""The notice that comments wait: to whom, how often, and what is never in it."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from flask import Flask

from hcpov.comments import actions as comments
from hcpov.comments.models import Comment, State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.updates.news import held
from tests.make import Make
from tests.post_office import PostOffice, words
from tests.updates.readers import letters, tell

Travel = Callable[[float], None]
PATIENT = "We had one last week, DOB 4/12/1961."
REASONS = ["may identify a patient: a date in someone's care or life", "the writer says it is no patient: my Mrs Doe"]


def to(app: Flask) -> list[str]:
    """Returns who was written to."""
    return [address for address, _ in tell(app)]


def test_editors_hear_of_their_blogs_and_moderators_of_all(app: Flask, make: Make, post_office: PostOffice) -> None:
    ours, theirs = make.post(), make.post(blog="night-shift")
    editor, other = make.account("Edda Editor", email="edda@example.org"), make.account(email="otto@example.org")
    make.editor(editor.id, ours.blog_id)
    make.editor(other.id, theirs.blog_id, "author")
    make.account("Mo Derator", ("moderator",), email="mo@example.org")
    make.account(roles=("admin",), email="off@example.org", active=False)
    make.account(roles=("admin",), email="asked@example.org", confirmed_at=None)
    make.account(email="member@example.org")
    make.comment(ours, PATIENT, state=State.HELD, reasons=REASONS)
    make.comment(ours, "Words.", state=State.HELD, reasons=["3 links"])
    make.comment(theirs, "Words.", state=State.HELD, reasons=["Mrs Doe was named, said an editor"])
    make.comment(theirs, "Words.", state=State.SPAM)
    assert sorted(to(app)) == ["edda@example.org", "mo@example.org"]
    found = {message["To"]: message for message in post_office.collect(app)}
    edda, mo = (words(found[f"{name}@example.org"]) for name in ("edda", "mo"))
    assert "Boardroom Buzz: 2 (1 may identify a patient; 1 many links)" in edda and "Night Shift" not in edda
    assert "Night Shift: 1 (1 to be read)" in mo and "http://localhost/desk/held" in mo
    for message in found.values():
        whole = message.as_string()
        assert "1961" not in whole and "Doe" not in whole and "Ada Reader" not in whole
        assert "List-Unsubscribe" not in message and "List-Id" not in message
    assert found["mo@example.org"]["Subject"] == "3 held comments at Health Care POV"


def test_once_for_each_and_not_too_often(app: Flask, make: Make, travel: Travel) -> None:
    post = make.post()
    make.account(roles=("moderator",), email="mo@example.org")
    make.comment(post, state=State.HELD)
    assert len(to(app)) == 1
    make.comment(post, state=State.HELD)
    travel(29 * 60)
    assert len(to(app)) == 1
    travel(61)
    assert len(to(app)) == 2 and letters(app)[-1].subject == "2 held comments at Health Care POV"
    travel(24 * 3600)
    assert len(to(app)) == 2  # nothing came that they were not told of


def test_what_is_held_again_waits_anew(app: Flask, make: Make, travel: Travel) -> None:
    post, mo = make.post(), make.account(roles=("moderator",), email="mo@example.org")
    number = make.comment(post, state=State.HELD)
    assert len(to(app)) == 1
    with app.app_context():
        comment = db.session.get_one(Comment, number)
        comments.settle(comment, mo.id, "published", State.PUBLISHED)
        comments.edit(comment, "Other words.", ["3 links"])
    travel(31 * 60)
    assert len(to(app)) == 2


def test_it_can_be_switched_off(app: Flask, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    make.account(roles=("moderator",))
    make.comment(make.post(), state=State.HELD)
    monkeypatch.setitem(app.config, "HCPOV", replace(settings, notice_minutes=0))
    assert to(app) == []


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("asked for an editor instead of the security code", "sent without the security code"),
        ("a hidden field was filled in", "a hidden field was filled in"),
        ("a link, sent within 2 seconds", "a link, sent at once"),
        ("10 comments from one network in 10 minutes", "many from one network"),
        ("3 links", "many links"),
        ("the same text on 2 other posts", "the same text on other posts"),
        ("the word “galoshes”", "a word of the list"),
        ("this blog checks every comment", "the blog checks every comment"),
        ("the first comment by this address", "the first comment by an address"),
        ("may identify a patient: a name", "may identify a patient"),
        ("the writer says it is no patient: Mrs Doe", "to be read"),
        ("anything somebody typed", "to be read"),
    ],
)
def test_reasons_are_said_in_words_of_our_own(reason: str, said: str) -> None:
    assert held.in_words([reason]) == said
    assert held.in_words([]) == "to be read"


def test_nobody_to_tell_is_no_trouble(app: Flask, make: Make) -> None:
    make.comment(make.post(), state=State.HELD)
    assert to(app) == []
    with app.app_context():
        assert db.session.query(Comment).one().noticed_at is not None
