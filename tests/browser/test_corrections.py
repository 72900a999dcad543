"""A published post is changed in the open, in a browser; and the desk's pages around it shut nobody out."""

import json

import feedparser
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov.audit.models import Audit
from hcpov.blog import actions
from hcpov.blog.models import Change, Post, State
from hcpov.extensions import db
from tests.browser.conftest import Open, violations
from tests.browser.test_desk import at_desk
from tests.make import MadeAccount, MadePost, Make

BODY = "\n\n".join(f"Paragraph number {number} of the post, as long as a line." for number in range(6))
REASON = "The ward has fourteen beds, not twelve."


@pytest.fixture
def post(make: Make) -> MadePost:
    """A published post."""
    return make.post("The hand-off that fits on a card", body=f"The ward has twelve beds.\n\n{BODY}", summary="Short.")


@pytest.fixture
def editor(make: Make, post: MadePost) -> MadeAccount:
    """Who edits its blog."""
    account = make.account("Edda Editor")
    make.editor(account.id, post.blog_id)
    return account


@pytest.fixture
def admin(make: Make) -> MadeAccount:
    """Who may everything."""
    return make.account("Ada Admin", roles=("admin",))


def changed(app: Flask, post: MadePost, account: MadeAccount, kind: Change, body: str, reason: str) -> None:
    """Changes a post by the action itself."""
    with app.app_context():
        found = db.session.get_one(Post, post.id)
        words = {"title": found.title, "summary": found.summary, "body": body}
        assert actions.change(found, words, found.version, account.id, kind, reason)


@pytest.mark.parametrize("scripts", [True, False])
def test_a_correction_is_made_the_history_shows_it_and_the_feed_carries_it(
    open_page: Open, editor: MadeAccount, post: MadePost, scripts: bool
) -> None:
    page = at_desk(open_page, editor, f"/desk/posts/{post.id}/change", scripts=scripts)
    expect(page.locator(".erasing")).to_be_hidden()
    page.get_by_label("Removal for privacy").check()
    expect(page.locator(".erasing")).to_be_visible()
    page.locator("#kind-correction").check()
    body = page.locator("#body").input_value()
    page.locator("#body").fill(body.replace("twelve beds", "fourteen beds"))
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("#reason-error")).to_contain_text("Please give a reason.")
    page.locator("#reason").fill(REASON)
    page.get_by_role("button", name="Preview", exact=True).click()
    expect(page.locator("#preview .prose")).to_contain_text("fourteen beds")
    expect(page.locator("#preview ins")).to_have_text("fourteen ")
    page.get_by_role("button", name="Save this change").click()
    expect(page.locator("tbody tr")).to_have_count(2)
    page.goto(post.path)
    notice = page.locator(".note.fix")
    expect(notice).to_contain_text(f"{REASON} What changed")
    facts = json.loads(page.locator('script[type="application/ld+json"]').text_content() or "")
    assert facts["@graph"][0]["correction"][0]["text"] == REASON
    notice.get_by_role("link", name="What changed").click()
    expect(page.locator("#revision-2 del")).to_have_text("twelve ")
    expect(page.locator("#revision-2 ins")).to_have_text("fourteen ")
    page.get_by_role("link", name="The notice on the post").click()
    expect(page.locator("#notice-2")).to_be_in_viewport()
    feed = feedparser.parse(page.request.get("/feed.atom").body())
    assert not feed.bozo
    assert "fourteen beds" in feed.entries[0].content[0].value and REASON in feed.entries[0].content[0].value


def test_two_editors_at_once_lose_no_word(app: Flask, open_page: Open, editor: MadeAccount, post: MadePost) -> None:
    page = at_desk(open_page, editor, f"/desk/posts/{post.id}/change", trouble=("status of 409",))
    page.locator("#kind-correction").check()
    page.locator("#reason").fill(REASON)
    page.locator("#body").fill("What I wrote.")
    changed(app, post, editor, Change.CORRECTION, "What they wrote.", "They were quicker.")
    page.get_by_role("button", name="Save without a preview").click()
    expect(page.get_by_role("alert").first).to_contain_text("Somebody changed this post while you wrote.")
    expect(page.locator("#body")).to_have_value("What I wrote.")
    page.get_by_text("What is published now, whole").click()
    expect(page.locator("#theirs")).to_have_value("What they wrote.")
    assert violations(page) == []
    page.locator("#body").fill("What they wrote, and what I wrote.")
    page.get_by_role("button", name="Save without a preview").click()
    expect(page.locator("tbody tr")).to_have_count(3)


