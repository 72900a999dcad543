"""Asking for a badge."""

import html
from collections.abc import Callable
from datetime import date
from threading import Barrier, Thread
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov.audit.models import Audit
from hcpov.auth.models import CredentialState
from hcpov.extensions import db
from hcpov.profiles import actions
from tests.house.markup import problems_of
from tests.make import Make
from tests.profiles.conftest import Member

PATH = "/account/credentials"
NPI = "1234567893"  # the example of the check digit's own standard
GOOD = {
    "profession": "Registered nurse",
    "region": "Oklahoma",
    "kind": "other",
    "body": "Oklahoma Board of Nursing",
    "number": "R0012345",
    "link": "https://nursing.example.org/verify?R0012345",
}


def test_a_stranger_is_led_to_sign_in(client: FlaskClient) -> None:
    for answer in (client.get(PATH), client.post(PATH, data=GOOD), client.post(f"{PATH}/1")):
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/sign-in?next=")


def test_a_badge_is_asked_for(member: Member) -> None:
    answer = member.send(PATH, **GOOD)
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    [badge] = member.badges()
    assert (badge.profession, badge.region, badge.body) == ("Registered nurse", "Oklahoma", GOOD["body"])
    assert (badge.number, badge.link, badge.state) == ("R0012345", GOOD["link"], CredentialState.ASKED)
    assert (badge.expires_on, badge.decided_by, badge.reason) == (None, None, "")
    page = member.browser.get(PATH).text
    assert problems_of(page) == []
    assert "A moderator looks at it, and a mail tells you." in page
    assert 'name="profession"' not in page  # one waits at a time
    assert "R0012345" not in page
    assert member.noted() == [("badge asked", f"account {member.account.id}")]


def test_the_log_does_not_hold_the_number(app: Flask, member: Member) -> None:
    member.send(PATH, **GOOD)
    with app.app_context():
        [line] = db.session.scalars(db.select(Audit))
        assert line.details == {"profession": "Registered nurse", "region": "Oklahoma"}
        assert line.account_id == member.account.id


@pytest.mark.parametrize("typed", [NPI, "1234-567-893", " NPI: 1234567893 ", "npi 1234567893"])
def test_an_npi_is_kept_bare_with_its_name(member: Member, typed: str) -> None:
    assert member.send(PATH, **GOOD | {"kind": "npi", "number": typed, "body": ""}).status_code == 303
    [badge] = member.badges()
    assert (badge.number, badge.body) == (f"NPI {NPI}", "US NPI registry")


