"""A relay that behaves badly: hangs, refuses, drops the line, answers slowly, goes away."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask

from hcpov.extensions import db
from hcpov.mail import actions, relay, sending
from hcpov.mail.actions import LEASE, claim, mark_sent
from hcpov.mail.letters import letter
from hcpov.mail.models import Message
from tests.live import free_port
from tests.mail.conftest import Outbox, Travel
from tests.post_office import PostOffice, open_post_office


@contextmanager
def impatience() -> Iterator[None]:
    """Waits for a silent relay for a part of a second.

    Only around what meets one: on a busy machine a relay that answers may take as long.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("SECONDS", "END_SECONDS"):
            patch.setattr(relay, name, 0.3)
        yield


def minutes(at: datetime | None) -> int:
    """Returns in how many minutes something is."""
    assert at is not None
    return round((at - datetime.now(UTC)).total_seconds() / 60)


def test_one_line_is_kept_for_all_messages(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.put_many(20)
    assert outbox.send() == 20
    assert (post_office.calls, len(set(post_office.recipients))) == (1, 20)


def test_a_relay_that_hangs_up_between_messages_is_called_again(outbox: Outbox, post_office: PostOffice) -> None:
    post_office.most = 3
    outbox.put_many(10)
    assert outbox.send() == 10
    assert post_office.calls == 4
    assert {row.tries for row in outbox.rows} == {1}
    assert len(post_office.arrived) == 10
    assert outbox.relay is None or outbox.relay.failures == 0


def test_a_relay_that_drops_the_line_between_messages_is_called_again(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.put_many(2)
    line = relay.Line(f"smtp://127.0.0.1:{post_office.port}")
    with outbox.app.app_context(), line:
        for sent in range(2):
            message = claim()
            assert message is not None
            line.send(letter(message))
            mark_sent(message)
            assert line.line is not None and line.line.sock is not None
            if not sent:
                line.line.sock.shutdown(socket.SHUT_RDWR)
    assert (post_office.calls, len(post_office.arrived)) == (2, 2)


@pytest.mark.parametrize("step", ["hello", "sender", "recipient"])
@pytest.mark.parametrize("how", ["silent_at", "drops_at"])
def test_a_relay_that_is_away_is_left_alone_and_no_message_is_to_blame(
    outbox: Outbox, post_office: PostOffice, travel: Travel, how: str, step: str
) -> None:
    outbox.put_many(3)
    setattr(post_office, how, {step})
    with impatience():
        assert outbox.send() == 0
    assert [(row.tries, row.problem, row.taken_until) for row in outbox.rows] == [(0, "", None)] * 3
    known = outbox.relay
    assert known is not None and (known.failures, minutes(known.paused_until)) == (1, 1)
    assert known.problem.startswith("the relay ")
    setattr(post_office, how, set())
    assert outbox.send() == 0, "all leave it alone"
    travel(61)
    assert outbox.send() == 3
    known = outbox.relay
    assert known is not None and (known.failures, known.paused_until, known.problem) == (0, None, "")
    assert {row.tries for row in outbox.rows} == {1}


def test_the_pause_grows_and_has_an_end(outbox: Outbox, travel: Travel) -> None:
    outbox.settings(smtp_url=f"smtp://127.0.0.1:{free_port()}")
    outbox.put()
    pauses = []
    for _ in range(7):
        outbox.send()
        known = outbox.relay
        assert known is not None
        pauses.append(minutes(known.paused_until))
        travel(pauses[-1] * 60 + 1)
    assert pauses == [1, 2, 4, 8, 15, 15, 15]
    assert outbox.row.tries == 0


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("to_hello", "554 5.7.1 your address is on a list"),
        ("to_sender", "550 5.7.1 sender rejected"),
        ("to_sender", "550 no such user here"),
        ("to_sender", "451 4.3.0 try again later"),
        ("to_sender", "530 5.7.0 authentication required"),
        ("to_recipient", "421 4.3.2 closing"),
        ("to_recipient", "530 sign in first"),
        ("to_recipient", "553 5.1.8 your domain does not exist"),
        ("to_text", "421 4.3.2 closing"),
    ],
)
def test_what_is_about_us_stops_all_and_condemns_nobody(
    outbox: Outbox, post_office: PostOffice, travel: Travel, where: str, answer: str
) -> None:
    outbox.put_many(2)
    setattr(post_office, where, answer)
    assert outbox.send() == 0
    assert [(row.tries, row.gave_up_at) for row in outbox.rows] == [(0, None)] * 2
    assert outbox.refused == []
    post_office.behave()
    travel(61)
    assert outbox.send() == 2


