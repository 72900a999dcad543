"""A web process: forked from the leading one, it serves the keeper's socket until it is told to leave or to stop."""

import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass
from threading import Thread
from typing import TYPE_CHECKING, Any

from flask import Flask
from granian._granian import SocketHolder
from granian.constants import Interfaces, RuntimeModes
from granian.log import LogLevels
from granian.server.mp import MPServer

from hcpov import config
from hcpov.auth import hashing
from hcpov.ops.ties import tie
from hcpov.pages import tasks as pages
from hcpov.serving.place import BACKLOG, bound

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Who waits for a password to be hashed holds a thread, and no reader up.
THREADS = hashing.LINE + 2
LAST_ANSWERS = 10  # seconds
# Seconds after which a connection that nobody uses is closed by nginx (20), or by Granian itself (30): then no request
# can be on its way on one that is closed here.
UNUSED = 35
# Seconds after which a thread that renders lets one go on that has a finished page ready. Python's own 0.005 would be
# most of what such a reader waits for.
SWITCH = 0.0005
_LOOK = 0.1  # seconds between two looks whether anybody is still connected

READY, LEFT = b"r", b"l"  # what a web process tells the leading one
LEAVE = signal.SIGUSR1  # what it is told

log = logging.getLogger(__name__)


@dataclass
class Web:
    """A web process as the leading one sees it: its number, and the pipe that ends with it."""

    pid: int
    hears: int
    ready: bool = False
    left: bool = False


def server(settings: config.Settings, listener: int) -> MPServer:
    """Returns Granian, which knows how a web process is run. We fork it ourselves: Granian begins a thread for each."""
    made = MPServer(
        "hcpov",
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        runtime_mode=RuntimeModes.mt,
        websockets=False,
        log_level=LogLevels.warning,
        log_dictconfig={"handlers": {}, "loggers": {"_granian": {}}},  # to the root, whose handler is ours
    )
    # It would have each process listen for itself: when one of them ends, the connections that wait there are reset.
    holder: Any = SocketHolder
    made._ssp, made._shd, made._sso = None, holder(listener, False, BACKLOG), None
    return made


def fork(number: int, made: MPServer, app: Flask, listener: int, others: Iterable[int]) -> Web:
    """Forks web process `number`. It closes `others`, the handles that are the leading process's alone."""
    hears, says = os.pipe()
    pid = os.fork()
    if pid:
        os.close(says)
        return Web(pid, hears)
    code = 1
    try:
        sys.setswitchinterval(SWITCH)
        signal.set_wakeup_fd(-1)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, signal.SIG_DFL)
        tie(LEAVE)
        for handle in (hears, *others):
            os.close(handle)
        _serve(number, made, app, listener, says)
        code = 0
    except BaseException:
        log.exception("a web process could not serve")
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _serve(number: int, made: MPServer, app: Flask, listener: int, says: int) -> None:
    def begin() -> Flask:
        signal.signal(LEAVE, lambda *_: _leave(app, listener, says))
        os.write(says, READY)
        return app

    made._spawn_worker(number, made._spawn_wsgi_worker, begin).inner.run()


def _leave(app: Flask, listener: int, says: int) -> None:
    """Takes no connection any more, and ends when the last that it has is over.

    A connection is never closed under a request that may be on its way: each answer says that it is the last, and one
    that nobody uses is waited for.
    """
    _, port = bound(listener)
    # Granian cannot be told to stop listening and to keep its connections. So a socket that nobody knows stands where
    # the keeper's was.
    with socket.create_server(("127.0.0.1", 0)) as other:
        other.setblocking(False)
        os.dup2(other.fileno(), listener)
    app.wsgi_app = _closing(app.wsgi_app)  # type: ignore[method-assign,assignment]
    pages.keep_no_more(app)
    signal.signal(LEAVE, signal.SIG_IGN)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(UNUSED + LAST_ANSWERS + 1)
    with suppress(OSError):  # it may be that the leading process was killed
        os.write(says, LEFT)
    Thread(target=_wait, args=[lambda: _connections(port)], name="leaving", daemon=True).start()


def _wait(connections: Callable[[], int]) -> None:
    end = time.monotonic() + UNUSED
    while connections() and time.monotonic() < end:
        time.sleep(_LOOK)
    os.kill(os.getpid(), signal.SIGTERM)


def _closing(application: "WSGIApplication") -> "WSGIApplication":
    """Returns an application whose answers say that no other comes on their connection (RFC 9112 9.6)."""

    def answer(environ: "WSGIEnvironment", begin: "StartResponse") -> Iterable[bytes]:
        def closing(status: str, headers: list[tuple[str, str]], *problem: object) -> object:
            return begin(status, [*headers, ("Connection", "close")], *problem)  # type: ignore[arg-type]

        return application(environ, closing)  # type: ignore[arg-type]

    return answer


def _connections(port: int) -> int:
    """Returns how many connections to a port of ours this process has open."""
    found = 0
    for name in os.listdir("/dev/fd"):  # noqa: PTH208  # handles, not files
        try:
            handle = socket.socket(fileno=int(name))
        except OSError:  # no socket, or closed by now
            continue
        try:
            found += handle.getsockname()[1] == port and bool(handle.getpeername())
        except (OSError, IndexError):  # it listens, or is no TCP
            continue
        finally:
            handle.detach()
    return found
