"""What is looked at when somebody asks how the site is. Each takes facts and returns a judgement in plain words.

Nothing is asked here: `examination.py` gathers the facts.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hcpov.mail.queries import Queue
from hcpov.ops.readiness import LEAST_FREE

OK, WARN, BAD = "ok", "warn", "bad"

FEW_FREE = 0.1  # of the disk
CLOCK_SECONDS, CLOCK_MOST = 2.0, 30.0
STILL = 180.0  # seconds: the worker notes each minute that it is at work
OVERDUE, OVERDUE_MOST = 900.0, 6 * 3600.0
BACKUP_DAY, BACKUP_MOST = timedelta(hours=26), timedelta(days=3)
CERTIFICATE_SOON, CERTIFICATE_NOW = timedelta(days=21), timedelta(days=7)
MEGABYTE = 1024 * 1024
SECRET = {"secret-key", "hcpov.cfg"}


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is (`ok`, `warn`, `bad`), and what it means and asks for, in words."""

    name: str
    state: str
    words: str


def disk(free: int, total: int) -> Check:
    """Judges the room on the disk of the instance folder."""
    words = f"{size(free)} of {size(total)} are free."
    if free < LEAST_FREE:
        return Check("Disk", BAD, f"{words} Comments may be refused. Make room, or take a larger disk.")
    if free < total * FEW_FREE:
        return Check("Disk", WARN, f"{words} Make room before it is full: old backups, old logs.")
    return Check("Disk", OK, words)


def permissions(modes: dict[Path, int]) -> Check:
    """Judges who else on this machine can change or read what is stored, by the modes of files and their folder."""
    name = "Permissions"
    secrets = {path: mode for path, mode in modes.items() if path.name in SECRET}
    tables = {path: mode for path, mode in modes.items() if path.suffix == ".sqlite3"}
    if found := _with(modes, 0o022):
        return Check(name, BAD, f"Others can change {_named(found)}. As its owner: {_mended('go-w', found)}")
    if found := _with(secrets, 0o044):
        return Check(name, BAD, f"Others can read {_named(found)}: secrets. As its owner: {_mended('go-rwx', found)}")
    if found := _with(tables, 0o004):
        words = f"Everybody on this machine can read {_named(found)}. As its owner: {_mended('o-rwx', found)}"
        return Check(name, WARN, words)
    return Check(name, OK, "Nobody else can read the secrets, or change what is stored.")


def _with(modes: dict[Path, int], bits: int) -> list[Path]:
    return [path for path, mode in modes.items() if mode & bits]


def _named(paths: list[Path]) -> str:
    return " and ".join(each.name for each in paths)


def _mended(how: str, paths: list[Path]) -> str:
    return f"chmod {how} {' '.join(str(each) for each in paths)}"


def clock(difference: float | None) -> Check:
    """Judges how many seconds the database's clock is ahead of ours; None where it could not be asked."""
    if difference is None:
        return Check("Clock", WARN, "The database could not be asked for the time.")
    if abs(difference) <= CLOCK_SECONDS:
        return Check("Clock", OK, "This machine and the database agree on the time.")
    way = "ahead of" if difference > 0 else "behind"
    words = f"The database's clock is {abs(difference):.0f} seconds {way} ours. Let both follow a time server (NTP)."
    return Check("Clock", BAD if abs(difference) > CLOCK_MOST else WARN, words)


def database(problem: str | None) -> Check:
    """Judges what the database says of itself: empty when it is whole, None when it is away."""
    if problem is None:
        words = "The database cannot be reached. Look at HCPOV_DATABASE_URL, and whether its server runs."
        return Check("Database", BAD, words)
    if problem:
        words = f"The database is damaged: {problem}. Stop the site, keep the file, and restore the newest backup."
        return Check("Database", BAD, words)
    return Check("Database", OK, "The database is whole.")


def migrations(found: str | None, newest: str) -> Check:
    """Judges whether the tables are those that this code knows."""
    if found == newest:
        return Check("Migrations", OK, "The database is up to date.")
    if found is None:
        return Check("Migrations", BAD, "The database could not be asked.")
    if not found:
        return Check("Migrations", BAD, "The database has no tables yet. Run: hcpov setup --here")
    words = f"The database is at {found}, this code wants {newest}."
    words += " Run hcpov setup --here, unless the code is the older one."
    return Check("Migrations", BAD, words)


def worker(age: float | None) -> Check:
    """Judges when the worker was last at work."""
    start = "Start it: hcpov worker, or the service that runs it."
    if age is None:
        return Check("Worker", BAD, f"No worker ever ran on this machine. No mail goes out. {start}")
    if age > STILL:
        words = f"The worker was last at work {length(age)} ago. No mail goes out, no scheduled post appears. {start}"
        return Check("Worker", BAD, words)
    return Check("Worker", OK, f"The worker was at work {length(age)} ago.")


def lease(found: tuple[str, timedelta] | None) -> Check:
    """Judges which of several machines does what is done once, and how long it is good for that."""
    if found is None:
        return Check("Clock work", BAD, "No machine does what the clock asks for. Start hcpov worker, or hcpov serve.")
    machine, left = found
    if left < timedelta():
        since = length(-left.total_seconds())
        words = f"{machine} did what the clock asks for, until {since} ago. No other follows: start a worker."
        return Check("Clock work", BAD, words)
    return Check("Clock work", OK, f"{machine} does what the clock asks for.")


