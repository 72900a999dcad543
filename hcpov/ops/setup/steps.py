"""What a plan is made of. Each step says what it would do, whether there is need, and does it."""

import difflib
import json
import shlex
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from hcpov import clock
from hcpov.ops.setup import machine as machines
from hcpov.ops.setup.machine import Machine

ROOT = ("root", "root")
Owner = tuple[str, str]


class Step:
    """One thing that is to be so."""

    def is_right(self, machine: Machine) -> bool:
        """Says whether it is so already."""
        raise NotImplementedError

    def words(self, machine: Machine) -> str:
        """Returns what will be done, in a line."""
        raise NotImplementedError

    def do(self, machine: Machine) -> None:
        """Makes it so. Raises Refused."""
        raise NotImplementedError

    def text(self, _machine: Machine) -> Iterator[str]:
        """Yields, line by line, what changes in a file; most have none."""
        return iter(())

    def would_keep(self, _machine: Machine) -> bool:
        """Says whether a person's own words are about to be replaced, and kept beside."""
        return False

    def is_left_out(self, _machine: Machine) -> bool:
        """Says whether it cannot be done below a folder."""
        return False


@dataclass(frozen=True)
class Folder(Step):
    """A folder with its mode and owner."""

    path: Path
    mode: int = 0o755
    owner: Owner = ROOT

    def is_right(self, machine: Machine) -> bool:
        """Says whether it is there, the owner's and with this mode."""
        place = machine.at(self.path)
        return place.is_dir() and _is_kept(machine, place, self.mode, self.owner)

    def words(self, machine: Machine) -> str:
        """Names it."""
        return f"folder   {self.path} ({_kept(self.mode, self.owner)})"

    def do(self, machine: Machine) -> None:
        """Makes or mends it."""
        place = machine.at(self.path)
        place.mkdir(parents=True, exist_ok=True)
        _keep(machine, place, self.mode, self.owner)


@dataclass(frozen=True)
class Modes(Step):
    """Files of the site that only their owner may read, whoever made them; those that are not there are let be."""

    paths: tuple[Path, ...]
    owner: Owner
    mode: int = 0o600

    def is_right(self, machine: Machine) -> bool:
        """Says whether none is open."""
        return not self._open(machine)

    def words(self, machine: Machine) -> str:
        """Names those that are open."""
        names = ", ".join(each.name for each in self._open(machine))
        return f"close    {names}: open to others ({_kept(self.mode, self.owner)})"

    def do(self, machine: Machine) -> None:
        """Closes them."""
        for each in self._open(machine):
            _keep(machine, machine.at(each), self.mode, self.owner)

    def _open(self, machine: Machine) -> list[Path]:
        places = [(each, machine.at(each)) for each in self.paths]
        return [
            each
            for each, place in places
            if place.is_file() and not place.is_symlink() and not _is_kept(machine, place, self.mode, self.owner)
        ]


