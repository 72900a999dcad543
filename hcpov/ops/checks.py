"""What is looked at when somebody asks how the site is. Each takes facts and returns a judgement in plain words.

Nothing is asked here: `examination.py` gathers the facts. The words are in the site's language, where there is a site;
commands say them in English (`languages.in_english`).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from hcpov.languages import figure, gettext, ngettext
from hcpov.mail import problems
from hcpov.mail.queries import Queue
from hcpov.ops.measures import length, size
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
    """What was looked at, how it is (`ok`, `warn`, `bad`), and what it means and asks for, in words.

    `cited` are words that a command wrote down, in English whatever the site speaks.
    """

    name: str
    state: str
    words: str
    cited: str = ""


def disk(free: int, total: int) -> Check:
    """Judges the room on the disk of the instance folder."""
    name, words = gettext("Disk"), gettext("%(free)s of %(total)s are free.", free=size(free), total=size(total))
    if free < LEAST_FREE:
        return Check(name, BAD, f"{words} " + gettext("Comments may be refused. Make room, or take a larger disk."))
    if free < total * FEW_FREE:
        return Check(name, WARN, f"{words} " + gettext("Make room before it is full: old backups, old logs."))
    return Check(name, OK, words)


def permissions(modes: dict[Path, int]) -> Check:
    """Judges who else on this machine can change or read what is stored, by the modes of files and their folder."""
    name = gettext("Permissions")
    secrets = {path: mode for path, mode in modes.items() if path.name in SECRET}
    tables = {path: mode for path, mode in modes.items() if path.suffix == ".sqlite3"}
    if found := _with(modes, 0o022):
        words = gettext("Others can change %(files)s. As its owner: %(command)s", **_mended("go-w", found))
        return Check(name, BAD, words)
    if found := _with(secrets, 0o044):
        words = gettext("Others can read %(files)s: secrets. As its owner: %(command)s", **_mended("go-rwx", found))
        return Check(name, BAD, words)
    if found := _with(tables, 0o004):
        facts = _mended("o-rwx", found)
        words = gettext("Everybody on this machine can read %(files)s. As its owner: %(command)s", **facts)
        return Check(name, WARN, words)
    return Check(name, OK, gettext("Nobody else can read the secrets, or change what is stored."))


def _with(modes: dict[Path, int], bits: int) -> list[Path]:
    return [path for path, mode in modes.items() if mode & bits]


def _mended(how: str, paths: list[Path]) -> dict[str, str]:
    """Returns which files are meant, and the command that mends them."""
    files = ", ".join(each.name for each in paths)
    return {"files": files, "command": f"chmod {how} {' '.join(str(each) for each in paths)}"}


def clock(difference: float | None) -> Check:
    """Judges how many seconds the database's clock is ahead of ours; None where it could not be asked."""
    name = gettext("Clock")
    if difference is None:
        return Check(name, WARN, gettext("The database could not be asked for the time."))
    if abs(difference) <= CLOCK_SECONDS:
        return Check(name, OK, gettext("This machine and the database agree on the time."))
    seconds = figure(round(abs(difference)))
    if difference > 0:
        words = gettext("The database's clock is %(seconds)s seconds ahead of ours.", seconds=seconds)
    else:
        words = gettext("The database's clock is %(seconds)s seconds behind ours.", seconds=seconds)
    words += " " + gettext("Let both follow a time server (NTP).")
    return Check(name, BAD if abs(difference) > CLOCK_MOST else WARN, words)


def database(problem: str | None) -> Check:
    """Judges what the database says of itself: empty when it is whole, None when it is away."""
    name = gettext("Database")
    if problem is None:
        words = gettext("The database cannot be reached. Look at HCPOV_DATABASE_URL, and whether its server runs.")
        return Check(name, BAD, words)
    if problem:
        words = gettext("The database is damaged: %(problem)s.", problem=problem)
        return Check(name, BAD, f"{words} " + gettext("Stop the site, keep the file, and restore the newest backup."))
    return Check(name, OK, gettext("The database is whole."))


def migrations(found: str | None, newest: str) -> Check:
    """Judges whether the tables are those that this code knows."""
    name = gettext("Migrations")
    if found == newest:
        return Check(name, OK, gettext("The database is up to date."))
    if found is None:
        return Check(name, BAD, gettext("The database could not be asked."))
    if not found:
        return Check(name, BAD, gettext("The database has no tables yet. Run: hcpov setup --here"))
    words = gettext("The database is at %(found)s, this code wants %(newest)s.", found=found, newest=newest)
    words += " " + gettext("Run hcpov setup --here, unless the code is the older one.")
    return Check(name, BAD, words)


def worker(age: float | None) -> Check:
    """Judges when the worker was last at work."""
    name, start = gettext("Worker"), gettext("Start it: hcpov worker, or the service that runs it.")
    if age is None:
        return Check(name, BAD, gettext("No worker ever ran on this machine. No mail goes out.") + f" {start}")
    words = gettext("The worker was at work %(length)s ago.", length=length(age))
    if age > STILL:
        words += " " + gettext("No mail goes out, no scheduled post appears.") + f" {start}"
        return Check(name, BAD, words)
    return Check(name, OK, words)


