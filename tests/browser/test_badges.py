"""From asking for a badge to seeing it on the page, in a browser: with scripts and without."""

import pytest
from flask import Flask
from playwright.sync_api import expect

from hcpov.auth.models import Credential, CredentialState
from hcpov.extensions import db
from tests.browser.conftest import Open
from tests.browser.test_desk import at_desk
from tests.make import Make


@pytest.mark.parametrize("scripts", [True, False])
def test_a_badge_is_asked_for_granted_and_shown(open_page: Open, make: Make, scripts: bool) -> None:
    ada = make.account("Ada Reader", handle="ada-reader", about="Dispenses.")
    page = at_desk(open_page, ada, "/account/credentials", scripts=scripts)
    page.get_by_label("Profession").fill("Pharmacist")
    page.get_by_label("Region").fill("Oklahoma")
    page.get_by_label("Number", exact=True).fill("1234567890")
    page.get_by_role("button", name="Ask for the badge").click()
    expect(page.locator("#number-error")).to_contain_text("An NPI has ten digits")
    expect(page.get_by_label("Profession")).to_have_value("Pharmacist")
    page.get_by_label("Number", exact=True).fill("1234567893")
    page.get_by_role("button", name="Ask for the badge").click()
    expect(page.locator("main")).to_contain_text("A moderator looks at it")
    desk = at_desk(open_page, make.account(roles=("moderator",)), "/desk/credentials", scripts=scripts)
    if scripts:
        desk.evaluate("window.same = true")
    expect(desk.locator(".item")).to_contain_text("its check digit is right")
    desk.locator(".item").get_by_label("Shown until").fill("2020-01-01")
    desk.get_by_role("button", name="Grant it").click()
    expect(desk.locator(".item .error")).to_contain_text("Give a day from")
    desk.locator(".item").get_by_label("Shown until").fill(desk.locator("input[type=date]").get_attribute("max") or "")
    desk.get_by_role("button", name="Grant it").click()
    expect(desk.locator("main")).to_contain_text("Granted until" if scripts else "No badge waits.")
    if scripts:
        assert desk.evaluate("window.same") is True
        expect(desk.locator(".settled")).to_be_focused()
    page.goto("/people/ada-reader/")
    expect(page.locator(".badge")).to_have_text("Pharmacist, Oklahoma")


def test_refused_and_decided_by_somebody_else_meanwhile(app: Flask, open_page: Open, make: Make) -> None:
    numbers = [make.badge(make.account().id, CredentialState.ASKED) for _ in range(2)]
    moderator = make.account(roles=("moderator",))
    desk = at_desk(open_page, moderator, "/desk/credentials", trouble=("status of 409",))
    item = desk.locator(f"#badge-{numbers[0]}")
    item.get_by_text("Refuse it").first.click()
    item.get_by_label("Reason").fill("It is not in the register.")
    item.get_by_label("Reason").press("Enter")
    expect(item).to_contain_text("Refused.")
    expect(desk.locator(f"#badge-{numbers[1]}")).to_be_focused()
    with app.app_context():
        db.session.execute(db.update(Credential).values(state=CredentialState.WITHDRAWN))
        db.session.commit()
    desk.locator(f"#badge-{numbers[1]}").get_by_role("button", name="Grant it").click()
    expect(desk.locator(f"#badge-{numbers[1]}")).to_contain_text("Nothing was done twice.")
