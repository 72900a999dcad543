"""Who asks for less motion gets none: no transition, no animation, no smooth scrolling, whatever is done."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_axe import send
from tests.browser.test_editor import at_desk
from tests.make import MadePost, Make

# What would move: a rule that lasts, on an element or on what stands before and after it, and what runs just now.
MOVES = """() => {
  const lasts = times => times.split(",").some(time => parseFloat(time) > 0), found = [];
  for (const each of document.querySelectorAll("*"))
    for (const part of [null, "::before", "::after"]) {
      const style = getComputedStyle(each, part);
      if (lasts(style.transitionDuration)) found.push(`${each.tagName}${part || ""} transition`);
      if (style.animationName !== "none" && lasts(style.animationDuration)) found.push(`${each.tagName} animation`);
      if (style.scrollBehavior !== "auto") found.push(`${each.tagName} scrolls smoothly`);
    }
  return [...new Set(found), ...document.getAnimations().map(each => `runs: ${each.constructor.name}`)];
}"""


def still(page: Page) -> Page:
    """Asks for less motion."""
    page.emulate_media(reduced_motion="reduce")
    assert page.evaluate("matchMedia('(prefers-reduced-motion: reduce)').matches")
    return page


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post with comments."""
    made = make.post("A kettle on the ward", body="Of kettles.", tags=["Tea"])
    make.comment(made, "Our kettle.")
    return made


@pytest.mark.parametrize(
    "rule",
    [
        "a { transition: color .2s }",
        "main::before { content: ''; transition: all 1ms }",
        "@keyframes turn { to { opacity: 0 } } h1 { animation: turn 9s }",
        "html { scroll-behavior: smooth }",
    ],
)
def test_what_moves_is_noticed(open_page: Open, rule: str) -> None:
    page = still(open_page("/search"))
    assert page.evaluate(MOVES) == []
    page.evaluate(
        "rule => { const s = new CSSStyleSheet(); s.replaceSync(rule); document.adoptedStyleSheets = [s] }", rule
    )
    assert page.evaluate(MOVES) != []


@pytest.mark.parametrize("path", ["/", "{post}", "{post}cite", "/search?q=kettle", "/boardroom-buzz/", "/sign-in"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_moves(open_page: Open, post: MadePost, path: str, scheme: str) -> None:
    page = still(open_page(path.format(post=post.path), scheme=scheme))
    assert page.evaluate(MOVES) == []


def test_nothing_moves_while_a_comment_is_posted(app: Flask, open_page: Open, post: MadePost) -> None:
    page = still(open_page(post.path))
    page.evaluate(
        "window.moved = []; for (const name of ['transitionrun', 'animationstart'])"
        " document.addEventListener(name, each => window.moved.push(each.type))"
    )
    send(app, page, "A good word.")
    expect(page.locator("#leave [data-posted]")).to_be_focused()
    assert page.evaluate("window.moved") == [] and page.evaluate(MOVES) == []


def test_nothing_moves_while_one_searches_or_writes(open_page: Open, post: MadePost, make: Make) -> None:
    page = still(open_page("/search"))
    page.keyboard.type("kettle")
    expect(page.get_by_role("status")).to_have_text("2 results")
    assert page.evaluate(MOVES) == []
    editor = make.account("Edith Editor")
    make.editor(editor.id, post.blog_id)
    draft = make.draft(author_id=editor.id, title="A", body="Words.")
    for where in (f"/{draft}", f"/{post.id}/change", f"/{post.id}/review", ""):
        page = still(at_desk(open_page, editor, where))
        assert page.evaluate(MOVES) == [], where
