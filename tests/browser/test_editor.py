"""The editor in a browser: no word is lost, whatever happens to the line, the server, the session or the tab."""

import re
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov import clock
from hcpov.auth.models import LoginSession
from hcpov.blog.models import Draft, Post, State
from hcpov.config import Settings
from hcpov.extensions import db
from tests.browser.conftest import Open, violations
from tests.live import free_port, serving
from tests.make import PASSWORD, MadeAccount, Make
from tests.media.files import photo

BODY = "We stopped talking for ninety days.\n\nThree habits stayed."
LOST = ("net::ERR", "Failed to fetch", "status of 40")


@pytest.fixture
def editor(make: Make) -> MadeAccount:
    """An editor of the blog."""
    account = make.account("Edda Editor")
    make.editor(account.id, make.blog())
    return account


@pytest.fixture
def author(make: Make) -> MadeAccount:
    """An author of the blog."""
    account = make.account("Ada Author")
    make.editor(account.id, make.blog(), "author")
    return account


@pytest.fixture
def number(make: Make, author: MadeAccount) -> int:
    """A draft of the author's."""
    return make.draft(author_id=author.id, title="Ninety days", body=BODY)


def at_desk(open_page: Open, account: MadeAccount, path: str, site: str = "", **how: object) -> Page:
    """Opens a page of the desk, signed in."""
    page = open_page(f"{site}/sign-in", **how)
    page.locator("#email").fill(account.email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto(f"{site}/desk/posts{path}")
    return page


def drafts(app: Flask) -> list[str]:
    """Returns the texts that were kept and not saved."""
    with app.app_context():
        return [draft.fields["body"] for draft in db.session.scalars(db.select(Draft).order_by(Draft.id))]


def stored(app: Flask, number: int) -> Post:
    """Returns a post as it is stored."""
    with app.app_context():
        post = db.session.get_one(Post, number)
        db.session.expunge(post)
        return post


def until(condition: Callable[[], bool], page: Page) -> None:
    """Waits while the page goes on."""
    end = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < end
        page.wait_for_timeout(50)


def add(page: Page, words: str) -> None:
    """Types at the end of the text."""
    page.locator("#body").focus()
    page.keyboard.press("Control+End")
    page.keyboard.type(words)


def test_words_are_kept_by_themselves_and_shown_as_they_will_look(
    app: Flask, open_page: Open, author: MadeAccount, number: int
) -> None:
    page = at_desk(open_page, author, f"/{number}")
    add(page, "\n\n> A *new* one.")
    expect(page.locator("#preview blockquote em")).to_have_text("new")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
    expect(page.locator("#count")).to_contain_text("13 words")
    until(lambda: drafts(app) == [BODY + "\n\n> A *new* one."], page)
    page.reload()
    expect(page.locator("#body")).to_have_value(BODY + "\n\n> A *new* one.")
    expect(page.get_by_text("not saved yet, are here again")).to_be_visible()
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator(".notices .note:visible")).to_have_count(0)
    assert stored(app, number).body == BODY + "\n\n> A *new* one."
    assert drafts(app) == []


def test_leaving_at_once_loses_nothing(app: Flask, open_page: Open, author: MadeAccount, number: int) -> None:
    page = at_desk(open_page, author, f"/{number}")
    add(page, " Half a thought")
    page.goto("/blogs/")
    until(lambda: drafts(app) == [BODY + " Half a thought"], page)


