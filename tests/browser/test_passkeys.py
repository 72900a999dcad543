"""Passkeys in Chromium, with its virtual authenticator. The site is opened by name: a number can have no passkeys."""

import gzip
from collections.abc import Callable

import pytest
from playwright.sync_api import CDPSession, Page, expect

from hcpov import config
from tests.browser.conftest import Open, violations
from tests.browser.test_second_factor import give_code, give_password, set_up, sign_out
from tests.make import MadeAccount, Make

OLD_BROWSER = """
delete PublicKeyCredential.parseCreationOptionsFromJSON;
delete PublicKeyCredential.parseRequestOptionsFromJSON;
delete PublicKeyCredential.prototype.toJSON;
"""
Visit = Callable[..., tuple[Page, "Keys"]]


class Keys:
    """The virtual authenticator of one page."""

    def __init__(self, page: Page) -> None:
        self.line: CDPSession = page.context.new_cdp_session(page)
        self.line.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        self.id = self.line.send("WebAuthn.addVirtualAuthenticator", {"options": options})["authenticatorId"]

    def kept(self) -> int:
        """Counts the passkeys it keeps."""
        return len(self.line.send("WebAuthn.getCredentials", {"authenticatorId": self.id})["credentials"])

    def verifies(self, right: bool) -> None:
        """Lets the holder be the right one, or not."""
        self.line.send("WebAuthn.setUserVerified", {"authenticatorId": self.id, "isUserVerified": right})


@pytest.fixture
def member(make: Make) -> MadeAccount:
    """A member."""
    return make.account()


@pytest.fixture
def visit(open_page: Open, server: str, member: MadeAccount) -> Visit:
    """Returns a page of the member's, signed in by the site's name, and its authenticator."""

    def visited(**how: object) -> tuple[Page, Keys]:
        page = open_page("/sign-in", site=server.replace("127.0.0.1", "localhost"), **how)
        keys = Keys(page)
        give_password(page, member)
        return page, keys

    return visited


def add(page: Page, name: str = "") -> None:
    """Asks for a new passkey."""
    page.goto("/account/passkeys")
    if name:
        page.get_by_label("Name of a new one").fill(name)
    page.get_by_role("button", name="Add a passkey").click()


@pytest.mark.parametrize("browser", ["new", "old"])
def test_passkey_is_added_used_and_removed(visit: Visit, browser: str) -> None:
    page, keys = visit()
    if browser == "old":
        page.add_init_script(OLD_BROWSER)
    add(page)
    expect(page.locator(".rows b")).to_have_text("Chrome on Linux")
    assert keys.kept() == 1
    sign_out(page)

    page.goto("/sign-in")
    page.get_by_role("link", name="sign in with that").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Signed in as")).to_be_visible()

    add(page, "Twice")
    expect(page.get_by_text("This device keeps a passkey for your account already.")).to_be_visible()
    page.get_by_role("link", name="Back to your passkeys").click()
    page.get_by_role("button", name="Remove Chrome on Linux").click()
    expect(page.get_by_text("You have none yet.")).to_be_visible()
    sign_out(page)
    page.goto("/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("opens no account here")


def test_holder_who_is_not_checked_gets_nowhere(visit: Visit) -> None:
    page, keys = visit()
    add(page)
    expect(page.locator(".rows b")).to_be_visible()
    sign_out(page)
    keys.verifies(False)
    page.goto("/sign-in/passkey")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("No passkey was given, or it took too long.")).to_be_visible()
    keys.verifies(True)
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Signed in as")).to_be_visible()


def test_ways_to_prove_it_stand_apart(visit: Visit) -> None:
    page, keys = visit(width=390)
    add(page)
    expect(page.locator(".rows b")).to_be_visible()
    page.goto("/account/verify")
    boxes = [page.get_by_role("button", name=name).bounding_box() for name in ("Go on", "Use a passkey instead")]
    assert boxes[0] and boxes[1] and boxes[1]["y"] - boxes[0]["y"] - boxes[0]["height"] >= 12
    keys.verifies(False)
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page.locator(".guard", has_text="No passkey was given")).to_be_visible()


def test_passkey_in_the_place_of_a_code(visit: Visit, member: MadeAccount) -> None:
    page, _ = visit()
    add(page)
    expect(page.locator(".rows b")).to_be_visible()
    set_up(page)
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    sign_out(page)
    give_password(page, member)
    give_code(page, "000000")
    page.get_by_role("link", name="passkey").click()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("Signed in as")).to_be_visible()


def test_number_for_a_name_is_explained(open_page: Open, member: MadeAccount) -> None:
    page = open_page("/sign-in")
    give_password(page, member)
    add(page)
    expect(page.get_by_text("Open the site by its name.")).to_be_visible()
    expect(page.get_by_role("button", name="Try again")).to_be_hidden()


def test_without_scripts_the_page_says_so(open_page: Open, member: MadeAccount) -> None:
    page = open_page("/sign-in", scripts=False)
    page.goto("/sign-in/passkey")
    assert "A passkey needs scripts" in page.locator("noscript").inner_text()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_text("This page needs its script")).to_be_visible()
    page.get_by_role("link", name="Use your password").click()
    give_password(page, member)
    add(page)
    expect(page.get_by_text("This page needs its script")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_pages_shut_nobody_out(visit: Visit, scheme: str) -> None:
    page, keys = visit(width=320, scheme=scheme)
    add(page, "A laptop with a rather long name at the practice on the hill")
    expect(page.locator(".rows b")).to_be_visible()
    seen = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    add(page, "Twice")
    expect(page.get_by_text("already")).to_be_visible()
    seen += violations(page)
    page.goto("/account/verify/passkey")
    seen += violations(page)
    keys.verifies(False)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Try again")).to_be_visible()
    seen += violations(page)
    assert not seen, "\n".join(seen)


def test_script_is_small() -> None:
    script = config.ROOT / "static" / "js" / "passkey.js"
    assert len(gzip.compress(script.read_bytes(), 9)) <= 2048
