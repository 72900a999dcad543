"""Stubs: what is not shown leaves its place to the published answers under it."""

import pytest
from flask.testing import FlaskClient

from hcpov.comments.models import State
from tests.make import MadePost, Make


@pytest.mark.parametrize(
    ("state", "words"),
    [
        (State.REMOVED, "This comment was removed."),
        (State.SPAM, "This comment was removed."),
        (State.HELD, "This comment is with the editors."),
        (State.RETURNED, "This comment is with the editors."),
    ],
)
def test_answers_stay_under_what_is_not_shown(client: FlaskClient, make: Make, state: State, words: str) -> None:
    post = make.post()
    root = make.comment(post, "Not to be read.", name="Bo Hidden", state=state, disclosure="I sell cards.")
    answer = make.comment(post, "An answer.", parent=root)
    make.comment(post, "Nobody answered this.", name="Cy Hidden", state=state)
    page = client.get(post.path).text
    assert words in page
    assert f'id="comment-{answer}"' in page
    assert "1 comment<" in page
    for hidden in ("Not to be read.", "Hidden", "I sell cards.", "Nobody answered"):
        assert hidden not in page
    assert f"/comments/{root}/" not in page


def where(client: FlaskClient, number: int) -> str:
    """Returns the page that a comment's permanent address leads to."""
    return client.get(client.get(f"/comments/{number}/").headers["Location"].partition("#")[0]).text


def test_a_permanent_address_counts_the_stubs(client: FlaskClient, make: Make) -> None:
    post: MadePost = make.post()
    numbers = [make.comment(post, f"Number {number}.") for number in range(98)]
    for _ in range(4):
        make.comment(post, "An answer.", parent=make.comment(post, "Gone.", state=State.REMOVED))
    numbers += [make.comment(post, f"Later number {number}.") for number in range(99)]
    for number in (numbers[0], numbers[97], numbers[98], numbers[-1]):
        assert f'id="comment-{number}"' in where(client, number)
