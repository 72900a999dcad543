"""What runs the site on this machine: systemd's services, and nginx in front of them. Both may be missing."""

import http.client
import re
import shutil
import subprocess
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from hcpov.config import Settings
from hcpov.ops.backups.refusals import Refused
from hcpov.ops.setup import headers, refusals
from hcpov.ops.setup.machine import Machine

UNITS = ("hcpov-web", "hcpov-worker")
DROP_INS = Path("/etc/systemd/system")
SECONDS = 60


def active() -> tuple[str, ...]:
    """Returns the services that run; none where there is no systemd."""
    if not shutil.which("systemctl"):
        return ()
    return tuple(unit for unit in UNITS if not _said("systemctl", "is-active", "--quiet", unit).returncode)


def follow(units: tuple[str, ...], link: Path) -> list[Path]:
    """Lets services start what the link points at, by a file beside each one's own; returns the files that are new.

    Raises Refused for one that starts something else than this program.
    """
    files = []
    for unit in units:
        if _told(unit, "WorkingDirectory") == str(link):
            continue
        found = re.search(r"argv\[\]=(\S+) (-m hcpov\.cli \w[^;]*?) ;", _told(unit, "ExecStart"))
        if not found:
            raise Refused(f"{unit} does not start this program by `python -m hcpov.cli`. Let it start it from {link}.")
        (file,) = drop_ins((unit,))
        file.parent.mkdir(parents=True, exist_ok=True)
        starts = f"ExecStart=\nExecStart={link}/.venv/bin/python {found[2]}\n"
        file.write_text(f"# By `hcpov upgrade`: the release in use.\n[Service]\nWorkingDirectory={link}\n{starts}")
        files.append(file)
    if files:
        _said("systemctl", "daemon-reload")
    return files


def drop_ins(units: tuple[str, ...]) -> list[Path]:
    """Returns the files by which services follow the link, there or not."""
    return [DROP_INS / f"{unit}.service.d" / "release.conf" for unit in units]


def forget(files: list[Path]) -> None:
    """Removes such files again."""
    for file in files:
        file.unlink(missing_ok=True)
    if files:
        _said("systemctl", "daemon-reload")


def _told(unit: str, name: str) -> str:
    return _said("systemctl", "show", "--value", f"--property={name}", unit).stdout.strip()


def restart(units: tuple[str, ...], settings: Settings) -> None:
    """Starts the services anew and waits until the site is ready. Raises Refused."""
    done = _said("systemctl", "restart", *units)
    if done.returncode:
        raise Refused(f"{' and '.join(units)} did not start: {done.stderr.strip()[-200:]} Look at journalctl.")
    end = time.monotonic() + SECONDS
    while (status := _ready(settings.bind)) != http.client.OK:
        if time.monotonic() > end:
            raise Refused(
                f"The site does not answer /readyz on {settings.bind} ({status or 'nothing'} is what it says)."
            )
        time.sleep(0.1)


def write_headers(text: Callable[[], str]) -> str:
    """Writes what nginx adds to finished pages, where nginx has it from us, and lets it read it; says what it did.

    Only then is `text` asked for: it takes a start of the application.
    """
    try:
        if headers.are_written(Machine()) and (said := text()) and headers.write_headers(said, Machine()):
            return "nginx has the headers of this version."
    except refusals.Refused as problem:
        return f"nginx did not take the headers of this version, and asks the application for all pages: {problem}"
    return ""


def _ready(bind: str) -> int:
    try:
        with closing(http.client.HTTPConnection(bind, timeout=5)) as connection:
            connection.request("GET", "/readyz")
            return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return 0


def _said(*words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(words, capture_output=True, text=True, check=False)
