"""The migrations of this code by name, read from their files: no server needs Alembic for it, which takes 11 MB."""

import re
from functools import cache

from hcpov import config

_LINE = re.compile(r"^(revision|down_revision) = (?:\"(\w+)\"|None)$", re.MULTILINE)


@cache
def before() -> dict[str, str]:
    """Returns for each migration the one before it; empty for the first."""
    found = {}
    for file in (config.ROOT / "hcpov" / "migrations" / "versions").glob("*.py"):
        said = dict(_LINE.findall(file.read_text(encoding="utf-8")))
        found[said["revision"]] = said["down_revision"]
    return found


def head() -> str:
    """Returns the newest migration."""
    (newest,) = before().keys() - set(before().values())
    return newest


def is_known(revision: str) -> bool:
    """Says whether this code has a migration of that name."""
    return revision in before()
