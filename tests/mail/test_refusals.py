"""Addresses that were refused for good are left alone; what is old is forgotten."""

from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient

from hcpov import clock
from hcpov.extensions import db
from hcpov.mail import actions, refusals
from hcpov.mail.models import Message, RefusedAddress
from tests.mail.conftest import Outbox, Travel
from tests.make import PASSWORD
from tests.post_office import PostOffice

DAY = 86400.0
FIELDS = {"name": "Ada", "title": "Nurse", "place": "Galway", "email": "ada@example.org", "password": PASSWORD}
GONE = "550 5.1.1 <ada@example.org> no such user"


def refuse(outbox: Outbox, post_office: PostOffice) -> None:
    """Makes an address that was refused for good."""
    post_office.to_recipient = GONE
    outbox.put("refused")
    assert outbox.send() == 0
    post_office.behave()


def test_an_address_that_was_refused_for_good_is_not_written_to_again(
    outbox: Outbox, post_office: PostOffice, travel: Travel
) -> None:
    refuse(outbox, post_office)
    for number, to in enumerate(["ada@example.org", "ADA@Example.ORG", "bo@example.org"]):
        outbox.put(str(number), to=to)
    assert outbox.send() == 1
    assert post_office.tried == ["bo@example.org"]
    row = outbox.rows[1]
    assert row.gave_up_at is not None and row.text == ""
    assert row.problem == "this address refused mail before, with 550 5.1.1"
    travel(90 * DAY + 60)  # the mailbox may be somebody's again
    outbox.put("later")
    assert outbox.send() == 1


def test_what_was_queued_before_the_refusal_is_held_back_too(outbox: Outbox, post_office: PostOffice) -> None:
    outbox.put("one")
    outbox.put("two")
    post_office.to_recipient = GONE
    outbox.send()
    assert post_office.tried == ["ada@example.org"]
    assert all(row.gave_up_at for row in outbox.rows)


def test_the_address_itself_is_not_kept(outbox: Outbox, post_office: PostOffice) -> None:
    refuse(outbox, post_office)
    with outbox.app.app_context():
        [kept] = db.session.execute(db.select(RefusedAddress.digest, RefusedAddress.code))
    assert kept.code == "550 5.1.1" and len(kept.digest) == 64 and "ada" not in kept.digest


@pytest.mark.parametrize("path", ["/reset", "/updates", "/join"])
def test_what_somebody_asks_for_at_the_keyboard_is_tried_all_the_same(
    outbox: Outbox, post_office: PostOffice, client: FlaskClient, path: str
) -> None:
    """And when it is taken, the mailbox is there after all."""
    refuse(outbox, post_office)
    client.post(path, data=FIELDS)
    assert outbox.send() == 1
    assert post_office.tried == ["ada@example.org"]
    assert outbox.refused == []
    outbox.put("again")
    assert outbox.send() == 1


def test_an_erased_address_is_forgotten_here_too(outbox: Outbox, post_office: PostOffice) -> None:
    refuse(outbox, post_office)
    with outbox.app.app_context():
        actions.forget("Ada@example.org", "no mark")
        db.session.commit()
    assert outbox.refused == []


def test_asking_twice_is_remembering_once(app: Flask, outbox: Outbox) -> None:
    with app.app_context():
        for code in ("550 5.1.1", "550 5.2.1"):
            refusals.remember("ada@example.org", code)
            db.session.commit()
        assert refusals.known("ADA@example.org") == "550 5.2.1"
        assert refusals.lift("ada@example.org") and not refusals.lift("ada@example.org")


def old(app: Flask, key: str, days: float, sent: bool, **columns: object) -> None:
    """Makes a message that was settled some days ago."""
    at = clock.now() - timedelta(days=days)
    settled = {"sent_at": at} if sent else {"gave_up_at": at}
    facts = {"to": "ada@example.org", "subject": "A", "text": "" if sent else "Words.", "dedupe_key": key}
    with app.app_context():
        db.session.add(Message(created_at=at, **(facts | settled | columns)))
        db.session.commit()


def test_what_is_old_is_forgotten_in_steps(app: Flask, outbox: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(actions, "AT_ONCE", 2)
    for number, days in enumerate([1, 29, 31, 32, 33, 364, 366, 367, 400]):
        old(app, f"sent {number}", days, sent=True)
    for number, days in enumerate([6, 8, 29, 31, 366]):
        old(app, f"failed {number}", days, sent=False, html="<p>", headers={"List-Id": "a"})
    outbox.put("waits")
    with app.app_context():
        db.session.add(RefusedAddress(digest="a" * 64, code="550", at=clock.now() - timedelta(days=91)))
        db.session.add(RefusedAddress(digest="b" * 64, code="551", at=clock.now() - timedelta(days=89)))
        db.session.commit()
        actions.forget_old()
    left = {row.dedupe_key: (bool(row.to), bool(row.text or row.html or row.headers)) for row in outbox.rows}
    assert left == {
        "sent 0": (True, False),
        "sent 1": (True, False),
        **{f"sent {number}": (False, False) for number in (2, 3, 4, 5)},
        "failed 0": (True, True),
        "failed 1": (True, False),
        "failed 2": (True, False),
        "failed 3": (False, False),
        "waits": (True, True),
    }
    assert outbox.refused == ["551"]


def test_a_key_holds_after_the_address_went(app: Flask, outbox: Outbox, post_office: PostOffice) -> None:
    old(app, "announce 1 2", 300, sent=True)
    with app.app_context():
        actions.forget_old()
    outbox.put("announce 1 2")
    assert outbox.send() == 0 and len(outbox.rows) == 1
