"""A post on its way: asked for, sent back, scheduled, published, withdrawn; who may, who is told, what is missing."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hcpov.blog import actions
from hcpov.blog.models import Post, Revision, State
from hcpov.blog.tasks import look_ahead
from hcpov.extensions import db, huey
from tests.desk.posts.conftest import BODY, POSTS, Newsroom, beside, value
from tests.house.markup import problems_of

Travel = Callable[[float], None]
GOOD = {"disclosure": "None"}


def test_a_review_is_asked_for_by_mail_without_a_word_of_the_post(room: Newsroom) -> None:
    number = room.begin()
    editor, second = room.people.account("editor"), room.people.account("second")
    room.people.account("other")
    assert room.act("author", number, "review", body="A secret cure.").status_code == 303
    post = room.post(number)
    assert (post.state, post.body) == (State.REVIEW, "A secret cure.")
    letters = room.letters()
    assert sorted(to for to, _ in letters) == sorted([editor.email, second.email])
    assert all("secret" not in text and "Ninety" not in text for _, text in letters)
    assert all(f"http://localhost{POSTS}/{number}" in text for _, text in letters)
    assert room.log()[-1] == ("post sent to review", "")
    assert room.act("author", number, body="Still mine to change.").status_code == 303


def test_without_editors_the_admins_are_asked(room: Newsroom) -> None:
    number, admin = room.begin(), room.people.account("admin")
    room.act("author", number, "review")
    assert [to for to, _ in room.letters()] == [admin.email]


def test_it_comes_back_with_a_word(room: Newsroom) -> None:
    number = room.begin()
    room.act("author", number, "review")
    assert room.act("editor", number, "return", word="Please shorten it.").status_code == 303
    assert room.post(number).state == State.DRAFT
    [(to, text)] = [letter for letter in room.letters() if "came back" in letter[1]]
    assert to == room.people.account("author").email
    assert "Please shorten it." in text
    assert "Please shorten it." in room.read("author", number)
    assert room.log()[-1] == ("post returned", "Please shorten it.")
    refused = room.act("editor", room.begin(), "review")
    assert refused.status_code == 303


def test_a_word_that_is_too_long_is_said_beside_its_field(room: Newsroom) -> None:
    number = room.begin()
    room.act("author", number, "review")
    answer = room.act("editor", number, "return", word="a" * 501)
    assert (answer.status_code, "at most 500" in beside(answer.text, "word")) == (422, True)
    assert room.post(number).state == State.REVIEW


def test_an_author_takes_it_back_and_nobody_is_written_to(room: Newsroom) -> None:
    number = room.begin()
    room.act("author", number, "review")
    before = len(room.letters())
    assert room.act("author", number, "return").status_code == 303
    assert (room.post(number).state, len(room.letters())) == (State.DRAFT, before)


@pytest.mark.parametrize("do", ["schedule", "publish", "withdraw", "return", "nonsense"])
def test_authors_do_not_publish(room: Newsroom, do: str) -> None:
    number = room.begin(at="2027-01-01T08:00", **GOOD)
    assert room.act("author", number, do).status_code == 403
    assert room.post(number).state == State.DRAFT
    page = room.read("author", number)
    assert 'value="publish"' not in page and 'value="schedule"' not in page and 'value="review"' in page


@pytest.mark.parametrize("who", ["editor", "admin"])
def test_editors_publish(room: Newsroom, who: str) -> None:
    number = room.begin(**GOOD)
    assert room.act(who, number, "publish").status_code == 303
    post = room.post(number)
    assert (post.state, post.slug, post.year is not None) == (State.PUBLISHED, "ninety-days", True)
    with room.app.app_context():
        assert [(each.number, each.body) for each in db.session.scalars(db.select(Revision))] == [(1, BODY)]
    assert room.log()[-1] == ("post published", "")
    page = room.read(who, number)
    assert problems_of(page) == []
    assert f"{POSTS}/{number}/change" in page and f"{POSTS}/{number}/revisions" in page
    assert f"{POSTS}/{number}/change" not in room.read("author", number)


@pytest.mark.parametrize("do", ["publish", "schedule"])
@pytest.mark.parametrize(
    ("fields", "name", "words"),
    [
        ({"title": " "}, "title", "Give it a title"),
        ({"body": "\u200b"}, "body", "There is no text"),
        ({"disclosure": ""}, "disclosure", "“None” is one"),
        ({"body": "![](/media/a.webp)"}, "body", "Picture 1 has no description"),
        ({"body": "![yes](/a.png)\n\n<img src='/b.png'>"}, "body", "Picture 2 has no description"),
        ({"body": "![ \u00a0](/a.png)"}, "body", "Picture 1 has no description"),
    ],
)
def test_what_is_missing_keeps_it_from_readers(
    room: Newsroom, do: str, fields: dict[str, str], name: str, words: str
) -> None:
    number = room.begin(at="2027-01-01T08:00", **GOOD)
    typed: dict[str, Any] = dict(fields)
    answer = room.act("editor", number, do, **typed)
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert words in beside(answer.text, name)
    assert room.post(number).state == State.DRAFT
    assert room.fields(number)[name] == fields[name].strip()  # saved all the same
    assert value(answer.text, "base") == "3"


def test_an_editors_own_post_needs_no_disclosure_but_a_guests_does(room: Newsroom) -> None:
    assert room.act("editor", room.begin("editor"), "publish").status_code == 303
    guest = room.begin("editor", title="Guest", byline_name="Gia Guest")
    assert "“None” is one" in beside(room.act("editor", guest, "publish").text, "disclosure")
    nobody = room.begin("editor", title="Nobody", author="")
    assert "“None” is one" in beside(room.act("editor", nobody, "publish").text, "disclosure")


def test_a_schedule_needs_a_time_that_is_still_to_come(room: Newsroom, travel: Travel) -> None:
    number = room.begin(**GOOD)
    assert "Choose when" in beside(room.act("editor", number, "schedule").text, "at")
    now = datetime.now(UTC)
    soon = f"{now.year + 1}-03-01T08:00"
    assert room.act("editor", number, "schedule", at=soon).status_code == 303
    post = room.post(number)
    assert (post.state, post.published_at) == (State.SCHEDULED, datetime(now.year + 1, 3, 1, 13, tzinfo=UTC))
    assert room.log()[-1] == ("post scheduled", "")
    assert "choose a time" in beside(room.act("editor", number, at="").text, "at")
    assert "Give it a title" in beside(room.act("editor", number, title="").text, "title")
    assert room.post(number).title == "Ninety days"
    assert room.act("editor", number, at=f"{now.year + 1}-03-02T08:00").status_code == 303
    assert room.log()[-1] == ("post scheduled", "")
    assert room.act("editor", number, "return").status_code == 303
    travel(366 * 86400)
    del room.people["editor"]  # the session is over by then
    assert room.act("editor", number, body="A time that passed is no reason to refuse.").status_code == 303
    assert "This time is over" in beside(room.act("editor", number, "schedule").text, "at")


def test_what_is_due_is_published_at_the_promised_moment(room: Newsroom, travel: Travel) -> None:
    number = room.begin(at="2027-01-01T08:00", **GOOD)
    room.act("editor", number, "schedule")
    room.keep("editor", number, base=3, body="Not saved")
    with room.app.app_context():
        assert actions.publish_due() == 0
        assert datetime(2027, 1, 1, 13) in [task.eta for task in huey.pending()]  # noqa: DTZ001  # huey keeps it so
    travel(200 * 86400)
    with room.app.app_context():
        look_ahead()
        assert actions.publish_due() == 0
    post = room.post(number)
    assert (post.state, post.published_at) == (State.PUBLISHED, datetime(2027, 1, 1, 13, tzinfo=UTC))
    assert (post.year, post.month) == (2027, 1)
    assert room.log()[-1] == ("post published", "")
    assert room.people["stranger"].get("/boardroom-buzz/2027/01/ninety-days/").status_code == 200
    assert ("tab-editor", "Not saved") in room.drafts()


def test_what_is_due_soon_is_put_into_the_queue(room: Newsroom, travel: Travel) -> None:
    number = room.begin(at="2027-01-01T08:00", **GOOD)
    room.act("editor", number, "schedule")
    with room.app.app_context():
        huey.storage.flush_queue()
        look_ahead()
        assert huey.pending() == []
        soon = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=60)
        db.session.execute(db.update(Post).where(Post.id == number).values(published_at=soon))
        db.session.commit()
        look_ahead()
        assert [task.eta for task in huey.pending()] == [soon.replace(tzinfo=None)]
    assert room.post(number).state == State.SCHEDULED


def test_two_editors_decide_once(room: Newsroom) -> None:
    number, editor = room.begin(**GOOD), room.people.account("editor").id
    with room.app.app_context():
        post = db.session.get_one(Post, number)
        assert post.state == State.DRAFT
        db.session.expunge(post)
        assert actions.publish_now(db.session.get_one(Post, number), editor)
        db.session.remove()
        db.session.add(post)
        assert not actions.publish_now(post, editor)
        assert not actions.save(post, {"body": "After publication"}, 2, editor)
        assert db.session.scalar(db.select(db.func.count()).select_from(Revision)) == 1


def test_a_title_without_letters_gets_a_number_for_an_address(room: Newsroom) -> None:
    number = room.begin(title="🙂", **GOOD)
    assert room.act("editor", number, "publish").status_code == 303
    assert room.post(number).slug == f"post-{number}"
