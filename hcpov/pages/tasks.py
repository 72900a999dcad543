"""What is done for finished pages beside the requests: clear them at a start, follow other machines, press them."""

import threading
from pathlib import Path

from flask import Flask, current_app

from hcpov import clock
from hcpov.pages import assets, shared
from hcpov.pages.changes import STORE
from hcpov.pages.store import Store

LASTED = 60.0  # seconds after which a page is worth some dozen milliseconds more
AT_ONCE = 200  # pages pressed in one go: some seconds

Follower = tuple[threading.Thread, threading.Event]


def begin_anew(app: Flask) -> int:
    """Throws all pages away and presses the static files; returns how many pages there were."""
    store: Store | None = app.extensions.get(STORE)
    if store is None:
        return 0
    pages, _ = store.size()
    store.clear()
    assert app.static_folder is not None
    assets.press(Path(app.static_folder), store.folder)
    return pages


def clear(app: Flask) -> None:
    """Throws all pages away."""
    store: Store | None = app.extensions.get(STORE)
    if store:
        store.clear()


def keep_no_more(app: Flask) -> None:
    """Has this process keep no page from now on: others, who were loaded later, answer readers."""
    store: Store | None = app.extensions.get(STORE)
    if store:
        store.keeps = False


def close(app: Flask) -> None:
    """Closes what the store has open; it opens it anew when it is asked next."""
    store: Store | None = app.extensions.get(STORE)
    if store:
        store.close()


def begin(app: Flask) -> Follower | None:
    """Starts the thread that throws away what is over by the clock or was changed on another machine."""
    store: Store | None = app.extensions.get(STORE)
    if store is None:
        return None
    stopped = threading.Event()
    thread = threading.Thread(target=shared.follow, args=(app, store, stopped), name="pages")
    thread.start()
    return thread, stopped


def end(follower: Follower | None) -> None:
    """Stops the thread."""
    if follower:
        thread, stopped = follower
        stopped.set()
        thread.join()


def polish() -> int:
    """Presses pages that have lasted a while as small as they go; returns how many."""
    store: Store | None = current_app.extensions.get(STORE)
    return store.polish(clock.now().timestamp() - LASTED, AT_ONCE) if store else 0