def test_the_server_is_killed_while_somebody_types(
    app: Flask, open_page: Open, author: MadeAccount, number: int, settings: Settings
) -> None:
    port = free_port()
    with serving(settings, "--web-only", port=port) as site:
        page = at_desk(open_page, author, f"/{number}", site, trouble=LOST)
        add(page, " Before.")
        until(lambda: drafts(app) == [BODY + " Before."], page)
    add(page, " While it was down.")
    expect(page.locator("[data-say]")).to_have_text("The line is down. Your text is safe here.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("[data-saved]")).to_have_text("Not saved yet")
    expect(page.locator("#body")).to_have_value(BODY + " Before. While it was down.")
    assert page.evaluate("localStorage.length") == 1
    with serving(settings, "--web-only", port=port):
        until(lambda: drafts(app) == [BODY + " Before. While it was down."], page)
        expect(page.locator("[data-saved]")).to_contain_text("Saved")
        page.get_by_role("button", name="Save", exact=True).click()
        until(lambda: stored(app, number).body == BODY + " Before. While it was down.", page)
        expect(page.locator("[data-saved]")).to_contain_text("Saved at")  # the page that follows is there
        page.wait_for_load_state("networkidle")
        assert page.evaluate("localStorage.length") == 0


def test_the_browser_is_closed_while_the_line_is_down(
    app: Flask, open_page: Open, author: MadeAccount, number: int
) -> None:
    page = at_desk(open_page, author, f"/{number}", trouble=LOST)
    page.context.set_offline(True)
    add(page, " Offline.")
    expect(page.locator("[data-say]")).to_contain_text("The line is down")
    other = page.context.new_page()  # the browser opened again: another tab, the same device
    page.route("**", lambda route: route.abort())
    page.context.set_offline(False)
    other.goto(f"/desk/posts/{number}")
    expect(other.locator("#body")).to_have_value(BODY)
    other.get_by_role("button", name="Put them into the form").click()
    expect(other.locator("#body")).to_have_value(BODY + " Offline.")
    other.get_by_role("button", name="Save", exact=True).click()
    until(lambda: stored(app, number).body == BODY + " Offline.", other)


def test_a_session_that_ended(app: Flask, open_page: Open, author: MadeAccount, number: int) -> None:
    page = at_desk(open_page, author, f"/{number}", trouble=LOST)
    with app.app_context():
        db.session.execute(db.delete(LoginSession))
        db.session.commit()
    add(page, " Signed out.")
    expect(page.locator("[data-say]")).to_contain_text("You are signed out here.")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.locator("#body")).to_have_value(BODY + " Signed out.")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in, in another tab").click()
    other = opened.value
    other.locator("#email").fill(author.email)
    other.locator("#password").fill(PASSWORD)
    other.get_by_role("button", name="Sign in").click()
    until(lambda: drafts(app) == [BODY + " Signed out."], page)
    page.get_by_role("button", name="Save", exact=True).click()
    until(lambda: stored(app, number).body == BODY + " Signed out.", page)


def test_two_editors_at_once(
    app: Flask, open_page: Open, author: MadeAccount, editor: MadeAccount, number: int
) -> None:
    his = at_desk(open_page, author, f"/{number}", trouble=("status of 409",))
    hers = at_desk(open_page, editor, f"/{number}")
    add(hers, "\n\nHers.")
    until(lambda: len(drafts(app)) == 1, hers)
    his.locator("#title").fill("Eighty days")
    expect(his.locator("#others")).to_contain_text("Edda Editor has this open since")
    hers.get_by_role("button", name="Save", exact=True).click()
    until(lambda: stored(app, number).version == 3, hers)
    his.locator("#body").fill(BODY.replace("ninety", "eighty"))
    expect(his.locator("#others")).to_contain_text("Edda Editor saved this post while you wrote.")
    his.get_by_role("button", name="Save", exact=True).click()
    expect(his.get_by_role("heading", name="Both texts are here")).to_be_visible()
    expect(his.locator("#body")).to_have_value(BODY.replace("ninety", "eighty") + "\n\nHers.")
    assert violations(his) == []
    his.get_by_role("button", name="Save", exact=True).click()
    until(lambda: stored(app, number).version == 4, his)
    post = stored(app, number)
    assert (post.title, post.body) == ("Eighty days", BODY.replace("ninety", "eighty") + "\n\nHers.")


def test_a_doubled_tab_has_a_draft_of_its_own(app: Flask, open_page: Open, author: MadeAccount, number: int) -> None:
    page = at_desk(open_page, author, f"/{number}")
    page.reload()
    with page.context.expect_page() as opened:
        page.evaluate("window.open(location.href)")  # takes the tab's storage along, as doubling a tab does
    other = opened.value
    add(page, " One.")
    add(other, " Two.")
    until(lambda: sorted(drafts(app)) == [BODY + " One.", BODY + " Two."], page)


def test_tools_and_undo(open_page: Open, author: MadeAccount, number: int) -> None:
    page = at_desk(open_page, author, f"/{number}")
    body = page.locator("#body")
    body.fill("")
    page.keyboard.type("words")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+b")
    expect(body).to_have_value("**words**")
    page.keyboard.press("Control+z")
    expect(body).to_have_value("words")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+i")
    expect(body).to_have_value("*words*")
    page.keyboard.press("Control+a")
    page.keyboard.press("Control+k")
    expect(body).to_have_value("[*words*](https://)")
    page.keyboard.type("https://example.org")
    expect(body).to_have_value("[*words*](https://example.org)")
    page.get_by_role("button", name="Quote").click()
    expect(body).to_have_value("> [*words*](https://example.org)")
    body.fill("one\ntwo")
    page.keyboard.press("Control+a")
    page.get_by_role("button", name="List").click()
    expect(body).to_have_value("- one\n- two")


