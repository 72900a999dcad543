"""The leading process of a generation: it forks the web processes, and works in threads once it is its turn.

The web processes are forked from the process that made the application: they start at once, and share the memory that
none of them changes. It forks before its threads begin, and with nothing open: to a locked file or an SQLite database,
two processes with one handle are the same process. None is forked after that, for a thread may hold a lock; when one is
missing, the keeper begins another generation.
"""

import logging
import os
import select
import signal
import sys
import time

import click
from flask import Flask

from hcpov import config
from hcpov.counts import EXTENSION as COUNTS
from hcpov.ops import readiness
from hcpov.pages import tasks as pages
from hcpov.serving import keeper, memory, web
from hcpov.serving.place import Place, bound
from hcpov.serving.web import LAST_ANSWERS, Web
from hcpov.serving.worker import Worker

START = 120  # seconds until web processes must serve

log = logging.getLogger(__name__)


def prepare(app: Flask, place: Place, serves: bool) -> None:
    """Makes an application ready, inside its context. Ends the process where the database is as other code needs it."""
    if not place.is_first and readiness.look(config.current()).migrations == readiness.OTHER:
        raise SystemExit("The database is not as this code needs it. Run `hcpov setup`, then reload.")
    if not serves:
        return
    pages.begin_anew(app)  # what was finished before was made by other code or settings, perhaps
    if place.is_first:
        app.extensions[COUNTS].begin_anew()
        if sys.stderr.isatty():
            click.echo(f"Open http://{config.current().bind}/")


class Generation:
    """Web processes and a worker; `works` and `serves` say which of them there are."""

    def __init__(self, app: Flask, place: Place, serves: bool, works: bool) -> None:
        self.app, self.place = app, place
        self.settings: config.Settings = app.config["HCPOV"]
        self.worker = Worker(app) if works else None
        self.number = self.settings.workers if serves else 0
        self.webs: list[Web] = []
        self.is_over = self.is_leaving = False

    def run(self) -> None:
        """Serves and works until the keeper, or whoever stops the site, says that it is over."""
        self._hear_signals()
        memory.share()
        memory.close_all(self.app)
        where = self._fork()
        end = time.monotonic() + START
        while not all(each.ready for each in self.webs):
            self._look(1.0)
            if len(self.webs) < self.number or time.monotonic() > end:
                self._stop()
                raise SystemExit("A web process could not be started.")
        if self.webs:
            log.info("Web processes %s serve at %s.", ", ".join(str(each.pid) for each in self.webs), where)
        self.place.ready()
        while not self.is_over:
            self._look()
        self._stop()

    def _fork(self) -> str:
        """Forks the web processes; returns where they serve."""
        if not self.number:
            return ""
        listener = self.place.listener
        made = web.server(self.settings, listener)
        for number in range(self.number):
            others = [self.place.hears, self.place.says, self.wake, self.waking, *(each.hears for each in self.webs)]
            self.webs.append(web.fork(number, made, self.app, listener, others))
        host, port = bound(listener)
        os.close(listener)
        return f"{host}:{port}"

    def _hear_signals(self) -> None:
        self.wake, self.waking = os.pipe()
        os.set_blocking(self.wake, False)
        os.set_blocking(self.waking, False)
        signal.set_wakeup_fd(self.waking, warn_on_full_buffer=False)
        for each in (signal.SIGTERM, signal.SIGINT):
            signal.signal(each, lambda *_: None)
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the keeper's

    def _look(self, seconds: float | None = None) -> None:
        """Waits for something to happen, and does what it asks for."""
        poll = select.poll()
        for handle in (self.wake, self.place.hears, *(each.hears for each in self.webs)):
            poll.register(handle, select.POLLIN)
        happened = {handle for handle, _ in poll.poll(None if seconds is None else seconds * 1000)}
        if self.wake in happened and any(os.read(self.wake, 512)):
            self.is_over = True
        for each in [each for each in self.webs if each.hears in happened]:
            self._hear(each)
        if self.place.hears in happened:
            words = os.read(self.place.hears, 512).decode().split("\n")
            self.is_over = self.is_over or words == [""]  # nobody keeps us any more
            if keeper.WORK in words and self.worker:
                self.worker.begin()
            if keeper.LEAVE in words:
                self._leave()

    def _hear(self, each: Web) -> None:
        said = os.read(each.hears, 16)
        each.ready = each.ready or web.READY in said
        each.left = each.left or web.LEFT in said
        if said:
            return
        os.close(each.hears)
        self.webs.remove(each)
        _, status = os.waitpid(each.pid, 0)
        if self.is_leaving:
            self.is_over = self.is_over or not self.webs
        elif not self.is_over:
            log.error("Web process %s ended: %s.", each.pid, os.waitstatus_to_exitcode(status))
            if each.ready:
                self.place.say(keeper.LACKS)

    def _leave(self) -> None:
        """Lets the next generation have the readers, then the work, and waits for those who are still connected."""
        self.is_leaving = True
        for each in self.webs:
            os.kill(each.pid, web.LEAVE)
        end = time.monotonic() + LAST_ANSWERS
        while not all(each.left for each in self.webs) and time.monotonic() < end:
            self._look(0.5)
        pages.clear(self.app)  # what these kept was made by other code or settings, perhaps; now they keep nothing
        if self.worker:
            self.worker.end()
            self.worker = None
        self.place.say(keeper.RESTED)
        self.is_over = self.is_over or not self.webs

    def _stop(self) -> None:
        """Stops web processes and worker; what they have begun is finished first."""
        self.is_over = True
        for each in self.webs:
            os.kill(each.pid, signal.SIGTERM)
        end = time.monotonic() + LAST_ANSWERS
        if self.worker:
            self.worker.end()
        while self.webs and time.monotonic() < end:
            self._look_for_ends(end - time.monotonic())
        for each in self.webs:
            log.warning("Web process %s is killed: it did not stop.", each.pid)
            os.kill(each.pid, signal.SIGKILL)
            os.waitpid(each.pid, 0)

    def _look_for_ends(self, seconds: float) -> None:
        poll = select.poll()
        for each in self.webs:
            poll.register(each.hears, select.POLLIN)
        happened = {handle for handle, _ in poll.poll(seconds * 1000)}
        for each in [each for each in self.webs if each.hears in happened]:
            self._hear(each)
