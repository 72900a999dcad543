"""What a member says of themselves."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.auth.models import CredentialState
from tests.house.markup import problems_of
from tests.make import Make
from tests.profiles.conftest import Member

PROFILE = "/account/profile"
GOOD = {"name": "Maeve Byrne", "title": "Consultant midwife", "place": "Cork", "about": "I *deliver*.\r\n\r\nOften."}


def test_a_stranger_is_led_to_sign_in(client: FlaskClient) -> None:
    for answer in (client.get(PROFILE), client.post(PROFILE, data=GOOD)):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")


def test_the_form_holds_what_is_known(member: Member, queries: Callable[[], Any]) -> None:
    with queries() as said:
        page = member.browser.get(PROFILE)
    assert len(said) == 3  # the session with its account, the masthead, the badges
    assert problems_of(page.text) == []
    assert 'value="Maeve O&#39;Neil"' in page.text and 'value="Galway"' in page.text
    assert "keep the name, title and place they were posted with" in page.text
    assert 'href="/people/maeve-oneil/"' in page.text
    assert page.text.count("csrf_token") == page.text.count('method="post"')


def test_a_profile_is_kept(member: Member) -> None:
    answer = member.send(PROFILE, **GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/account/")
    stored = member.stored()
    assert (stored.name, stored.title, stored.place) == ("Maeve Byrne", "Consultant midwife", "Cork")
    assert stored.about == "I *deliver*.\n\nOften."
    assert stored.handle == "maeve-oneil"
    assert "Maeve Byrne, Consultant midwife, Cork" in member.browser.get("/account/").text
    assert "I *deliver*." in member.browser.get(PROFILE).text


def test_comments_keep_the_name_they_were_given_with(member: Member, make: Make, client: FlaskClient) -> None:
    post = make.post(author_id=member.account.id)
    make.comment(post, "Mine.", account_id=member.account.id, name="Maeve O'Neil")
    member.send(PROFILE, **GOOD)
    page = client.get(post.path).text
    assert "<b>Maeve O&#39;Neil</b>" in page
    assert ">Maeve Byrne</a>" in page


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "Please give your name."),
        ("name", " \u200b\u202e\x00 ", "Please give your name."),
        ("title", "", "Please give your professional title."),
        ("place", " ", "Please say where you work or live."),
        ("name", "a" * 81, "A name can be at most 80 characters long."),
        ("title", "a" * 121, "A title can be at most 120 characters long."),
        ("place", "a" * 50_000, "A place can be at most 80 characters long."),
        ("about", "a" * 1001, "It can be at most 1,000 characters long."),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(member: Member, field: str, value: str, words: str) -> None:
    answer = member.send(PROFILE, **GOOD | {field: value})
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert f'<span class="error" id="{field}-error">{words}</span>' in answer.text
    others = {"title": "Consultant midwife", "place": "Cork", "name": "Maeve Byrne"} | {field: value[:80].strip()}
    assert all(each in html.unescape(answer.text) for key, each in others.items() if key != field)
    stored = member.stored()
    assert (stored.name, stored.title, stored.about) == ("Maeve O'Neil", "Midwife", "")


def test_hostile_words_are_shown_as_words(member: Member, client: FlaskClient) -> None:
    name = "Maeve\r\nBcc: all@example.org\x00\u202e <b>Byrne</b>"
    about = '<script>alert(1)</script> [here](javascript:alert(1)) ![x](https://evil.example/x.png) <img src="//e/x">'
    assert member.send(PROFILE, **GOOD | {"name": name, "about": about}).status_code == 303
    assert member.stored().name == "Maeve Bcc: all@example.org <b>Byrne</b>"
    page = client.get("/people/maeve-oneil/")
    assert problems_of(page.text) == []
    assert '<h1 class="headline">Maeve Bcc: all@example.org &lt;b&gt;Byrne&lt;/b&gt;</h1>' in page.text
    said = page.text[page.text.index('class="prose"') : page.text.index("</main>")]
    for bad in ("<script", "<img", 'href="javascript'):
        assert bad not in said, bad


def test_nothing_else_can_be_set(member: Member) -> None:
    member.send(PROFILE, **GOOD, handle="admin", email="other@example.org", active="", roles="admin", id="1")
    stored = member.stored()
    assert (stored.handle, stored.email, stored.active) == ("maeve-oneil", member.account.email, True)


def test_without_the_token_nothing_changes(member: Member) -> None:
    assert member.browser.post(PROFILE, data=GOOD).status_code == 400
    assert member.browser.post(PROFILE, data=GOOD | {"csrf_token": "wrong"}).status_code == 400
    assert member.stored().name == "Maeve O'Neil"


def test_a_visit_changes_nothing(member: Member) -> None:
    member.browser.get(PROFILE, query_string=GOOD)
    assert member.stored().name == "Maeve O'Neil"


def test_another_name_has_badges_checked_again(member: Member, make: Make, client: FlaskClient) -> None:
    make.badge(member.account.id)
    make.badge(member.account.id, CredentialState.WITHDRAWN)
    assert "your badge waits until" in member.browser.get(PROFILE).text
    assert "Registered nurse, Oklahoma" in member.browser.get("/people/maeve-oneil/").text
    member.send(PROFILE, **GOOD | {"name": "Maeve O'Neil"})
    assert [badge.state for badge in member.badges()] == [CredentialState.GRANTED, CredentialState.WITHDRAWN]
    member.send(PROFILE, **GOOD)
    assert [badge.state for badge in member.badges()] == [CredentialState.ASKED, CredentialState.WITHDRAWN]
    assert member.badges()[0].expires_on is None
    assert "Registered nurse" not in client.get("/people/maeve-oneil/").text
    assert member.noted() == [("badge to check again", f"account {member.account.id}")]


def test_the_account_page_leads_there(app: Flask, member: Member) -> None:
    page = member.browser.get("/account/").text
    for path in (PROFILE, "/people/maeve-oneil/", "/account/credentials"):
        assert f'href="{path}"' in page
        assert member.browser.get(path).status_code == 200
