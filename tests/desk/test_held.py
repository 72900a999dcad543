"""The list of what waits: who sees it, what it shows, what it costs."""

import html
from collections.abc import Callable
from typing import Any

import pytest

from hcpov.blog.models import BlogRole
from hcpov.comments.models import State
from hcpov.extensions import db
from tests.desk.conftest import BODY, HELD, Desk
from tests.forms import HTMX
from tests.house.markup import problems_of
from tests.make import START


@pytest.mark.parametrize("path", ["/desk/", HELD, "/desk/blogs", "/desk/words"])
@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("member", 403), ("editor", 200), ("moderator", 200), ("admin", 200)]
)
def test_who_may_open_the_desk(desk: Desk, path: str, who: str, status: int) -> None:
    desk.hold()
    status = 403 if (who, path) == ("editor", "/desk/words") else status
    answer = desk.browsers[who].get(path)
    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert problems_of(answer.text) == []
    assert (BODY[:20] in answer.text) is (status == 200 and path == HELD)


def test_a_fragment_opens_nothing_more(desk: Desk) -> None:
    desk.hold()
    assert desk.browsers["stranger"].get(HELD, headers=HTMX).status_code == 404
    assert desk.browsers["member"].get(HELD, headers=HTMX).status_code == 403


def test_an_item_shows_what_an_editor_needs(desk: Desk) -> None:
    root = desk.make.comment(desk.post, "Which card do you mean?", name="Ben Root")
    desk.hold(parent=root, disclosure="I sell cards <b>", name="Ada <i>Reader", title="Pharmacist", place="Tulsa OK")
    desk.hold("Great article!", reasons=["4 links", "the word “rates”"], post=desk.elsewhere)
    desk.report(reason="it names my ward")
    page = html.unescape(desk.browsers["moderator"].get(HELD).text)
    for words in (
        "Ada <i>Reader",
        "Pharmacist",
        "Tulsa OK",
        f'<a href="{desk.post.path}">The hand-off that fits on a card</a>',
        "January 28, 2013",
        "<span>may identify a patient: a date in someone's care or life</span>",
        "4/12/1961</mark>",
        "I sell cards <b>",
        "Answers Ben Root",
        "Which card do you mean?",
        "<span>4 links</span><span>the word “rates”</span>",
        "<span>reported: it names my ward</span>",
        'Held comments · <span id="waits">3</span>',
    ):
        assert words in page, words
    assert page.index("DOB 4/12/1961") < page.index("Great article!") < page.index("Nonsense.")
    assert "<i>Reader" not in desk.browsers["moderator"].get(HELD).text


def test_the_writers_own_name_is_not_marked(desk: Desk) -> None:
    desk.hold("My patient Mr Calder, seen on 3 May 2012.", name="Jo Calder")
    page = desk.browsers["moderator"].get(HELD).text
    assert "Calder</mark>" not in page
    assert "<mark>" in page


def test_an_editor_sees_their_own_blogs_only(desk: Desk) -> None:
    desk.hold("Ours to read.")
    desk.hold("Theirs to read.", post=desk.elsewhere)
    desk.report(post=desk.elsewhere)
    page = desk.browsers["editor"].get(HELD).text
    assert "Ours to read." in page
    assert "Theirs to read." not in page
    assert "Nonsense." not in page
    assert '<span id="waits">1</span>' in page
    assert '<span id="waits">2</span>' in desk.browsers["other"].get(HELD).text


def test_an_author_is_no_editor(desk: Desk) -> None:
    assert desk.browsers["editor"].get(HELD).status_code == 200
    with desk.app.app_context():
        db.session.execute(db.update(BlogRole).values(role="author"))
        db.session.commit()
    assert desk.browsers["editor"].get(HELD).status_code == 403


def test_published_returned_and_removed_do_not_wait(desk: Desk) -> None:
    for state in (State.PUBLISHED, State.RETURNED, State.SPAM, State.REMOVED):
        desk.make.comment(desk.post, f"It is {state}.", state=state)
    page = desk.browsers["moderator"].get(HELD).text
    assert "It is " not in page
    assert "Nothing waits. Every comment has been looked at, thank you." in page
    assert "Nothing." in desk.browsers["moderator"].get("/desk/").text


def test_pages_follow_each_other(desk: Desk) -> None:
    numbers = [desk.hold(f"Held number {number}.", at=START) for number in range(45)]
    browser, seen, after = desk.browsers["moderator"], [], ""
    while True:
        page = browser.get(f"{HELD}{after}").text
        assert problems_of(page) == []
        seen += [number for number in numbers if f'id="held-{number}"' in page]
        if 'rel="next"' not in page:
            break
        after = page.split('href="/desk/held?after=')[1].split('"')[0]
        after = f"?after={after}"
    assert seen == numbers
    desk.send("moderator", f"{HELD}/{numbers[19]}", action="publish")
    assert f'id="held-{numbers[20]}"' in browser.get(f"{HELD}?after={numbers[19]}").text
    assert f'id="held-{numbers[0]}"' in browser.get(f"{HELD}?after=999999999").text  # erased meanwhile: from the start
    assert browser.get(f"{HELD}?after=x").status_code == 404


def test_what_the_pages_cost(desk: Desk, queries: Callable[[], Any]) -> None:
    browser = desk.browsers["moderator"]
    desk.browsers["editor"].get(HELD)

    def cost(path: str, who: str = "moderator") -> int:
        with queries() as said:
            assert desk.browsers[who].get(path).status_code == 200
        return len(said)

    def fill(times: int) -> None:
        root = desk.make.comment(desk.post, "A question.")
        for _ in range(times):
            desk.hold(parent=root)
            desk.report()
            number = desk.hold()
            desk.send("moderator", f"{HELD}/{number}", action="publish")

    fill(1)
    browser.get(HELD)
    few = {path: cost(path) for path in ("/desk/", HELD, "/desk/words", "/desk/blogs", "/moderation/")}
    # account with its roles; blogs of the masthead, how many wait; then the page's own
    assert few == {"/desk/": 9, HELD: 6, "/desk/words": 4, "/desk/blogs": 4, "/moderation/": 3}
    assert cost(HELD, "editor") == 7  # the blogs they edit
    fill(10)
    assert {path: cost(path) for path in few} == few
    assert cost(f"{HELD}?after={desk.hold()}") == 7  # where the page starts
