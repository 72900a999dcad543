"""The order of things: what must be there before what, so that each step finds what it needs."""

import json
import pwd
import sys
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path

from hcpov import config, signing
from hcpov.config import Settings
from hcpov.ops import revisions
from hcpov.ops.backups import sqlite
from hcpov.ops.setup import files, machine, scripts
from hcpov.ops.setup.answers import NGINX, Answers
from hcpov.ops.setup.files import USER, WWW
from hcpov.ops.setup.machine import RECORD, Machine
from hcpov.ops.setup.steps import Command, File, Folder, Link, Modes, Record, Step

Headers = Callable[[Settings], str]

# What each package brings, to know whether it is there. Cards for sharing are drawn in the fonts.
_FONTS = {
    "fonts-dejavu-core": "/usr/share/fonts/truetype/dejavu/DejaVuSerif-Bold.ttf",
    "fonts-liberation": "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
}
_PACKAGES = {
    "nginx": {
        "nginx": "/usr/sbin/nginx",
        "libnginx-mod-http-brotli-static": "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so",
        "certbot": "/usr/bin/certbot",
        "logrotate": "/usr/sbin/logrotate",
        **_FONTS,
    },
    "caddy": {"caddy": "/usr/bin/caddy", **_FONTS},
}
_MEND_NGINX = "What it said names the line. The old site is still served: nginx was not told of the new one."
_TABLES = ("hcpov.sqlite3", "hcpov.sqlite3-wal", "hcpov.sqlite3-shm", "jobs.sqlite3", "limits.sqlite3", signing.FILE)


def settings_of(wanted: Answers, here: Machine) -> tuple[Settings, str]:
    """Returns the settings as they will be, and the text of hcpov.cfg. Raises SettingError."""
    text = files.settings_text(here.read(wanted.instance / "hcpov.cfg"), wanted.settings)
    found = config.values_in(text)
    return config.load({**found, "HCPOV_INSTANCE": str(here.at(wanted.instance))}), text


def made(wanted: Answers, here: Machine, headers: Headers) -> list[Step]:
    """Returns all steps for a machine, those that are right already too. Looks, and changes nothing."""
    if wanted.self_host:
        wanted = _with_script(wanted)
    settings, text = settings_of(wanted, here)
    before = [*_packages(wanted, here), *_user(wanted, here)]
    site = [*_folders(wanted, text), *([scripts.Script(wanted.code)] if wanted.self_host else [])]
    database = _database(wanted, here, settings)
    units = list(_units(wanted))
    services = _services(wanted, here, any(not each.is_right(here) for each in (*site, *units)))
    front = list(_nginx(wanted, here, settings, headers) if wanted.front == NGINX else _caddy(wanted, here, settings))
    steps = [*before, *site, database, *_journal(here), *units, *services, *front]
    return [_record(wanted, here, steps), *steps]


def _with_script(wanted: Answers) -> Answers:
    more = tuple({**dict(wanted.more), "HCPOV_HTMX_URL": scripts.ADDRESS}.items())
    return Answers(**vars(wanted) | {"more": more})


def _record(wanted: Answers, here: Machine, steps: list[Step]) -> Step:
    """What was answered and will be written. It is the first thing written: a setup that stops knows its own files."""
    known = {name: asdict(wanted)[name] for name in ("site", "email", "front", "litestream", "one", "self_host")}
    known |= {"instance": str(wanted.instance), "code": str(wanted.code)}
    known |= {"relay_known": True}
    written = {path: list(marks) for path, marks in here.written.items()}
    for each in steps:
        if isinstance(each, File) and not each.merged and not each.is_theirs:
            marks = written.setdefault(str(each.path), [])
            if machine.hashed(each.wanted) not in marks:
                marks.append(machine.hashed(each.wanted))
    record = {"answers": known, "files": {path: marks[-10:] for path, marks in sorted(written.items())}}
    return Record(RECORD, json.dumps(record, indent=1) + "\n", merged=True)


def _packages(wanted: Answers, here: Machine) -> Iterator[Step]:
    missing = [name for name, file in _PACKAGES[wanted.front].items() if not here.at(Path(file)).exists()]
    words = ("apt-get", "install", "--yes", "--no-install-recommends", *(missing or _PACKAGES[wanted.front]))
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    lists = ("apt-get", "update", "--quiet")
    yield Command("Debian's lists of packages", lists, "Look at /etc/apt.", needed=bool(missing))
    yield Command(
        f"Debian's packages: {', '.join(words[4:])}",
        words,
        "What it said tells which package, and why.",
        needed=bool(missing),
        environment=quiet,
    )


def _user(wanted: Answers, here: Machine) -> Iterator[Step]:
    words = ("useradd", "--system", "--user-group", "--no-create-home", "--home-dir", str(wanted.instance))
    is_there = False
    with suppress(KeyError):
        is_there = here.is_real and bool(pwd.getpwnam(USER))
    yield Command(
        f"the system user {USER}",
        (*words, "--shell", "/usr/sbin/nologin", USER),
        "Look who has that name.",
        needed=not is_there,
    )


def _folders(wanted: Answers, text: str) -> Iterator[Step]:
    """The instance folder is the user's own. nginx may walk through it to the pages, and neither list nor read it."""
    own, instance = (USER, USER), wanted.instance
    is_read = wanted.front == NGINX
    yield Folder(instance, 0o710 if is_read else 0o700, (USER, WWW if is_read else USER))
    yield File(instance / "hcpov.cfg", text, 0o600, own, merged=True, hidden=files.hidden(text))
    yield Modes(tuple(instance / each for each in _TABLES), own)
    if wanted.litestream:
        yield File(instance / "litestream.yml", files.shipped("litestream.yml"), 0o600, own, is_theirs=True)


