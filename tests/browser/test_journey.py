"""The main job in a browser: read a post, leave a comment through the code, see it there."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov.comments.models import Comment
from hcpov.extensions import db
from tests.browser.conftest import Open
from tests.forms import WORDS, right_code, wrong_code
from tests.make import MadePost, Make


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post with a thread long enough to scroll."""
    post = make.post(
        "What a clinic learns when it stops talking",
        body="\n\n".join(["A paragraph about the ward. " * 12] * 12),
        summary="Three habits survived the experiment.",
        editors_note="Written by a guest.",
    )
    root = make.comment(post, "The phrase I keep hearing is peer-to-peer care.", name="Ben Root")
    make.comment(post, "Thank you. We had help.", parent=root, name="Cyn Reply")
    return post


def fill_in(page: Page) -> None:
    """Types the words, as a person would."""
    for name, words in WORDS.items():
        page.locator(f"#leave [name={name}]").fill(words)


def token(page: Page) -> str:
    """Returns the challenge of the form in the page."""
    return page.locator("#leave input[name=challenge]").get_attribute("value") or ""


def bodies(app: Flask) -> list[str]:
    """Returns the stored comments' texts."""
    with app.app_context():
        return list(db.session.scalars(db.select(Comment.body).order_by(Comment.id)))


def words_in(page: Page) -> dict[str, str]:
    """Returns what the form's fields hold now."""
    return {name: page.locator(f"#leave [name={name}]").input_value() for name in WORDS}


def test_comment_without_a_page_refresh(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    expect(page.locator("#code-box img")).to_have_count(0)  # the code is fetched when the form comes near
    page.evaluate("window.same = true")
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    first = token(page)
    page.get_by_role("button", name="New code").click()
    expect(page.locator(f'input[name=challenge][value="{first}"]')).to_have_count(0)
    assert words_in(page) == WORDS
    page.locator("#code").fill(right_code(app, token(page)))
    page.get_by_role("button", name="Post comment").click()
    mine = page.locator(".comment.mine")
    expect(mine).to_contain_text("Potassium <3.5 is not rare on this ward.")
    expect(mine).to_contain_text("Just posted")
    expect(page.locator("#talk-h")).to_have_text("3 comments")
    expect(page.locator("#count-top")).to_have_text("3 comments")
    expect(page.locator("#leave [data-posted]")).to_contain_text("Your comment is posted.")
    assert words_in(page) == dict.fromkeys(WORDS, "")
    assert page.evaluate("window.same") is True
    assert page.context.cookies() == []
    assert len(bodies(app)) == 3
    page.reload()
    expect(page.locator("#talk-h")).to_have_text("3 comments")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_enter_posts(app: Flask, open_page: Open, post: MadePost, scripts: bool) -> None:
    page = open_page(post.path, scripts=scripts)
    if scripts:
        page.locator("#leave").scroll_into_view_if_needed()
    else:
        fill_in(page)
        page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    page.locator("#code").fill(right_code(app, token(page)))
    page.keyboard.press("Enter")
    expect(page.locator("#talk-h")).to_have_text("3 comments")


def test_second_comment_from_the_emptied_form(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    for number in (3, 4):
        page.locator("#leave").scroll_into_view_if_needed()
        expect(page.locator("#code-box img")).to_be_visible()
        fill_in(page)
        page.locator("#code").fill(right_code(app, token(page)))
        page.get_by_role("button", name="Post comment").click()
        expect(page.locator("#talk-h")).to_have_text(f"{number} comments")


def test_wrong_code_keeps_the_words(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    first = token(page)
    page.locator("#code").fill(wrong_code(right_code(app, first)))
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#code-error")).to_contain_text("not the digits in the picture")
    assert words_in(page) == WORDS
    assert token(page) != first
    assert page.evaluate("document.activeElement.getAttribute('role')") == "alert"
    page.locator("#code").fill(right_code(app, token(page)))
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(".comment.mine")).to_be_visible()


def test_reply_lands_under_its_comment(app: Flask, open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    page.get_by_role("link", name="Reply: Ben Root").click()
    expect(page.locator(".answering")).to_contain_text("You are answering Ben Root")
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    page.locator("#code").fill(right_code(app, token(page)))
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(".comment .comment.mine")).to_be_visible()


@pytest.mark.parametrize(
    "how",
    [{"scripts": False}, {"cdn": "blocked"}, {"cdn": "tampered"}],
    ids=["scripts off", "cdn blocked", "cdn tampered"],
)
def test_comment_without_htmx(app: Flask, open_page: Open, post: MadePost, how: dict[str, object]) -> None:
    page = open_page(post.path, **how)
    if how.get("scripts", True):
        assert page.evaluate("typeof window.htmx") == "undefined"
    fill_in(page)
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave [role=alert]").first).to_contain_text("One step is left")
    assert words_in(page) == WORDS
    expect(page.locator("#code-box img")).to_be_visible()
    first = token(page)
    page.get_by_role("button", name="New code").click()
    expect(page.locator(f'input[name=challenge][value="{first}"]')).to_have_count(0)
    assert words_in(page) == WORDS
    page.locator("#code").fill(right_code(app, token(page)))
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator(".comment:target")).to_contain_text("Potassium <3.5")
    expect(page.locator("#talk-h")).to_have_text("3 comments")
    assert len(bodies(app)) == 3


@pytest.mark.parametrize("status", [429, 503])
def test_trouble_on_the_way_leaves_the_words(app: Flask, open_page: Open, post: MadePost, status: int) -> None:
    page = open_page(post.path, trouble=(f"status of {status}",))
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    page.route("**/comments", lambda route: route.fulfill(status=status, body="<p>Wait a minute.</p>"))
    page.locator("#code").fill("12345")
    page.get_by_role("button", name="Post comment").click()
    expect(page.locator("#leave-problem")).to_have_text("Wait a minute.")
    assert words_in(page) == WORDS
    assert bodies(app)[2:] == []


def test_keep_me_updated_without_a_page_refresh(open_page: Open, post: MadePost) -> None:
    page = open_page(post.path)
    page.evaluate("window.same = true")
    page.get_by_label("E-mail", exact=True).last.fill("reader@example.org")
    page.get_by_role("button", name="Keep me updated").click()
    expect(page.locator("#updates [role=status]")).to_contain_text("We have noted your address")
    assert page.evaluate("window.same") is True


def test_keep_me_updated_with_scripts_off(open_page: Open, post: MadePost) -> None:
    page = open_page(post.path, scripts=False)
    page.locator("#updates-email").fill("reader@example.org")
    page.get_by_role("button", name="Keep me updated").click()
    expect(page.locator("#updates [role=status]")).to_contain_text("We have noted your address")
