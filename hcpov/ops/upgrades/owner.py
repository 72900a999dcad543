"""As whom an upgrade works: root may start it, and what lies in the instance folder stays its owner's.

The code is root's, who runs the services. Everything else is done as the instance folder's owner, children included:
a database file of root's would be closed to the site.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def step_down(instance: Path) -> None:
    """Becomes the owner of the instance folder where root started this, and keeps the way back open."""
    owner = instance.stat()
    if os.geteuid() == 0 and owner.st_uid != 0:
        os.setgroups([owner.st_gid])
        os.setresgid(owner.st_gid, owner.st_gid, 0)
        os.setresuid(owner.st_uid, owner.st_uid, 0)


@contextmanager
def as_starter() -> Iterator[None]:
    """Is for a while who started this."""
    (user, _, saved), (group, _, _) = os.getresuid(), os.getresgid()
    if saved or not user:
        yield
        return
    os.setresuid(0, 0, 0)
    os.setresgid(0, 0, 0)
    try:
        yield
    finally:
        os.setresgid(group, group, 0)
        os.setresuid(user, user, 0)


@contextmanager
def as_owner(instance: Path) -> Iterator[None]:
    """Is the instance folder's owner for a while, inside work that is done as who started this."""
    user = os.getresuid()[1]
    step_down(instance)
    try:
        yield
    finally:
        if os.getresuid()[1] != user:
            os.setresuid(0, 0, 0)
            os.setresgid(0, 0, 0)
