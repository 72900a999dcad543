"""Reads of badges that were asked for: a member's own, and what moderators look at.

Each function says how many queries it makes; tests hold them to it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ScalarSelect, Select, func, select, tuple_
from sqlalchemy.orm import joinedload

from hcpov import clock, languages
from hcpov.auth.models import Account, Credential, CredentialState
from hcpov.extensions import db
from hcpov.profiles import terms
from hcpov.text import check_digits, dates
from hcpov.text.links import host_of

PAGE = 20
OWN = 50
NPI = "NPI "


@dataclass(frozen=True)
class OwnRow:
    """A badge as the member who asked for it sees it. `stand` is asked, granted, ended, refused, revoked, withdrawn."""

    id: int
    profession: str
    region: str
    stand: str
    asked: str
    until: str
    reason: str
    can_be_withdrawn: bool


@dataclass(frozen=True)
class AskRow:
    """A badge as moderators see it: all that the member gave. `number_fits` says that a check digit is right."""

    id: int
    account_id: int
    name: str
    title: str
    place: str
    page: str
    member_since: str
    ago: str
    asked: str
    asked_machine: str
    profession: str
    region: str
    body: str
    number: str
    number_fits: bool
    link: str
    host: str
    granted: bool
    over: bool
    until: str
    reason: str


@dataclass(frozen=True)
class Asks:
    """One page of badges; `more` leads to the next, None when there is none."""

    rows: list[AskRow]
    more: int | None


def own(account_id: int) -> list[OwnRow]:
    """Returns what a member asked for, newest first. One query."""
    wanted = select(Credential).where(Credential.account_id == account_id)
    return [_own_row(each) for each in db.session.scalars(wanted.order_by(Credential.id.desc()).limit(OWN))]


def waits(account_id: int) -> bool:
    """Says whether one of a member's badges waits for a moderator. One query."""
    wanted = select(Credential.id).where(Credential.account_id == account_id)
    return db.session.scalar(wanted.where(Credential.state == CredentialState.ASKED).limit(1)) is not None


def asked_lately(account_id: int, days: int) -> int:
    """Counts how often a member asked within the last days, withdrawn ones included. One query."""
    since = clock.now() - timedelta(days=days)
    wanted = select(func.count()).where(Credential.account_id == account_id, Credential.asked_at > since)
    return db.session.scalar(wanted) or 0


def count() -> int:
    """Counts what waits. One query."""
    return db.session.scalar(select(func.count()).where(Credential.state == CredentialState.ASKED)) or 0


def waiting(after: int | None = None) -> Asks:
    """Returns a page of what waits, oldest first. One query."""
    wanted = _with_member().where(Credential.state == CredentialState.ASKED)
    if after is not None:
        wanted = wanted.where(tuple_(Credential.asked_at, Credential.id) > _mark(after))
    return _page(wanted.order_by(Credential.asked_at, Credential.id))


def granted(before: int | None = None) -> Asks:
    """Returns a page of badges that were granted, those asked for last first. One query."""
    wanted = _with_member().where(Credential.state == CredentialState.GRANTED)
    if before is not None:
        wanted = wanted.where(tuple_(Credential.asked_at, Credential.id) < _mark(before))
    return _page(wanted.order_by(Credential.asked_at.desc(), Credential.id.desc()))


def one(number: int) -> Credential | None:
    """Returns a badge with its member, wherever it stands. One query."""
    return db.session.scalar(_with_member().where(Credential.id == number))


def ask_row(each: Credential) -> AskRow:
    """Makes a badge ready for the desk."""
    member = each.account
    return AskRow(
        id=each.id,
        account_id=each.account_id,
        name=member.name,
        title=member.title,
        place=member.place,
        page=member.page,
        member_since=languages.long_date(member.created_at),
        ago=languages.ago(each.asked_at, clock.now()),
        asked=languages.long_moment(each.asked_at),
        asked_machine=dates.machine(each.asked_at),
        profession=each.profession,
        region=each.region,
        body=each.body,
        number=each.number,
        number_fits=each.number.startswith(NPI) and check_digits.npi(each.number.removeprefix(NPI)),
        link=each.link,
        host=host_of(each.link),
        granted=each.state == CredentialState.GRANTED,
        over=each.expires_on is not None and each.expires_on < terms.today(),
        until=languages.long_day(each.expires_on) if each.expires_on else "",
        reason=each.reason,
    )


def _own_row(each: Credential) -> OwnRow:
    over = each.expires_on is not None and each.expires_on < terms.today()
    stand = str(each.state)
    if each.state == CredentialState.GRANTED and over:
        stand = "ended"
    elif each.state == CredentialState.REFUSED and each.expires_on:
        stand = "revoked"  # only what was granted has a day on which it ends
    return OwnRow(
        id=each.id,
        profession=each.profession,
        region=each.region,
        stand=stand,
        asked=languages.long_date(each.asked_at),
        until=languages.long_day(each.expires_on) if each.expires_on else "",
        reason=each.reason,
        can_be_withdrawn=stand in {CredentialState.ASKED, CredentialState.GRANTED},
    )


def _with_member() -> Select[Credential]:
    member = joinedload(Credential.account, innerjoin=True)
    return select(Credential).options(
        member.load_only(
            Account.name,
            Account.title,
            Account.place,
            Account.handle,
            Account.active,
            Account.confirmed_at,
            Account.created_at,
            Account.email,
        )
    )


def _mark(number: int) -> ScalarSelect[datetime]:
    return select(Credential.asked_at, Credential.id).where(Credential.id == number).scalar_subquery()


def _page(wanted: Select[Credential]) -> Asks:
    found = list(db.session.scalars(wanted.limit(PAGE + 1)))
    rows = [ask_row(each) for each in found[:PAGE]]
    return Asks(rows, rows[-1].id if len(found) > PAGE else None)
