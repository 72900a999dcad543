"""What is under way, written down before the tables change, so that it can be set right after a kill."""

import json
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from hcpov.ops.backups.refusals import Refused
from hcpov.permissions import write_private

FILE, FOLDER = "upgrade.json", "upgrades"


@dataclass(frozen=True)
class Journal:
    """From which release to which, and the tables as they were, with their revision. Folders and files are whole.

    `has_link` says whether there was a link before; `restarts`, whether services are being started anew by now.
    """

    before: str
    to: str
    revision: str
    snapshot: str
    has_link: bool = True
    restarts: bool = False


def write(instance: Path, journal: Journal) -> None:
    """Says what is about to be done."""
    write_private(instance / FILE, json.dumps(asdict(journal)).encode() + b"\n")


def read(instance: Path) -> Journal | None:
    """Returns what a killed upgrade was about to do; None when there was none. Raises Refused when it is unreadable.

    Another version wrote it, perhaps: what this one does not know is left out.
    """
    file, known = instance / FILE, {each.name for each in fields(Journal)}
    try:
        said = json.loads(file.read_bytes()) if file.exists() else None
        return Journal(**{name: said[name] for name in said.keys() & known}) if said is not None else None
    except (ValueError, TypeError, AttributeError):
        raise Refused(f"{file} cannot be read. Compare `hcpov doctor` with what should be, then remove it.") from None


def close(instance: Path) -> None:
    """Says that it is done, or undone."""
    (instance / FILE).unlink(missing_ok=True)


def snapshot(instance: Path, name: str) -> Path:
    """Returns the file that the tables are kept in while a release is left; those of earlier ones go."""
    folder = instance / FOLDER
    folder.mkdir(mode=0o700, exist_ok=True)
    return folder / f"before-{name}.tables"
