"""What the last rehearsal found: `rehearsal.json` among the backups."""

import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hcpov.config import Settings
from hcpov.ops.backups import places

FILE = "rehearsal.json"


@dataclass(frozen=True)
class Found:
    """What a rehearsal found, in `words`. `seconds` are of all of it, `size` is of the backup, 0 without one."""

    moment: datetime
    ok: bool
    words: str
    seconds: float
    size: int


def last(settings: Settings) -> Found | None:
    """Returns what the last rehearsal found, None when there was none or its file cannot be read."""
    try:
        said = json.loads(path(settings).read_bytes())
        return Found(**{**said, "moment": datetime.fromisoformat(said["moment"])})
    except (OSError, ValueError, KeyError, TypeError):
        return None


def path(settings: Settings) -> Path:
    """Returns where it is written."""
    return places.folder(settings) / FILE
