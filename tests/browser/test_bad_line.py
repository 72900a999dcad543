"""The line is cut before, during and after the server stores the comment: always one comment, always the text safe."""

import time

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect

from tests.browser.conftest import Open
from tests.browser.test_journey import bodies, fill_in, token, words_in
from tests.forms import WORDS, right_code
from tests.make import MadePost, Make

LOST = ("net::ERR", "Failed to fetch")


@pytest.fixture
def post(make: Make) -> MadePost:
    """A short post without comments."""
    return make.post("The hand-off that fits on a card")


def ready(app: Flask, page: Page) -> None:
    """Fills the form in, code and all."""
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    page.locator("#code").fill(right_code(app, token(page)))


def until(page: Page, fact: str) -> None:
    """Waits until a JavaScript expression is true. Playwright's own way needs eval, which our policy forbids."""
    end = time.monotonic() + 10
    while not page.evaluate(fact):
        assert time.monotonic() < end, fact
        page.wait_for_timeout(50)


def test_cut_before_sending(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path, trouble=LOST)
    ready(app, page)
    page.context.set_offline(True)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave [data-say]")).to_contain_text("Not sent yet. Your text is safe")
    assert words_in(page) == WORDS
    assert bodies(app) == []
    page.context.set_offline(False)
    expect(page.locator(".comment.mine")).to_be_visible()
    assert len(bodies(app)) == 1


@pytest.mark.parametrize("stored", [False, True], ids=["before it was stored", "after it was stored"])
def test_cut_while_sending(app: Flask, open_page: Open, post: MadePost, stored: bool) -> None:
    page = open_page(post.path, trouble=LOST)
    lost: list[str] = []

    def cut(route: Route) -> None:
        if len(lost) < 2:
            lost.append(route.request.post_data or "")
            if stored:
                route.fetch()
            route.abort("connectionreset")
        else:
            route.continue_()

    page.route("**/comments", cut)
    ready(app, page)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave [data-say]")).to_contain_text("Your text is safe")
    assert words_in(page) == WORDS
    expect(page.locator(".comment.mine")).to_be_visible(timeout=20_000)
    assert len(lost) == 2 and lost[0] == lost[1]
    assert len(bodies(app)) == 1
    expect(page.locator("#talk-h")).to_have_text("1 comment")


@pytest.mark.parametrize("stored", [False, True], ids=["before it was stored", "after it was stored"])
def test_page_opened_anew_after_a_cut(app: Flask, open_page: Open, post: MadePost, stored: bool) -> None:
    page = open_page(post.path, trouble=LOST)

    def cut(route: Route) -> None:
        if stored:
            route.fetch()
        route.abort("connectionreset")

    page.route("**/comments", cut)
    ready(app, page)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave [data-say]")).to_contain_text("Not sent yet")
    page.unroute("**/comments")
    page.reload()
    expect(page.locator("#leave [data-posted]")).to_be_visible()
    assert page.locator(".comment").count() == 1
    assert len(bodies(app)) == 1
    page.reload()
    expect(page.locator("#leave [name=body]")).to_have_value("")


def test_plain_form_after_a_cut(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path, cdn="blocked")
    fill_in(page)
    page.get_by_role("button", name="Post comment").click()
    page.locator("#code").fill(right_code(app, token(page)))

    def cut(route: Route) -> None:
        route.fetch(max_redirects=0)
        route.abort("connectionreset")

    page.route("**/comments", cut)
    page.get_by_role("button", name="Post comment").click()
    page.wait_for_url("chrome-error://**")
    page.unroute("**/comments")
    page.goto(post.path)  # the draft is sent again by itself, under the same key
    page.wait_for_url("**#comment-*")
    assert len(bodies(app)) == 1
    page.goto(post.path)
    expect(page.locator("#leave [name=body]")).to_have_value("")


