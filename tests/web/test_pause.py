"""While an upgrade changes the tables, nothing is written and no words are lost."""

import re
import threading
from collections.abc import Callable
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient

from hcpov import writing
from hcpov.comments.models import Comment
from hcpov.config import Settings
from hcpov.extensions import db
from hcpov.ops import readiness
from tests.forms import HTMX, WORDS, hidden, new_code
from tests.make import MadeAccount, Make


def sent(page: str) -> dict[str, str]:
    """Returns what a browser sends when the button of a page with kept words is pressed."""
    form = page[page.index('<form class="form"') :]
    inputs = re.findall(r'<input[^>]* name="([^"]+)" value="([^"]*)"', form)
    areas = re.findall(r'<textarea[^>]* name="([^"]+)">\n(.*?)</textarea>', form, re.DOTALL)
    return {name: unescape(value) for name, value in (*inputs, *areas)}


def _comments(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(sa.select(sa.func.count()).select_from(Comment)) or 0


def test_words_come_back_with_a_button_that_sends_them_again(
    app: Flask, client: FlaskClient, make: Make, settings: Settings
) -> None:
    post = make.post()
    fields = WORDS | new_code(app, client, post)
    with writing.held(settings.instance, 1):
        answer = client.post(post.comments, data=fields)
        assert client.get(post.path).status_code == 200
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert "Potassium &lt;3.5 is *not* rare on this ward.</textarea>" in answer.text and _comments(app) == 0
    assert "brought up to date" in answer.text and f'action="{post.comments}"' in answer.text
    again = sent(answer.text)
    assert again == fields
    assert client.post(post.comments, data=again).status_code == 303 and _comments(app) == 1


def test_htmx_leaves_the_form_as_it_is(app: Flask, client: FlaskClient, make: Make, settings: Settings) -> None:
    post = make.post()
    with writing.held(settings.instance, 1):
        answer = client.post(post.comments, data=WORDS | new_code(app, client, post), headers=HTMX)
    assert answer.status_code == 503 and "<form" not in answer.text and "brought up to date" in answer.text


def test_no_password_and_no_foreign_words_stand_in_the_page(
    client: FlaskClient, make: Make, settings: Settings
) -> None:
    post = make.post()
    with writing.held(settings.instance, 1):
        secret = client.post("/sign-in", data={"email": "ada@example.org", "password": "open sesame please"})
        foreign = client.post(post.comments, data=WORDS, headers={"Origin": "https://elsewhere.example"})
    assert secret.status_code == 503 and "open sesame" not in secret.text
    assert foreign.status_code == 503 and "Potassium" not in foreign.text and "<form" not in foreign.text


def test_a_member_sends_again_too(
    app: Flask, make: Make, settings: Settings, sign_in: Callable[[MadeAccount], FlaskClient]
) -> None:
    post, browser = make.post(), sign_in(make.account())
    page = browser.get(post.path).text
    fields = {"body": "From the ward.", "challenge": hidden(page), "csrf_token": hidden(page, "csrf_token")}
    with writing.held(settings.instance, 1):
        answer = browser.post(post.comments, data=fields)
    assert answer.status_code == 503
    again = sent(answer.text)
    assert browser.post(post.comments, data=again).status_code == 303 and _comments(app) == 1


def test_an_upgrade_waits_for_who_is_writing_and_lets_nobody_in_behind(app: Flask, settings: Settings) -> None:
    gate: writing.Gate = app.extensions[writing.EXTENSION]
    order: list[str] = []

    def hold() -> None:
        with writing.held(settings.instance, 30):
            order.append("held")

    with gate.share() as first:
        upgrade = threading.Thread(target=hold)
        upgrade.start()
        while True:  # the door is shut before the last writer is out
            with gate.share() as second:
                if not second:
                    break
        order.append("written")
    upgrade.join()
    assert first and order == ["written", "held"]
    with app.app_context(), gate.share() as allowed, pytest.raises(TimeoutError), writing.held(settings.instance, 0.1):
        pass
    assert allowed


def test_old_code_takes_no_words_for_new_tables(
    app: Flask, client: FlaskClient, make: Make, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nobody starts the site anew after an upgrade."""
    post = make.post()
    fields = WORDS | new_code(app, client, post)
    with writing.held(settings.instance, 1), app.app_context():
        known = readiness.revision()
        db.session.execute(sa.text("UPDATE alembic_version SET version_num = '20990101_later'"))
        db.session.commit()
    try:
        assert [client.post(post.comments, data=fields).status_code for _ in range(2)] == [503, 503]
    finally:
        with app.app_context():
            db.session.execute(sa.text("UPDATE alembic_version SET version_num = :known"), {"known": known})
            db.session.commit()
    assert client.post(post.comments, data=fields).status_code == 303