def test_a_picture_is_put_into_the_text(open_page: Open, author: MadeAccount, number: int) -> None:
    page = at_desk(open_page, author, f"/{number}", trouble=("status of 4",))
    page.locator("#body").focus()
    page.keyboard.press("Control+End")
    page.get_by_role("button", name="Picture", exact=True).click()
    page.locator("#picture").set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    page.locator("#picture-alt").fill("A card")
    page.keyboard.press("Enter")
    expect(page.locator("[data-picture=problem]")).to_contain_text("JPEG")
    page.locator("#picture").set_input_files({"name": "a.jpg", "mimeType": "image/jpeg", "buffer": photo()})
    page.get_by_role("button", name="Put it into the text").click()
    expect(page.locator("#body")).to_have_value(re.compile(r"Three habits stayed\.\n\n!\[A card\]\(/media/\S+\)\n\n$"))
    expect(page.locator("#preview img")).to_have_attribute("alt", "A card")
    page.locator("#body").focus()
    page.keyboard.press("Control+z")
    expect(page.locator("#body")).to_have_value(BODY)


def test_keyboard_alone_writes_and_saves(app: Flask, open_page: Open, author: MadeAccount) -> None:
    page = at_desk(open_page, author, "")
    page.get_by_role("button", name="Write for Boardroom Buzz").focus()
    page.keyboard.press("Enter")
    page.locator("#title").focus()
    page.keyboard.type("By keyboard")
    for _ in range(12):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.id") == "body":
            break
    page.keyboard.type("All of it.")
    page.keyboard.press("Control+s")
    page.wait_for_load_state()
    with app.app_context():
        until(lambda: db.session.scalar(db.select(db.func.count()).where(Post.body == "All of it.")) == 1, page)


def test_tags_are_offered(open_page: Open, make: Make, author: MadeAccount, number: int) -> None:
    make.draft(tags="Outreach, Nursing")
    page = at_desk(open_page, author, f"/{number}")
    page.locator("#tags").press_sequentially("ward, nur")
    page.get_by_role("button", name="Nursing").click()
    expect(page.locator("#tags")).to_have_value("ward, Nursing, ")
    expect(page.locator("#tags")).to_be_focused()


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_from_the_first_word_to_readers(
    app: Flask, open_page: Open, author: MadeAccount, editor: MadeAccount, scripts: bool
) -> None:
    page = at_desk(open_page, author, "", scripts=scripts)
    page.get_by_role("button", name="Write for Boardroom Buzz").click()
    page.locator("#title").fill("Ninety days")
    page.locator("#body").fill(BODY)
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview .headline")).to_have_text("Ninety days")
    page.locator("#disclosure").fill("None")
    page.get_by_role("button", name="Send to review").click()
    expect(page.locator(".state")).to_have_text("In review")
    desk = at_desk(open_page, editor, "", scripts=scripts)
    desk.get_by_role("link", name="Ninety days").click()
    desk.locator("#at").fill("2026-01-01T08:00")
    desk.get_by_role("button", name="Schedule").click()
    expect(desk.locator("#at-error")).to_contain_text("Choose one that is still to come")
    desk.locator("#at").fill((clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT08:00"))
    desk.get_by_role("button", name="Schedule").click()
    expect(desk.locator(".state")).to_have_text("Scheduled")
    desk.get_by_role("button", name="Publish now").click()
    expect(desk.locator(".state")).to_have_text("Published")
    desk.get_by_role("link", name="Read it").click()
    expect(desk.get_by_role("heading", name="Ninety days")).to_be_visible()
    with app.app_context():
        assert db.session.scalar(db.select(Post.state)) == State.PUBLISHED


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_the_editor_shuts_nobody_out(
    open_page: Open, make: Make, author: MadeAccount, editor: MadeAccount, number: int, width: int, scheme: str
) -> None:
    public = make.post("Public already")
    page = at_desk(open_page, editor, f"/{number}", width=width, scheme=scheme, trouble=("status of 404",))
    page.get_by_role("button", name="Picture", exact=True).click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.locator("#title").fill("")
    page.locator("#at").fill("2026-01-01T08:00")
    page.get_by_role("button", name="Publish now").click()
    expect(page.locator("#at-error")).to_be_visible()
    link = page.locator("#link").input_value()
    for path in ("", f"/desk/posts/{public.id}", "/desk/posts", link):
        if path:
            page.goto(path.replace("http://localhost", ""))
        assert violations(page) == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
