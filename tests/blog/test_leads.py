"""Where pages lead: what is filed where, and nothing that leads to itself or promises what is not there."""

from flask.testing import FlaskClient

from tests.make import Make


def test_a_post_leads_to_all_that_is_filed_with_it(client: FlaskClient, make: Make) -> None:
    page = client.get(make.post(tags=["Hand-off", "Night shifts"]).path).text
    filed = '<a href="/tags/hand-off/">Hand-off</a>, <a href="/tags/night-shifts/">Night shifts</a></p>'
    assert f"Filed under {filed}" in page
    assert client.get("/tags/night-shifts/").status_code == 200


def test_a_post_that_takes_no_comments_does_not_wait_for_the_first(client: FlaskClient, make: Make) -> None:
    closed, waits = make.post(comments_open=False), make.post()
    assert "No comments yet" not in client.get(closed.path).text
    assert "No comments yet. Yours can be the first." in client.get(waits.path).text


def test_how_to_write_for_a_blog_does_not_lead_to_itself(client: FlaskClient, make: Make) -> None:
    make.blog("rounds", write_for_us_html="<p>Write to us.</p>")
    link = '<a href="/rounds/write-for-us">'
    assert link in client.get("/rounds/").text
    assert link not in client.get("/rounds/write-for-us").text
