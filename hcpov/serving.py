"""Web and worker of one machine, of an application that is made once.

The web processes are forked from the process that made it: they start at once, and share the memory that none of them
changes. The worker is threads of that process, which would else have nothing to do. It forks before they begin, and
with nothing open: to a locked file or an SQLite database, two processes with one handle are the same process.
"""

import ctypes
import gc
import multiprocessing
import signal
from threading import Thread
from typing import Any

import click
from flask import Flask
from granian.constants import Interfaces
from granian.server.mp import MPServer
from huey.consumer import Consumer
from sqlalchemy.orm import configure_mappers

from hcpov import config
from hcpov.auth import hashing
from hcpov.counts import EXTENSION as COUNTS
from hcpov.extensions import db, huey
from hcpov.mail import tasks as mail
from hcpov.pages import tasks as pages
from hcpov.schedule import AT_START, PERIODIC

# Told to stop, the worker finishes what it began: a message that was taken and not marked would be sent again.
CONSUMER = {"workers": 1, "max_delay": 1.0, "shutdown_timeout": 10}
# Who waits for a password to be hashed holds a thread, and no reader up.
THREADS = hashing.LINE + 2
LAST_MAIL = 8  # seconds for a message that is on its way
LAST_ANSWERS = 10  # seconds; a web process that was stopped while it started never hears of it

# How glibc shares memory out, by the names of mallopt(3). It would keep some 20 MB in each process once a password was
# hashed, as it takes blocks of that size for usual from then on, and give each thread a heap of its own.
_MMAP_THRESHOLD, _TRIM_THRESHOLD, _ARENA_MAX = -3, -1, -8
_HEAP = {_MMAP_THRESHOLD: 256 * 1024, _TRIM_THRESHOLD: 256 * 1024, _ARENA_MAX: 1}


class Server(MPServer):
    """Granian, which begins a worker once the web processes are forked."""

    worker: "Worker | None" = None
    consuming: Thread | None = None

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Starts the web processes, then the worker. None is forked after that: its threads may hold a lock."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # Granian would fork others
        if self.worker:
            try:
                self.worker.begin()
            except BaseException:
                self.shutdown()  # type: ignore[no-untyped-call]  # they would else go on without a parent
                raise
            self.consuming = Thread(target=self.worker.consumer.run, name="worker")
            self.consuming.start()

    def end(self) -> None:
        """Stops the worker, if it has begun."""
        if self.worker and self.consuming:
            self.worker.consumer.stop(graceful=True)
            self.worker.end()


class Hosted(Consumer):  # type: ignore[misc]
    """Huey's consumer in a process that hears the signals itself."""

    def _set_signal_handlers(self) -> None:
        pass


class Worker:
    """What is done beside the requests: the queue and the clock by `consumer`, mail, and pages that are over."""

    def __init__(self, app: Flask, consumer: Consumer) -> None:
        self.app, self.consumer = app, consumer

    def begin(self) -> None:
        """Does what came due while nothing ran, and starts the threads beside the consumer."""
        click.echo(f"The worker does {len(PERIODIC)} things by the clock, and sends mail.")
        with self.app.app_context():
            for task in AT_START:
                task()
        self.sender, self.follower = mail.begin(self.app), pages.begin(self.app)

    def end(self) -> None:
        """Stops those threads; a message that is on its way is sent first."""
        pages.end(self.follower)
        mail.end(self.sender, LAST_MAIL)


def serve(app: Flask, web_only: bool) -> None:
    """Serves until it is told to stop; the worker works in the same process unless it has one of its own."""
    settings: config.Settings = app.config["HCPOV"]
    host, _, port = settings.bind.rpartition(":")
    multiprocessing.set_start_method("fork", force=True)
    server = Server(
        "hcpov",
        address=host,
        port=int(port),
        interface=Interfaces.WSGI,
        workers=settings.workers,
        blocking_threads=THREADS,
        websockets=False,
        workers_kill_timeout=LAST_ANSWERS,
    )
    server.worker = None if web_only else Worker(app, Hosted(huey, **CONSUMER))
    share_memory()
    close_all(app)
    try:
        server.serve(target_loader=lambda _name: app)
    finally:
        server.end()


def work(app: Flask) -> None:
    """Does the worker's work in a process of its own, until it is told to stop."""
    share_memory()
    worker = Worker(app, huey.create_consumer(graceful_signal="TERM", **CONSUMER))
    worker.begin()
    worker.consumer.run()
    worker.end()


def close_all(app: Flask) -> None:
    """Closes what the application has open, so that it can be forked; each process opens its own."""
    with app.app_context():
        for engine in db.engines.values():
            engine.dispose()
    huey.storage.close()
    pages.close(app)
    app.extensions[COUNTS].close()


def share_memory() -> None:
    """Makes what processes share ready, and lets none of them write into it without need."""
    if settle := getattr(ctypes.CDLL(None), "mallopt", None):  # other C libraries have none
        for name, value in _HEAP.items():
            settle(name, value)
    configure_mappers()
    gc.collect()
    gc.freeze()  # who looks for garbage writes into all that may be some
