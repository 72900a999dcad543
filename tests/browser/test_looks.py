"""What was seen to be ugly once, measured: bars that wrap, fields and buttons of two heights, ink on paper."""

import pytest
from flask import Flask
from playwright.sync_api import Browser, FloatRect, Page, expect

from hcpov import clock
from hcpov.comments import receipts
from hcpov.comments.models import State
from hcpov.config import Settings
from tests import live
from tests.browser.conftest import Open, violations
from tests.browser.filled import LONG, Filled, fill
from tests.browser.test_everybody import sign_in
from tests.make import Make
from tests.updates.readers import letters, tell, wish

# What shows and would be printed on anything but white paper.
INKED = """[...document.querySelectorAll('body *')].filter(each => each.checkVisibility()).filter(each => {
  const found = getComputedStyle(each)
  return !['rgba(0, 0, 0, 0)', 'rgb(255, 255, 255)'].includes(found.backgroundColor) || found.backgroundImage !== 'none'
}).map(each => each.outerHTML.slice(0, 90))"""
# Words in a table's first column that stand on two lines.
PIECES = """[...document.querySelectorAll('.list tbody th a')].flatMap(each => [...each.textContent.matchAll(/\\S+/g)]
  .filter(word => {
    const range = document.createRange()
    range.setStart(each.firstChild, word.index)
    range.setEnd(each.firstChild, word.index + word[0].length)
    return new Set([...range.getClientRects()].map(each => each.top)).size > 1
  }).map(word => word[0]))"""
# Numbers that stand on another line than what is counted.
COUNTED = """[...document.querySelectorAll('main .quiet')].flatMap(each => {
  const found = [], walker = document.createTreeWalker(each, NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    for (const said of walker.currentNode.textContent.matchAll(/\\d+\\s(comment|minute read|word|time)/g)) {
      const range = document.createRange()
      range.setStart(walker.currentNode, said.index)
      range.setEnd(walker.currentNode, said.index + said[0].length)
      found.push([said[0], new Set([...range.getClientRects()].map(each => each.top)).size])
    }
  }
  return found
})"""
ON_SCREEN_ONLY = "button, .button, form.filter, .welcome, .blogs, .leave, .byline > a"


@pytest.fixture
def filled(app: Flask, make: Make) -> Filled:
    """A site with something of everything."""
    return fill(app, make)


def box(page: Page, selector: str) -> FloatRect:
    """Returns where the first of some elements is."""
    found = page.locator(selector).first.bounding_box()
    assert found is not None, selector
    return found


@pytest.mark.parametrize("width", [320, 390])
def test_a_long_name_leaves_the_bar_its_links_in_one_line(filled: Filled, open_page: Open, width: int) -> None:
    page = open_page("/sign-in", width=width)
    sign_in(page, filled.admin)
    page.goto("/")
    assert box(page, ".welcome nav")["height"] < 45 and box(page, ".welcome")["height"] < 100
    page.get_by_role("button", name="Sign out").click()
    assert box(page, ".welcome nav")["height"] < 45 and box(page, ".welcome")["height"] < 75


def test_fields_and_their_buttons_stand_level(filled: Filled, open_page: Open) -> None:
    page = open_page("/search")
    assert box(page, "#q")["height"] == box(page, ".search .button")["height"]
    sign_in(page, filled.admin)
    page.goto("/desk/members")
    assert box(page, "#q")["y"] == box(page, ".filter .button")["y"]
    page.set_viewport_size({"width": 390, "height": 800})
    page.goto("/desk/posts")
    edges = [box(page, each) for each in ("#by", ".filter .button")]
    assert abs(edges[0]["x"] + edges[0]["width"] - edges[1]["x"] - edges[1]["width"]) <= 1
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto("/desk/audit")
    assert box(page, "#who")["height"] == box(page, "#what")["height"]
    assert abs(box(page, "#until")["y"] - box(page, ".filter .button")["y"]) <= 1


def test_names_in_the_desks_tables_are_not_cut_into_pieces(filled: Filled, open_page: Open, settings: Settings) -> None:
    with live.serving(settings, "--web-only", HCPOV_LANGUAGE="es") as spanish:  # whose headings leave names less room
        page = open_page("/sign-in", width=390, site=spanish)
        sign_in(page, filled.admin)
        page.goto("/desk/")
        assert page.locator(".list tbody th").count() == 4
        assert page.evaluate(PIECES) == []


def test_a_number_stands_by_what_it_counts(filled: Filled, open_page: Open) -> None:
    page, found = open_page("/sign-in", width=390), []
    sign_in(page, filled.admin)
    for width in range(300, 520, 20):  # wherever the line ends
        page.set_viewport_size({"width": width, "height": 800})
        for path, least in (("/", 5), ("/desk/posts?show=published", 5), ("/desk/mail?which=given-up", 1)):
            page.goto(path)
            counted = page.evaluate(COUNTED)
            assert len(counted) >= least, path
            found += [f"{path} {width}: {words}" for words, lines in counted if lines > 1]
    assert found == [], "\n".join(found)


