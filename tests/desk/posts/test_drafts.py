"""Words that were not saved yet, and two who write at once: nothing is ever lost."""

from collections.abc import Callable

import pytest

from hcpov.blog import actions
from hcpov.blog.models import Post, State
from hcpov.extensions import db
from tests.desk.posts.conftest import BODY, POSTS, Newsroom, beside, value
from tests.house.markup import problems_of

Travel = Callable[[float], None]


def test_what_was_typed_is_here_again(room: Newsroom, travel: Travel) -> None:
    number = room.begin()
    travel(60)
    kept = room.keep("author", number, title="New title", body="New words.")
    assert (kept.status_code, kept.text.strip()) == (200, "")
    assert room.post(number).body == BODY
    page = room.read("author", number)
    assert problems_of(page) == []
    assert "not saved yet, are here again" in page
    assert (value(page, "body"), value(page, "base"), value(page, "restored")) == ("New words.", "2", "tab-author")
    saved = room.read("author", number, "?draft=none")
    assert value(saved, "body") == BODY
    assert "were not saved" in saved
    assert value(room.read("editor", number), "body") == BODY
    room.send("author", f"{POSTS}/{number}/forget", tab="tab-author")
    assert value(room.read("author", number), "body") == BODY
    assert room.drafts() == []


def test_saving_drops_the_tab_and_the_one_it_was_restored_from(room: Newsroom, travel: Travel) -> None:
    number = room.begin()
    travel(60)
    for tab in ("old", "other", "tab-author"):
        room.keep("author", number, tab=tab, body=f"Words of {tab}")
    room.act("author", number, body="Words of old", restored="old")
    assert room.drafts() == [("other", "Words of other")]
    page = room.read("author", number)
    assert value(page, "body") == "Words of old"
    assert "were not saved" in page
    draft = page[page.index("?draft=") :].split('"')[0]
    assert value(room.read("author", number, draft), "body") == "Words of other"


def test_what_says_the_same_as_the_saved_text_is_no_draft(room: Newsroom, travel: Travel) -> None:
    number = room.begin(tags="ward, night")
    travel(60)
    room.keep("author", number, title="Ninety days", body=BODY, tags="night,ward", slug="ninety-days")
    assert "here again" not in room.read("author", number)


@pytest.mark.parametrize("who", ["stranger", "member", "other", "colleague"])
def test_nobody_else_keeps_words_here(room: Newsroom, who: str) -> None:
    number = room.begin()
    assert room.keep(who, number, body="Mine").status_code == (404 if who == "stranger" else 403)
    assert room.drafts() == []


def test_others_who_have_it_open_are_named(room: Newsroom, travel: Travel) -> None:
    number = room.begin()
    room.keep("editor", number, body="Hers")
    assert "Edda Editor has this open since" in room.read("author", number)
    travel(300)
    assert "Edda Editor has this open since" in room.keep("author", number, body="His").text
    assert "Ada Author has this open since" in room.keep("editor", number, body="Hers").text
    travel(601)
    assert "has this open" not in room.read("author", number)


def test_somebody_saved_meanwhile_is_told_while_typing(room: Newsroom) -> None:
    number = room.begin()
    room.act("editor", number, body="Hers.")
    assert "Edda Editor saved this post while you wrote." in room.keep("author", number, base=2, body="Mine").text
    assert "saved this post" not in room.keep("author", number, base=3, body="Mine").text


def test_two_change_different_places(room: Newsroom) -> None:
    number = room.begin(tags="ward, night")
    assert room.act("editor", number, base=2, body=BODY.replace("ninety", "eighty"), tags="ward").status_code == 303
    mine = BODY.replace("Three", "Four")
    answer = room.act("author", number, base=2, body=mine, summary="Mine", tags="ward, night, habits")
    assert answer.status_code == 409
    assert problems_of(answer.text) == []
    assert "Edda Editor saved this post while you wrote." in answer.text
    both = "We stopped talking for eighty days.\n\nFour habits stayed."
    assert (value(answer.text, "body"), value(answer.text, "summary"), value(answer.text, "base")) == (
        both,
        "Mine",
        "3",
    )
    assert value(answer.text, "tags") == "ward, habits"
    assert '<ins><span class="away">added: </span>eighty ' in answer.text
    assert '<del><span class="away">removed: </span>Three ' in answer.text
    assert room.post(number).body == BODY.replace("ninety", "eighty")
    assert room.drafts() == [("tab-author", mine)]
    assert room.act("author", number, base=3, body=both).status_code == 303
    assert (room.post(number).body, room.drafts()) == (both, [])


