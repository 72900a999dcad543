"""htmx comes when somebody stirs, and what was done before it came is not lost."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, Request, Route, expect

from hcpov.config import HTMX_URL
from tests.browser.conftest import Open
from tests.browser.test_bad_line import LOST, ready, until
from tests.browser.test_journey import bodies, fill_in, token
from tests.forms import right_code
from tests.make import MadePost, Make

SIGNS: dict[str, Callable[[Page], None]] = {
    "pointer": lambda page: page.mouse.move(5, 5),
    "wheel": lambda page: page.mouse.wheel(0, 5),
    "key": lambda page: page.keyboard.press("Tab"),
    "input": lambda page: page.locator("#leave [name=body]").fill("Half a thought"),  # as dictation does
}


@pytest.fixture
def post(make: Make) -> MadePost:
    """A short post without comments."""
    return make.post("The hand-off that fits on a card")


def held_back(page: Page) -> list[Route]:
    """Holds htmx back from now on: returns where its requests wait."""
    routes: list[Route] = []
    page.route(HTMX_URL, lambda route: routes.append(route))  # Playwright marks what it is given
    return routes


@pytest.mark.parametrize("sign", SIGNS)
def test_it_comes_once_and_when_somebody_stirs(open_page: Open, post: MadePost, sign: str) -> None:
    page = open_page("/blogs/", stirs=False)
    asked: list[str] = []

    def note(request: Request) -> None:
        if request.url == HTMX_URL:
            asked.append(sign)

    page.on("request", note)
    page.goto(f"{post.path}#leave")
    page.wait_for_load_state("networkidle")
    assert asked == []
    SIGNS[sign](page)
    expect(page.locator("#code-box img")).to_be_visible()  # the form was near already
    for each in SIGNS.values():
        each(page)
    page.wait_for_load_state("networkidle")
    assert asked == [sign]


def test_where_people_work_it_comes_at_once(open_page: Open, make: Make) -> None:
    moderator = make.account("Mo Derator", roles=("moderator",))
    page = open_page("/sign-in", stirs=False)
    page.get_by_label("E-mail").fill(moderator.email)
    page.get_by_label("Password").fill(moderator.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/")
    page.goto("/desk/held")
    until(page, "Boolean(window.htmx)")


def test_what_was_typed_before_it_came_is_looked_for(open_page: Open, make: Make) -> None:
    make.post("A kettle on the ward")
    page = open_page("/search", stirs=False)
    routes = held_back(page)
    page.keyboard.type("kettle")
    expect(page.get_by_label("Words")).to_have_value("kettle")
    routes[0].fallback()
    expect(page.get_by_role("status")).to_have_text("1 result")


def test_what_was_pressed_before_it_came_is_a_plain_form(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path, stirs=False)
    routes = held_back(page)
    fill_in(page)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave [role=alert]").first).to_contain_text("One step is left")
    assert routes
    page.locator("#code").fill(right_code(app, token(page)))
    page.get_by_role("button", name="Post comment").click()
    page.wait_for_url("**#comment-*")
    assert len(bodies(app)) == 1
    expect(page.locator("#leave [name=body]")).to_have_value("")


def test_a_draft_under_way_fetches_it_by_itself(app: Flask, open_page: Open, post: MadePost) -> None:
    """Also on a page at another's comment, which is no answer to what htmx sent."""
    page = open_page(post.path, stirs=False, trouble=LOST)
    page.mouse.move(5, 5)
    page.route("**/comments", lambda route: route.abort("connectionreset"))
    ready(app, page)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave [data-say]")).to_contain_text("Not sent yet")
    page.unroute("**/comments")
    page.goto("/blogs/")
    page.goto(f"{post.path}#comment-1")
    expect(page.locator("#leave [data-posted]")).to_be_visible()
    assert len(bodies(app)) == 1


def test_a_comment_script_comes_by_itself_before_htmx_and_once(open_page: Open, post: MadePost) -> None:
    page = open_page("/blogs/", stirs=False)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("?")[0].rpartition("/")[2]))
    page.goto(post.path)
    expect(page.locator("#leave [data-day]")).to_be_attached()  # it is at work
    assert asked.count("comment.js") == 1 and not any("htmx" in each for each in asked)
    page.mouse.move(5, 5)
    until(page, "Boolean(window.htmx)")
    assert asked.count("comment.js") == 1


def test_htmx_waits_for_the_comment_script(open_page: Open, post: MadePost) -> None:
    """Sent by htmx alone a comment would be lost on a bad line."""
    page = open_page("/blogs/", stirs=False)
    routes: list[Route] = []
    page.route("**/comment.js*", lambda route: routes.append(route))
    with page.expect_request(HTMX_URL) as htmx:
        page.goto(post.path, wait_until="commit")
        page.keyboard.press("Shift")
        until(page, "Boolean(window.loadHtmx)")
        page.keyboard.press("Shift")
    htmx.value.response()
    assert len(routes) == 1 and page.evaluate("window.htmx === undefined")
    routes[0].continue_()
    until(page, "Boolean(window.htmx)")
    expect(page.locator("#leave [data-day]")).to_be_attached()
