"""The ways in, as people go them: a page, a letter, a page, without scripts."""

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.make import PASSWORD, Make
from tests.post_office import PostOffice, link

NEW = "another kettle, same ward"


def sign_in(page: Page, email: str, password: str) -> None:
    """Fills the sign-in form in and sends it."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(email)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()


def heading(page: Page) -> str:
    """Returns what the page says it is."""
    return page.locator("h1").inner_text()


@pytest.mark.parametrize("width", [1280, 390])
def test_join_confirm_and_sign_in(app: Flask, open_page: Open, post_office: PostOffice, width: int) -> None:
    page = open_page("/", scripts=False, width=width)
    page.get_by_role("link", name="Join").click()
    page.get_by_label("Name").fill("Maeve O'Neil")
    page.get_by_label("Professional title").fill("Midwife")
    page.get_by_label("Place").fill("Galway")
    page.get_by_label("E-mail").fill("maeve@example.org")
    page.get_by_label("Password").fill("password1")
    page.get_by_role("button", name="Join").click()
    expect(page.get_by_text("among the first that anybody would try")).to_be_visible()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Join").click()
    assert heading(page) == "Look into your mail"
    page.goto(link(post_office.letter(app)[1], "/join/confirm/"))
    assert heading(page) == "Is this you?"
    page.get_by_role("button", name="Yes, that is me").click()
    assert heading(page) == "Your address is confirmed"
    page.get_by_role("main").get_by_role("link", name="Sign in").click()
    sign_in(page, "maeve@example.org", PASSWORD)
    expect(page.get_by_text("Signed in as Maeve O'Neil")).to_be_visible()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("link", name="Sign in")).to_be_visible()


def test_a_forgotten_password(app: Flask, open_page: Open, make: Make, post_office: PostOffice) -> None:
    member = make.account("Maeve")
    page = open_page("/sign-in", scripts=False, trouble=("404",))
    page.get_by_role("link", name="Forgotten?").click()
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_role("button", name="Send me the link").click()
    assert heading(page) == "Look into your mail"
    path = link(post_office.letter(app)[1], "/reset/")
    page.goto(path)
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Keep this password").click()
    assert heading(page) == "Your password is new"
    sign_in(page, member.email, NEW)
    expect(page.get_by_text("Signed in as Maeve")).to_be_visible()
    page.goto(path)
    assert heading(page) == "This link opens nothing"


def test_another_password_address_and_place(app: Flask, open_page: Open, make: Make, post_office: PostOffice) -> None:
    member = make.account("Maeve", email="old@example.org")
    elsewhere = open_page("/sign-in", scripts=False, width=390)
    sign_in(elsewhere, member.email, PASSWORD)
    page = open_page("/sign-in", scripts=False, scheme="dark")
    sign_in(page, member.email, PASSWORD)
    page.get_by_role("link", name="Account", exact=True).click()
    page.get_by_role("listitem").filter(has_text="Where you are signed in").get_by_role("link").click()
    assert page.get_by_role("listitem").count() == 2
    page.get_by_role("button", name="Sign out everywhere else").click()
    assert page.get_by_role("listitem").count() == 1
    elsewhere.goto("/account/")
    assert heading(elsewhere) == "Sign in"

    page.get_by_role("link", name="Account", exact=True).click()
    page.get_by_role("listitem").filter(has_text="Your password").get_by_role("link").click()
    page.get_by_label("Password you have").fill("not this")
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change it").click()
    expect(page.get_by_text("This is not your password.")).to_be_visible()
    page.get_by_label("Password you have").fill(PASSWORD)
    page.get_by_label("New password").fill(NEW)
    page.get_by_role("button", name="Change it").click()
    assert heading(page) == "Your account"
    assert post_office.letter(app)[0]["Subject"] == "Your password was changed"

    page.get_by_role("listitem").filter(has_text="Your e-mail address").get_by_role("link").click()
    page.get_by_label("New address").fill("new@example.org")
    page.get_by_role("button", name="Send the confirmation").click()
    expect(page.get_by_text("We wrote to new@example.org.")).to_be_visible()
    page.goto(link(post_office.letter(app)[1], "/account/email/"))
    page.get_by_role("button", name="Yes, use this address").click()
    assert heading(page) == "Your address was changed"
    assert post_office.letter(app)[0]["To"] == "old@example.org"


def test_an_address_that_waits_for_its_confirmation(
    app: Flask, open_page: Open, make: Make, post_office: PostOffice
) -> None:
    member = make.account("Maeve", confirmed_at=None)
    page = open_page("/sign-in", scripts=False)
    sign_in(page, member.email, PASSWORD)
    page.get_by_role("link", name="have it sent once more").click()
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_role("button", name="Send it again").click()
    assert heading(page) == "Look into your mail"
    assert "/join/confirm/" in post_office.letter(app)[1]
