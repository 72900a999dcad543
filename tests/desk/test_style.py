"""The desk's page of parts."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.desk.conftest import Desk
from tests.house.markup import problems_of

PATH = "/desk/style"


@pytest.mark.parametrize(
    ("who", "status"), [("stranger", 404), ("member", 403), ("editor", 200), ("moderator", 200), ("admin", 200)]
)
def test_staff_only(desk: Desk, who: str, status: int) -> None:
    answer = desk.browsers[who].get(PATH)
    assert answer.status_code == status
    assert problems_of(answer.text) == []
    if status == 200:
        assert answer.headers["Cache-Control"] == "private, no-store"


def test_it_shows_each_part_and_takes_nothing(desk: Desk) -> None:
    page = desk.browsers["editor"].get(PATH).text
    parts = [
        "button plain",
        "field wrong",
        "hint",
        "note fix",
        "guard narrow",
        "comment mine",
        "badge",
        "list",
        "empty",
    ]
    assert [part for part in parts if f'class="{part}"' not in page] == []
    assert 'aria-describedby="email-error"' in page and 'aria-busy="true"' in page
    assert page[page.index("<main") : page.index("</main>")].count("<form") == 0
    assert desk.send("editor", PATH).status_code == 405


def test_it_asks_what_any_page_of_the_desk_asks(desk: Desk, queries: Callable[[], Any]) -> None:
    browser = desk.browsers["editor"]
    browser.get(PATH)
    with queries() as said:
        browser.get(PATH)
    few = len(said)
    for _ in range(10):
        desk.hold()
    with queries() as said:
        browser.get(PATH)
    assert len(said) == few <= 6


def test_the_desk_leads_to_it(desk: Desk) -> None:
    assert f'href="{PATH}"' in desk.browsers["editor"].get("/desk/").text