def redis(answers: bool) -> Check:
    """Judges whether Redis can be spoken to."""
    if answers:
        return Check("Redis", OK, "Redis answers.")
    words = (
        "Redis is away. Each machine counts for rate limits and wakes its worker by itself. Look at HCPOV_REDIS_URL."
    )
    return Check("Redis", WARN, words)


def machines(lacking: list[str]) -> Check:
    """Judges whether several machines share what they must share; what is `lacking` is said in words."""
    if not lacking:
        return Check("Machines", OK, "This machine shares what it has to share with the others.")
    return Check("Machines", BAD, f"Several machines serve the site, but {' '.join(lacking)} See deploy/machines.md.")


def mail(queue: Queue | None, has_relay: bool) -> Check:
    """Judges the outbox."""
    if queue is None:
        return Check("Mail", BAD, "The outbox could not be read.")
    if not has_relay:
        return Check("Mail", BAD, "No mail is sent: HCPOV_SMTP_URL names no relay.")
    waits = {0: "Nothing waits", 1: "1 waits"}.get(queue.waiting, f"{queue.waiting:,} wait")
    if queue.away or queue.overdue > OVERDUE:
        why = f"The relay: {queue.away}. " if queue.away else ""
        words = f"{why}{waits}, the first for {length(queue.overdue)}. Look at /desk/mail. Nothing is lost."
        return Check("Mail", BAD if queue.overdue > OVERDUE_MOST else WARN, words)
    if queue.given_up:
        return Check("Mail", WARN, f"{waits}, {queue.given_up:,} were given up. Settle those at /desk/mail.")
    return Check("Mail", OK, f"{waits}, none was given up.")


def backup(newest: datetime | None, now: datetime) -> Check:
    """Judges how old the newest backup on this machine is."""
    if newest is None:
        return Check("Backup", WARN, "No backup yet. Take one: hcpov backup.")
    words = f"The newest backup is {length((now - newest).total_seconds())} old."
    if now - newest <= BACKUP_DAY:
        return Check("Backup", OK, words)
    return Check("Backup", BAD if now - newest > BACKUP_MOST else WARN, f"{words} Look why none was made since.")


def rehearsal(moment: datetime, ok: bool, found: str, now: datetime) -> Check:
    """Judges what the last rehearsal of a restore found: a backup that nobody could put back is none."""
    words = f"{length((now - moment).total_seconds())} ago a backup was put back beside the site: {found}"
    if not ok:
        return Check("Rehearsal", BAD, words)
    return Check("Rehearsal", OK if now - moment <= BACKUP_MOST else WARN, words)


def certificate(expires: datetime | None, now: datetime, problem: str = "") -> Check:
    """Judges until when the site's certificate is good."""
    if expires is None:
        return Check("Certificate", BAD, f"The certificate could not be read: {problem}.")
    left = expires - now
    if left < timedelta():
        return Check("Certificate", BAD, "The certificate is out of date: browsers refuse the site. Renew it now.")
    words = f"The certificate is good for {length(left.total_seconds())} more."
    if left < CERTIFICATE_SOON:
        state = BAD if left < CERTIFICATE_NOW else WARN
        return Check("Certificate", state, f"{words} It was to be renewed by itself: look at certbot or Caddy.")
    return Check("Certificate", OK, words)


def pages(kept: tuple[int, int] | None, most: int) -> Check:
    """Judges the store of finished pages: how many it has and what they take, None when it cannot be used."""
    if not most:
        return Check("Finished pages", OK, "None are kept, as HCPOV_PAGES_MB says.")
    if kept is None:
        words = "They cannot be kept: each page is made anew. Look who owns the folder `pages`, then start again."
        return Check("Finished pages", BAD, words)
    count, taken = kept
    return Check(
        "Finished pages", OK, f"{count:,} {'is' if count == 1 else 'are'} kept in {size(taken)} of {size(most)}."
    )


def front(written: str | None, wanted: str) -> Check | None:
    """Judges the headers that nginx was given, by their word; None where nginx has none from us."""
    if written is None:
        return None
    if written == wanted:
        return Check("nginx", OK, "nginx sends the headers of this version.")
    words = "nginx has old headers and finds no finished page. Run hcpov pages headers again, and reload nginx."
    return Check("nginx", WARN, words)


def size(count: float) -> str:
    """Returns bytes as people read them."""
    for unit in ("bytes", "KB", "MB", "GB"):
        if count < 1024:
            return f"{count:.0f} {unit}" if unit == "bytes" or count >= 10 else f"{count:.1f} {unit}"
        count /= 1024
    return f"{count:.1f} TB"


def length(seconds: float) -> str:
    """Returns how long something is as people say it."""
    for unit, each in (("day", 86400), ("hour", 3600), ("minute", 60)):
        if seconds >= each:
            number = int(seconds // each)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    number = int(seconds)
    return f"{number} second{'' if number == 1 else 's'}"
