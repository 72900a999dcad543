"""What a comment on its way in asks of the database, and to which page of a long thread it leads."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.comments.models import State
from hcpov.comments.queries import THREADS
from tests.forms import HTMX, WORDS, new_code
from tests.make import Make

Queries = Callable[[], Any]


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "fragment"])
def test_a_comment_is_thirteen_statements(
    app: Flask, client: FlaskClient, make: Make, headers: dict[str, str], queries: Queries
) -> None:
    """The post; the repeat; the code: used, guessed; the guard: network, text, words; comment, code, count written.

    Three are the search's: what is to come in is taken, read and put in.
    """
    post = make.post()
    data = WORDS | new_code(app, client, post)
    with queries() as said:
        answer = client.post(post.comments, data=data, headers=headers, environ_base={"REMOTE_ADDR": "192.0.2.7"})
    assert answer.status_code == (200 if headers else 303)
    written = [each for each in said if not each.startswith("SELECT")]
    assert (len(said), len(written)) == (13, 5), said


def test_a_comment_on_the_second_page_is_found_there(
    app: Flask, client: FlaskClient, make: Make, queries: Queries
) -> None:
    post = make.post()
    numbers = [make.comment(post) for _ in range(THREADS - 1)]
    for after in ("", f"?after={numbers[-1] + 1}"):
        data = WORDS | new_code(app, client, post)
        with queries() as said:
            place = client.post(post.comments, data=data).headers["Location"]
        number = int(place.partition("#comment-")[2])
        assert place == f"{post.path}{after}#comment-{number}"
        assert client.get(f"/comments/{number}/").headers["Location"] == place
        assert f'id="comment-{number}"' in client.get(place).text
    assert len(said) == 13  # two for the page, and none of a network: it comes from this machine


def test_a_stub_takes_the_place_of_one_that_counts(app: Flask, client: FlaskClient, make: Make) -> None:
    """Removed comments count in no post, but stand in its thread while somebody answered them."""
    post = make.post()
    half = THREADS // 2
    for _ in range(half):
        removed = make.comment(post, state=State.REMOVED)
        make.comment(post, "An answer.", parent=removed)
    numbers = [make.comment(post) for _ in range(half)]
    data = WORDS | new_code(app, client, post)
    place = client.post(post.comments, data=data).headers["Location"]
    assert place.startswith(f"{post.path}?after={numbers[-1]}#")
    assert client.get(f"/comments/{numbers[-1]}/").headers["Location"] == f"{post.path}#comment-{numbers[-1]}"
