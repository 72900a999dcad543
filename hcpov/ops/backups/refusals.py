"""What stops a backup or a restore, in words that say what to do."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager


class Refused(Exception):
    """Nothing was changed; the text says why, and what to do."""


@contextmanager
def told(what: str) -> Iterator[None]:
    """Turns what a disk says into a refusal, so that ops read a sentence. Words name no file of the site's people."""
    try:
        yield
    except OSError as problem:
        if problem.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise Refused(f"The disk is full. {what} Make room, then try again.") from None
        if problem.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise Refused(f"{problem.filename} cannot be written. {what} Run this as the site's own user.") from None
        raise
