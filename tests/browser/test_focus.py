"""After every swap the focus stands where it was put on purpose, or what stays on the page says what happened."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_axe import LINKS, send
from tests.browser.test_journey import token
from tests.make import MadePost, Make


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post that takes comments."""
    return make.post()


@pytest.mark.parametrize(("body", "says"), [("A good word.", "is posted"), (LINKS, "with the editors")])
def test_what_became_of_a_comment_takes_the_focus(
    app: Flask, open_page: Open, post: MadePost, body: str, says: str
) -> None:
    page = open_page(post.path)
    send(app, page, body)
    note = page.locator("#leave [data-posted]")
    expect(note).to_contain_text(says)
    expect(note).to_be_focused()
    page.keyboard.press("Tab")
    expect(note.get_by_role("link").first).to_be_focused()


def test_a_new_code_leaves_the_focus_on_its_button(open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    page.locator("#leave [data-say]").evaluate("each => { each.dataset.same = 'yes' }")
    first = token(page)
    page.get_by_role("button", name="New code").press("Enter")
    expect(page.locator("#code-box [name=challenge]")).not_to_have_value(first)
    expect(page.get_by_role("button", name="New code")).to_be_focused()
    told = page.locator("#leave [data-say][data-same]")
    expect(told).to_have_role("status")
    expect(told).to_have_text("A new code is in the picture.")


def test_what_is_wrong_leads_to_its_field(open_page: Open, post: MadePost) -> None:
    page = open_page(post.path, trouble=("status of 422",))
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    page.locator("#leave form").evaluate("form => { form.noValidate = true }")
    page.locator("#leave .submit").press("Enter")
    said = page.get_by_role("alert").filter(has_text="marked fields")
    expect(said).to_be_focused()
    expect(said.get_by_role("link")).to_have_text(["Name", "Professional title", "Place", "Comment", "Security code"])
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_label("Professional title")).to_be_focused()


def test_a_failure_is_said_where_it_stays_and_the_button_keeps_the_focus(
    app: Flask, open_page: Open, post: MadePost
) -> None:
    page = open_page(post.path, trouble=("status of 503",))
    page.locator("#leave-problem").evaluate("each => { each.dataset.same = 'yes' }")
    page.route("**/comments", lambda route: route.fulfill(status=503, body="<p>Again, please.</p>"))
    send(app, page, "A good word.")
    said = page.locator("#leave-problem[data-same]")
    expect(said).to_contain_text("Again, please.")
    expect(said).to_have_role("alert")
    expect(page.locator("#leave .submit")).to_be_focused()


def test_keep_me_updated_says_what_it_did(open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    asked(page, "nobody@nowhere")
    expect(page.locator("#updates-error")).to_be_visible()
    expect(page.locator("#updates-email")).to_be_focused()
    expect(page.locator("#updates-email")).to_have_accessible_description(
        "A message when there is a new post. Leave with one click. "
        "This does not look like an e-mail address. One looks like name@example.org."
    )
    asked(page, "reader@example.org")
    expect(page.locator("#updates [role=status]")).to_be_focused()


def test_search_tells_how_much_was_found_where_it_stays(open_page: Open, make: Make) -> None:
    make.post("A kettle on the ward")
    page = open_page("/search")
    page.get_by_role("status").evaluate("each => { each.dataset.same = 'yes' }")
    page.get_by_label("Words").press_sequentially("kettle")
    expect(page.locator("[role=status][data-same]")).to_have_text("1 result")
    expect(page.get_by_label("Words")).to_be_focused()


def asked(page: Page, address: str) -> None:
    """Asks to be kept updated."""
    page.locator("#updates-email").fill(address)
    page.get_by_role("button", name="Keep me updated").press("Enter")
