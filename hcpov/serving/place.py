"""The place of a generation's leading process below its keeper: the socket, and the pipes between the two."""

import errno
import os
import signal
import socket
import sys
import time
from dataclasses import dataclass
from typing import NoReturn

from hcpov.config import ROOT, Settings
from hcpov.ops.ties import tie
from hcpov.serving import keeper

BACKLOG = 1024  # connections that wait to be taken
LET_GO = 3.0  # seconds for processes whose keeper was killed to let go of the port


class NotTaken(Exception):
    """Why there is no place, in words for a terminal."""


@dataclass(frozen=True)
class Place:
    """Handles: the socket, -1 without one; what the keeper says; what it is told; where errors go when ready, or -1."""

    listener: int
    hears: int
    says: int
    errors: int = -1

    @property
    def is_first(self) -> bool:
        """Says whether nothing served before."""
        return self.errors == -1

    def say(self, word: str) -> None:
        """Tells the keeper a word."""
        os.write(self.says, f"{word}\n".encode())

    def ready(self) -> None:
        """Says that this generation serves. From now on errors go where all others go."""
        self.say(keeper.READY)
        if not self.is_first:
            sys.stderr.flush()
            os.dup2(self.errors, 2)
            os.close(self.errors)


def take(settings: Settings, listens: bool) -> Place:
    """Returns the place of this process.

    For the process that was started, this returns in a child of it: the process itself becomes the keeper and never
    comes back. Raises NotTaken when nothing can listen at `HCPOV_BIND`, or nobody can keep.
    """
    given = os.environ.pop(keeper.PLACE, "")
    if given:
        tie(signal.SIGKILL)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGHUP})
        return Place(*map(int, given.split(",")))
    try:
        listener = _listening(settings.bind) if listens else -1
    except OSError as problem:
        raise NotTaken(f"Nothing can listen at {settings.bind}: {problem.strerror}.") from None
    (hears, tells), (hearing, says) = os.pipe(), os.pipe()
    in_words = sys.stderr.isatty() and settings.is_local
    command = [sys.executable, *sys.orig_argv[1:]]
    sys.stdout.flush()
    sys.stderr.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, keeper.SIGNALS)  # until the keeper hears them
    child = os.fork()
    if child:
        os.close(hears)
        os.close(says)
        _keep(command, listener, (child, tells, hearing), in_words)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, keeper.SIGNALS)
    tie(signal.SIGKILL)
    os.close(tells)
    os.close(hearing)
    return Place(listener, hears, says)


def bound(listener: int) -> tuple[str, int]:
    """Returns the host and the port that a socket listens at."""
    with socket.socket(fileno=os.dup(listener)) as same:
        host, port, *_ = same.getsockname()
    return host, port


def _keep(command: list[str], listener: int, child: tuple[int, int, int], in_words: bool) -> NoReturn:
    """Becomes the keeper of a first generation: its number, and the pipes to it and from it.

    Its interpreter looks for no package (-S), and so is a megabyte smaller.
    """
    for each in (listener, *child[1:]):
        if each >= 0:
            os.set_inheritable(each, True)
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from hcpov.serving.keeper import keep"
    code += "; sys.exit(keep(sys.argv[1:]))"
    numbers = [str(int(each)) for each in (listener, *child, in_words)]
    try:
        os.execv(command[0], [command[0], "-S", "-P", "-c", code, *numbers, *command])  # noqa: S606  # no shell
    except OSError as problem:
        raise NotTaken(f"{command[0]} cannot be started: {problem.strerror}.") from None


def _listening(bind: str) -> int:
    """Returns a socket that listens. Its connections send what they have at once (TCP_NODELAY), as Granian's own do."""
    host, _, port = bind.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    end = time.monotonic() + LET_GO
    while True:
        try:
            made = socket.create_server((host, int(port)), family=family, backlog=BACKLOG)
            break
        except OSError as problem:
            if problem.errno != errno.EADDRINUSE:
                raise
            if time.monotonic() > end:
                raise OSError(problem.errno, os.strerror(problem.errno)) from None  # without the address, which is told
            time.sleep(0.05)
    made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    made.setblocking(False)
    return made.detach()