def test_keyboard_alone_makes_a_correction(open_page: Open, editor: MadeAccount, post: MadePost) -> None:
    page = at_desk(open_page, editor, f"/desk/posts/{post.id}/change")
    page.locator("#kind-minor").focus()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Tab")
    page.keyboard.type(REASON)
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_contain_text(REASON)
    expect(page.locator("#kind-correction")).to_be_checked()


def test_a_post_is_withdrawn_and_brought_back(open_page: Open, editor: MadeAccount, post: MadePost) -> None:
    page = at_desk(open_page, editor, f"/desk/posts/{post.id}/revisions", trouble=("status of 410",))
    page.get_by_text("Take the whole post back").click()
    page.locator("#reason").fill("A court asked for it.")
    page.get_by_role("button", name="Withdraw it").click()
    expect(page.locator("tbody tr").first).to_contain_text("Withdrawn")
    page.goto(post.path)
    expect(page.get_by_role("heading", level=1)).to_have_text("This post was withdrawn")
    assert violations(page) == []
    page.goto(f"/desk/posts/{post.id}/revisions")
    page.get_by_text("Show it again").click()
    page.locator("#reason").fill("The court agreed.")
    page.get_by_role("button", name="Bring it back").click()
    page.goto(post.path)
    expect(page.get_by_role("heading", level=1)).to_have_text(post.title)


PAGES = {
    "change": "/desk/posts/{}/change",
    "revisions": "/desk/posts/{}/revisions?old=1&new=3#compared",
    "history": "{}history",
    "post": "{}",
    "desk": "/desk/",
    "audit": "/desk/audit?since=nonsense",
    "audit log": "/desk/audit",
    "blogs": "/desk/blogs",
    "blog": "/desk/blogs/{}/edit",
    "new blog": "/desk/blogs/new",
    "pages": "/desk/pages",
    "new page": "/desk/pages/new?slug=privacy",
    "privacy": "/pages/privacy/",
    "write": "/boardroom-buzz/write-for-us",
}


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 1280), ("light", 320), ("dark", 390)])
def test_these_pages_shut_nobody_out(
    app: Flask, open_page: Open, make: Make, admin: MadeAccount, post: MadePost, scheme: str, width: int
) -> None:
    make.blog("night-shift", "Night Shift")
    make.blog("boardroom-buzz", write_for_us_html="")
    with app.app_context():
        found = db.session.get_one(Post, post.id)
        found.blog.write_for_us_html = "<p>Write to us.</p>"
        db.session.commit()
    for state in (State.DRAFT, State.REVIEW):
        make.post(f"On its way: {state}", state=state, author_id=admin.id)
    long = "x" * 200
    changed(app, post, admin, Change.CORRECTION, f"The ward has fourteen beds.\n\n{BODY}", f"{REASON} {long}")
    changed(app, post, admin, Change.RETRACTION, f"The ward has fourteen beds.\n\n{BODY}\n\nNew.", "It was made up.")
    with app.app_context():
        db.session.add(Audit(what="role given", about="account 1", reason=long, details={"role": "editor"}))
        db.session.commit()
    page: Page = at_desk(open_page, admin, "/desk/", width=width, scheme=scheme, trouble=("status of 422",))
    wrong = []
    for name, path in PAGES.items():
        page.goto(path.format(post.path if path.startswith("{}") else post.blog_id if "blogs" in path else post.id))
        if name == "change":
            page.get_by_label("Removal for privacy").check()
            page.locator("#reason").fill("Somebody was named.")
        if name == "revisions":
            page.get_by_text("Take the whole post back").click()
        wrong += [f"{name}: {each}" for each in violations(page)]
        wide = page.evaluate("document.documentElement.scrollWidth")
        if wide > width:
            wrong.append(f"{name}: {wide} wide")
        if name == "change":
            page.get_by_role("button", name="Preview", exact=True).click()
            wrong += [f"preview: {each}" for each in violations(page)]
    assert wrong == []