@pytest.mark.parametrize(
    "typed", ["1234567890", "123456789", "12345678931", "R0012345", "١٢٣٤٥٦٧٨٩٣", "1.34567893", "-"]
)
def test_an_npi_with_a_wrong_check_digit_is_refused(member: Member, typed: str) -> None:
    answer = member.send(PATH, **GOOD | {"kind": "npi", "number": typed})
    assert answer.status_code == 422
    assert "An NPI has ten digits" in answer.text
    assert member.badges() == []


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("profession", "", "Please say what you are registered as."),
        ("profession", "\u202e\u200b", "Please say what you are registered as."),
        ("profession", "a" * 81, "at most 80 characters"),
        ("region", " ", "Please say where it is valid"),
        ("region", "a" * 81, "at most 80 characters"),
        ("kind", "none", "Please choose one of these."),
        ("kind", "", "Please choose one of these."),
        ("body", "", "Please say who issued the number."),
        ("body", "a" * 121, "at most 120 characters"),
        ("number", "", "Please give the number."),
        ("number", "1" * 10_000, "A number can be at most 36 characters long."),
        ("link", "javascript:alert(1)", "begins with https://"),
        ("link", "http://nursing.example.org/", "begins with https://"),
        ("link", "https://user@evil.example/", "begins with https://"),
        ("link", "https://127.0.0.1/", "begins with https://"),
        ("link", "https://example.org/" + "a" * 300, "at most 300 characters"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_lost(member: Member, field: str, value: str, words: str) -> None:
    answer = member.send(PATH, **GOOD | {field: value})
    assert answer.status_code == 422
    assert problems_of(answer.text) == []
    assert words in answer.text
    assert answer.text.count('class="error"') == 1
    assert all(each in html.unescape(answer.text) for key, each in GOOD.items() if key not in {field, "kind"})
    assert member.badges() == []
    assert member.noted() == []


def test_ten_thousand_digits_are_no_npi(member: Member) -> None:
    assert member.send(PATH, **GOOD | {"kind": "npi", "number": "1" * 10_000}).status_code == 422


def test_lines_cannot_be_broken(member: Member) -> None:
    assert member.send(PATH, **GOOD | {"profession": "Nurse\r\nBcc: all@example.org"}).status_code == 303
    assert member.badges()[0].profession == "Nurse Bcc: all@example.org"


def test_one_waits_at_a_time(member: Member) -> None:
    member.send(PATH, **GOOD)
    answer = member.send(PATH, **GOOD | {"region": "Texas"})
    assert answer.status_code == 409
    assert "You have a badge that waits already." in answer.text
    assert 'value="Texas"' in answer.text
    assert problems_of(answer.text) == []
    assert len(member.badges()) == 1


def test_two_at_once_are_one(app: Flask, member: Member) -> None:
    barrier, said = Barrier(2), []

    def ask() -> None:
        with app.app_context():
            barrier.wait()
            said.append(actions.ask(member.account.id, "Nurse", "Ohio", "Board", "1", ""))

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert min(said) == ""
    assert "waits already" in max(said)
    assert len(member.badges()) == 1


def test_asking_has_an_end(app: Flask, member: Member, travel: Callable[[float], None]) -> None:
    for _ in range(actions.ASKS):
        assert member.send(PATH, **GOOD).status_code == 303
        member.send(f"{PATH}/{member.badges()[-1].id}")
    answer = member.send(PATH, **GOOD)
    assert answer.status_code == 409
    assert "You asked 5 times in 30 days." in answer.text
    assert len(member.badges()) == actions.ASKS
    travel((actions.ASK_DAYS + 1) * 24 * 3600)
    with app.app_context():
        assert actions.ask(member.account.id, "Nurse", "Ohio", "Board", "1", "") == ""


@pytest.mark.parametrize("state", [CredentialState.ASKED, CredentialState.GRANTED])
def test_a_badge_is_taken_back(member: Member, make: Make, state: CredentialState) -> None:
    number = make.badge(member.account.id, state)
    answer = member.send(f"{PATH}/{number}")
    assert (answer.status_code, answer.headers["Location"]) == (303, PATH)
    [badge] = member.badges()
    assert (badge.state, badge.number, badge.link) == (CredentialState.WITHDRAWN, "", "")
    assert "Taken back by you." in member.browser.get(PATH).text
    assert member.noted() == [("badge withdrawn", f"account {member.account.id}")]
    member.send(f"{PATH}/{number}")
    assert len(member.noted()) == 1


@pytest.mark.parametrize("state", [CredentialState.REFUSED, CredentialState.WITHDRAWN])
def test_what_is_decided_cannot_be_taken_back(member: Member, make: Make, state: CredentialState) -> None:
    assert member.send(f"{PATH}/{make.badge(member.account.id, state)}").status_code == 303
    assert member.badges()[0].state == state
    assert member.noted() == []


def test_anothers_badge_is_nobodys_business(app: Flask, member: Member, make: Make) -> None:
    other = Member(app, make.account("Somebody Else"), member.browser)
    number = make.badge(other.account.id)
    assert member.send(f"{PATH}/{number}").status_code == 303
    assert other.badges()[0].state == CredentialState.GRANTED
    assert "Registered nurse, Oklahoma" not in member.browser.get(PATH).text


def test_without_the_token_nothing_changes(member: Member, make: Make) -> None:
    number = make.badge(member.account.id)
    assert member.browser.post(PATH, data=GOOD).status_code == 400
    assert member.browser.post(f"{PATH}/{number}").status_code == 400
    assert [badge.state for badge in member.badges()] == [CredentialState.GRANTED]


def test_a_visit_changes_nothing(member: Member, make: Make) -> None:
    number = make.badge(member.account.id)
    member.browser.get(PATH, query_string=GOOD)
    assert member.browser.get(f"{PATH}/{number}").status_code in {404, 405}
    assert [badge.state for badge in member.badges()] == [CredentialState.GRANTED]


@pytest.mark.parametrize(
    ("state", "columns", "words"),
    [
        (CredentialState.GRANTED, {"expires_on": date(2100, 1, 1)}, "On your page until January 1, 2100."),
        (CredentialState.GRANTED, {"expires_on": date(2020, 1, 1)}, "It ended on January 1, 2020."),
        (CredentialState.REFUSED, {"reason": "It is not in the register."}, "Not granted. It is not in the register."),
        (
            CredentialState.REFUSED,
            {"expires_on": date(2100, 1, 1), "reason": "Gone."},
            "Taken back by a moderator. Gone.",
        ),
    ],
)
def test_a_member_sees_where_it_stands(
    member: Member, make: Make, state: CredentialState, columns: dict[str, Any], words: str
) -> None:
    make.badge(member.account.id, state, **columns)
    page = member.browser.get(PATH).text
    assert problems_of(page) == []
    assert words in page
    assert 'name="profession"' in page
    assert page.count("csrf_token") == page.count('method="post"')


def test_the_page_costs_the_same_with_ten_times_the_rows(
    member: Member, make: Make, queries: Callable[[], Any]
) -> None:
    costs = []
    for rows in (2, 18):
        for _ in range(rows):
            make.badge(member.account.id)
        with queries() as said:
            assert member.browser.get(PATH).status_code == 200
        costs.append(len(said))
    assert costs == [3, 3]  # the session with its account, the masthead, the badges
