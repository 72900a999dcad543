"""What is not in sight is not laid out yet, and is found all the same: by its address and by keyboard."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.make import MadePost, Make

IS_WAITING = "each => !each.querySelector('footer').checkVisibility({ contentVisibilityAuto: true })"


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post with comments on several screens, the last of them a long one."""
    post = make.post()
    for _ in range(30):
        make.comment(post, "A line of it.\n\n" * 4)
    make.comment(post, "A longer thought.\n\n" * 30, name="Zoe Last")
    return post


def last(page: Page, post: MadePost) -> str:
    """Returns the address of the last comment on the page of its post."""
    return f"{post.path}#{page.locator('#comments > li').last.get_attribute('id')}"


def test_a_comment_far_below_is_where_its_address_leads(open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    assert page.locator("#comments > li").last.evaluate(IS_WAITING)
    address = last(page, post)
    page.goto("/blogs/")
    page.goto(address)
    expect(page.get_by_text("Zoe Last")).to_be_in_viewport()
    assert page.locator("#comments > li").nth(10).evaluate(IS_WAITING)


def test_the_keyboard_gets_there(open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    page.locator("#comments > li").nth(28).get_by_role("link", name="Report").focus()
    page.keyboard.press("Tab")
    expect(page.locator("#comments > li").nth(29).get_by_role("link").first).to_be_focused()
    expect(page.locator("#comments > li").nth(29).get_by_role("link").first).to_be_in_viewport()
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.get_by_role("heading", name="Leave a comment")).to_be_in_viewport()


@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_form_is_no_higher_than_it_is_guessed(open_page: Open, post: MadePost, width: int) -> None:
    """What is higher than its guess lies over what follows, for whoever measures it before it is laid out."""
    form = open_page(post.path, width=width).locator("#leave > .form")
    guess = form.evaluate("each => parseFloat(getComputedStyle(each).containIntrinsicBlockSize.split(' ').pop())")
    form.evaluate("each => { each.style.contentVisibility = 'visible' }")
    assert 500 < form.evaluate("each => each.offsetHeight") <= guess