@dataclass(frozen=True)
class File(Step):
    """A file. What a person changed in it is kept beside; one that is a person's own (`is_theirs`) is left as it is.

    `merged` says that the text has what a person wrote in it. Lines that begin with a name in `hidden` are not shown.
    """

    path: Path
    wanted: str
    mode: int = 0o644
    owner: Owner = ROOT
    is_theirs: bool = False
    merged: bool = False
    hidden: Mapping[str, str] = field(default_factory=dict)

    def is_right(self, machine: Machine) -> bool:
        """Says whether it says this, and is the owner's."""
        found = machine.read(self.path)
        is_said = found is not None and (self.is_theirs or found == self.wanted)
        return is_said and _is_kept(machine, machine.at(self.path), self.mode, self.owner)

    def words(self, machine: Machine) -> str:
        """Names it, and what becomes of the one that is there."""
        kept, found = _kept(self.mode, self.owner), machine.read(self.path)
        if found is None:
            return f"write    {self.path} ({kept})"
        if found == self.wanted or self.is_theirs:
            return f"close    {self.path} ({kept})"
        if self.would_keep(machine):
            return f"replace  {self.path} ({kept}), which setup did not write: the old one stays beside it as .bak"
        return f"change   {self.path} ({kept})"

    def would_keep(self, machine: Machine) -> bool:
        """Says whether a person's own words are about to be replaced."""
        found = machine.read(self.path)
        if found is None or self.merged or self.is_theirs or found == self.wanted:
            return False
        return not machine.is_ours(self.path, found)

    def text(self, machine: Machine) -> Iterator[str]:
        """Yields a new file whole, and of one that is there the difference."""
        found = machine.read(self.path)
        if found == self.wanted or (found is not None and self.is_theirs):
            return
        if found is None:
            yield from (self._shown(line) for line in self.wanted.splitlines())
            return
        old, new = (list(map(self._shown, each.splitlines())) for each in (found, self.wanted))
        yield from difflib.unified_diff(old, new, "as it is", "as it will be", lineterm="", n=1)

    def do(self, machine: Machine) -> None:
        """Writes it, and keeps beside it what a person had written."""
        place, found = machine.at(self.path), machine.read(self.path)
        if self.would_keep(machine):
            place.rename(f"{place}.{clock.now():%Y%m%dT%H%M%S}.bak")
        text = found if found is not None and self.is_theirs else self.wanted
        machines.write(place, text, self.mode, machines.owner_of(machine, *self.owner))

    def _shown(self, line: str) -> str:
        name = line.partition("=")[0].strip()
        return f"{name} = {self.hidden[name]}" if name in self.hidden else line


@dataclass(frozen=True)
class Record(File):
    """What setup writes, by its marks. From then on the machine knows them."""

    def do(self, machine: Machine) -> None:
        """Writes and remembers it."""
        super().do(machine)
        machine.written = json.loads(self.wanted)["files"]


@dataclass(frozen=True)
class Link(Step):
    """A name for a file that lies elsewhere."""

    path: Path
    to: Path

    def is_right(self, machine: Machine) -> bool:
        """Says whether it leads there."""
        place = machine.at(self.path)
        return place.is_symlink() and place.readlink() == self.to

    def words(self, machine: Machine) -> str:
        """Names both ends."""
        return f"link     {self.path} to {self.to}"

    def do(self, machine: Machine) -> None:
        """Makes it. A file that is in its place becomes a .bak in the folder above, where no server includes it."""
        place = machine.at(self.path)
        place.parent.mkdir(parents=True, exist_ok=True)
        if place.exists() and not place.is_symlink():
            place.rename(place.parent.parent / f"{place.name}.{clock.now():%Y%m%dT%H%M%S}.bak")
        place.unlink(missing_ok=True)
        place.symlink_to(self.to)


@dataclass(frozen=True)
class Command(Step):
    """What a program of the machine does. Below a folder it is only named, unless it says what to run there."""

    what: str
    run: tuple[str, ...]
    mend: str
    needed: bool = True
    below: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path = Path("/")

    def is_right(self, machine: Machine) -> bool:
        """Says whether there is no need."""
        return not self.needed

    def words(self, machine: Machine) -> str:
        """Says what for, and with what."""
        if self.is_left_out(machine):
            return f"left out {self.what}: {shlex.join(self.run)}"
        return f"run      {self.what}"

    def is_left_out(self, machine: Machine) -> bool:
        """Says whether only the machine itself could run it."""
        return not machine.is_real and not self.below

    def text(self, machine: Machine) -> Iterator[str]:
        """Yields the command."""
        yield "$ " + shlex.join(self._chosen(machine))

    def do(self, machine: Machine) -> None:
        """Runs it."""
        machines.run(machine, self._chosen(machine), self.environment, self.mend, self.folder)

    def _chosen(self, machine: Machine) -> tuple[str, ...]:
        return self.run if machine.is_real or not self.below else self.below


def _is_kept(machine: Machine, place: Path, mode: int, owner: Owner) -> bool:
    found = place.stat()
    if machine.is_real and (found.st_uid, found.st_gid) != machines.owner_of(machine, *owner):
        return False
    return stat.S_IMODE(found.st_mode) == mode


def _keep(machine: Machine, place: Path, mode: int, owner: Owner) -> None:
    machines.keep(place, mode, machines.owner_of(machine, *owner))


def _kept(mode: int, owner: Owner) -> str:
    return f"{mode:04o} {owner[0]}:{owner[1]}"
