"""Keep Me Updated, from the box to the way out, with real mail, by a real worker."""

import re
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import expect

from hcpov.app import create_app
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.ops.schema import upgrade
from hcpov.updates import tasks
from hcpov.updates.models import Subscription
from tests.browser.conftest import Open, violations
from tests.browser.test_desk import at_desk
from tests.live import serving
from tests.make import START, MadeAccount, Make
from tests.post_office import PostOffice, link, words
from tests.updates.readers import wish

LONG = "The hand-off that fits on a card, and what four hospitals made of it in the first winter"


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Flask]:
    """An instance of its own, with a worker: it would tell of other tests' posts as well."""
    settings = Settings(
        instance=tmp_path, secret_key="the worker's own secret, known to all of them", rate_limits="off"
    )
    bound = (huey.app, huey.storage) if hasattr(huey, "app") else None
    app = create_app(settings)
    with app.app_context():
        upgrade()
    yield app
    if bound:
        huey.app, huey.storage = bound


def html(message: EmailMessage) -> str:
    """Returns a letter's HTML."""
    body = message.get_body(("html",))
    assert body is not None
    return str(body.get_content())


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts on", "scripts off"])
def test_from_the_box_to_the_way_out(
    own: Flask, open_page: Open, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch, scripts: bool
) -> None:
    make, settings = Make(own), own.config["HCPOV"]
    first = make.post("An earlier post", announced_at=START)
    with serving(settings, HCPOV_SMTP_URL=f"smtp://127.0.0.1:{post_office.port}") as address:
        page = open_page(first.path, scripts=scripts, site=address)
        page.locator("#updates-email").fill("reader@example.org")
        page.get_by_role("button", name="Keep me updated").click()
        expect(page.locator("#updates [role=status]")).to_contain_text("We have noted your address")
        [question] = post_office.wait_for(1)
        page.goto(link(words(question), "/updates/"))
        expect(page.get_by_role("heading", level=1)).to_have_text("Is this your address?")
        page.get_by_role("button", name="Yes, keep me updated").click()
        expect(page.get_by_role("status")).to_contain_text("Your address is confirmed.")
        monkeypatch.setitem(tasks._nudged, "at", float("-inf"))
        make.post("News from the ward", summary="In short.")
        [_, letter] = post_office.wait_for(2)
        assert f"Leave, or change how often:\n{address}/updates/" in words(letter)
        page.set_content(html(letter))
        expect(page.get_by_role("heading")).to_have_text("News from the ward")
        way_out = page.get_by_role("link", name="Leave, or change how often").get_attribute("href") or ""
        page.goto(way_out)
        page.get_by_label("How often").select_option("weekly")
        page.get_by_role("button", name=re.compile("^Save")).click()
        expect(page.get_by_role("status")).to_have_text("Your choice is saved.")
        page.get_by_role("button", name=re.compile("^Leave New posts")).click()
        expect(page.get_by_role("status")).to_have_text("You have left. Nothing more of it is sent.")
        expect(page.locator(".empty")).to_contain_text("Nothing.")
        page.wait_for_load_state("networkidle")  # the page has its sheets before the server goes
        assert page.context.cookies() == []
    with own.app_context():
        row = db.session.query(Subscription).one()
        assert (row.cadence, row.left_at is not None) == ("weekly", True)


def choices(make: Make, _app: Flask) -> str:
    """The page with more choices, on a post."""
    return f"/updates?post={make.post(LONG).id}"


def question(make: Make, app: Flask) -> str:
    """The question, for more than one wish."""
    wish(app, confirmed=False, post_id=make.post(LONG).id)
    return wish(app, confirmed=False)[1]


def wishes(make: Make, app: Flask) -> str:
    """What an address hears of, has left and has not confirmed."""
    post = make.post(LONG)
    wish(app, post_id=post.id, cadence="daily")
    wish(app, confirmed=False, post_id=make.post("Not confirmed").id)
    wish(app, left_at=START, post_id=make.post("Left").id)
    return f"{wish(app, blog_id=post.blog_id)[1]}?done=change"


def unknown(_make: Make, _app: Flask) -> str:
    """A link that is cut short."""
    return "/updates/none"


@pytest.mark.parametrize(("width", "scheme"), [(320, "dark"), (1280, "light")])
@pytest.mark.parametrize("where", [choices, question, wishes, unknown])
def test_its_pages_shut_nobody_out(
    app: Flask, open_page: Open, make: Make, where: Callable[[Make, Flask], str], width: int, scheme: str
) -> None:
    page = open_page(where(make, app), width=width, scheme=scheme, trouble=("status of 404",))
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_member_asks_and_leaves_without_a_letter(app: Flask, open_page: Open, make: Make) -> None:
    post = make.post("Rounds")
    member: MadeAccount = make.account(email="maeve@example.org")
    page = at_desk(open_page, member, f"/updates?post={post.id}", width=390)
    page.get_by_label("How often").select_option("daily")
    page.get_by_role("button", name="Keep me updated").click()
    expect(page).to_have_url(re.compile("/account/updates$"))
    expect(page.get_by_role("link", name="Comments on “Rounds”")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name=re.compile("^Leave")).click()
    expect(page.get_by_role("button", name=re.compile("^Hear of it again"))).to_be_visible()
