"""The members' pages in a browser, scripts off: found, given a role, switched off."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, violations
from tests.make import PASSWORD, MadeAccount, Make


@pytest.fixture
def admin(make: Make) -> MadeAccount:
    """Who gives roles."""
    return make.account("Addie Admin", roles=("admin",))


def at_members(open_page: Open, admin: MadeAccount, **how: object) -> Page:
    """Opens the members' list, signed in."""
    page = open_page("/sign-in", **({"scripts": False} | how))
    page.locator("#email").fill(admin.email)
    page.locator("#password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.goto("/desk/members")
    return page


def test_a_member_is_found_given_a_role_and_switched_off(open_page: Open, make: Make, admin: MadeAccount) -> None:
    make.blog()
    pat = make.account("Pat Plain", email="pat@example.org")
    page = at_members(open_page, admin)
    page.get_by_label("Name or address").fill("PAT@")
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Pat Plain").click()
    page.get_by_label("Give a role").select_option("Author of Boardroom Buzz")
    page.get_by_label("Reason").and_(page.locator("#reason-give")).fill("Writes for us from May on.")
    page.get_by_role("button", name="Give it").click()
    expect(page.locator("#main .records")).to_contain_text("Author of Boardroom Buzz")
    page.get_by_text("Take it back").first.click()
    page.locator("#reason-take-1").fill("Left us.")
    page.get_by_role("button", name="Take it back").click()
    expect(page.locator("#main")).to_contain_text("None: reads and comments")
    page.get_by_text("Switch this account off").click()
    page.locator("#reason-state").fill("Asked for it.")
    page.get_by_role("button", name="Switch off").click()
    expect(page.locator("#main")).to_contain_text("switched off")
    assert page.url.endswith(f"/desk/members/{pat.id}")


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_page(open_page: Open, make: Make, admin: MadeAccount, width: int) -> None:
    name = "Bartholomew Featherstonehaugh-Cholmondeley-Wriothesley"
    long = make.account(name, roles=("moderator",), email=f"{'a' * 60}@{'b' * 60}.example.org", title="x" * 120)
    page = at_members(open_page, admin, width=width)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.goto(f"/desk/members/{long.id}")
    page.get_by_text("Take it back").first.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_members_pages_shut_nobody_out(open_page: Open, make: Make, admin: MadeAccount, scheme: str) -> None:
    make.blog()
    off, pat = make.account("Otto Off", active=False), make.account("Pat Plain", roles=("moderator",))
    page = at_members(open_page, admin, scripts=True, scheme=scheme, trouble=("status of 422",))
    assert violations(page) == []
    for number in (off.id, pat.id, admin.id):
        page.goto(f"/desk/members/{number}")
        for summary in page.locator("#main summary").all():
            summary.click()
        assert violations(page) == []
    page.goto(f"/desk/members/{pat.id}")
    page.locator("#role").select_option(index=1)
    page.locator("#reason-give").fill(" ")
    page.get_by_role("button", name="Give it").click()
    expect(page.locator("#reason-give")).to_be_focused()
    assert violations(page) == []
