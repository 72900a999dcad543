"""What is found, on either database: one list of expectations."""

from datetime import timedelta

import pytest
from flask import Flask

from hcpov.blog.models import Kind, State
from hcpov.comments.models import State as CommentState
from hcpov.extensions import db
from hcpov.search import queries
from hcpov.search.queries import Wanted
from tests.make import START, Make


@pytest.fixture
def site(app: Flask, make: Make) -> None:
    """Posts and comments on two blogs, and what must not be found."""
    ines = make.account("Inés Calder", handle="ines-calder")
    card = make.post(
        "The hand-off that fits on a card",
        body="Two questions are asked at *every* bedside. Café talk, [linked](https://hidden.example/secretword) too.",
        summary="A night team threw away eleven signatures.",
        tags=["Hand-off", "Night shifts"],
        author_id=ines.id,
    )
    make.post(
        "Bedside manners", blog="lab-notes", body="On cards, and on the night desk.", at=START + timedelta(days=800)
    )
    make.post("Guests", blog="lab-notes", body="Søren wrote of night.", byline_name="Søren Łódź", tags=["Night shifts"])
    make.comment(card, "We asked *two questions* as well. Nothing is lost at night.", name="Ada Reader")
    make.comment(card, "My card is on the fridge.", account_id=ines.id, name="Inés Calder")
    for state in (CommentState.HELD, CommentState.REMOVED, CommentState.SPAM, CommentState.RETURNED):
        make.comment(card, "Unseen night words.", state=state)
    gone = make.post("Unseen one", body="Unseen night words.", state=State.WITHDRAWN)
    make.comment(gone, "Unseen night words, said below.")
    make.post("Unseen two", body="Unseen night words.", kind=Kind.PAGE)
    make.draft(title="Unseen three", body="Unseen night words.", summary="Unseen")


def titles(app: Flask, text: str, **where: object) -> list[str]:
    """Returns what was found, comments by the beginning of their words."""
    with app.app_context():
        found = queries.search(Wanted(text, **where))  # type: ignore[arg-type]
        db.session.rollback()
        assert not found.slow
        assert found.count == len(found.rows)
        return [_said(row.title if row.kind == "post" else row.excerpt) for row in found.rows]


def _said(pieces: list[tuple[str, bool]]) -> str:
    return "".join(words for words, _ in pieces)[:12]


CARD, MANNERS, GUESTS, ASKED, FRIDGE = "The hand-off", "Bedside mann", "Guests", "We asked two", "My card is o"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("bedside ", [MANNERS, CARD]),  # the title counts more
        ("CAFE", [CARD]),
        ("café", [CARD]),
        ("bedsi", [MANNERS, CARD]),
        ("bedsides ", []),
        ("questions asked ", [CARD, ASKED]),
        ('"two questions"', [CARD, ASKED]),
        ('"questions two"', []),
        ('"two questions as', [ASKED]),
        ("hand-off", [CARD]),
        ("handoff ", []),
        ("card night ", [CARD]),
        ("card -night ", [FRIDGE]),
        ("card* -fridge ", [CARD, MANNERS]),
        ("soren", [GUESTS]),
        ("lodz", [GUESTS]),
        ("ada reader ", [ASKED]),
        ("unseen", []),
        ("secretword", []),
        ("every bedside ", [CARD]),
        ("eleven signatures z", []),
        ("eleven s", [CARD]),
        ('card" OR 1=1 --', []),
        ("card AND night ", []),
    ],
)
def test_the_same_is_found_on_either_database(app: Flask, site: None, text: str, expected: list[str]) -> None:
    assert titles(app, text) == expected


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ({"kind": "posts"}, {CARD, MANNERS, GUESTS}),
        ({"kind": "comments"}, {ASKED}),
        ({"blog": "lab-notes"}, {MANNERS, GUESTS}),
        ({"blog": "nowhere"}, set()),
        ({"tag": "Night shifts"}, {CARD, GUESTS, ASKED}),
        ({"tag": "nothing"}, set()),
        ({"tag": "§"}, set()),
        ({"year": 2015}, {MANNERS}),
        ({"year": 2013}, {CARD, GUESTS, ASKED}),
        ({"year": 1999}, set()),
        ({"author": "ines-calder"}, {CARD}),
        ({"author": "Ines Calder"}, {CARD}),
        ({"author": "soren lodz"}, {GUESTS}),
        ({"author": "nobody"}, set()),
        ({"author": "—"}, set()),
        ({"author": "ada reader", "kind": "comments", "year": 2013, "blog": "boardroom-buzz"}, {ASKED}),
    ],
)
def test_it_is_looked_for_where_it_was_chosen(
    app: Flask, site: None, where: dict[str, object], expected: set[str]
) -> None:
    assert set(titles(app, "night ", **where)) == expected


def test_without_words_all_there_is_found(app: Flask, site: None) -> None:
    assert set(titles(app, "", author="ines-calder")) == {CARD, FRIDGE}
    assert titles(app, "***", year=2015) == [MANNERS]


def test_of_equals_the_newer_one_comes_first_always(app: Flask, make: Make) -> None:
    for number in range(6):
        make.post(f"Kettle {number}", body="Same words.", at=START + timedelta(days=number % 3))
    found = titles(app, "kettle")
    assert found == ["Kettle 5", "Kettle 2", "Kettle 4", "Kettle 1", "Kettle 3", "Kettle 0"]


@pytest.mark.parametrize("most", [3, 4, 50])
def test_a_rare_word_that_begins_like_a_common_one_is_found(
    app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """A beginning is looked up by its first letters; what that does not find is asked for whole."""
    monkeypatch.setattr(queries, "CANDIDATES", {"post": most, "comment": most})
    post = make.post("Talk")
    make.comment(post, "A communiqué.")
    for _ in range(6):
        make.comment(post, "In common.")
    assert titles(app, "communi") == ["A communiqué"]


def test_a_last_word_of_one_letter_is_found_among_many(app: Flask, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "CANDIDATES", {"post": 3, "comment": 3})
    make.post("Vitamin C")
    for _ in range(6):
        make.post("Vitamin D")
    assert titles(app, "vitamin c") == ["Vitamin C"]