def lease(found: tuple[str, timedelta] | None) -> Check:
    """Judges which of several machines does what is done once, and how long it is good for that."""
    name = gettext("Clock work")
    if found is None:
        words = gettext("No machine does what the clock asks for. Start hcpov worker, or hcpov serve.")
        return Check(name, BAD, words)
    machine, left = found
    if left < timedelta():
        since = length(-left.total_seconds())
        words = gettext("%(machine)s did what the clock asks for, until %(since)s ago.", machine=machine, since=since)
        return Check(name, BAD, f"{words} " + gettext("No other follows: start a worker."))
    return Check(name, OK, gettext("%(machine)s does what the clock asks for.", machine=machine))


def redis(answers: bool) -> Check:
    """Judges whether Redis can be spoken to."""
    if answers:
        return Check("Redis", OK, gettext("Redis answers."))
    words = gettext("Redis is away. Each machine counts for rate limits and wakes its worker by itself.")
    return Check("Redis", WARN, f"{words} " + gettext("Look at HCPOV_REDIS_URL."))


def machines(lacking: list[str]) -> Check:
    """Judges whether several machines share what they must share; what is `lacking` is said in words."""
    name = gettext("Machines")
    if not lacking:
        return Check(name, OK, gettext("This machine shares what it has to share with the others."))
    words = gettext("Several machines serve the site, but %(lacking)s", lacking=" ".join(lacking))
    return Check(name, BAD, f"{words} " + gettext("See deploy/machines.md."))


def mail(queue: Queue | None, has_relay: bool) -> Check:
    """Judges the outbox."""
    name = gettext("Mail")
    if queue is None:
        return Check(name, BAD, gettext("The outbox could not be read."))
    if not has_relay:
        return Check(name, BAD, gettext("No mail is sent: HCPOV_SMTP_URL names no relay."))
    waits = gettext("Nothing waits")
    if queue.waiting:
        waits = ngettext("%(num)s waits", "%(num)s wait", queue.waiting)
    if queue.away or queue.overdue > OVERDUE:
        words = gettext("The relay: %(problem)s.", problem=problems.said(queue.away)) + " " if queue.away else ""
        words += gettext("%(waits)s, the first for %(length)s.", waits=waits, length=length(queue.overdue))
        words += " " + gettext("Look at /desk/mail. Nothing is lost.")
        return Check(name, BAD if queue.overdue > OVERDUE_MOST else WARN, words)
    if queue.given_up:
        given_up = ngettext("%(num)s was given up", "%(num)s were given up", queue.given_up)
        words = gettext("%(waits)s, %(given_up)s. Settle those at /desk/mail.", waits=waits, given_up=given_up)
        return Check(name, WARN, words)
    return Check(name, OK, gettext("%(waits)s, none was given up.", waits=waits))


def backup(newest: datetime | None, now: datetime) -> Check:
    """Judges how old the newest backup is."""
    name = gettext("Backup")
    if newest is None:
        return Check(name, WARN, gettext("No backup yet. Take one: hcpov backup."))
    words = gettext("The newest backup is %(length)s old.", length=length((now - newest).total_seconds()))
    if now - newest <= BACKUP_DAY:
        return Check(name, OK, words)
    state = BAD if now - newest > BACKUP_MOST else WARN
    return Check(name, state, f"{words} " + gettext("Look why none was made since."))


def rehearsal(moment: datetime, ok: bool, found: str, now: datetime) -> Check:
    """Judges what the last rehearsal of a restore found: a backup that nobody could put back is none."""
    since = length((now - moment).total_seconds())
    words = gettext("%(length)s ago a backup was put back beside the site:", length=since)
    state = BAD if not ok else OK if now - moment <= BACKUP_MOST else WARN
    return Check(gettext("Rehearsal"), state, words, found)


def certificate(expires: datetime | None, now: datetime, problem: str = "") -> Check:
    """Judges until when the site's certificate is good. It is read for the terminal alone, which speaks English."""
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
    name = gettext("Finished pages")
    if not most:
        return Check(name, OK, gettext("None are kept, as HCPOV_PAGES_MB says."))
    if kept is None:
        words = gettext("They cannot be kept: each page is made anew.")
        return Check(name, BAD, f"{words} " + gettext("Look who owns the folder `pages`, then start again."))
    count, taken = kept
    facts = {"taken": size(taken), "most": size(most)}
    words = ngettext(
        "%(num)s is kept in %(taken)s of %(most)s.", "%(num)s are kept in %(taken)s of %(most)s.", count, **facts
    )
    return Check(name, OK, words)


def front(written: str | None, wanted: str) -> Check | None:
    """Judges the headers that nginx was given, by their word; None where nginx has none from us."""
    if written is None:
        return None
    if written == wanted:
        return Check("nginx", OK, gettext("nginx sends the headers of this version."))
    words = gettext("nginx has old headers and finds no finished page.")
    return Check("nginx", WARN, f"{words} " + gettext("Run hcpov pages headers again, and reload nginx."))
