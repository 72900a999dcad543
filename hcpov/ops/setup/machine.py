"""The machine that is set up, or a folder that stands for it: where files go, whose they are, what was written."""

import grp
import hashlib
import json
import os
import pwd
import secrets
import shlex
import subprocess
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from hcpov.ops.setup.refusals import Refused

RECORD = Path("/etc/hcpov/setup.json")  # root's own: the site's user must not tell root what to do


@dataclass
class Machine:
    """`root` is / for the machine itself; below any other folder nothing runs and nobody owns.

    `written` are the hashes of what setup wrote, by path: what has another one, a person changed.
    """

    root: Path = Path("/")
    answers: dict[str, Any] = field(default_factory=dict)
    written: dict[str, list[str]] = field(default_factory=dict)
    say: Callable[[str], None] = print

    @property
    def is_real(self) -> bool:
        """Says whether this is the machine itself."""
        return self.root == Path("/")

    def at(self, path: Path) -> Path:
        """Returns where a path of the machine lies."""
        return self.root / path.relative_to("/")

    def read(self, path: Path) -> str | None:
        """Returns what a file says; None when there is none, or it is no text."""
        try:
            return self.at(path).read_text(encoding="utf-8")
        except (FileNotFoundError, NotADirectoryError, UnicodeDecodeError):
            return None

    def is_ours(self, path: Path, text: str) -> bool:
        """Says whether setup wrote that text into that file, at any time."""
        return hashed(text) in self.written.get(str(path), [])


def look(root: Path | None, say: Callable[[str], None]) -> Machine:
    """Returns the machine with what setup remembers of it. Raises Refused when that cannot be read."""
    machine = Machine((root or Path("/")).absolute(), say=say)
    try:
        record = json.loads(machine.read(RECORD) or "{}")
        machine.answers, machine.written = dict(record.get("answers", {})), dict(record.get("files", {}))
    except (ValueError, TypeError, AttributeError):
        raise Refused(f"{machine.at(RECORD)} cannot be read. Remove it, and answer again.") from None
    return machine


def hashed(text: str) -> str:
    """Returns the mark of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def owner_of(machine: Machine, user: str, group: str) -> tuple[int, int] | None:
    """Returns the numbers of an owner; None where nobody owns, or while the user is not there yet."""
    if not machine.is_real:
        return None
    with suppress(KeyError):
        return pwd.getpwnam(user).pw_uid, grp.getgrnam(group).gr_gid
    return None


def write(path: Path, text: str, mode: int, owner: tuple[int, int] | None) -> None:
    """Writes a file whole or not at all. A link that lies in its place is replaced, not followed."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            if owner:
                os.fchown(handle, *owner)
            os.fchmod(handle, mode)
            file.write(text)
            file.flush()
            os.fsync(handle)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def keep(place: Path, mode: int, owner: tuple[int, int] | None) -> None:
    """Sets mode and owner of what lies there; a link that somebody put there is not followed."""
    handle = os.open(place, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        if owner:
            os.fchown(handle, *owner)
        os.fchmod(handle, mode)
    finally:
        os.close(handle)


def run(machine: Machine, words: Sequence[str], environment: Mapping[str, str], mend: str, folder: Path) -> None:
    """Prints a command and runs it; what it says goes to the terminal. Raises Refused, with `mend`, when it fails."""
    machine.say(f"           $ {shlex.join(words)}")
    try:
        ended = subprocess.run(
            list(words), env=os.environ | environment, cwd=folder, stdin=subprocess.DEVNULL, umask=0o077, check=False
        ).returncode
    except FileNotFoundError:
        ended = 127
    if ended:
        raise Refused(f"{words[0]} ended with {ended}. {mend} Then run `hcpov setup` again: it goes on from here.")


def answers_well(machine: Machine, *words: str) -> bool:
    """Says whether a command that only looks ends well; False where nothing runs."""
    if not machine.is_real:
        return False
    try:
        return subprocess.run(words, capture_output=True, stdin=subprocess.DEVNULL, check=False).returncode == 0
    except FileNotFoundError:
        return False
