"""The second factor in a browser without scripts, and what axe-core says of its pages."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.auth.factors import code_for
from tests.browser.conftest import Open, violations
from tests.make import MadeAccount, Make


@pytest.fixture
def member(make: Make) -> MadeAccount:
    """A member without a second factor."""
    return make.account()


def give_password(page: Page, member: MadeAccount, stay: bool = False) -> None:
    """Signs in as far as the password goes."""
    page.goto("/sign-in")
    page.get_by_label("E-mail").fill(member.email)
    page.get_by_label("Password").fill(member.password)
    page.get_by_label("Stay signed in").set_checked(stay)
    page.get_by_role("button", name="Sign in").click()


def give_code(page: Page, code: str, button: str = "Sign in") -> None:
    """Gives a code and sends it."""
    page.get_by_label("Code", exact=True).fill(code)
    page.get_by_role("button", name=button).click()


def set_up(page: Page) -> str:
    """Sets an authenticator up, and returns its key."""
    page.goto("/account/second-factor")
    page.get_by_role("button", name="Set up an authenticator").click()
    key = page.locator(".key").inner_text().replace(" ", "")
    give_code(page, code_for(key), "Check the code")
    return key


def sign_out(page: Page) -> None:
    """Signs out."""
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_authenticator_without_scripts(open_page: Open, member: MadeAccount) -> None:
    """Set up, recovery codes, sign in with a code, with a recovery code, and on a remembered device."""
    page = open_page("/sign-in", scripts=False, width=390)
    give_password(page, member)
    key = set_up(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("button", name="Make the list").click()
    codes = page.locator(".codes li").all_inner_texts()
    assert len(codes) == 8
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    with page.expect_download() as saved:
        page.get_by_role("link", name="Save them as a file").click()
    assert codes[7] in saved.value.path().read_text(encoding="utf-8")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("8 codes left")).to_be_visible()
    sign_out(page)

    give_password(page, member, stay=True)
    give_code(page, "000000")
    expect(page.get_by_text("This code is not right")).to_be_visible()
    expect(page.get_by_label("Code", exact=True)).to_be_focused()
    give_code(page, code_for(key, 30))
    expect(page.get_by_text("Signed in as")).to_be_visible()
    sign_out(page)
    give_password(page, member)
    expect(page.get_by_text("Signed in as")).to_be_visible()

    page.context.clear_cookies()
    give_password(page, member)
    page.get_by_role("link", name="recovery code").click()
    page.get_by_label("Recovery code").fill(codes[0].upper())
    page.get_by_role("button", name="Sign in").click()
    page.goto("/account/")
    expect(page.get_by_text("7 codes left")).to_be_visible()


def test_recovery_codes_print_alone(open_page: Open, member: MadeAccount) -> None:
    page = open_page("/sign-in", scripts=False)
    give_password(page, member)
    set_up(page)
    page.get_by_role("button", name="Make the list").click()
    page.emulate_media(media="print")
    expect(page.locator(".codes")).to_be_visible()
    for part in (".welcome", "main .row", ".foot nav"):
        expect(page.locator(part)).to_be_hidden()
    expect(page.get_by_text("print this page")).to_be_hidden()
    expect(page.get_by_text(re.compile(r"Made \w+ \d+, \d{4}"))).to_be_visible()  # of two lists, the later is good


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_shut_nobody_out(open_page: Open, member: MadeAccount, scheme: str) -> None:
    page = open_page("/sign-in", width=320, scheme=scheme)
    give_password(page, member)
    seen: list[str] = []

    def look() -> None:
        seen.extend(f"{page.url}: {each}" for each in violations(page))
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, page.url

    page.goto("/account/second-factor")
    look()
    page.get_by_role("button", name="Set up an authenticator").click()
    look()
    key = page.locator(".key").inner_text().replace(" ", "")
    give_code(page, "000000", "Check the code")
    look()
    give_code(page, code_for(key), "Check the code")
    look()
    page.get_by_role("button", name="Make the list").click()
    look()
    for path in (
        "/account/second-factor",
        "/account/recovery-codes",
        "/account/passkeys",
        "/account/sessions",
        "/account/",
    ):
        page.goto(path)
        look()
    sign_out(page)
    give_password(page, member)
    for path in ("/sign-in/code", "/sign-in/recovery", "/sign-in/help", "/sign-in/passkey"):
        page.goto(path)
        look()
    assert not seen, "\n".join(seen)


def test_picture_can_be_read_on_a_dark_page(open_page: Open, member: MadeAccount) -> None:
    page = open_page("/sign-in", scheme="dark")
    give_password(page, member)
    page.goto("/account/second-factor")
    page.get_by_role("button", name="Set up an authenticator").click()
    picture = page.locator(".qr")
    assert picture.evaluate("each => getComputedStyle(each).backgroundColor") == "rgb(255, 255, 255)"
    assert picture.evaluate("each => each.complete && each.naturalWidth > 0")
    assert re.fullmatch(r"(?:[A-Z2-7]{4} ?)+", page.locator(".key").inner_text())