@pytest.mark.parametrize(
    ("where", "answer"),
    [
        ("to_recipient", "550 5.7.1 relay access denied"),
        ("to_recipient", "550 relay not permitted"),
        ("to_recipient", "554 5.7.1 blocked by policy"),
        ("to_recipient", "552 5.2.2 mailbox full"),
        ("to_text", "554 5.7.1 this looks like spam"),
        ("to_text", "550 5.7.26 no DKIM signature"),
        ("to_sender", "552 5.3.4 too large"),
    ],
)
def test_a_message_that_is_refused_condemns_no_address(
    outbox: Outbox, post_office: PostOffice, where: str, answer: str
) -> None:
    outbox.put()
    setattr(post_office, where, answer)
    assert outbox.send() == 0
    row = outbox.row
    assert row.gave_up_at is not None and row.problem.startswith("refused with 55")
    assert row.text == "Words.", "an admin may try it again"
    post_office.behave()
    outbox.put("two")
    assert outbox.send() == 1


def test_three_refusals_in_a_row_are_about_us(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.put_many(10)
    post_office.to_text = "554 5.7.1 this looks like spam"
    assert outbox.send() == 0
    assert [row.gave_up_at is not None for row in outbox.rows] == [True] * 3 + [False] * 7
    known = outbox.relay
    assert known is not None and known.problem == "refused with 554 5.7.1, 3 times in a row"
    assert outbox.send() == 0


def test_readers_who_are_put_off_hold_up_nobody(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.put_many(10)
    post_office.to_recipient = "451 4.7.1 greylisted"
    assert outbox.send() == 0
    assert [(row.tries, row.problem) for row in outbox.rows] == [(1, "put off with 451 4.7.1")] * 10
    assert post_office.calls == 1, "the line is kept after a no"


def test_a_slow_relay_is_waited_for(outbox: Outbox, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(relay, "SECONDS", 0.5)
    post_office.slow = 0.6  # longer than any other answer may take
    outbox.put_many(2)
    assert outbox.send() == 2
    assert len(post_office.arrived) == 2 and {row.tries for row in outbox.rows} == {1}


@pytest.mark.parametrize(("how", "step"), [("silent_at", "data"), ("silent_at", "kept"), ("drops_at", "kept")])
def test_no_answer_to_the_whole_text_is_tried_again_later(
    outbox: Outbox, post_office: PostOffice, travel: Travel, how: str, step: str
) -> None:
    """Nobody knows whether it was taken: this is the window, and both have the same Message-ID."""
    setattr(post_office, how, {step})
    outbox.put()
    with impatience():
        assert outbox.send() == 0
    row = outbox.row
    assert (row.tries, row.problem) == (1, "the relay gave no answer to the whole text")
    setattr(post_office, how, set())
    travel(61)
    assert outbox.send() == 1
    assert len(post_office.arrived) == (2 if step == "kept" else 1)
    assert len({each["Message-ID"] for each in post_office.arrived}) == 1


@contextmanager
def dripping() -> Iterator[int]:
    """A relay that sends a byte of its answer now and then, for ever; yields its port."""
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        over = threading.Event()

        def drip() -> None:
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    line.sendall(b"220 here\r\n")
                    line.recv(1000)
                    line.sendall(b"250 here\r\n")
                    while not over.wait(0.05):
                        line.sendall(b"2")

        thread = threading.Thread(target=drip)
        thread.start()
        yield int(server.getsockname()[1])
        over.set()
        thread.join()


def test_a_relay_that_answers_drop_by_drop_is_hung_up_on_before_the_lease_ends(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert timedelta(seconds=relay.LONGEST + relay.CALL_SECONDS) < LEASE
    monkeypatch.setattr(relay, "LONGEST", 0.5)
    outbox.put()
    with dripping() as port:
        outbox.settings(smtp_url=f"smtp://127.0.0.1:{port}")
        started = time.monotonic()
        assert outbox.send() == 0
    assert time.monotonic() - started < 5
    assert outbox.row.tries == 0


def test_two_workers_never_send_the_same(app: Flask, outbox: Outbox, post_office: PostOffice) -> None:
    outbox.put_many(40)
    post_office.slow = 0.005
    workers = [threading.Thread(target=outbox.send) for _ in range(3)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(post_office.recipients) == sorted(f"reader{each}@example.org" for each in range(40))
    assert post_office.calls >= 2


def test_a_worker_that_was_too_slow_changes_nothing_of_the_next(app: Flask, outbox: Outbox, travel: Travel) -> None:
    outbox.put()
    with app.app_context():
        first = claim()
        travel(LEASE.total_seconds() + 1)
        second = claim()
        assert first is not None and second is not None
        actions.give_back(first)
        actions.mark_failed(first, "too late")
        assert claim() is None, "it is still the second one's"
        assert db.session.scalars(db.select(Message.problem)).one() == ""
        mark_sent(second)


def test_a_worker_that_is_told_to_stop_ends_between_messages(
    outbox: Outbox, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.put_many(5)
    monkeypatch.setattr(sending, "stop", threading.Event())
    sending.stop.set()
    assert outbox.send() == 0
    assert [(row.tries, row.taken_until) for row in outbox.rows] == [(0, None)] * 5


def test_the_rate_is_kept_by_all_workers_together(outbox: Outbox, post_office: PostOffice, travel: Travel) -> None:
    outbox.settings(mail_rate=1200)  # one in 50 ms
    outbox.put_many(12)
    started = time.monotonic()
    workers = [threading.Thread(target=outbox.send) for _ in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(post_office.arrived) == 12
    assert 0.5 < time.monotonic() - started < 5


def test_without_a_rate_nothing_waits(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.settings(mail_rate=0)
    outbox.put_many(3)
    assert outbox.send() == 3
    assert outbox.relay is None


def test_a_clock_that_is_set_back_stops_no_mail(
    outbox: Outbox, post_office: PostOffice, travel: Travel, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.settings(mail_rate=600)
    travel(86400)
    outbox.put("one")
    outbox.send()
    travel(-86400)
    outbox.put("two")
    monkeypatch.setattr(sending, "stop", threading.Event())
    end = threading.Timer(5, sending.stop.set)
    end.start()
    assert outbox.send() == 1, "it would wait for a day"
    end.cancel()


def test_a_worker_that_waits_for_its_turn_gives_the_message_back_when_told_to_stop(
    outbox: Outbox, post_office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.settings(mail_rate=1)
    outbox.put_many(2)
    monkeypatch.setattr(sending, "stop", threading.Event())
    threading.Timer(0.3, sending.stop.set).start()
    assert outbox.send() == 1
    assert [(row.tries, row.taken_until) for row in outbox.rows] == [(1, None), (0, None)]


def test_a_relay_that_speaks_tls_only_later_is_told_nothing_before(outbox: Outbox) -> None:
    with open_post_office(enable_SMTPUTF8=False) as office:
        outbox.settings(smtp_url=f"smtps://127.0.0.1:{office.port}")
        outbox.put()
        assert outbox.send() == 0
        assert outbox.row.tries == 0
        assert office.arrived == []
