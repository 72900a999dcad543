"""How the site is: the facts are gathered here, and judged in `checks.py`."""

import re
import shutil
import socket
import sqlite3
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from cryptography import x509
from flask import current_app
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from hcpov import clock
from hcpov.config import Settings
from hcpov.extensions import db, huey
from hcpov.languages import gettext
from hcpov.mail import queries as mail
from hcpov.mail.queries import Queue
from hcpov.ops import checks, heartbeat, lease, queries, readiness, revisions
from hcpov.ops.backups import findings
from hcpov.ops.checks import Check
from hcpov.pages.changes import STORE

NGINX = Path("/etc/nginx/snippets/nginx-headers.conf")  # where README.md has it written
BACKUPS = "backups"  # in the instance folder
CERTIFICATE_SECONDS = 5.0

_BUILD = re.compile(r"^set \$pov_build (\w+);", re.MULTILINE)
_WATCHED = ("", "secret-key", "hcpov.cfg", "hcpov.sqlite3", "jobs.sqlite3", BACKUPS)


def examine(settings: Settings, build: str, with_certificate: bool = False) -> Iterator[Check]:
    """Yields one check after the other; `build` is the word for the headers that nginx should send.

    Six queries, and two of several machines. The certificate is read over the network, so only for who asks.
    """
    yield checks.disk(*_room(settings.instance))
    yield checks.permissions(_modes(settings.instance))
    found = readiness.revision() if _is_there(settings) else ""
    if found != "":
        yield checks.clock(_ahead() if found else None)
        yield checks.database(_problem())
    yield checks.migrations(found, revisions.head())
    yield checks.worker(heartbeat.age(settings.instance))
    whose = None
    if settings.machines > 1:
        yield checks.machines(_not_shared(settings))
        whose = _lease() if found else None
        yield checks.lease(whose)
    if settings.redis_url:
        yield checks.redis(huey.storage.answers())
    if found:
        yield checks.mail(_queue(), bool(settings.smtp_url) or settings.is_local)
    if whose is None or whose[0] == lease.machine():  # the night's backup is made where the lease is
        yield checks.backup(newest_backup(settings), clock.now())
    if last := findings.last(settings):
        yield checks.rehearsal(last.moment, last.ok, last.words, clock.now())
    yield checks.pages(_kept(), settings.pages_mb * checks.MEGABYTE)
    if judged := checks.front(_written(NGINX), build):
        yield judged
    if with_certificate and settings.site_url.startswith("https://"):
        expires, problem = certificate(settings.site_url)
        yield checks.certificate(expires, clock.now(), problem)


def newest_backup(settings: Settings) -> datetime | None:
    """Returns when the newest backup was made, None when there is none that this machine knows of.

    One that went to a bucket is known by what its rehearsal wrote down: asking the bucket may take a while.
    """
    try:
        times = [each.stat().st_mtime for each in (settings.instance / BACKUPS).glob("hcpov-*.tar.gz")]
    except OSError:
        times = []
    found = [datetime.fromtimestamp(max(times), UTC)] if times else []
    last = findings.last(settings) if settings.backup_url else None
    return max([*found, last.moment] if last and last.size else found, default=None)


def certificate(address: str, trusted: ssl.SSLContext | None = None) -> tuple[datetime | None, str]:
    """Returns until when the certificate at an address is good, or why it cannot be told."""
    parts = urlsplit(address)
    context = trusted or ssl.create_default_context()
    try:
        with (
            socket.create_connection((parts.hostname or "", parts.port or 443), CERTIFICATE_SECONDS) as plain,
            context.wrap_socket(plain, server_hostname=parts.hostname) as line,
        ):
            sent = line.getpeercert(binary_form=True) or b""
        return x509.load_der_x509_certificate(sent).not_valid_after_utc, ""
    except ssl.SSLCertVerificationError as problem:
        return None, f"browsers do not trust it, {problem.verify_message}"
    except (OSError, ValueError) as problem:
        return None, f"{urlsplit(address).netloc} did not answer ({type(problem).__name__})"


def _is_there(settings: Settings) -> bool:
    """Says whether there is a database to ask: SQLite would make the file that is missing."""
    path = settings.database.removeprefix("sqlite:///")
    return path == settings.database or Path(path).exists()


def _room(folder: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(folder)
    return usage.free, usage.total


def _modes(instance: Path) -> dict[Path, int]:
    paths = [instance / each if each else instance for each in _WATCHED]
    return {path: path.stat().st_mode & 0o777 for path in paths if path.exists()}


def _ahead() -> float | None:
    """Returns how many seconds the database's clock is ahead of ours."""
    is_postgres = db.engine.dialect.name == "postgresql"
    asked = "extract(epoch FROM clock_timestamp())" if is_postgres else "(julianday('now') - 2440587.5) * 86400.0"
    try:
        told = db.session.scalar(text(f"SELECT {asked}"))  # one of the two above
    except SQLAlchemyError:
        db.session.rollback()
        return None
    return float(told) - clock.now().timestamp() if told is not None else None


def _problem() -> str | None:
    """Returns what the database finds wrong with itself; empty when nothing is."""
    is_postgres = db.engine.dialect.name == "postgresql"
    asked = "SELECT count(*) FROM pg_index WHERE NOT indisvalid" if is_postgres else "PRAGMA quick_check(1)"
    try:
        told = str(db.session.scalar(text(asked)))
    except SQLAlchemyError as problem:
        db.session.rollback()
        orig = getattr(problem, "orig", None)
        is_away = not isinstance(orig, sqlite3.DatabaseError) or isinstance(orig, sqlite3.OperationalError)
        return None if is_away else str(orig)
    if told in {"ok", "0"}:
        return ""
    return (
        gettext("%(count)s indexes cannot be used; REINDEX mends them", count=told)
        if is_postgres
        else told.replace("\n", " ")
    )


def _queue() -> Queue | None:
    try:
        return mail.queue()
    except SQLAlchemyError:
        db.session.rollback()
        return None


def _lease() -> tuple[str, timedelta] | None:
    try:
        return queries.holder()
    except SQLAlchemyError:
        db.session.rollback()
        return None


def _not_shared(settings: Settings) -> list[str]:
    """Says what is each machine's own by these settings, and must not be."""
    said = {
        gettext("the database is a file of this one: set HCPOV_DATABASE_URL."): settings.database.startswith("sqlite"),
        gettext(
            "the secret was not set: without the same HCPOV_SECRET_KEY, sessions end at each."
        ): not settings.secret_key,
        gettext("pictures lie on this one: set HCPOV_MEDIA_URL."): not settings.media_url,
        gettext("rate limits are counted on each: set HCPOV_REDIS_URL."): not settings.redis_url,
    }
    return [words for words, is_so in said.items() if is_so]


def _kept() -> tuple[int, int] | None:
    store = current_app.extensions.get(STORE)
    try:
        found: tuple[int, int] | None = store.size() if store else None
    except sqlite3.Error:
        return None
    return found


def _written(path: Path) -> str | None:
    try:
        found = _BUILD.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        return None
    return found[1] if found else ""
