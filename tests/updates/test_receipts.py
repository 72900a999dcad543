"""What a writer asks for on a receipt: the answers to a comment, or all of its thread."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.comments import receipts
from tests.forms import hidden
from tests.house.markup import problems_of
from tests.make import START, MadeAccount, Make
from tests.updates.readers import letters, stored, tell

SignIn = Callable[[MadeAccount], FlaskClient]


def receipt(app: Flask, number: int) -> str:
    """Returns the path of a comment's receipt."""
    with app.app_context():
        return f"/receipts/{receipts.issue(number)}"


@pytest.mark.parametrize(("about", "for_one"), [("answers", True), ("", True), ("thread", False)])
def test_a_guest_asks_for_answers_or_the_thread(
    app: Flask, client: FlaskClient, make: Make, about: str, for_one: bool
) -> None:
    post = make.post()
    root = make.comment(post)
    mine = make.comment(post, parent=root, email="ada@example.org", at=clock.now())
    path = receipt(app, mine)
    page = client.get(path).text
    assert 'value="ada@example.org"' in page and problems_of(page) == []
    data = {"email": "ada@example.org", "about": about, "cadence": "weekly"}
    assert client.post(f"{path}/answers", data=data).headers["Location"] == f"{path}?done=answers"
    [row] = stored(app)
    assert (row.post_id, row.comment_id, row.cadence) == (post.id, root if for_one else None, "weekly")
    assert len(letters(app)) == 1
    wrong = client.post(f"{path}/answers", data=data | {"email": "a b@example.org"})
    assert wrong.status_code == 422 and problems_of(wrong.text) == []


def test_a_member_hears_of_answers_without_a_letter_before(app: Flask, make: Make, sign_in: SignIn) -> None:
    member, post = make.account(email="maeve@example.org"), make.post(announced_at=START)
    mine = make.comment(post, account_id=member.id, at=clock.now())
    browser, path = sign_in(member), receipt(app, mine)
    page = browser.get(path).text
    assert 'value="maeve@example.org"' in page
    data = {"email": "Maeve@example.org", "csrf_token": hidden(page, "csrf_token")}
    answer = browser.post(f"{path}/answers", data=data)
    assert "You hear of it from now on" in browser.get(answer.headers["Location"]).text
    assert letters(app) == [] and stored(app)[0].confirmed_at is not None
    make.comment(post, "My own afterthought.", parent=mine, account_id=member.id)
    make.comment(post, "An answer.", parent=mine)
    assert tell(app) == [("maeve@example.org", "An answer to your comment on “What a clinic learns”")]
