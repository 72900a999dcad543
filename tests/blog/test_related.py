"""Posts that go with one: by tags, then by titles, then by age; and the page that shows them is never old."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.blog.models import Post, State
from hcpov.blog.writing import tag_named
from hcpov.extensions import db
from tests.make import START, MadePost, Make

HERE = "Kettles on the ward"


def shown(client: FlaskClient, post: MadePost) -> list[str]:
    """Returns the titles that the page names as related."""
    box = re.search(r"<h2>Related</h2>(.*?)</section>", client.get(post.path).text, re.DOTALL)
    return re.findall(r">([^<]+)</a>", box[1]) if box else []


@pytest.fixture
def post(make: Make) -> MadePost:
    """A post with two tags, and others that go with it."""
    post = make.post(HERE, tags=["Tea", "Wards"])
    make.post("Both", blog="lab-notes", tags=["Tea", "Wards"], at=START - timedelta(days=900))
    make.post("One, newer", tags=["Tea"], at=START + timedelta(days=2))
    make.post("Of kettles", tags=["Wards"], at=START - timedelta(days=500))
    make.post("One, older", tags=["Wards"], at=START - timedelta(days=1))
    make.post("None", tags=["Beds"])
    make.post("Gone", tags=["Tea", "Wards"], state=State.WITHDRAWN)
    return post


def test_tags_then_titles_then_age(client: FlaskClient, post: MadePost) -> None:
    assert shown(client, post) == ["Both", "Of kettles", "One, newer"]


def test_titles_decide_between_as_many_tags(client: FlaskClient, make: Make, post: MadePost) -> None:
    make.post("The ward and its kettles", tags=["Beds", "Tea"], at=START - timedelta(days=3000))
    assert shown(client, post) == ["Both", "The ward and its kettles", "Of kettles"]


def test_a_post_without_tags_has_none(client: FlaskClient, make: Make, post: MadePost) -> None:
    assert shown(client, make.post("Alone")) == []


def _tagged(post: Post) -> None:
    post.tags = [*post.tags, tag_named("Tea", db.session()), tag_named("Wards", db.session())]


def _titled(post: Post) -> None:
    post.title = "Kettles on every ward"


def _withdrawn(post: Post) -> None:
    post.state = State.WITHDRAWN


@pytest.mark.parametrize(
    ("title", "change", "expected"),
    [
        ("None", _tagged, ["None", "Both", "Of kettles"]),
        ("One, older", _titled, ["Both", "Kettles on every ward", "Of kettles"]),
        ("Both", _withdrawn, ["Of kettles", "One, newer", "One, older"]),
    ],
)
def test_a_page_is_thrown_away_when_others_go_with_it(
    app: Flask, client: FlaskClient, post: MadePost, title: str, change: Callable[[Post], None], expected: list[str]
) -> None:
    assert shown(client, post) == ["Both", "Of kettles", "One, newer"]
    with app.app_context():
        change(db.session.scalars(db.select(Post).where(Post.title == title)).one())
        db.session.commit()
    assert shown(client, post) == expected


def test_what_is_related_is_not_named_twice(client: FlaskClient, post: MadePost) -> None:
    page = client.get(post.path).text
    aside = page[page.index("<aside") :]
    assert aside.count("One, newer") == 1 and aside.count(">Of kettles</a>") == 1
    assert len(re.findall(r"<li><a href", aside)) == 5


@pytest.mark.parametrize("many", [1, 30])
def test_it_is_one_query_whatever_there_is(
    client: FlaskClient, make: Make, queries: Callable[[], Any], many: int
) -> None:
    post = make.post(HERE, tags=["Tea", "Wards"])
    for number in range(many):
        make.post(f"Other {number}", tags=["Tea"])
    with queries() as said:
        client.get(post.path)
    assert len([each for each in said if "shared" in each]) == 1
    with queries() as said_without:
        client.get(make.post("Alone").path)
    assert len([each for each in said_without if "shared" in each]) == 0