def test_double_click_is_one_comment(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    ready(app, page)
    page.get_by_role("button", name="Post comment").dblclick()
    expect(page.locator(".comment.mine")).to_be_visible()
    assert len(sent) == 1
    assert len(bodies(app)) == 1


def test_draft_lives_in_its_tab_only(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    fill_in(page)
    until(page, "sessionStorage.length === 1")
    page.reload()
    expect(page.locator("#leave [data-say]")).to_have_text("Your draft is here again.")
    assert words_in(page) == WORDS
    other = page.context.new_page()
    other.goto(post.path)
    expect(other.get_by_label("Keep my draft on this device for a day")).to_be_visible()  # it has looked for one
    assert words_in(other) == dict.fromkeys(WORDS, "")
    assert page.evaluate("localStorage.length") == 0


def test_draft_is_there_before_anything_is_typed(app: Flask, open_page: Open, post: MadePost) -> None:
    """Also where the browser is too busy to look for it by itself."""
    page = open_page(post.path)
    fill_in(page)
    until(page, "sessionStorage.length === 1")
    page.add_init_script("window.requestIdleCallback = () => {}")
    page.reload()
    assert words_in(page) == dict.fromkeys(WORDS, "")
    page.locator("#leave [name=body]").focus()
    assert words_in(page) == WORDS
    page.keyboard.press("End")
    page.keyboard.type("!")
    assert words_in(page) == WORDS | {"body": f"{WORDS['body']}!"}


def test_draft_kept_for_a_day_when_asked(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    fill_in(page)
    page.get_by_label("Keep my draft on this device for a day").check()
    until(page, "localStorage.length === 1 && sessionStorage.length === 0")
    other = page.context.new_page()
    other.goto(post.path)
    expect(other.locator("#leave [data-say]")).to_have_text("Your draft is here again.")
    assert words_in(other) == WORDS
    other.evaluate(
        """for (const name of Object.keys(localStorage)) {
            const draft = JSON.parse(localStorage.getItem(name));
            draft.at -= 86400001;
            localStorage.setItem(name, JSON.stringify(draft));
        }"""
    )
    other.reload()
    until(other, "localStorage.length === 0")
    assert words_in(other) == dict.fromkeys(WORDS, "")


def test_posting_clears_the_draft(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    ready(app, page)
    page.get_by_label("Keep my draft on this device for a day").check()
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(".comment.mine")).to_be_visible()
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_signing_out_clears_the_drafts(app: Flask, open_page: Open, make: Make, post: MadePost) -> None:
    member = make.account("Maeve Member")
    page = open_page("/sign-in")
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill(member.password)
    page.get_by_role("button", name="Sign in").click()
    page.goto(post.path)
    page.locator("#leave [name=body]").fill("Half a thought")
    until(page, "sessionStorage.length === 1")
    page.get_by_role("button", name="Sign out").click()
    page.wait_for_url("**/")
    assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_server_out_of_breath_is_asked_again(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path, trouble=("status of 503",))
    tries: list[int] = []

    def busy(route: Route) -> None:
        tries.append(1)
        if len(tries) == 1:
            route.fulfill(status=503, body="<p>Wait a minute.</p>")
        else:
            route.continue_()

    page.route("**/comments", busy)
    ready(app, page)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave-problem")).to_have_text("Wait a minute.")
    expect(page.locator(".comment.mine")).to_be_visible(timeout=15_000)
    assert len(bodies(app)) == 1


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_whole_journey_on_a_slow_line(app: Flask, open_page: Open, post: MadePost, scripts: bool) -> None:
    page = open_page("/blogs/", scripts=scripts)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    slow = {"offline": False, "latency": 400, "downloadThroughput": 50_000, "uploadThroughput": 50_000}
    line.send("Network.emulateNetworkConditions", slow)
    page.goto(post.path)
    if scripts:
        ready(app, page)
    else:
        fill_in(page)
        page.get_by_role("button", name="Post comment").click()
        page.locator("#code").fill(right_code(app, token(page)))
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#talk-h")).to_have_text("1 comment", timeout=15_000)
    assert len(bodies(app)) == 1
