"""Reads of the audit log. Each function says how many queries it makes; tests hold them to it."""

import csv
import io
import json
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, select

from hcpov import languages
from hcpov.audit import words
from hcpov.audit.models import Audit
from hcpov.extensions import db
from hcpov.text import dates

PAGE = 50
KINDS = 200
AT_ONCE = 500  # rows in memory while the log is written out
COLUMNS = ("id", "at", "account", "what", "about", "reason", "details")

_ACCOUNT = re.compile(r"account (\d{1,9})", re.ASCII)
_FORMULA = re.compile(r"^[=+\-@\t\r]")


@dataclass(frozen=True)
class Filter:
    """Which lines to read. `who` are accounts, None for all; `about` begins what a line is about."""

    who: Collection[int] | None = None
    what: str = ""
    about: str = ""
    since: datetime | None = None
    until: datetime | None = None


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


def page(before: int | None = None, wanted: Filter | None = None) -> AuditPage:
    """Returns a page of the log, newest first. One query."""
    said = _lines(wanted or Filter())
    if before is not None:
        said = said.where(Audit.id < before)
    lines = list(db.session.scalars(said.order_by(Audit.id.desc()).limit(PAGE + 1)))
    rows = [_row(line) for line in lines[:PAGE]]
    return AuditPage(rows, rows[-1].id if len(lines) > PAGE else None)


def kinds() -> list[str]:
    """Returns the kinds of things that were ever done. One query."""
    return list(db.session.scalars(select(Audit.what).distinct().order_by(Audit.what).limit(KINDS)))


def as_csv(wanted: Filter) -> Iterator[str]:
    """Yields the log as CSV (RFC 4180), oldest first, a few rows in memory at a time. One query.

    A cell that a spreadsheet would take for a formula begins with an apostrophe.
    """
    yield _csv_line(COLUMNS)
    for line in _all(wanted):
        cells = (line.id, dates.machine(line.at), line.account_id or "", line.what, line.about, line.reason)
        yield _csv_line((*cells, json.dumps(line.details, sort_keys=True, ensure_ascii=False) if line.details else ""))


def as_json(wanted: Filter) -> Iterator[str]:
    """Yields the log as one JSON list, oldest first, a few rows in memory at a time. One query."""
    between = "[\n"
    for line in _all(wanted):
        cells = (line.id, dates.machine(line.at), line.account_id, line.what, line.about, line.reason, line.details)
        yield between + json.dumps(dict(zip(COLUMNS, cells, strict=True)), sort_keys=True, ensure_ascii=False)
        between = ",\n"
    yield "[]\n" if between == "[\n" else "\n]\n"


def _all(wanted: Filter) -> Iterator[Audit]:
    said = _lines(wanted).order_by(Audit.id).execution_options(yield_per=AT_ONCE)
    yield from db.session.scalars(said)


def _csv_line(cells: Collection[object]) -> str:
    out = io.StringIO()
    csv.writer(out).writerow([_FORMULA.sub(lambda found: "'" + found[0], str(cell)) for cell in cells])
    return out.getvalue()


def _lines(wanted: Filter) -> Select[Audit]:
    said = select(Audit)
    if wanted.who is not None:
        said = said.where(Audit.account_id.in_(wanted.who))
    if wanted.what:
        said = said.where(Audit.what == wanted.what)
    if wanted.about:
        said = said.where(Audit.about.startswith(wanted.about, autoescape=True))
    if wanted.since:
        said = said.where(Audit.at >= wanted.since)
    if wanted.until:
        said = said.where(Audit.at < wanted.until)
    return said


def _row(line: Audit) -> AuditRow:
    named = _ACCOUNT.fullmatch(line.about)
    return AuditRow(
        id=line.id,
        account_id=line.account_id,
        what=line.what,
        about=words.subject(line.about),
        about_account=int(named[1]) if named else None,
        reason=line.reason,
        details=[words.fact(key, value) for key, value in line.details.items() if value not in ("", None)],
        at=languages.long_moment(line.at),
        at_machine=dates.machine(line.at),
    )
