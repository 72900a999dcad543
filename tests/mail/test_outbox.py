"""From the outbox to a real relay: once, again after a failure, and never for ever."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from flask import Flask

from hcpov.extensions import db, huey
from hcpov.mail.actions import claim, enqueue
from hcpov.mail.models import Message, Relay
from hcpov.mail.sending import send_due
from tests.post_office import PostOffice, words

Travel = Callable[[float], None]


def put(
    app: Flask, key: str = "one", to: str = "ada@example.org", subject: str = "A subject", text: str = "Words."
) -> None:
    """Writes a message."""
    with app.app_context():
        enqueue(to, subject, text, key)
        db.session.commit()


def rows(app: Flask) -> list[Message]:
    """Reads the outbox."""
    with app.app_context():
        return list(db.session.scalars(db.select(Message).order_by(Message.id)))


def relay(app: Flask) -> Relay:
    """Reads how the relay is."""
    with app.app_context():
        return db.session.get_one(Relay, 1)


def test_a_message_arrives_once(app: Flask, post_office: PostOffice) -> None:
    put(app, text="Ärztin & Pfleger\n\nhttp://localhost/reset/abc\n")
    [message] = post_office.collect(app)
    assert words(message) == "Ärztin & Pfleger\n\nhttp://localhost/reset/abc\n"
    assert (message["To"], message["Subject"]) == ("ada@example.org", "A subject")
    assert message["From"] == "Health Care POV <no-reply@localhost>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Message-ID"].endswith("@localhost>")
    assert abs((datetime.now(UTC) - message["Date"].datetime).total_seconds()) < 60
    assert post_office.collect(app) == []
    [row] = rows(app)
    assert row.sent_at is not None
    assert row.text == ""  # the words may hold a link that opens something


def test_a_message_is_written_once(app: Flask, post_office: PostOffice) -> None:
    put(app, "same")
    put(app, "same", text="Other words.")
    assert [words(message) for message in post_office.collect(app)] == ["Words.\n"]


def test_a_subject_cannot_begin_a_header(app: Flask, post_office: PostOffice) -> None:
    put(app, subject="Hello\r\nBcc: everybody@example.org\n\nBody")
    [message] = post_office.collect(app)
    assert message["Bcc"] is None
    assert message["Subject"] == "Hello Bcc: everybody@example.org Body"


def test_an_address_that_is_refused_for_good_is_given_up(app: Flask, post_office: PostOffice, travel: Travel) -> None:
    post_office.to_recipient = "550 no such mailbox ada@example.org"
    put(app)
    assert post_office.collect(app) == []
    [row] = rows(app)
    assert row.gave_up_at is not None
    assert (row.problem, row.text) == ("refused with 550", "")
    post_office.to_recipient = None
    travel(86400)
    assert post_office.collect(app) == []


@pytest.mark.parametrize("where", ["to_recipient", "to_text"])
def test_what_is_refused_for_now_is_tried_again_after_longer_pauses(
    app: Flask, post_office: PostOffice, travel: Travel, where: str
) -> None:
    setattr(post_office, where, "451 try again later")
    put(app)
    pauses = []
    for _ in range(4):
        assert post_office.collect(app) == []
        [row] = rows(app)
        pauses.append(round((row.not_before - datetime.now(UTC)).total_seconds() / 60))
        assert post_office.collect(app) == []  # not before its time
        assert rows(app)[0].tries == len(pauses)
        travel(pauses[-1] * 60 + 1)
    assert pauses == [1, 2, 4, 8]
    setattr(post_office, where, None)
    assert len(post_office.collect(app)) == 1


def test_after_three_days_it_is_given_up(app: Flask, post_office: PostOffice, travel: Travel) -> None:
    post_office.to_recipient = "451 try again later"
    put(app)
    post_office.collect(app)
    travel(3 * 86400 + 60)
    post_office.collect(app)
    [row] = rows(app)
    assert row.gave_up_at is not None


def test_a_relay_that_is_down_is_not_asked_for_each_message(app: Flask, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = app.config["HCPOV"]
    monkeypatch.setitem(app.config, "HCPOV", type(settings)(**(vars(settings) | {"smtp_url": "smtp://127.0.0.1:1"})))
    put(app, "one")
    put(app, "two")
    with app.app_context():
        assert send_due() == 0
    assert [(row.tries, row.problem) for row in rows(app)] == [(0, "")] * 2  # it is no message's fault
    assert relay(app).problem == "nothing answers at the relay's address and port"


def test_a_password_is_not_said_without_tls(
    app: Flask, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = app.config["HCPOV"]
    url = f"smtp://ada:secret-word@127.0.0.1:{post_office.port}"
    monkeypatch.setitem(app.config, "HCPOV", type(settings)(**(vars(settings) | {"smtp_url": url})))
    put(app)
    assert post_office.collect(app) == []
    assert relay(app).problem == "the relay offers no TLS, so the password was kept back"


def test_a_message_that_is_being_sent_is_taken_by_nobody_else(app: Flask, travel: Travel) -> None:
    put(app)
    with app.app_context():
        taken = claim()
        assert taken is not None
        assert claim() is None
        travel(20 * 60 + 1)  # the worker was killed: the lease is over
        again = claim()
        assert again is not None
        assert (again.id, again.tries) == (taken.id, 2)


def test_a_line_that_drops_after_the_message_repeats_it_with_the_same_id(
    app: Flask, post_office: PostOffice, travel: Travel
) -> None:
    post_office.drops_at = {"kept"}
    put(app)
    first = post_office.collect(app)
    post_office.drops_at = set()
    travel(61)
    second = post_office.collect(app)
    assert len(first) == len(second) == 1
    assert first[0]["Message-ID"] == second[0]["Message-ID"]


def test_without_a_relay_a_local_site_prints_its_mail(
    app: Flask, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = app.config["HCPOV"]
    monkeypatch.setitem(app.config, "HCPOV", type(settings)(**(vars(settings) | {"smtp_url": ""})))
    put(app, text="Open http://localhost/reset/abc")
    with app.app_context():
        assert send_due() == 1
    said = capsys.readouterr().out
    assert "To: ada@example.org" in said and "http://localhost/reset/abc" in said


def test_without_a_relay_a_public_site_keeps_its_mail(
    app: Flask,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    caplog: pytest.LogCaptureFixture,
) -> None:
    settings = app.config["HCPOV"]
    public = {"smtp_url": "", "site_url": "https://pov.example.org"}
    monkeypatch.setitem(app.config, "HCPOV", type(settings)(**(vars(settings) | public)))
    put(app)
    with app.app_context():
        assert send_due() == 0
    assert capsys.readouterr().out == ""
    assert "HCPOV_SMTP_URL names no relay" in caplog.text
    assert rows(app)[0].sent_at is None


def test_no_address_reaches_the_log(app: Flask, post_office: PostOffice, caplog: pytest.LogCaptureFixture) -> None:
    for answer in ("550 ada@example.org is unknown", "451 ada@example.org is busy"):
        post_office.to_recipient = answer
        put(app, answer)
        post_office.collect(app)
    assert "ada@example.org" not in caplog.text


def test_a_committed_message_wakes_the_worker(app: Flask) -> None:
    with app.app_context():
        huey.storage.flush_queue()
        enqueue("ada@example.org", "A subject", "Words.", "nudge")
        assert huey.pending_count() == 0
        db.session.rollback()
        assert huey.pending_count() == 0
    put(app)
    assert huey.pending_count() == 1
    with app.app_context():
        huey.storage.flush_queue()


def test_what_somebody_asked_for_goes_first(app: Flask) -> None:
    with app.app_context():
        for number in range(3):
            enqueue("reader@example.org", "News", "Words.", f"news {number}")
        enqueue("ada@example.org", "A new password", "Words.", "reset", asked_for=True)
        db.session.commit()
        taken = [claim() for _ in range(5)]
        assert [each.dedupe_key if each else "" for each in taken] == ["reset", "news 0", "news 1", "news 2", ""]
