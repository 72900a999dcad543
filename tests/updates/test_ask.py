"""Keep Me Updated: noted once, confirmed later, the same answer to all."""

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.extensions import db
from hcpov.updates.models import Subscription
from tests.forms import HTMX
from tests.make import Make


def stored(app: Flask) -> list[tuple[str, int | None, object]]:
    """Returns (address, blog, confirmed) of all subscriptions."""
    with app.app_context():
        rows = db.session.scalars(db.select(Subscription).order_by(Subscription.id))
        return [(row.email, row.blog_id, row.confirmed_at) for row in rows]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_asking_twice_is_asking_once(app: Flask, client: FlaskClient, make: Make, headers: dict[str, str]) -> None:
    blog = make.blog()
    answers = [
        client.post("/boardroom-buzz/updates", data={"email": email}, headers=headers)
        for email in ("Reader@Example.org", "reader@example.org")
    ]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].text == answers[1].text
    assert "We have noted your address" in answers[0].text
    assert ("<html" in answers[0].text) == (not headers)
    assert stored(app) == [("reader@example.org", blog, None)]
    assert "Set-Cookie" not in answers[0].headers


def test_site_and_blog_are_two_wishes(app: Flask, client: FlaskClient, make: Make) -> None:
    blog = make.blog()
    for path in ("/updates", "/updates", "/boardroom-buzz/updates"):
        client.post(path, data={"email": "reader@example.org"})
    assert stored(app) == [("reader@example.org", None, None), ("reader@example.org", blog, None)]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
@pytest.mark.parametrize(
    "email", ["", "reader", "a@b", "a@b..c", "x" * 300 + "@example.org", "a\r\nBcc: b@example.org"]
)
def test_bad_address_is_named_beside_its_field(
    app: Flask, client: FlaskClient, make: Make, email: str, headers: dict[str, str]
) -> None:
    make.blog()
    answer = client.post("/boardroom-buzz/updates", data={"email": email}, headers=headers)
    assert answer.status_code == 422
    assert 'id="updates-error"' in answer.text
    assert stored(app) == []


def test_unknown_blog_get_and_foreign_form_are_refused(app: Flask, client: FlaskClient, make: Make) -> None:
    make.blog()
    data = {"email": "reader@example.org"}
    assert client.post("/nope/updates", data=data).status_code == 404
    assert client.get("/boardroom-buzz/updates").status_code in {404, 405, 308}
    foreign = client.post("/boardroom-buzz/updates", data=data, headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 403
    assert stored(app) == []