def test_a_word_beside_wide_ones_is_not_cut(filled: Filled, open_page: Open) -> None:
    page = open_page("/sign-in", width=390)
    sign_in(page, filled.admin)
    page.goto(f"/desk/posts/{filled.post.id}/revisions")
    assert box(page, ".revisions td:last-child a")["height"] < 30


def test_what_the_queue_says_stands_apart_and_in_one_size(filled: Filled, open_page: Open) -> None:
    page = open_page("/sign-in", width=390)
    sign_in(page, filled.admin)
    page.goto("/desk/held")
    item = page.locator(".item").first
    item.locator("summary").last.click()
    item.locator("[name=reason]").fill("Dear Ada Reader, no.")
    item.get_by_role("button", name="Return to the writer").click()
    expect(item.locator(".error")).to_be_visible()
    assert item.locator(".error").evaluate("each => parseFloat(getComputedStyle(each).marginTop)") > 3
    item.locator("[name=reason]").fill("Please leave out the date.")
    item.get_by_role("button", name="Return to the writer").click()
    expect(page.locator(".settled")).to_be_visible()
    size = "each => getComputedStyle(each).fontSize"
    settled = page.locator(".settled p").evaluate(size)
    page.reload()
    assert settled == page.locator(".done span").first.evaluate(size)
    page.emulate_media(media="print")
    expect(page.get_by_text("Undo").locator("visible=true")).to_have_count(0)
    assert box(page, ".why span")["x"] == box(page, ".words")["x"]


def test_an_empty_search_leaves_no_hole(filled: Filled, open_page: Open) -> None:
    page = open_page("/search", width=390)
    form, found = box(page, "form.search"), box(page, "#found .empty")
    assert found["y"] - form["y"] - form["height"] < 60


@pytest.mark.parametrize("state", [State.PUBLISHED, State.HELD, State.RETURNED])
def test_a_receipt_on_paper_opens_its_comment(
    app: Flask, filled: Filled, make: Make, open_page: Open, state: State
) -> None:
    number = make.comment(filled.post, "Kept on *paper*.", state=state, at=clock.now())
    with app.app_context():
        path = f"/receipts/{receipts.issue(number)}"
    page = open_page(path, scripts=False, scheme="dark")
    address = page.get_by_text(path)
    expect(address).to_be_hidden()
    page.emulate_media(media="print")
    expect(address).to_be_visible()
    expect(page.locator(".paper .said-again")).to_have_text("Kept on paper.")
    expect(page.locator("form").locator("visible=true")).to_have_count(0)
    page.set_viewport_size({"width": 320, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_paper_takes_no_ink_but_for_words(filled: Filled, open_page: Open, scheme: str) -> None:
    page = open_page("/sign-in", scheme=scheme)
    sign_in(page, filled.admin)
    page.emulate_media(media="print", color_scheme="dark" if scheme == "dark" else "light")
    found = []
    post = f"{filled.post.path}#comment-{filled.values['any']['number']}"
    for path in (
        "/",
        post,
        f"{filled.post.path}cite",
        "/desk/held",
        "/desk/audit",
        "/desk/health",
        "/desk/credentials",
    ):
        page.goto(path)
        found += [f"{path}: {each}" for each in page.evaluate(INKED)]
        shown = page.locator(ON_SCREEN_ONLY).locator("visible=true")
        found += [f"{path}: {each.evaluate('each => each.outerHTML.slice(0, 90)')}" for each in shown.all()]
        assert violations(page, "color-contrast") == [], path
    assert found == [], "\n".join(found)


def test_the_citation_is_copied(filled: Filled, open_page: Open) -> None:
    page = open_page(f"{filled.post.path}cite")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.locator("#copied")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == page.locator("#citation").inner_text().strip()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_are_read_on_a_telephone_in_the_dark(
    app: Flask, chromium: Browser, filled: Filled, scheme: str
) -> None:
    wish(app, post_id=filled.post.id)
    tell(app)
    [letter, *_] = [each.html for each in letters(app) if LONG[:20] in each.html]
    assert "<hr>" in letter
    context = chromium.new_context(viewport={"width": 390, "height": 800}, is_mobile=True)
    page = context.new_page()
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    page.route("**/letter", lambda route: route.fulfill(body=letter, content_type="text/html"))
    page.goto("http://127.0.0.1/letter")
    assert page.evaluate("document.documentElement.clientWidth") == 390  # no page of 980 in small print
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    # In the dark the colours are the browser's own, which axe-core takes to stand on white.
    assert scheme == "dark" or violations(page, "color-contrast") == []
    dark = page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches && getComputedStyle(document.body).color")
    assert dark == ("rgb(255, 255, 255)" if scheme == "dark" else False)
    context.close()
