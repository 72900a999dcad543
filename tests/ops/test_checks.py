"""What each fact is taken for, and that the words say what to do."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hcpov.mail.queries import Queue
from hcpov.ops import checks, measures
from hcpov.ops.checks import BAD, OK, WARN, Check

GB = 1024**3
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
KEY, FOLDER, TABLES = Path("i/secret-key"), Path("i"), Path("i/hcpov.sqlite3")


def days(number: float) -> datetime:
    """Returns a moment some days from now."""
    return NOW + timedelta(days=number)


@pytest.mark.parametrize(
    ("found", "state", "words"),
    [
        (checks.disk(20 * GB, 40 * GB), OK, "20 GB of 40 GB are free."),
        (checks.disk(3 * GB, 40 * GB), WARN, "Make room before it is full"),
        (checks.disk(10_000_000, 40 * GB), BAD, "Comments may be refused."),
        (checks.permissions({FOLDER: 0o755, KEY: 0o600, TABLES: 0o640}), OK, "Nobody else"),
        (checks.permissions({FOLDER: 0o775}), BAD, "chmod go-w i"),
        (checks.permissions({KEY: 0o640, FOLDER: 0o700}), BAD, "chmod go-rwx i/secret-key"),
        (checks.permissions({KEY: 0o600, TABLES: 0o644}), WARN, "chmod o-rwx i/hcpov.sqlite3"),
        (checks.clock(0.3), OK, "agree"),
        (checks.clock(-7.0), WARN, "7 seconds behind ours"),
        (checks.clock(3600.0), BAD, "3,600 seconds ahead of ours"),
        (checks.clock(None), WARN, "could not be asked"),
        (checks.database(""), OK, "whole"),
        (checks.database("row 3 missing from index"), BAD, "damaged: row 3 missing from index. Stop the site"),
        (checks.database(None), BAD, "HCPOV_DATABASE_URL"),
        (checks.migrations("b", "b"), OK, "up to date"),
        (checks.migrations("a", "b"), BAD, "is at a, this code wants b"),
        (checks.migrations("", "b"), BAD, "hcpov setup"),
        (checks.migrations(None, "b"), BAD, "could not be asked"),
        (checks.worker(40.0), OK, "40 seconds ago"),
        (checks.worker(7300.0), BAD, "2 hours ago"),
        (checks.worker(None), BAD, "hcpov worker"),
        (checks.lease(("one", timedelta(seconds=9))), OK, "one does what the clock asks for."),
        (checks.lease(("one", timedelta(minutes=-2))), BAD, "until 2 minutes ago. No other follows: start a worker."),
        (checks.lease(None), BAD, "Start hcpov worker"),
        (checks.redis(True), OK, "answers"),
        (checks.redis(False), WARN, "HCPOV_REDIS_URL"),
        (checks.machines([]), OK, "shares"),
        (checks.machines(["pictures lie on this one: set HCPOV_MEDIA_URL."]), BAD, "but pictures lie on this one"),
        (checks.mail(Queue(1, 5.0, 0, ""), True), OK, "1 waits, none was given up."),
        (checks.mail(Queue(0, 0.0, 3, ""), True), WARN, "3 were given up"),
        (checks.mail(Queue(9, 1000.0, 0, ""), True), WARN, "9 wait, the first for 16 minutes"),
        (checks.mail(Queue(9, 90000.0, 0, "it hung up"), True), BAD, "The relay: it hung up."),
        (checks.mail(Queue(0, 0.0, 0, ""), False), BAD, "HCPOV_SMTP_URL"),
        (checks.mail(None, True), BAD, "could not be read"),
        (checks.backup(None, NOW), WARN, "No backup yet."),
        (checks.backup(days(-0.5), NOW), OK, "12 hours old"),
        (checks.backup(days(-2), NOW), WARN, "2 days old"),
        (checks.backup(days(-9), NOW), BAD, "9 days old"),
        (checks.certificate(days(60), NOW), OK, "60 days more"),
        (checks.certificate(days(14), NOW), WARN, "certbot or Caddy"),
        (checks.certificate(days(2), NOW), BAD, "2 days more"),
        (checks.certificate(days(-1), NOW), BAD, "Renew it now."),
        (checks.certificate(None, NOW, "no answer"), BAD, "no answer"),
        (checks.pages((1200, 5_000_000), 256 * 1024**2), OK, "1,200 are kept in 4.8 MB of 256 MB."),
        (checks.pages(None, 1), BAD, "cannot be kept"),
        (checks.pages(None, 0), OK, "HCPOV_PAGES_MB"),
        (checks.front("abc", "abc"), OK, "of this version"),
        (checks.front("abc", "def"), WARN, "hcpov pages headers"),
    ],
)
def test_judgements(found: Check, state: str, words: str) -> None:
    assert found.state == state
    assert words in found.words
    assert found.words.endswith(".") or "chmod" in found.words or "hcpov setup" in found.words


def test_a_machine_without_nginx_is_not_told_of_it() -> None:
    assert checks.front(None, "abc") is None


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "0 seconds"), (1.9, "1 second"), (60, "1 minute"), (7199, "1 hour"), (86400, "1 day"), (9e6, "104 days")],
)
def test_lengths(seconds: float, words: str) -> None:
    assert measures.length(seconds) == words
