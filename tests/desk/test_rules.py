"""The words, the blogs' rules, who may what, and the public log."""

from typing import Any

import pytest

from hcpov.blog.models import Blog
from hcpov.comments.queries import held_words
from hcpov.desk.policy import Keeper, may_enter, may_keep_words, may_settle, may_undo
from hcpov.extensions import db
from tests.desk.conftest import HELD, Desk
from tests.house.markup import problems_of

NOBODY = Keeper(1, False, False, frozenset())
EDITOR = Keeper(2, False, False, frozenset({7}))
MODERATOR = Keeper(3, True, False, frozenset())
ADMIN = Keeper(4, True, True, frozenset())


@pytest.mark.parametrize(
    ("keeper", "enter", "words", "own", "other", "undo_own", "undo_elsewhere", "undo_others"),
    [
        (NOBODY, False, False, False, False, False, False, False),
        (EDITOR, True, False, True, False, True, False, False),
        (MODERATOR, True, True, True, True, True, True, False),
        (ADMIN, True, True, True, True, True, True, True),
    ],
)
def test_who_may_what(
    keeper: Keeper,
    enter: bool,
    words: bool,
    own: bool,
    other: bool,
    undo_own: bool,
    undo_elsewhere: bool,
    undo_others: bool,
) -> None:
    assert may_enter(keeper) is enter
    assert may_keep_words(keeper) is words
    assert may_settle(keeper, 7) is own
    assert may_settle(keeper, 8) is other
    assert may_undo(keeper, 7, keeper.account_id) is undo_own
    assert may_undo(keeper, 8, keeper.account_id) is undo_elsewhere
    assert may_undo(keeper, 7, 99) is undo_others
    assert may_undo(keeper, 7, None) is undo_others


def kept(desk: Desk) -> list[str]:
    """Returns the words that are kept."""
    with desk.app.app_context():
        return held_words()


@pytest.mark.parametrize("htmx", [False, True])
def test_words_are_kept_as_the_guard_compares_them(desk: Desk, htmx: bool) -> None:
    typed = " Best  Rates \r\n\r\nSELF-HARM\nbest rates\n!!!\nStraße\n"
    answer = desk.send("moderator", "/desk/words", htmx, words=typed)
    assert answer.status_code == (200 if htmx else 303)
    assert kept(desk) == ["best rates", "self harm", "strasse"]
    page = answer.text if htmx else desk.browsers["admin"].get("/desk/words").text
    assert "best rates\nself harm\nstrasse</textarea>" in page
    desk.send("moderator", "/desk/words", htmx, words="strasse")
    assert kept(desk) == ["strasse"]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("typed", "words"),
    [("\n".join(f"word{n}" for n in range(501)), "501 words are too many"), ("a" * 81, "at most 80 characters")],
)
def test_words_have_limits(desk: Desk, typed: str, words: str, htmx: bool) -> None:
    answer = desk.send("moderator", "/desk/words", htmx, words=typed)
    assert answer.status_code == 422
    assert words in answer.text
    assert typed[:80] in answer.text
    assert kept(desk) == []


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403), ("editor", 403), ("admin", 303)])
def test_who_may_keep_words(desk: Desk, who: str, status: int) -> None:
    assert desk.send(who, "/desk/words", words="rates").status_code == status
    assert kept(desk) == (["rates"] if status == 303 else [])


def rule(desk: Desk, number: int) -> tuple[str, int | None]:
    """Returns a blog's rule."""
    with desk.app.app_context():
        blog = db.session.get_one(Blog, number)
        return blog.comment_rule, blog.close_after_days


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("fields", "stored"),
    [
        ({"rule": "hold the first", "days": "30"}, ("hold the first", 30)),
        ({"rule": "hold all", "days": ""}, ("hold all", None)),
        ({"rule": "closed", "days": "3650"}, ("closed", 3650)),
        ({"rule": "open", "days": " 1 "}, ("open", 1)),
        ({"rule": "open", "days": "0"}, None),
        ({"rule": "open", "days": "3651"}, None),
        ({"rule": "open", "days": "soon"}, None),
        ({"rule": "whatever", "days": ""}, None),
    ],
)
def test_a_blogs_rule(desk: Desk, fields: dict[str, Any], stored: tuple[str, int | None] | None, htmx: bool) -> None:
    blog = desk.post.blog_id
    answer = desk.send("editor", f"/desk/blogs/{blog}", htmx, **fields)
    assert answer.status_code == (422 if stored is None else 200 if htmx else 303)
    assert rule(desk, blog) == (stored or ("open", None))
    assert f'id="blog-{blog}"' in (
        answer.text if htmx or stored is None else desk.browsers["editor"].get("/desk/blogs").text
    )
    assert htmx or stored or problems_of(answer.text) == []


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("member", 403), ("other", 403), ("editor", 303), ("moderator", 303)]
)
def test_who_may_set_a_blogs_rule(desk: Desk, who: str, status: int) -> None:
    answer = desk.send(who, f"/desk/blogs/{desk.post.blog_id}", rule="closed", days="")
    assert answer.status_code == status
    assert rule(desk, desk.post.blog_id)[0] == ("closed" if status == 303 else "open")
    if who == "other":
        assert f'id="blog-{desk.post.blog_id}"' not in desk.browsers[who].get("/desk/blogs").text
    assert who != "moderator" or desk.send(who, "/desk/blogs/999999", rule="open", days="").status_code == 404


def test_the_public_log_says_what_why_and_when_and_no_names(desk: Desk) -> None:
    desk.send("editor", f"{HELD}/{desk.hold()}", action="return", reason="Please cite the study.")
    desk.send("editor", f"{HELD}/{desk.hold()}", action="publish")
    desk.send("editor", f"{HELD}/{desk.hold()}", action="edit", body="Other words of theirs.")
    desk.send("editor", f"{HELD}/{desk.hold()}", action="remove", reason="It was undone.")
    desk.send("editor", f"/desk/undo/{desk.last()}")
    page = desk.browsers["stranger"].get("/moderation/")
    assert page.status_code == 200
    assert problems_of(page.text) == []
    for words in ("Returned to its writer</b>: Please cite the study.", "Published after a check", "Published with an"):
        assert words in page.text
    assert page.text.index("Published after") < page.text.index("Returned to its writer")
    assert f'<a href="{desk.post.path}">The hand-off that fits on a card</a>' in page.text
    for words in (
        "Ada Reader",
        "Pharmacist",
        "Tulsa",
        "Edda",
        "last week",
        "Other words",
        "It was undone",
        "#comment-",
    ):
        assert words not in page.text


def test_the_public_log_is_paged(desk: Desk) -> None:
    assert "Nothing has been decided yet." in desk.browsers["stranger"].get("/moderation/").text
    for number in range(52):
        desk.send("editor", f"{HELD}/{desk.hold()}", action="remove", reason=f"Reason number {number}.")
    first = desk.browsers["stranger"].get("/moderation/").text
    assert "Reason number 51." in first
    assert "Reason number 1." not in first
    older = desk.browsers["stranger"].get("/moderation/?before=" + first.split("?before=")[1].split('"')[0]).text
    assert "Reason number 1." in older
    assert "Reason number 51." not in older
