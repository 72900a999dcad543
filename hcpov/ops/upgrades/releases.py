"""Releases: each version in a folder of its own beside the others, and a link that says which one is used.

    /srv/hcpov/releases/0.2.0-2026-11-28T080000Z/   the code, with its own .venv
    /srv/hcpov/current                              the link; what runs the site goes through it

The folder above them is a checkout of the code, or any folder. A release's `release.json` is written last: a folder
without it is what a killed upgrade left.
"""

import json
import os
import re
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from hcpov import config
from hcpov.ops import build
from hcpov.ops.backups.refusals import Refused

FOLDER, LINK, FILE = "releases", "current", "release.json"
KEPT = 3
_HEAD = re.compile(r"^(revision|down_revision) = (?:\"(\w+)\"|None)$", re.MULTILINE)


@dataclass(frozen=True)
class Release:
    """A version in its folder. A checkout that was never upgraded is one too."""

    folder: Path

    @property
    def name(self) -> str:
        """What it is called where there are several."""
        return self.folder.name

    @property
    def version(self) -> str:
        """The version of its code."""
        return build.version(self.folder)

    @property
    def python(self) -> Path:
        """The interpreter of its own environment."""
        return self.folder / ".venv" / "bin" / "python"

    @property
    def migrations(self) -> dict[str, str]:
        """Its migrations, each with the one before it. Raises Refused when they are no line."""
        found = {}
        for file in (self.folder / "hcpov" / "migrations" / "versions").glob("*.py"):
            said = dict(_HEAD.findall(file.read_text(encoding="utf-8")))
            if {"revision", "down_revision"} <= said.keys():
                found[said["revision"]] = said["down_revision"]
        return found

    @property
    def head(self) -> str:
        """Its newest migration. Raises Refused when there is not one."""
        newest = self.migrations.keys() - set(self.migrations.values())
        if len(newest) != 1:
            raise Refused(f"{self.name} has {len(newest)} newest migrations, and one is needed. Nothing was changed.")
        return newest.pop()


@dataclass(frozen=True)
class Story:
    """What a release came from: the folder of the one before it, the tables' revision then, and where they are kept."""

    before: str = ""
    revision: str = ""
    snapshot: str = ""
    moment: str = ""


def home() -> Path:
    """Returns the folder that the releases and the link lie in."""
    return config.ROOT.parent.parent if config.ROOT.parent.name == FOLDER else config.ROOT


def running() -> Release:
    """Returns the release whose code this process runs."""
    return Release(config.ROOT)


def linked() -> Release:
    """Returns the release that the link points at; the running one where there is no link."""
    link = home() / LINK
    return Release(link.resolve()) if link.is_symlink() else running()


def named(name: str) -> Release | None:
    """Returns an installed release of that name or version, the newest of several; None when there is none."""
    found = [each for each in installed() if name in {each.name, each.version}]
    return found[-1] if found else None


def installed() -> list[Release]:
    """Returns the releases that were installed to their end, the oldest first."""
    folder = home() / FOLDER
    found = [each for each in folder.iterdir() if (each / FILE).exists()] if folder.is_dir() else []
    return [Release(each) for each in sorted(found, key=lambda each: (each / FILE).stat().st_mtime_ns)]


def tell(release: Release, story: Story) -> None:
    """Writes down what a release came from; with it the release is whole."""
    file = release.folder / FILE
    beside = file.with_name(f".{FILE}.new")
    beside.write_text(json.dumps(asdict(story), indent=1) + "\n", encoding="utf-8")
    beside.replace(file)


def told(release: Release) -> Story:
    """Returns what a release came from."""
    try:
        return Story(**json.loads((release.folder / FILE).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return Story()


def use(release: Release) -> None:
    """Lets the link point at a release, in one step."""
    link, beside = home() / LINK, home() / f".{LINK}.new"
    beside.unlink(missing_ok=True)
    beside.symlink_to(os.path.relpath(release.folder, home()))
    beside.replace(link)


def use_none() -> None:
    """Removes the link, where there was none before."""
    (home() / LINK).unlink(missing_ok=True)


def remove_unfinished() -> None:
    """Removes what killed upgrades left."""
    folder = home() / FOLDER
    for each in folder.iterdir() if folder.is_dir() else ():
        if not (each / FILE).exists():
            shutil.rmtree(each, ignore_errors=True)


def tidy() -> list[str]:
    """Keeps the newest three, the one in use and the one before it; returns the names of those that went."""
    needed = {str(linked().folder), told(linked()).before, str(running().folder)}
    superfluous = [each for each in installed()[:-KEPT] if str(each.folder) not in needed]
    for each in superfluous:
        (each.folder / FILE).unlink()
        shutil.rmtree(each.folder, ignore_errors=True)
    return [each.name for each in superfluous]