def _database(wanted: Answers, here: Machine, settings: Settings) -> Step:
    there = f"HCPOV_INSTANCE={wanted.instance}"
    words = ("-m", "hcpov.cli", "setup", "--here")
    is_whole = bool(settings.secret_key) or here.at(wanted.instance / signing.FILE).exists()
    return Command(
        "the secret that signs, unless there is one, and the database, up to date",
        ("runuser", "-u", USER, "--", "env", there, str(wanted.python), *words),
        f"It says why: a database that is away (HCPOV_DATABASE_URL), or {wanted.code} that {USER} cannot read.",
        needed=not (is_whole and sqlite.is_used(settings) and _revision(settings) == revisions.head()),
        below=("env", f"HCPOV_INSTANCE={here.at(wanted.instance)}", sys.executable, *words),
        folder=wanted.code if here.is_real else config.ROOT,
    )


def _revision(settings: Settings) -> str:
    path = sqlite.path(settings)
    return sqlite.revision(path) if path.exists() else ""


def _units(wanted: Answers) -> Iterator[Step]:
    for name in _names(wanted):
        yield File(files.UNITS / f"{name}.service", files.unit(f"{name}.service", wanted))
    yield File(files.UNITS / "hcpov-.service.d" / "hardened.conf", files.shipped("hcpov-hardened.conf"))
    yield File(files.PROGRAM, files.program(wanted), 0o755)


def _journal(here: Machine) -> Iterator[Step]:
    limits = File(Path("/etc/systemd/journald.conf.d/hcpov.conf"), files.shipped("hcpov-journal.conf"))
    yield limits
    yield Command(
        "the journal reads its limits",
        ("systemctl", "restart", "systemd-journald"),
        "Look at: journalctl -u systemd-journald -n 50.",
        needed=not limits.is_right(here),
    )


def _names(wanted: Answers) -> list[str]:
    found = ["hcpov-web"] if wanted.one else ["hcpov-web", "hcpov-worker"]
    return [*found, "hcpov-litestream"] if wanted.litestream else found


def _services(wanted: Answers, here: Machine, changed: bool) -> Iterator[Step]:
    names, look = _names(wanted), "Look at: journalctl -u hcpov-web -u hcpov-worker -n 50."
    yield Command("systemd reads its files again", ("systemctl", "daemon-reload"), look, needed=changed)
    over = [each for each in ("hcpov-worker", "hcpov-litestream") if each not in names]
    over = [each for each in over if here.at(files.UNITS / f"{each}.service").exists()]
    runs = machine.answers_well(here, "systemctl", "is-active", "--quiet", *over) if over else False
    yield Command(f"stop {', '.join(over)}", ("systemctl", "disable", "--now", *over), look, needed=runs)
    wants = files.UNITS / "multi-user.target.wants"
    waits = [each for each in names if not here.at(wants / f"{each}.service").is_symlink()]
    yield Command("start them with the machine", ("systemctl", "enable", *names), look, needed=bool(waits))
    rests = changed or not all(machine.answers_well(here, "systemctl", "is-active", "--quiet", each) for each in names)
    yield Command(f"start {', '.join(names)}", ("systemctl", "restart", *names), look, needed=rests)


def _nginx(wanted: Answers, here: Machine, settings: Settings, headers: Headers) -> Iterator[Step]:
    """Without a certificate nginx starts with the site's first half, on which certbot proves the name."""
    available, enabled = (Path(f"/etc/nginx/sites-{each}/hcpov") for each in ("available", "enabled"))
    whole = File(available, files.nginx(wanted, settings, with_tls=True))
    written = [
        File(files.SNIPPETS / "nginx-pov.conf", files.shipped("nginx-pov.conf")),
        File(files.HEADERS, headers(settings), merged=True),  # made of settings alone: nobody writes into it
    ]
    yield from written
    is_proved = here.at(files.CERTIFICATES / wanted.site / "fullchain.pem").exists()
    if not is_proved:
        yield File(available, files.nginx(wanted, settings, with_tls=False))
        yield Link(enabled, available)
        yield from _reload(True)
        yield Command(
            f"a certificate for {wanted.site}, renewed by certbot's own timer",
            ("certbot", "certonly", "--webroot", "--webroot-path", "/var/www/html", "-d", wanted.site, "--email",
             wanted.email, "--agree-tos", "--non-interactive", "--keep-until-expiring", "--deploy-hook",
             "systemctl reload nginx"),
            f"{wanted.site} must lead to this machine, A and AAAA both, with ports 80 and 443 open.",
        )  # fmt: skip
        if not here.is_real:
            return  # with the rest of the site nginx would not start
    yield whole
    yield Link(enabled, available)
    yield from _reload(not all(each.is_right(here) for each in (*written, whole, Link(enabled, available))))


def _reload(needed: bool) -> Iterator[Step]:
    yield Command("nginx looks at its files", ("nginx", "-t", "-q"), _MEND_NGINX, needed)
    yield Command("nginx serves them", ("systemctl", "reload-or-restart", "nginx"), _MEND_NGINX, needed)


def _caddy(wanted: Answers, here: Machine, settings: Settings) -> Iterator[Step]:
    written = File(Path("/etc/caddy/Caddyfile"), files.caddy(wanted, settings))
    needed, mend = not written.is_right(here), "What it said names the line."
    yield written
    look = ("caddy", "validate", "--adapter", "caddyfile", "--config", "/etc/caddy/Caddyfile")
    yield Command("Caddy looks at its file", look, mend, needed)
    yield Command("Caddy serves it", ("systemctl", "reload-or-restart", "caddy"), mend, needed)
