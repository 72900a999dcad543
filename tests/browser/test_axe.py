"""axe-core on the post page in every state of the form, and on what else a writer sees: no violation."""

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov.audit.actions import note
from hcpov.auth.models import CredentialState
from hcpov.extensions import db
from tests.browser.conftest import Open, violations
from tests.browser.test_desk import at_desk
from tests.browser.test_journey import fill_in, token
from tests.forms import right_code
from tests.make import MadePost, Make

PATIENT = "We had one last week, DOB 4/12/1961, on the night shift."
ABOUT = "Delivers babies, and writes about *rotas*.\n\nFormerly of [Galway](https://example.org/)."
LINKS = "https://a.example https://b.example https://c.example"


def send(app: Flask, page: Page, body: str, code: bool = True) -> None:
    """Fills the form in and sends it."""
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    fill_in(page)
    page.locator("#leave [name=body]").fill(body)
    page.locator("#code").fill(right_code(app, token(page)) if code else "")
    page.get_by_role("button", name="Post comment").click()


def found(app: Flask, page: Page) -> None:
    """As a reader finds it, with the code."""
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()


def error(app: Flask, page: Page) -> None:
    """With the code missing."""
    send(app, page, "Words.", code=False)
    expect(page.locator("#code-error")).to_be_visible()


def asked(app: Flask, page: Page) -> None:
    """With the question about a patient."""
    send(app, page, PATIENT)
    expect(page.locator("#leave mark")).to_be_visible()
    page.get_by_text("It is no patient, or I am not sure").click()


def held(app: Flask, page: Page) -> None:
    """With a held comment's notice."""
    send(app, page, LINKS)
    expect(page.locator("#leave [data-posted]")).to_contain_text("with the editors")


def posted(app: Flask, page: Page) -> None:
    """With a comment just posted."""
    send(app, page, "A good word.")
    expect(page.locator(".comment.mine")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("state", [found, error, asked, held, posted])
def test_post_page_shuts_nobody_out(
    app: Flask, open_page: Open, make: Make, state: Callable[[Flask, Page], None], scheme: str
) -> None:
    post: MadePost = make.post(body="Text.\n\n> Quoted.\n\n1. One", editors_note="A note.", disclosure="None")
    make.comment(post, "An answer.", parent=make.comment(post, "Said."), name="Cyn Reply")
    page = open_page(post.path, width=320, scheme=scheme)
    state(app, page)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize(
    "path", ["/", "/blogs/", "/boardroom-buzz/", "/tags/night-shifts/", "/sign-in", "/join", "/nope/"]
)
def test_pages_shut_nobody_out(open_page: Open, make: Make, path: str) -> None:
    make.post(tags=["Night shifts"])
    page = open_page(path, trouble=("status of 404",))
    assert violations(page) == []


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
@pytest.mark.parametrize(
    "path",
    [
        "/account/",
        "/account/profile",
        "/account/credentials",
        "/people/maeve/",
        "/people/nobody-yet/",
        "/desk/credentials",
        "/desk/credentials/granted",
        "/desk/audit",
    ],
    ids=lambda path: path.strip("/").replace("/", "-"),
)
def test_people_and_badges_shut_nobody_out(
    app: Flask, open_page: Open, make: Make, path: str, width: int, scheme: str
) -> None:
    maeve = make.account(
        "Maeve Ní Bhriain-Featherstonehaugh", handle="maeve", roles=("moderator", "admin"), about=ABOUT
    )
    ada = make.account("Ada Reader", handle="nobody-yet", title="Pharmacist", place="Tulsa OK")
    post = make.post("The hand-off that fits on a card", author_id=maeve.id, summary="One card, four lines.")
    for words in ("I agree with the second habit, and would add one of my own. " * 6, "So do I."):
        make.comment(post, words, account_id=maeve.id)
    npi = {"number": "NPI 1234567893", "body": "US NPI registry"}
    for account in (maeve, ada):
        make.badge(account.id, CredentialState.GRANTED)
        make.badge(account.id, CredentialState.REFUSED, reason="It is not in the register.", region="Texas")
        make.badge(account.id, CredentialState.ASKED, profession="Consultant midwife", region="Ireland", **npi)
    with app.app_context():
        note(maeve.id, "badge granted", f"account {ada.id}", "Found in the register.", profession="Registered nurse")
        note(None, "role given", f"account {maeve.id}", role="moderator")
        db.session.commit()
    page = at_desk(open_page, maeve, path, width=width, scheme=scheme)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    for summary in page.locator("main summary").all():
        summary.click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_asking_for_a_badge_shuts_nobody_out(open_page: Open, make: Make, width: int, scheme: str) -> None:
    page = at_desk(open_page, make.account("Ada Reader"), "/account/credentials", width=width, scheme=scheme)
    assert violations(page) == []
    for label, words in (("Profession", "Pharmacist"), ("Region", "Oklahoma"), ("Number", "1234567890")):
        page.get_by_label(label, exact=True).fill(words)
    page.get_by_role("button", name="Ask for the badge").click()
    expect(page.locator("#number-error")).to_be_visible()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_receipt_and_report_shut_nobody_out(app: Flask, open_page: Open, make: Make) -> None:
    post = make.post()
    page = open_page(post.path)
    send(app, page, "A good word.")
    page.get_by_role("link", name="your receipt").click()
    expect(page.get_by_role("heading", name="Your comment")).to_be_visible()
    assert violations(page) == []
    page.goto(post.path)
    page.get_by_role("link", name="Report").click()
    assert violations(page) == []


def test_keyboard_alone_posts_a_comment(app: Flask, open_page: Open, make: Make) -> None:
    post = make.post()
    page = open_page(post.path)
    page.locator("#leave").scroll_into_view_if_needed()
    expect(page.locator("#code-box img")).to_be_visible()
    page.locator("#leave [name=name]").focus()
    for words in ("Ada Reader", "Pharmacist", "Tulsa OK", "ada@example.org", "By keyboard.", ""):
        page.keyboard.type(words)
        page.keyboard.press("Tab")
    for _ in range(4):
        if page.evaluate("document.activeElement.id") == "code":
            break
        page.keyboard.press("Tab")
    page.keyboard.type(right_code(app, token(page)))
    page.keyboard.press("Enter")
    expect(page.locator(".comment.mine")).to_contain_text("By keyboard.")