def test_two_change_the_same_place(room: Newsroom) -> None:
    number = room.begin(disclosure="None")
    room.act("editor", number, base=2, body=BODY.replace("ninety", "eighty"), title="Hers")
    answer = room.act("author", number, base=2, body=BODY.replace("ninety", "seventy"), title="His")
    text = value(answer.text, "body")
    assert answer.status_code == 409
    assert "both of you changed one place" in answer.text and "Title: both of you changed it" in answer.text
    assert "for eighty days" in text and "for seventy days" in text and text.endswith("Three habits stayed.")
    room.act("author", number, base=3, body=text)
    refused = room.act("editor", number, "publish")
    assert (refused.status_code, "Two versions" in beside(refused.text, "body")) == (422, True)
    assert room.post(number).state == State.DRAFT


def test_without_the_text_both_began_from_nothing_is_lost(room: Newsroom) -> None:
    number = room.begin()
    for version in range(25):
        room.act("editor", number, body=f"Version {version}")
    answer = room.act("author", number, base=3, body="Mine")
    assert answer.status_code == 409
    assert value(answer.text, "body") == "Mine"
    assert "Version 24" in answer.text or '<span class="away">added: </span>' in answer.text


def test_my_own_two_tabs(room: Newsroom) -> None:
    number = room.begin()
    room.act("author", number, base=2, tags="one", body=BODY)
    answer = room.act("author", number, base=2, body=BODY + "\n\nMore.")
    assert (answer.status_code, "You, in another tab, saved this post" in answer.text) == (409, True)


@pytest.mark.parametrize("base", ["", "x", "999999999999", "-1", "99"])
def test_a_version_that_never_was_saves_nothing_and_loses_nothing(room: Newsroom, base: str) -> None:
    number = room.begin()
    answer = room.send("author", f"{POSTS}/{number}", base=base, do="save", tab="t", body="Mine")
    assert (answer.status_code, value(answer.text, "body")) == (409, "Mine")
    assert room.post(number).body == BODY


def test_moved_on_while_somebody_wrote(room: Newsroom) -> None:
    number = room.begin(disclosure="None", at="2027-01-01T08:00")
    room.act("editor", number, "schedule")
    for answer in (
        room.act("author", number, base=3, body="Mine, still typing"),
        room.keep("author", number, base=3, body="Mine, still typing"),
    ):
        assert answer.status_code == 409
    assert ("tab-author", "Mine, still typing") in room.drafts()
    assert "Mine, still typing" in room.read("author", number)
    assert room.post(number).body == BODY


def test_published_while_somebody_wrote(room: Newsroom) -> None:
    number = room.begin(disclosure="None")
    room.act("editor", number, "publish")
    answer = room.act("editor", number, body="Mine, still typing")
    assert answer.status_code == 409
    assert problems_of(answer.text) == []
    assert "Mine, still typing" in answer.text
    assert room.post(number).body == BODY
    room.send("editor", f"{POSTS}/{number}/forget", all="yes")
    assert room.drafts() == []


def test_the_database_decides_between_two_at_once(room: Newsroom) -> None:
    number, account = room.begin(), room.people.account("editor").id
    with room.app.app_context():
        stale = db.session.get_one(Post, number)
        assert stale.version == 2
        db.session.expunge(stale)
        assert actions.save(db.session.get_one(Post, number), {"body": "First"}, 2, account)
        db.session.remove()
        db.session.add(stale)
        assert not actions.save(stale, {"body": "Second"}, 2, account)
    assert room.post(number).body == "First"


@pytest.mark.parametrize("change", [{"version": 9}, {"state": State.REVIEW}])
def test_what_changed_since_it_was_read_is_not_moved_on(room: Newsroom, change: dict[str, object]) -> None:
    number, account = room.begin(), room.people.account("editor").id
    with room.app.app_context():
        post = db.session.get_one(Post, number)
        db.session.commit()
        assert post.state == State.DRAFT
        db.session.expunge(post)
        db.session.execute(db.update(Post).where(Post.id == number).values(change))
        db.session.commit()
        db.session.add(post)
        assert not actions.set_state(post, State.SCHEDULED, account)
    assert room.post(number).state != State.SCHEDULED
