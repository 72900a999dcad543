"""Preview links: for whoever has one, for a while, and never in a search engine."""

import re
from collections.abc import Callable

import pytest

from hcpov.desk.posts import previews
from tests.desk.posts.conftest import POSTS, Newsroom
from tests.house.markup import problems_of

DAY = 86400


def link(room: Newsroom, number: int) -> str:
    """Returns the path of the preview link that the editor shows."""
    found = re.search(r'value="http://localhost(/preview/[^"]+)"', room.read("author", number))
    assert found
    return found[1]


def test_it_shows_the_saved_text_to_anybody(room: Newsroom) -> None:
    number = room.begin(disclosure="None", summary="Short.")
    path = link(room, number)
    room.keep("author", number, body="Not saved")
    room.act("author", number, body="Saved *since*.")
    answer = room.people["stranger"].get(path)
    assert answer.status_code == 200
    assert problems_of(answer.text) == []
    for words in ("Preview, not published", "Saved <em>since</em>.", "Ninety days", "<b>Disclosure</b>None"):
        assert words in answer.text, words
    assert "Not saved" not in answer.text
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert answer.headers["X-Robots-Tag"] == "noindex, nofollow"
    assert '<meta name="robots" content="noindex, nofollow">' in answer.text
    assert "Set-Cookie" not in answer.headers
    assert "/desk/" not in answer.text


def test_it_ends(room: Newsroom, travel: Callable[[float], None]) -> None:
    number = room.begin(disclosure="None")
    path, stranger = link(room, number), room.people["stranger"]
    travel(previews.DAYS * DAY - 60)
    assert stranger.get(path).status_code == 200
    travel(120)
    assert stranger.get(path).status_code == 404


def test_it_can_be_taken_back(room: Newsroom) -> None:
    number = room.begin()
    path, stranger = link(room, number), room.people["stranger"]
    assert room.send("author", f"{POSTS}/{number}/links").status_code == 303
    assert stranger.get(path).status_code == 404
    assert stranger.get(link(room, number)).status_code == 200
    assert room.log()[-1] == ("preview links taken back", "")


def test_publication_ends_it_and_leads_on(room: Newsroom) -> None:
    number = room.begin(disclosure="None")
    path = link(room, number)
    room.act("editor", number, "publish")
    answer = room.people["stranger"].get(path)
    assert answer.status_code == 303
    assert room.people["stranger"].get(answer.location).status_code == 200
    version = str(room.post(number).version)
    assert room.send("editor", f"{POSTS}/{number}/withdraw", reason="Wrong.", version=version).status_code == 303
    assert room.people["stranger"].get(path, follow_redirects=True).status_code == 410


@pytest.mark.parametrize("bad", ["x", "a.b.c", "WzEsMV0.x.y", "%00", "a" * 5000])
def test_what_was_not_signed_opens_nothing(room: Newsroom, bad: str) -> None:
    room.begin()
    assert room.people["stranger"].get(f"/preview/{bad}").status_code == 404


def test_a_token_for_something_else_opens_nothing(room: Newsroom) -> None:
    number = room.begin()
    path = link(room, number)
    assert room.people["stranger"].get(path[:-2] + ("AA" if path[-2:] != "AA" else "BB")).status_code == 404
