"""The desk's page on mail: what waits, what was given up, and what an admin can do about it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from hcpov import clock
from hcpov.audit.models import Audit
from hcpov.extensions import db
from hcpov.mail import actions as outbox
from hcpov.mail import refusals
from hcpov.mail.actions import claim, enqueue
from hcpov.mail.models import Message
from tests.desk.conftest import Desk
from tests.house.markup import problems_of
from tests.post_office import PostOffice

MAIL = "/desk/mail"
WORDS = "words-that-only-the-reader-may-read"
FAILED = "/desk/mail?which=given-up"


def put(desk: Desk, key: str = "one", to: str = "maeve@example.org", **columns: Any) -> int:
    """Makes a message."""
    facts = {"subject": f"Subject {key}", "text": WORDS, "html": WORDS, "headers": {"List-Id": WORDS}}
    row = Message(to=to, dedupe_key=key, **(facts | columns))
    with desk.app.app_context():
        db.session.add(row)
        db.session.commit()
        return row.id


def failed(desk: Desk, key: str = "one", problem: str = "refused with 554 5.7.1", **columns: Any) -> int:
    """Makes a message that was given up."""
    return put(desk, key, gave_up_at=clock.now(), tries=3, problem=problem, **columns)


def row(desk: Desk, number: int) -> Message:
    """Returns a message as it is stored."""
    with desk.app.app_context():
        found = db.session.get_one(Message, number)
        db.session.expunge(found)
        return found


def page(desk: Desk, path: str = MAIL) -> str:
    """Returns the page as an admin sees it."""
    answer = desk.browsers["admin"].get(path)
    assert answer.status_code == 200
    assert problems_of(answer.text) == []
    assert WORDS not in answer.text
    return answer.text


def log(desk: Desk) -> list[tuple[str, str]]:
    """Returns what admins did, and to what."""
    with desk.app.app_context():
        found = db.session.execute(db.select(Audit.what, Audit.about).where(Audit.what.startswith("mail")))
        return [(what, about) for what, about in found]


def test_nothing_waits(desk: Desk) -> None:
    assert "Nothing waits. Every letter is on its way." in page(desk)
    assert "Nothing was given up." in page(desk, FAILED)


def test_what_waits_and_when_it_is_tried_next(desk: Desk) -> None:
    later = {"tries": 2, "not_before": clock.now() + timedelta(hours=1), "problem": "put off with 451 4.7.1"}
    put(desk, "first")
    put(desk, "second", to="bo@example.net", **later)
    put(desk, "third", taken_until=clock.now() + timedelta(minutes=5), not_before=clock.now() + timedelta(minutes=5))
    put(desk, "sent", sent_at=clock.now())
    text = page(desk)
    assert "m…@example.org" in text and "maeve@" not in text and "bo@" not in text
    assert text.index("Subject first") < text.index("Subject second") < text.index("Subject third")
    assert "Subject sent" not in text and "Waits · 3" in text and "Given up · 0" in text
    assert "tried\u00a02\u00a0times · again at " in text and "Put off with 451 4.7.1." in text and "being sent" in text
    assert text.count('value="retry"') == 1 and text.count('value="drop"') == 2
    whole = page(desk, f"{MAIL}?addresses=whole")
    assert "maeve@example.org" in whole and "bo@example.net" in whole and "Mask addresses" in whole


@pytest.mark.parametrize("htmx", [False, True])
def test_one_is_tried_again(desk: Desk, post_office: PostOffice, htmx: bool) -> None:
    number = failed(desk)
    assert "Refused with 554 5.7.1." in page(desk, FAILED)
    answer = desk.send("admin", f"{MAIL}/{number}?which=given-up", htmx, act="retry")
    if htmx:
        assert answer.status_code == 200 and answer.text.lstrip().startswith('<section id="mail"')
        assert "Nothing was given up." in answer.text and "<html" not in answer.text
    else:
        assert (answer.status_code, answer.headers["Location"]) == (303, FAILED)
    assert [each["To"] for each in post_office.collect(desk.app)] == ["maeve@example.org"]
    assert log(desk) == [("mail tried again", f"message {number}")]


def test_all_that_can_be_are_tried_again(desk: Desk, post_office: PostOffice) -> None:
    for number in range(3):
        failed(desk, f"failed {number}", to=f"reader{number}@example.org")
    failed(desk, "without words", text="")
    assert page(desk, FAILED).count('value="retry"') == 4
    assert desk.send("admin", FAILED, act="retry").status_code == 303
    assert len(post_office.collect(desk.app)) == 3
    assert log(desk) == [("mail tried again", "3 messages")]
    again = desk.send("admin", FAILED, act="retry")
    assert again.status_code == 409 and "There is nothing that can be tried again." in again.text


def test_what_waits_for_its_time_is_tried_at_once(desk: Desk, post_office: PostOffice) -> None:
    number = put(desk, not_before=clock.now() + timedelta(hours=1), tries=4)
    assert post_office.collect(desk.app) == []
    assert desk.send("admin", f"{MAIL}/{number}", act="retry").status_code == 303
    assert len(post_office.collect(desk.app)) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_one_is_dropped_and_never_written_again(desk: Desk, post_office: PostOffice, htmx: bool) -> None:
    number = put(desk, "announce 1 2")
    assert desk.send("admin", f"{MAIL}/{number}", htmx, act="drop").status_code == (200 if htmx else 303)
    gone = row(desk, number)
    assert (gone.to, gone.text, gone.html, gone.headers, gone.problem) == ("", "", "", {}, "dropped at the desk")
    with desk.app.app_context():
        enqueue("maeve@example.org", "A", "A", "announce 1 2")
        db.session.commit()
    assert post_office.collect(desk.app) == []
    assert "Given up · 0" in page(desk)
    assert log(desk) == [("mail dropped", f"message {number}")]


@pytest.mark.parametrize("act", ["retry", "drop"])
def test_what_is_being_sent_or_was_is_let_be(desk: Desk, act: str) -> None:
    taken, sent = put(desk, "taken"), put(desk, "sent", sent_at=clock.now())
    with desk.app.app_context():
        assert claim() is not None
    before = row(desk, taken)
    for number in (taken, sent, 999_999):
        answer = desk.send("admin", f"{MAIL}/{number}", act=act)
        assert answer.status_code == 409 and "Nothing was done." in answer.text
        assert problems_of(answer.text) == []
    after = row(desk, taken)
    assert (before.not_before, before.text, before.tries) == (after.not_before, after.text, after.tries)
    assert log(desk) == []


def test_an_address_that_refused_is_written_to_again(desk: Desk, post_office: PostOffice) -> None:
    post_office.to_recipient = "550 5.1.1 unknown"
    number = put(desk)
    post_office.collect(desk.app)
    post_office.behave()
    text = page(desk, FAILED)
    assert "Refused with 550 5.1.1." in text and 'value="lift"' in text and 'value="retry"' not in text
    assert desk.send("admin", f"{MAIL}/{number}?which=given-up", act="lift").status_code == 303
    put(desk, "two")
    assert len(post_office.collect(desk.app)) == 1
    assert log(desk) == [("mail allowed again", f"the address of message {number}")]
    assert desk.send("admin", f"{MAIL}/{number}", act="lift").status_code == 409


@pytest.mark.parametrize("htmx", [False, True])
def test_an_address_is_written_to_again_though_its_message_is_long_gone(desk: Desk, htmx: bool) -> None:
    with desk.app.app_context():
        refusals.remember("maeve@example.org", "550 5.1.1")
        db.session.commit()
    for email, status in (("", 422), ("bo@example.org", 409), (" Maeve@example.org ", 200 if htmx else 303)):
        answer = desk.send("admin", f"{MAIL}/refused?which=given-up", htmx, email=email)
        assert answer.status_code == status, email
    assert log(desk) == [("mail allowed again", "an address")]


def test_a_relay_that_is_away_is_shown_and_can_be_called(desk: Desk, post_office: PostOffice) -> None:
    put(desk)
    with desk.app.app_context():
        outbox.pause("the relay hung up at the call")
    text = page(desk)
    assert "Mail has stood still since " in text and ": the relay hung up at the call. It is tried again at " in text
    assert post_office.collect(desk.app) == []
    assert desk.send("admin", MAIL, act="call").status_code == 303
    assert "It is tried again just now." in page(desk)
    assert len(post_office.collect(desk.app)) == 1
    assert "Mail has stood still" not in page(desk)
    assert log(desk) == [("mail relay called", "the relay")]


def test_a_site_without_a_relay_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = desk.app.config["HCPOV"]
    public = vars(settings) | {"smtp_url": "", "site_url": "https://pov.example.org"}
    assert desk.browsers["admin"]
    monkeypatch.setitem(desk.app.config, "HCPOV", type(settings)(**public))
    answer = desk.browsers["admin"].get(MAIL)
    assert "HCPOV_SMTP_URL names no relay" in answer.text or answer.status_code == 303  # https wants a second factor


@pytest.mark.parametrize(("path", "fields"), [(MAIL, {}), (MAIL, {"act": "x"}), (f"{MAIL}/1", {"act": "x"})])
def test_what_is_no_act_is_refused(desk: Desk, path: str, fields: dict[str, str]) -> None:
    assert desk.send("admin", path, False, **fields).status_code == 400


@pytest.mark.parametrize("path", ["?which=sent", "?after=x", "?after=9999999999"])
def test_what_is_no_list_is_not_found(desk: Desk, path: str) -> None:
    assert desk.browsers["admin"].get(MAIL + path).status_code == 404


@pytest.mark.parametrize(("who", "status"), [("stranger", 404), ("member", 403), ("editor", 403), ("moderator", 403)])
def test_it_is_the_admins(desk: Desk, who: str, status: int) -> None:
    number = put(desk)
    assert desk.browsers[who].get(MAIL).status_code == status
    assert desk.send(who, f"{MAIL}/{number}", act="drop").status_code == status
    assert row(desk, number).to == "maeve@example.org"
    assert ('href="/desk/mail"' in desk.browsers[who].get("/desk/").text) is False


def test_without_the_sessions_token_nothing_is_done(desk: Desk) -> None:
    number = put(desk)
    assert desk.browsers["admin"].post(f"{MAIL}/{number}", data={"act": "drop"}).status_code == 400
    assert row(desk, number).to == "maeve@example.org"


def test_what_it_costs_and_that_it_can_be_leafed_through(desk: Desk, queries: Callable[[], Any]) -> None:
    costs, made = [], 0
    for more in (4, 40):
        for _ in range(more):
            made += 1
            put(desk, f"waits {made}", to=f"w{made}@example.org")
            failed(desk, f"failed {made}", to=f"f{made}@example.org")
        for path in (MAIL, FAILED):
            desk.browsers["admin"].get(path)
            with queries() as said:
                desk.browsers["admin"].get(path)
            costs.append(len(said))
    # the session with its roles, blogs of the masthead, how many comments wait; then the page's own four
    assert costs == [7, 7] * 2
    for path, first, last in ((MAIL, "waits 1<", "waits 44<"), (FAILED, "failed 44<", "failed 1<")):
        text = page(desk, path)
        assert first in text and last not in text
        more_path = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
        assert last in page(desk, more_path)
