"""What processes share: the memory that none of them changes, and nothing that is open."""

import ctypes
import gc

from flask import Flask
from sqlalchemy.orm import configure_mappers

from hcpov.counts import EXTENSION as COUNTS
from hcpov.extensions import db, huey
from hcpov.pages import tasks as pages

# How glibc shares memory out, by the names of mallopt(3). It would keep some 20 MB in each process once a password was
# hashed, as it takes blocks of that size for usual from then on, and give each thread a heap of its own.
_MMAP_THRESHOLD, _TRIM_THRESHOLD, _ARENA_MAX = -3, -1, -8
_HEAP = {_MMAP_THRESHOLD: 256 * 1024, _TRIM_THRESHOLD: 256 * 1024, _ARENA_MAX: 1}


def close_all(app: Flask) -> None:
    """Closes what the application has open, so that it can be forked; each process opens its own."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    huey.storage.close()
    pages.close(app)
    app.extensions[COUNTS].close()


def share() -> None:
    """Makes what processes share ready, and lets none of them write into it without need."""
    if settle := getattr(ctypes.CDLL(None), "mallopt", None):  # other C libraries have none
        for name, value in _HEAP.items():
            settle(name, value)
    configure_mappers()
    # Who looks for garbage writes into all that may be some. Half a megabyte of it stays here with the rest: to find
    # that would be a tenth of a start.
    gc.freeze()
    gc.enable()  # the command put it off
