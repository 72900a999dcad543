"""Reading pages."""

from flask.testing import FlaskClient

from tests.make import Make


def test_home_of_an_empty_site_says_so(client: FlaskClient) -> None:
    answer = client.get("/")
    assert answer.status_code == 200
    assert "Nothing has been published yet" in answer.text


def test_post_shows_its_row(client: FlaskClient, make: Make) -> None:
    post = make.post("What a clinic learns", editors_note="By a guest.", disclosure="None")
    make.comment(post, "I agree with the second habit.")
    page = client.get(post.path).text
    assert "Published <time" in page
    assert "January 28, 2013 11:13 AM" in page
    assert "By a guest." in page
    assert "I agree with the second habit." in page
    assert "Tulsa OK" in page
