"""The desk's pictures in a browser: chosen, sent, seen, described; without scripts; for everybody."""

from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov.blog.models import BlogRole
from hcpov.extensions import db
from hcpov.media.models import Picture
from tests.browser.conftest import Open, violations
from tests.make import PASSWORD, MadeAccount, Make
from tests.media.files import photo, quarters, saved

LONG = "A long sentence of words about a card that hangs beside a bed on the ward and is read at every hand-off. " * 2


@pytest.fixture
def author(app: Flask, make: Make) -> MadeAccount:
    """Who may write on a blog."""
    account, blog_id = make.account("Ada Author"), make.blog()
    with app.app_context():
        db.session.add(BlogRole(account_id=account.id, blog_id=blog_id, role="author"))
        db.session.commit()
    return account


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A photo on the author's device, lying on its side."""
    path = tmp_path / "ward-card.jpg"
    path.write_bytes(photo(6, size=(900, 600)))
    return path


def at_pictures(open_page: Open, author: MadeAccount, **how: object) -> Page:
    """Opens the desk's pictures, signed in."""
    page = open_page("/sign-in", **how)
    page.set_default_timeout(60_000)  # a picture is cleaned while the browser waits, on a machine that may be busy
    page.locator("#email").fill(author.email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/desk/pictures")
    return page


def send(page: Page, file: Path, alt: str = "A card beside a bed") -> None:
    """Chooses a file and sends it."""
    page.get_by_label("Picture", exact=True).set_input_files(file)
    page.locator("#alt").fill(alt)
    page.get_by_role("button", name="Send the picture").click()


def is_shown(page: Page, selector: str) -> bool:
    """Says whether a picture was fetched and drawn."""
    page.locator(selector).scroll_into_view_if_needed()
    expect(page.locator(selector)).to_have_js_property("complete", True)
    return bool(page.evaluate("(selector) => document.querySelector(selector).naturalWidth > 0", selector))


@pytest.mark.parametrize("scripts", [True, False])
def test_a_picture_is_chosen_sent_and_seen(
    app: Flask, open_page: Open, make: Make, author: MadeAccount, file: Path, scripts: bool
) -> None:
    page = at_pictures(open_page, author, scripts=scripts)
    expect(page.get_by_text("No pictures yet.")).to_be_visible()
    send(page, file)
    row = page.locator(".picture")
    expect(row).to_contain_text("ward-card.jpg · 900 × 600")  # noqa: RUF001
    expect(row.get_by_label("What it shows")).to_have_value("A card beside a bed")
    assert not scripts or is_shown(page, ".picture img")
    shown = page.get_by_label("To paste into a text")
    markdown = shown.input_value()
    page.evaluate("window.same = true") if scripts else None
    row.get_by_label("What it shows").fill("A blue card")
    row.get_by_role("button", name="Save").click()
    expect(page.get_by_label("To paste into a text")).to_have_value(
        markdown.replace("A card beside a bed", "A blue card")
    )
    if scripts:
        expect(row.get_by_role("status")).to_contain_text("Saved.")
        assert page.evaluate("window.same") is True
    page.goto(make.post(body=f"Text.\n\n{markdown}").path)
    picture = page.locator(".prose img")
    expect(picture).to_have_attribute("width", "900")
    assert not scripts or is_shown(page, ".prose img")
    with app.app_context():
        assert db.session.scalar(db.select(Picture.alt)) == "A blue card"


def test_what_is_refused_is_said_beside_the_field(open_page: Open, author: MadeAccount, tmp_path: Path) -> None:
    page = at_pictures(open_page, author, trouble=("status of 415",))
    drawing = tmp_path / "drawing.png"
    drawing.write_text('<svg xmlns="http://www.w3.org/2000/svg"/>')
    send(page, drawing, "Kept words")
    expect(page.locator("#picture-error")).to_contain_text("This is an SVG drawing, which is not taken.")
    expect(page.locator("#alt")).to_have_value("Kept words")
    expect(page.locator("#picture")).to_be_focused()
    assert violations(page) == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_the_pages_shut_nobody_out(
    open_page: Open, make: Make, author: MadeAccount, tmp_path: Path, width: int, scheme: str
) -> None:
    page = at_pictures(open_page, author, width=width, scheme=scheme)
    assert violations(page) == []
    for name, picture in {"a" * 60 + ".png": quarters(1700, 300), "tall.png": quarters(200, 1900)}.items():
        path = tmp_path / name
        path.write_bytes(saved(picture, "PNG"))
        send(page, path, LONG if name == "tall.png" else "")
        expect(page.locator(".picture").first).to_contain_text(name)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []
    make.post("Shows it", body=page.locator(".picture").first.get_by_label("To paste into a text").input_value())
    page.locator(".thumb").first.click()
    expect(page.get_by_role("link", name="Shows it")).to_be_visible()
    assert is_shown(page, ".whole")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert violations(page) == []


def test_a_wide_screen_and_a_telephone_fetch_their_own_forms(
    open_page: Open, make: Make, author: MadeAccount, tmp_path: Path
) -> None:
    page = at_pictures(open_page, author)
    path = tmp_path / "wide.jpg"
    path.write_bytes(saved(quarters(1600, 900), "JPEG"))
    send(page, path)
    post = make.post(body=page.get_by_label("To paste into a text").input_value())
    for width, form in ((1280, "-960.webp"), (390, "-480.webp")):
        reader = open_page(post.path, width=width)
        assert is_shown(reader, ".prose img")
        used = reader.evaluate("document.querySelector('.prose img').currentSrc")
        assert used.endswith(form)
        assert reader.evaluate("document.documentElement.scrollWidth") <= width
