"""Reads of the outbox for the desk. Words of letters are never read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select

from hcpov import clock, config, languages
from hcpov.extensions import db
from hcpov.mail import problems, refusals, turns
from hcpov.mail.addresses import masked
from hcpov.mail.models import THE_RELAY, Message, Relay

LISTED = 30
WAITING, GIVEN_UP = "waiting", "given-up"

_WAITS = (Message.sent_at.is_(None), Message.gave_up_at.is_(None))
# What was dropped has lost its address; there is nothing left to do about it.
_FAILED = (Message.gave_up_at.is_not(None), Message.to != "")


@dataclass(frozen=True)
class MailRow:
    """A message that was not sent. `next_at` is empty for what is given up; `can_retry` needs its words."""

    id: int
    address: str
    subject: str
    written: str
    tries: int
    problem: str
    next_at: str
    is_taken: bool
    can_retry: bool
    is_refused: bool


@dataclass(frozen=True)
class Outbox:
    """One page of messages, and how many there are. `more` is the row where the next page begins, None at the end."""

    which: str
    rows: list[MailRow]
    more: int | None
    waiting: int
    given_up: int
    away_since: str
    away_until: str
    problem: str
    has_relay: bool


def counts() -> tuple[int, int, str]:
    """Returns how many messages wait, how many were given up, and why mail stands still, if it does. One query."""
    waits, failed = (select(func.count()).where(*each).scalar_subquery() for each in (_WAITS, _FAILED))
    away = select(Relay.problem).where(Relay.id == THE_RELAY, Relay.failures > 0).scalar_subquery()
    row = db.session.execute(select(waits, failed, away)).one()
    return row[0], row[1], problems.said(row[2] or "")


def outbox(which: str, after: int | None, whole: bool) -> Outbox:
    """Returns a page: what waits, the oldest first, or what was given up, the newest first.

    Addresses are masked unless `whole`. Three queries, four when there are rows.
    """
    waiting, given_up, problem = counts()
    relay, now = turns.relay(), clock.now()
    listed = _waiting(after) if which == WAITING else _given_up(after)
    refused = refusals.known_among([each.to for each in listed[:LISTED]])
    settings = config.current()
    return Outbox(
        which,
        [_row(each, now, whole, each.to in refused) for each in listed[:LISTED]],
        listed[LISTED - 1].id if len(listed) > LISTED else None,
        waiting,
        given_up,
        _moment(relay.away_since) if relay and problem else "",
        _moment(relay.paused_until) if relay and problem and relay.paused_until and relay.paused_until > now else "",
        problem,
        bool(settings.smtp_url) or settings.is_local,
    )


def address_of(number: int) -> str | None:
    """Returns whom a message that was given up is for; None when there is no such message. One query."""
    return db.session.scalar(select(Message.to).where(Message.id == number, *_FAILED))


@dataclass(frozen=True)
class _Listed:
    id: int
    to: str
    subject: str
    has_words: bool
    created_at: datetime
    not_before: datetime
    taken_until: datetime | None
    tries: int
    gave_up_at: datetime | None
    problem: str


def _waiting(after: int | None) -> list[_Listed]:
    return _listed(*_WAITS, *([Message.id > after] if after else []), order=Message.id.asc())


def _given_up(before: int | None) -> list[_Listed]:
    return _listed(*_FAILED, *([Message.id < before] if before else []), order=Message.id.desc())


def _listed(*which: ColumnElement[bool], order: ColumnElement[int]) -> list[_Listed]:
    m, words = Message, (Message.text != "").label("has_words")
    times = (m.created_at, m.not_before, m.taken_until, m.gave_up_at)
    wanted = select(m.id, m.to, m.subject, words, m.tries, m.problem, *times)
    found = db.session.execute(wanted.where(*which).order_by(order).limit(LISTED + 1))
    return [_Listed(**each) for each in found.mappings()]


def _row(each: _Listed, now: datetime, whole: bool, refused: bool) -> MailRow:
    taken = each.taken_until is not None and each.taken_until > now
    ahead = each.gave_up_at is None and not taken and each.not_before > now
    return MailRow(
        each.id,
        each.to if whole else masked(each.to),
        each.subject,
        _moment(each.created_at),
        each.tries,
        problems.said(each.problem),
        _moment(each.not_before) if ahead else "",
        taken,
        ahead if each.gave_up_at is None else each.has_words,
        refused and each.gave_up_at is not None,
    )


def _moment(at: datetime | None) -> str:
    return languages.long_moment(at) if at else ""
