"""Searching in a browser: as you type, with Enter, and with scripts off; and for everybody."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Open, violations
from tests.make import MadePost, Make


@pytest.fixture
def site(make: Make) -> MadePost:
    """A post and many comments."""
    post = make.post("A kettle on the ward", body="Of *kettles*, and of " + "averyverylongwordindeed" * 4, tags=["Tea"])
    for number in range(21):
        make.comment(post, f"Our kettle, number {number}.", name="Ada Reader-Featherstonehaugh")
    return post


def test_results_come_as_you_type_and_the_address_follows(open_page: Open, site: MadePost) -> None:
    page = open_page("/")
    page.get_by_role("link", name="Search").click()
    words = page.get_by_label("Words")
    expect(words).to_be_focused()
    page.keyboard.type("kett", delay=20)
    expect(page.get_by_role("status")).to_have_text("22 results")
    expect(words).to_be_focused()
    expect(page.locator("#found mark").first).to_have_text("kettle")
    page.wait_for_url("**/search?q=kett**")
    page.keyboard.type("lez")
    expect(page.get_by_role("status")).to_have_text("0 results")
    page.get_by_text("Where to look").click()
    words.fill("kettle")
    page.get_by_label("In", exact=True).select_option("Posts")
    expect(page.get_by_role("status")).to_have_text("1 result")
    page.get_by_role("link", name="A kettle on the ward").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("A kettle on the ward")
    page.go_back()
    expect(page.get_by_role("status")).to_have_text("1 result")
    expect(page.get_by_label("Words")).to_have_value("kettle")


def test_enter_asks_at_once_and_the_focus_stays(open_page: Open, site: MadePost) -> None:
    page = open_page("/search")
    page.keyboard.type("kettle")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("22 results")
    expect(page.get_by_label("Words")).to_be_focused()


@pytest.mark.parametrize(("scripts", "cdn"), [(False, "npm"), (True, "blocked")])
def test_it_is_a_plain_form_without_scripts(open_page: Open, site: MadePost, scripts: bool, cdn: str) -> None:
    page = open_page("/search", scripts=scripts, cdn=cdn)
    page.get_by_label("Words").fill("kettle")
    page.get_by_label("Words").press("Enter")
    expect(page.get_by_role("status")).to_have_text("22 results")
    page.get_by_role("link", name="More results").click()
    expect(page.locator("#found article")).to_have_count(2)
    page.get_by_role("link", name="Back").click()
    expect(page.locator("#found article")).to_have_count(20)


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
@pytest.mark.parametrize("asked", ["", "?q=kettle", "?q=nothing&kind=posts", "?q=of+averyverylong&tag=tea"])
def test_it_shuts_nobody_out(open_page: Open, site: MadePost, asked: str, width: int, scheme: str) -> None:
    page = open_page(f"/search{asked}", width=width, scheme=scheme)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
