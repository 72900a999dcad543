"""Reads of the audit log. Each function says how many queries it makes; tests hold them to it."""

import re
from dataclasses import dataclass

from sqlalchemy import select

from hcpov import config
from hcpov.audit.models import Audit
from hcpov.extensions import db
from hcpov.text import dates

PAGE = 50
KINDS = 200

_ACCOUNT = re.compile(r"account (\d{1,9})", re.ASCII)


@dataclass(frozen=True)
class AuditRow:
    """A line made ready to show. `about_account` is the number of the account that `about` names, if it names one."""

    id: int
    account_id: int | None
    what: str
    about: str
    about_account: int | None
    reason: str
    details: list[tuple[str, str]]
    at: str
    at_machine: str


@dataclass(frozen=True)
class AuditPage:
    """One page of the log; `before` leads to the next older one, None when there is none."""

    rows: list[AuditRow]
    before: int | None

    @property
    def accounts(self) -> set[int]:
        """The numbers of all accounts on the page."""
        return {number for row in self.rows for number in (row.account_id, row.about_account) if number is not None}


def page(before: int | None = None, what: str = "") -> AuditPage:
    """Returns a page of the log, newest first, of one kind or of all. One query."""
    wanted = select(Audit)
    if what:
        wanted = wanted.where(Audit.what == what)
    if before is not None:
        wanted = wanted.where(Audit.id < before)
    lines = list(db.session.scalars(wanted.order_by(Audit.id.desc()).limit(PAGE + 1)))
    rows = [_row(line) for line in lines[:PAGE]]
    return AuditPage(rows, rows[-1].id if len(lines) > PAGE else None)


def kinds() -> list[str]:
    """Returns the kinds of things that were ever done. One query."""
    return list(db.session.scalars(select(Audit.what).distinct().order_by(Audit.what).limit(KINDS)))


def _row(line: Audit) -> AuditRow:
    named = _ACCOUNT.fullmatch(line.about)
    return AuditRow(
        id=line.id,
        account_id=line.account_id,
        what=line.what,
        about=line.about,
        about_account=int(named[1]) if named else None,
        reason=line.reason,
        details=[(key.replace("_", " "), str(value)) for key, value in line.details.items() if value not in ("", None)],
        at=dates.long_moment(line.at, config.current().zone),
        at_machine=dates.machine(line.at),
    )
