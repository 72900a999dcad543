"""The desk's mail in a browser: acts change the list where it stands, and nobody is shut out."""

import re

import pytest
from flask import Flask
from playwright.sync_api import expect

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail import actions, refusals
from hcpov.mail.models import Message
from tests.browser.conftest import Open, violations
from tests.browser.test_desk import at_desk
from tests.make import Make


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
def test_mail_is_tried_again_and_dropped_without_a_new_page(
    app: Flask, open_page: Open, make: Make, width: int, scheme: str
) -> None:
    admin = make.account("Ada Admin", roles=("admin",))
    with app.app_context():
        for number in range(3):
            facts = {"to": f"reader{number}@a-long-hospital-domain.example.org", "subject": f"Post {number}"}
            problem = {"gave_up_at": clock.now(), "problem": "refused with 554 5.7.1", "tries": 1}
            db.session.add(Message(**facts, **problem, text="Words.", dedupe_key=f"key {number}"))
        refusals.remember("reader0@a-long-hospital-domain.example.org", "550 5.1.1")
        db.session.commit()
        actions.pause("the relay hung up at the call")
    page = at_desk(
        open_page, admin, "/desk/mail?which=given-up", width=width, scheme=scheme, trouble=("status of 409",)
    )
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.evaluate("window.stayed = true")
    page.get_by_role("button", name=re.compile("Try again ?: Post 2")).click()
    expect(page.get_by_role("link", name="Waits · 1")).to_be_visible()
    page.get_by_role("button", name=re.compile("Drop ?: Post 1")).click()
    expect(page.locator("#mail .records > li")).to_have_count(1)
    page.get_by_role("button", name="Write to this address again").click()
    expect(page.get_by_role("button", name="Write to this address again")).to_have_count(0)
    page.get_by_label("E-mail").fill("nobody@example.org")
    page.get_by_role("button", name="Write to it again").click()
    expect(page.get_by_text("This address is not among those that refused mail.")).to_be_visible()
    page.get_by_role("button", name="Try it now").click()
    expect(page.get_by_text("It is tried again just now.")).to_be_visible()
    assert page.evaluate("window.stayed") is True
    assert violations(page) == []
