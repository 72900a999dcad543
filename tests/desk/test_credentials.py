"""Badges at the desk: who may decide, what is kept of it, and who is told."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest

from hcpov.audit.models import Audit
from hcpov.auth.models import Account, Credential, CredentialState
from hcpov.extensions import db
from hcpov.mail.models import Message
from hcpov.profiles import actions, asks, terms
from tests.desk.conftest import Desk
from tests.forms import HTMX
from tests.house.markup import problems_of
from tests.make import START, MadeAccount

WAITING, GRANTED = "/desk/credentials", "/desk/credentials/granted"
LONG = 10**9


@pytest.fixture
def ada(desk: Desk) -> MadeAccount:
    """Who asks."""
    return desk.make.account("Ada <i>Reader", handle="ada-reader", title="Nurse", place="Tulsa OK")


def ask(desk: Desk, account: MadeAccount, state: str = CredentialState.ASKED, **columns: Any) -> int:
    """Makes a badge that waits."""
    return desk.make.badge(account.id, state, **columns)


def stored(desk: Desk, number: int) -> Credential:
    """Returns a badge as it is stored."""
    with desk.app.app_context():
        found = db.session.get_one(Credential, number)
        db.session.expunge(found)
        return found


def lines(desk: Desk) -> list[Audit]:
    """Returns the audit log, oldest first."""
    with desk.app.app_context():
        found = list(db.session.scalars(db.select(Audit).order_by(Audit.id)))
        db.session.expunge_all()
        return found


def mails(desk: Desk) -> list[Message]:
    """Returns what lies in the outbox, oldest first."""
    with desk.app.app_context():
        found = list(db.session.scalars(db.select(Message).order_by(Message.id)))
        db.session.expunge_all()
        return found


def day(days: int = 100) -> str:
    """Returns a day ahead, as a browser sends it."""
    return (datetime.now(UTC).date() + timedelta(days=days)).isoformat()


WHO = [("stranger", 404), ("member", 403), ("editor", 403), ("moderator", 200), ("admin", 200)]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("path", [WAITING, GRANTED])
@pytest.mark.parametrize(("who", "status"), WHO)
def test_who_may_look(desk: Desk, ada: MadeAccount, who: str, status: int, path: str, htmx: bool) -> None:
    ask(desk, ada, CredentialState.GRANTED if path == GRANTED else CredentialState.ASKED)
    answer = desk.browsers[who].get(path, headers=HTMX if htmx else {})
    assert answer.status_code == status
    assert "Location" not in answer.headers
    assert ("R0012345" in answer.text) is (status == 200)
    if not htmx:
        assert problems_of(answer.text) == []


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("action", ["grant", "refuse", "revoke"])
@pytest.mark.parametrize(("who", "status"), WHO)
def test_who_may_decide(desk: Desk, ada: MadeAccount, who: str, status: int, action: str, htmx: bool) -> None:
    state = CredentialState.GRANTED if action == "revoke" else CredentialState.ASKED
    number = ask(desk, ada, state)
    answer = desk.send(who, f"{WAITING}/{number}", htmx, action=action, expires_on=day(), reason="So it is.")
    assert answer.status_code == (303 if status == 200 and not htmx else status)
    assert (stored(desk, number).state != state) is (status == 200)
    assert len(lines(desk)) == len(mails(desk)) == (1 if status == 200 else 0)


def test_the_list_shows_everything_the_member_gave(desk: Desk, ada: MadeAccount) -> None:
    ask(desk, ada, number="NPI 1234567893", body="US NPI registry", link='https://npi.example.org/?a="><script>')
    answer = desk.browsers["moderator"].get(WAITING)
    assert problems_of(answer.text) == []
    for part in (
        "Ada &lt;i&gt;Reader</h2>",
        "<span>Nurse</span><span>Tulsa OK</span>",
        '<a href="/people/ada-reader/">Their page</a>',
        "<b>Registered nurse, Oklahoma</b>",
        "US NPI registry",
        'NPI 1234567893 <span class="quiet">its check digit is right</span>',
        'rel="nofollow noopener noreferrer">https://npi.example.org/?a=&#34;&gt;&lt;script&gt;</a>',
    ):
        assert part in answer.text, part
    assert ada.email not in answer.text
    assert answer.text.count("csrf_token") == answer.text.count('method="post"')


@pytest.mark.parametrize("number", ["NPI 1234567890", "1234567893", "NPI", "NPI x"])
def test_no_check_digit_is_praised_that_is_not_right(desk: Desk, ada: MadeAccount, number: str) -> None:
    ask(desk, ada, number=number)
    assert "check digit" not in desk.browsers["moderator"].get(WAITING).text


@pytest.mark.parametrize("link", ["", "javascript:alert(1)", "http://example.org/"])
def test_what_is_no_safe_link_is_none(desk: Desk, ada: MadeAccount, link: str) -> None:
    ask(desk, ada, link=link)
    page = desk.browsers["moderator"].get(WAITING).text
    assert "none given" in page
    assert not link or link not in page


@pytest.mark.parametrize("htmx", [False, True])
def test_a_badge_is_granted(desk: Desk, ada: MadeAccount, htmx: bool) -> None:
    number, until = ask(desk, ada), day()
    answer = desk.send("moderator", f"{WAITING}/{number}", htmx, action="grant", expires_on=until)
    badge = stored(desk, number)
    assert (badge.state, badge.expires_on) == (CredentialState.GRANTED, date.fromisoformat(until))
    assert badge.decided_at is not None
    [line] = lines(desk)
    assert (line.what, line.about, line.reason) == ("badge granted", f"account {ada.id}", "")
    assert line.account_id == badge.decided_by != ada.id
    assert line.details == {"badge": number, "profession": "Registered nurse", "region": "Oklahoma", "until": until}
    [mail] = mails(desk)
    assert (mail.to, mail.subject) == (ada.email, "Your badge was granted")
    assert "“Registered nurse, Oklahoma”" in mail.text and "http://localhost/people/ada-reader/" in mail.text
    assert "A moderator adds" not in mail.text
    assert "R0012345" not in mail.text + str(line.details)
    if htmx:
        assert f'id="badge-{number}"' in answer.text and "Granted until" in answer.text
        assert "<html" not in answer.text
    else:
        assert answer.headers["Location"] == WAITING
    assert "No badge waits." in desk.browsers["moderator"].get(WAITING).text
    assert "Take it back" in desk.browsers["moderator"].get(GRANTED).text


@pytest.mark.parametrize("htmx", [False, True])
def test_a_badge_is_refused_with_a_reason(desk: Desk, ada: MadeAccount, htmx: bool) -> None:
    number = ask(desk, ada)
    reason = "It is not\r\nin the register."
    desk.send("moderator", f"{WAITING}/{number}", htmx, action="refuse", reason=reason)
    badge = stored(desk, number)
    assert (badge.state, badge.reason, badge.expires_on) == ("refused", "It is not in the register.", None)
    assert [(line.what, line.reason) for line in lines(desk)] == [("badge refused", "It is not in the register.")]
    [mail] = mails(desk)
    assert mail.subject == "Your badge was not granted"
    assert "The reason: It is not in the register.\n" in mail.text
    assert "http://localhost/account/credentials" in mail.text


def test_a_badge_is_taken_back(desk: Desk, ada: MadeAccount) -> None:
    desk.make.comment(desk.post, "I agree.", account_id=ada.id)
    number = ask(desk, ada, CredentialState.GRANTED)
    assert "Registered nurse" in desk.browsers["stranger"].get("/people/ada-reader/").text
    answer = desk.send("moderator", f"{WAITING}/{number}", action="revoke", reason="The register dropped it.")
    assert answer.headers["Location"] == GRANTED
    assert (stored(desk, number).state, stored(desk, number).expires_on) == ("refused", date(2100, 1, 1))
    assert [line.what for line in lines(desk)] == ["badge revoked"]
    assert mails(desk)[0].subject == "Your badge was taken back"
    assert "Registered nurse" not in desk.browsers["stranger"].get("/people/ada-reader/").text


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"action": "refuse"}, "Please give the member a reason."),
        ({"action": "refuse", "reason": " \u200b "}, "Please give the member a reason."),
        ({"action": "refuse", "reason": "a" * 301}, "A reason can be at most 300 characters long."),
        ({"action": "grant"}, "Give a day from "),
        ({"action": "grant", "expires_on": "soon"}, "Give a day from "),
        ({"action": "grant", "expires_on": "9" * 10_000}, "Give a day from "),
        ({"action": "grant", "expires_on": day(-1)}, "Give a day from "),
        ({"action": "grant", "expires_on": day(-2)}, "Give a day from "),
        ({"action": "grant", "expires_on": day(5 * 366 + 2)}, "Give a day from "),
        ({"action": "grant", "expires_on": day(), "reason": "a" * 301}, "A reason can be at most 300"),
    ],
)
def test_what_is_missing_is_said(desk: Desk, ada: MadeAccount, fields: dict[str, str], words: str, htmx: bool) -> None:
    number = ask(desk, ada)
    answer = desk.send("moderator", f"{WAITING}/{number}", htmx, **fields)
    assert answer.status_code == 422
    assert words in answer.text
    assert answer.text.count('class="error"') == 1
    assert f'id="badge-{number}"' in answer.text
    assert ("<html" in answer.text) is not htmx
    assert htmx or problems_of(answer.text) == []
    assert stored(desk, number).state == CredentialState.ASKED
    assert lines(desk) == [] and mails(desk) == []


def test_a_good_day_outlives_a_bad_word(desk: Desk, ada: MadeAccount) -> None:
    number, until = ask(desk, ada), day(33)
    answer = desk.send("moderator", f"{WAITING}/{number}", True, action="grant", expires_on=until, reason="a" * 301)
    assert f'value="{until}"' in answer.text and 'value="' + "a" * 301 in answer.text


@pytest.mark.parametrize("action", ["", "keep", "grant\x00"])
def test_what_cannot_be_done(desk: Desk, ada: MadeAccount, action: str) -> None:
    assert desk.send("moderator", f"{WAITING}/{ask(desk, ada)}", action=action).status_code == 400
    assert desk.send("moderator", f"{WAITING}/999999999", action="grant").status_code == 404
    assert desk.send("moderator", f"{WAITING}/{LONG}", action="grant").status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("state", "action"),
    [
        (CredentialState.GRANTED, "grant"),
        (CredentialState.GRANTED, "refuse"),
        (CredentialState.REFUSED, "grant"),
        (CredentialState.WITHDRAWN, "grant"),
        (CredentialState.ASKED, "revoke"),
        (CredentialState.WITHDRAWN, "revoke"),
    ],
)
def test_the_second_is_told(desk: Desk, ada: MadeAccount, state: str, action: str, htmx: bool) -> None:
    number = ask(desk, ada, state)
    path = f"{WAITING}/{number}"
    answer = desk.send("moderator", path, htmx, action=action, expires_on=day(), reason="So it is.")
    assert answer.status_code == 409
    assert "Nothing was done twice." in answer.text
    assert stored(desk, number).state == state
    assert lines(desk) == [] and mails(desk) == []


def test_of_two_at_once_one_decides(desk: Desk, ada: MadeAccount) -> None:
    one, other = (desk.make.account(name).id for name in ("Mo", "Mia"))
    number, barrier, said = ask(desk, ada), Barrier(2), []

    def decide(by: int) -> None:
        with desk.app.app_context():
            credential = asks.one(number)
            assert credential is not None
            barrier.wait()
            said.append(actions.grant(credential, by, terms.usual(), ""))

    threads = [Thread(target=decide, args=(by,)) for by in (one, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(said) == [False, True]
    assert len(lines(desk)) == len(mails(desk)) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_nobody_grants_a_name_they_have_not_read(desk: Desk, ada: MadeAccount, htmx: bool) -> None:
    number = ask(desk, ada)
    read = str(int(datetime.now(UTC).timestamp() * 1e6))
    with desk.app.app_context():
        actions.write_profile(db.session.get_one(Account, ada.id), "Dr Famous", "Surgeon", "Vienna", "")
    path, fields = f"{WAITING}/{number}", {"action": "grant", "expires_on": day()}
    answer = desk.send("moderator", path, htmx, read=read, **fields)
    assert answer.status_code == 409
    assert "The member changed their name while you read." in answer.text and "Dr Famous" in answer.text
    assert stored(desk, number).state == CredentialState.ASKED
    read = str(int(datetime.now(UTC).timestamp() * 1e6))
    assert desk.send("moderator", path, htmx, read=read, **fields).status_code == (200 if htmx else 303)


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("who", ["moderator", "admin"])
def test_nobody_decides_on_their_own(desk: Desk, who: str, htmx: bool) -> None:
    assert desk.browsers[who].get(WAITING).status_code == 200
    with desk.app.app_context():
        own = db.session.scalars(db.select(Account).join(Account.roles)).one()
        number = ask(desk, MadeAccount(own.id, own.email, own.name))
    page = desk.browsers[who].get(WAITING).text
    assert "This is your own. Another moderator decides on it." in page
    assert 'value="grant"' not in page
    answer = desk.send(who, f"{WAITING}/{number}", htmx, action="grant", expires_on=day())
    assert answer.status_code == 403
    assert "Another moderator decides on it." in answer.text
    assert stored(desk, number).state == CredentialState.ASKED


def test_without_the_token_nothing_is_decided(desk: Desk, ada: MadeAccount) -> None:
    number = ask(desk, ada)
    fields = {"action": "grant", "expires_on": day()}
    assert desk.browsers["moderator"].post(f"{WAITING}/{number}", data=fields).status_code == 400
    assert desk.browsers["moderator"].get(f"{WAITING}/{number}", query_string=fields).status_code in {404, 405}
    assert stored(desk, number).state == CredentialState.ASKED


def test_pages_follow_each_other(desk: Desk, ada: MadeAccount) -> None:
    waiting = [ask(desk, ada, asked_at=START) for _ in range(45)]
    granted = [ask(desk, ada, CredentialState.GRANTED, asked_at=START) for _ in range(21)]
    for start, numbers in ((WAITING, waiting), (GRANTED, granted[::-1])):
        seen: list[int] = []
        path = start
        while path and len(seen) < 100:
            page = desk.browsers["moderator"].get(path).text
            assert problems_of(page) == []
            seen += [int(each.split('"')[0]) for each in page.split('id="badge-')[1:]]
            path = page.split('rel="next"')[0].rsplit('href="', 1)[1].split('"')[0] if 'rel="next"' in page else ""
        assert seen == numbers
    assert desk.browsers["moderator"].get(f"{WAITING}?after=x").status_code == 404
    assert desk.browsers["moderator"].get(f"{GRANTED}?before=-1").status_code == 404


def test_the_desk_says_how_many_wait(desk: Desk, ada: MadeAccount) -> None:
    assert "badge" not in desk.browsers["moderator"].get("/desk/").text.split('class="places"')[0].split("<main")[1]
    ask(desk, ada)
    assert ">1 badge waits</a>" in desk.browsers["moderator"].get("/desk/").text
    assert "Badges" not in desk.browsers["editor"].get("/desk/").text
    assert "Audit log" not in desk.browsers["editor"].get("/desk/").text


def test_what_the_pages_cost(desk: Desk, queries: Callable[[], Any]) -> None:
    costs = []
    for rows in (2, 18):
        for _ in range(rows):
            account = desk.make.account()
            ask(desk, account)
            ask(desk, account, CredentialState.GRANTED)
        cost = []
        for path in (WAITING, GRANTED, "/desk/"):
            desk.browsers["moderator"].get(path)
            with queries() as said:
                assert desk.browsers["moderator"].get(path).status_code == 200
            cost.append(len(said))
        costs.append(cost)
    # the account with its roles, the masthead, how many comments wait; then the page's own
    assert costs == [[4, 4, 9]] * 2


@pytest.mark.parametrize(
    ("from_day", "years", "to_day"),
    [("2027-06-01", 1, "2028-06-01"), ("2028-02-29", 1, "2029-02-28"), ("2028-02-29", 4, "2032-02-29")],
)
def test_years_on(from_day: str, years: int, to_day: str) -> None:
    assert terms.years_on(date.fromisoformat(from_day), years) == date.fromisoformat(to_day)
