"""Journeys by keys alone: nothing is clicked, and the focus is seen at every stop."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_editor import at_desk, stored
from tests.browser.walking import SEEN, press, walk
from tests.make import MadeAccount, MadePost, Make

BOTH = pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "plain"])


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post that is found on two pages with its comments."""
    made = make.post("A kettle on the ward", body="Of kettles.")
    for number in range(21):
        make.comment(made, f"Our kettle, number {number}.")
    return made


@pytest.fixture
def editor(make: Make, post: MadePost) -> MadeAccount:
    """Who edits the post's blog."""
    made = make.account("Edith Editor")
    make.editor(made.id, post.blog_id)
    return made


def test_a_focus_that_is_not_seen_is_noticed(open_page: Open) -> None:
    page = open_page("/search")
    walk(page, page.get_by_role("button", name="Search"))
    page.evaluate("document.activeElement.parentElement.hidden = true")
    assert page.evaluate(SEEN) != ""
    page = open_page("/search")
    walk(page, page.get_by_role("button", name="Search"))
    page.evaluate("[...document.styleSheets].forEach(each => { each.disabled = true })")
    page.evaluate("document.activeElement.setAttribute('hidden', '')")
    assert page.evaluate(SEEN) != ""


@BOTH
def test_search(open_page: Open, post: MadePost, scripts: bool) -> None:
    page = open_page("/", scripts=scripts)
    press(page, page.get_by_role("link", name="Search"))
    expect(page.get_by_label("Words")).to_be_focused()  # one came to type
    page.keyboard.type("kettle")
    if not scripts:
        page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("22 results")
    first = page.get_by_role("link", name="A kettle on the ward").first
    press(page, page.get_by_role("link", name="More results"))
    page.wait_for_url("**/search?*page=2*")
    expect(page.locator("#found article")).to_have_count(2)
    press(page, page.get_by_role("link", name="Back"))
    expect(page.locator("#found article")).to_have_count(20)
    expect(page.get_by_label("Words")).to_have_value("kettle")
    press(page, first)
    page.wait_for_url(f"**{post.path}**")


@BOTH
def test_cite(open_page: Open, post: MadePost, scripts: bool) -> None:
    page = open_page(post.path, scripts=scripts)
    press(page, page.get_by_role("link", name="Cite this"))
    page.wait_for_url(f"**{post.path}cite")
    expect(page.locator("#citation")).to_contain_text("A kettle on the ward")
    walk(page, page.get_by_role("link", name="RIS"))
    page.keyboard.press("Shift+Tab")
    expect(page.get_by_role("link", name="BibTeX")).to_be_focused()


def change_form(open_page: Open, editor: MadeAccount, post: MadePost, scripts: bool) -> Page:
    """Goes from the post's page at the desk to its changes."""
    page = at_desk(open_page, editor, f"/{post.id}", scripts=scripts)
    press(page, page.get_by_role("link", name="Change it in the open"))
    page.wait_for_url("**/change")
    return page


@BOTH
def test_language_of_a_published_post(
    app: Flask, open_page: Open, post: MadePost, editor: MadeAccount, scripts: bool
) -> None:
    page = change_form(open_page, editor, post, scripts)
    walk(page, page.get_by_label("Minor"))
    page.keyboard.press("Space")
    walk(page, page.get_by_label("Language"))
    page.keyboard.type("klingon")
    press(page, page.get_by_role("button", name="Save without a preview"))
    expect(page.get_by_text("This is no language that is known here.")).to_be_visible()
    assert stored(app, post.id).lang == ""
    walk(page, page.get_by_label("Language"))
    page.keyboard.press("Control+a")
    page.keyboard.type("ar")
    press(page, page.get_by_role("button", name="Preview", exact=True))
    expect(page.locator("#preview .prose")).to_have_attribute("dir", "rtl")
    press(page, page.get_by_role("button", name="Save this change"))
    page.wait_for_url("**/revisions")
    assert stored(app, post.id).lang == "ar"


@BOTH
def test_review_of_a_post(app: Flask, open_page: Open, post: MadePost, editor: MadeAccount, scripts: bool) -> None:
    page = at_desk(open_page, editor, f"/{post.id}", scripts=scripts)
    press(page, page.get_by_role("link", name="Reviewed by"))
    page.wait_for_url("**/review")
    walk(page, page.get_by_label("Name"))
    page.keyboard.type("Rosa Vidal")
    press(page, page.get_by_role("button", name="Say so on the post"))
    expect(page.get_by_text("Please say on which day")).to_be_visible()
    expect(page.get_by_label("Name")).to_have_value("Rosa Vidal")
    walk(page, page.get_by_label("Reviewed on"))
    page.keyboard.type("03032026")
    press(page, page.get_by_role("button", name="Say so on the post"))
    page.wait_for_url(f"**{post.path}")
    expect(page.get_by_text("Reviewed by Rosa Vidal, March 3, 2026")).to_be_visible()
    assert stored(app, post.id).reviewer_name == "Rosa Vidal"
