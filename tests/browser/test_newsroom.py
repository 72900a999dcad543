"""One post's whole life: a guest writes it, an editor schedules it, the worker publishes it, it is corrected."""

import re
from datetime import timedelta
from pathlib import Path

import feedparser
import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from hcpov import clock
from hcpov.app import create_app
from hcpov.blog.models import Post, State
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops.schema import upgrade
from tests.browser.conftest import Open
from tests.browser.test_editor import at_desk
from tests.conftest import POSTGRES
from tests.live import get, serving, wait_until
from tests.make import Make
from tests.media.files import photo

PROMISE = 10  # seconds


@pytest.fixture
def own(tmp_path: Path) -> tuple[Flask, Settings]:
    """An instance of its own, with a worker of its own."""
    if POSTGRES:
        pytest.skip("the worker's database is SQLite here; publishing what is due is tested on both")
    settings = Settings(
        instance=tmp_path / "instance", secret_key="the newsroom's own secret, known to all in it", rate_limits="off"
    )
    app = create_app(settings)
    with app.app_context():
        upgrade()
    return app, settings


def pass_time(app: Flask) -> None:
    """Brings the planned moment of the one post to two seconds from now, as if the days between had gone by."""
    with app.app_context():
        post = db.session.scalars(db.select(Post)).one()
        assert post.state == State.SCHEDULED and post.published_at > clock.now() + timedelta(days=1)
        post.published_at = db.session.info["publish_at"] = clock.now() + timedelta(seconds=2)
        db.session.commit()


def is_public(app: Flask) -> bool:
    """Says whether the one post was published."""
    with app.app_context():
        return bool(db.session.scalars(db.select(Post)).one().is_public)


def write(page: Page, picture: Path) -> None:
    """Writes a post with a picture and hands it in, as a guest who is no editor."""
    page.get_by_role("button", name="Write for Boardroom Buzz").click()
    page.locator("#title").fill("A card beside the bed")
    page.locator("#body").fill("Ninety days without a form.\n\n")
    page.get_by_role("button", name="Picture", exact=True).click()
    page.locator("#picture").set_input_files(picture)
    page.locator("#picture-alt").fill("A card beside a bed")
    page.get_by_role("button", name="Put it into the text").click()
    expect(page.locator("#body")).to_have_value(re.compile(r"!\[A card beside a bed\]\(/media/"))
    page.get_by_role("button", name="Send to review").click()
    expect(page.locator(".state")).to_have_text("In review")


def test_a_post_from_the_first_word_to_its_correction(
    own: tuple[Flask, Settings], open_page: Open, tmp_path: Path
) -> None:
    app, settings = own
    make, picture = Make(app), tmp_path / "card.jpg"
    picture.write_bytes(photo(6, size=(900, 600)))
    guest, editor = make.account("Gwen Guest"), make.account("Edda Editor")
    blog = make.blog()
    make.editor(guest.id, blog, "author")
    make.editor(editor.id, blog)
    with serving(settings) as site:
        write(at_desk(open_page, guest, "", site), picture)
        page = at_desk(open_page, editor, "", site)
        page.get_by_role("link", name="A card beside the bed").click()
        page.locator("#at").fill((clock.now() + timedelta(days=30)).strftime("%Y-%m-%dT08:00"))
        page.get_by_role("button", name="Schedule").click()
        expect(page.locator("#disclosure-error")).to_have_text("A guest's post needs an answer; “None” is one.")
        page.locator("#disclosure").fill("None")
        page.get_by_role("button", name="Schedule").click()
        expect(page.locator(".state")).to_have_text("Scheduled")
        assert feedparser.parse(get(site, "/feed.atom")[1]).entries == []
        pass_time(app)
        wait_until(lambda: is_public(app), 2 + PROMISE)
        page.reload()
        page.get_by_role("link", name="Read it").click()
        expect(page.locator(".prose img")).to_have_attribute("srcset", re.compile("480w"))
        assert page.locator(".prose img").get_attribute("alt") == "A card beside a bed"
        address = page.url
        page.go_back()
        page.get_by_role("link", name="Change it in the open").click()
        page.locator("#body").fill(page.locator("#body").input_value().replace("Ninety", "Eighty"))
        page.locator("#kind-correction").check()
        page.locator("#reason").fill("It was eighty days.")
        page.get_by_role("button", name="Preview", exact=True).click()
        page.get_by_role("button", name="Save this change").click()
        expect(page.locator("main")).to_contain_text("It was eighty days.")  # a form that came back would say why
        expect(page.locator("tbody tr")).to_have_count(2)
        page.goto(f"{address}history")
        expect(page.locator("ins").first).to_contain_text("Eighty")
        expect(page.get_by_text("It was eighty days.")).to_be_visible()
        [entry] = feedparser.parse(get(site, "/feed.atom")[1]).entries
        assert "Eighty days" in entry.content[0].value and "It was eighty days." in entry.content[0].value
        assert entry.updated_parsed >= entry.published_parsed
